import './theme/tokens.css';
import './theme/base.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { startRouter } from './state/router.ts';
import { resume } from './state/session.ts';

startRouter();
render(<App />, document.getElementById('app')!);
void resume();
