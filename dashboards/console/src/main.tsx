import './theme/tokens.css';
import './theme/base.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { resume } from './state/session.ts';

render(<App />, document.getElementById('app')!);
void resume();
