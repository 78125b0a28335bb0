import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const light = (name: string): string => JSON.stringify(join(fileURLToPath(new URL('light', import.meta.url)), name));

/**
 * What the bundle holds in the place of a package: the package's name and the source of the stand-in. Measured on a PC at rest:
 * typebox costs 20 MB, what mqtt.js loads for browsers, proxies and traces 10.
 */
export const STAND_INS: Readonly<Record<string, string>> = {
  typebox: `export * from ${light('typebox.ts')};`,
  'typebox/value': `export * from ${light('typebox-value.ts')};`,
  'typebox/compile': `export * from ${light('typebox-compile.ts')};`,
  pino: `export { pino as default } from ${light('pino.ts')};`,
  // Of the same shape, and already in every Node.
  'readable-stream': `module.exports = require('node:stream');`,
  // mqtt.js formats a trace of every packet.
  debug: `const silent = () => {}; silent.enabled = false; silent.extend = () => silent; module.exports = () => silent;`,
  // Timers of a browser, SOCKS, and topic aliases of MQTT 5: never asked for by an agent.
  'worker-timers': `module.exports = {};`,
  socks: `module.exports = {};`,
  'lru-cache': `module.exports = {};`,
};

/** Changes to a file of a package, each a text that must be there. */
export const PATCHES: readonly { readonly file: RegExp; readonly from: string; readonly to: string }[] = [
  // The WebSocket client is loaded by the first connection that needs it, not by every one.
  {
    file: /\/mqtt\/build\/lib\/connect\/index\.js$/,
    from: `protocols.ws = require('./ws').streamBuilder;`,
    to: `protocols.ws = (...words) => require('./ws').streamBuilder(...words);`,
  },
  {
    file: /\/mqtt\/build\/lib\/connect\/index\.js$/,
    from: `protocols.wss = require('./ws').streamBuilder;`,
    to: `protocols.wss = protocols.ws;`,
  },
  // The stand-in has its own.
  { file: /\/runtime\/log\.ts$/, from: `target: 'pino-pretty',`, to: '' },
];
