#!/usr/bin/env node
// Plain JavaScript on purpose: an old Node must get as far as this message instead of a syntax error.
const major = Number(process.versions.node.split('.')[0]);
if (major < 26) {
  process.stderr.write(
    `labwatch needs Node 26 or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      'labwatch cần Node 26 trở lên. Run / Chạy:  make build && bin/labwatch <command>\n',
  );
  process.exit(78);
}
// Compiled once, not at every start: a school PC feels it. Where the folder cannot be written, nothing is cached.
const { enableCompileCache } = await import('node:module');
const { fileURLToPath } = await import('node:url');
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/labwatch', import.meta.url)));
if (process.argv[2] === 'agent') {
  // A small young generation: a quarter less memory on a PC with 2 GB, at no cost that can be measured for a program this idle.
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--max-semi-space-size=1');
}
const { main } = await import('../labwatch.ts');
await main(process.argv.slice(2));
