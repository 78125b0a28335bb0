import { Metrics } from '../../runtime/metrics.ts';
import { silentLog } from '../../runtime/log.ts';
import { createContext } from './app.ts';
import { buildApp } from './build.ts';
import type { HttpOptions } from './context.ts';

/** The app is only asked for its description: no handler runs, so nothing behind it is needed. */
function unplugged(): HttpOptions {
  return {
    ledger: {} as HttpOptions['ledger'],
    series: {} as HttpOptions['series'],
    changes: { subscribe: () => () => undefined },
    metrics: new Metrics(),
    log: silentLog,
    clock: { now: () => 0 },
    settings: { httpPort: 0, httpsPort: 0, listen: '127.0.0.1' },
    enrolment: { brokerUrl: () => '' },
    health: () => [],
    consoleFolder: 'dashboards/console/dist',
    home: '',
  };
}

/** The OpenAPI 3.1 document of docs/api/openapi.json, from the routes' own schemas. */
export async function makeOpenapi(): Promise<string> {
  const app = await buildApp(createContext(unplugged(), () => undefined));
  await app.ready();
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return text;
}
