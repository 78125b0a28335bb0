import { describe, expect, it } from 'vitest';
import { importProblems } from './imports.ts';
import { parseSource, sources } from './source.ts';

const problems = (path: string, text: string): string[] => importProblems(path, parseSource(path, text).imports);

describe('imports', () => {
  it('follow the table of the house', () => {
    expect(sources().flatMap(({ path, imports }) => importProblems(path, imports))).toEqual([]);
  });
  it('are found at all', () => {
    const all = sources();
    expect(all.length).toBeGreaterThan(100);
    expect(all.find(({ path }) => path === 'up.ts')!.imports.map((each) => each.target)).toContain('broker/main.ts');
  });
});

describe('a planted import is found:', () => {
  it.each([
    ['agent/core/a.ts', `import { x } from '../../broker/main.ts';`, 'agent may not import broker/main.ts'],
    ['agent/core/a.ts', `import type { Ledger } from '../../ledger/index.ts';`, 'agent may not import ledger/index.ts'],
    [
      'agent/core/a.ts',
      `import { type A, type B } from '../../collector/model/bitmaps.ts';`,
      'agent may not import collector/model/bitmaps.ts',
    ],
    ['agent/core/a.ts', `export * from '../../collector/main.ts';`, 'agent may not import collector/main.ts'],
    ['agent/core/a.ts', `export { x } from '../../broker/main.ts';`, 'agent may not import broker/main.ts'],
    ['agent/core/a.ts', `const x = await import('../../broker/main.ts');`, 'agent may not import broker/main.ts'],
    ['agent/core/a.ts', `type X = import('../../ledger/index.ts').Ledger;`, 'agent may not import ledger/index.ts'],
    ['agent/core/a.ts', `let x: typeof import('../../broker/main.ts');`, 'agent may not import broker/main.ts'],
    ['agent/core/a.ts', `import '../../broker/main.ts';`, 'agent may not import broker/main.ts'],
    ['agent/core/a.ts', `const f = (name: string) => import(name);`, 'an import that is worked out at run time'],
    ['agent/core/a.ts', `import x from '../../../elsewhere/a.ts';`, '../../../elsewhere/a.ts leads out of the project'],
    ['agent/core/a.ts', `import { x } from '../../tests/tools/examples.ts';`, 'nobody imports tests'],
    ['agent/core/a.test.ts', `import { x } from '../../broker/main.ts';`, 'agent may not import broker/main.ts'],
    ['broker/a.ts', `import { x } from '../agent/main.ts';`, 'broker may not import agent/main.ts'],
    ['broker/a.ts', `import { x } from '../ledger/sqlite/open.ts';`, 'broker may not import ledger/sqlite/open.ts'],
    ['provisioning/a.ts', `import { x } from '../collector/main.ts';`, 'provisioning may not import collector/main.ts'],
    ['protocol/a.ts', `import { x } from '../runtime/ids.ts';`, 'protocol may not import runtime/ids.ts'],
    ['protocol/a.ts', `import { readFileSync } from 'node:fs';`, 'protocol may not import node:fs'],
    ['runtime/a.ts', `import { x } from '../protocol/topics.ts';`, 'runtime may not import protocol/topics.ts'],
    ['ledger/a.ts', `import { x } from '../collector/model/bitmaps.ts';`, 'ledger may not import collector/model/bitmaps.ts'],
    ['collector/model/a.ts', `import type { P } from '../ports/clock.ts';`, 'collector/model may not import collector/ports/clock.ts'],
    ['collector/ports/a.ts', `import { x } from '../intake/intake.ts';`, 'collector/ports may not import collector/intake/intake.ts'],
    ['collector/intake/a.ts', `import { x } from '../judgement/judge.ts';`, 'collector/intake may not import collector/judgement/judge.ts'],
    [
      'collector/judgement/a.ts',
      `import { x } from '../intake/intake.ts';`,
      'collector/judgement may not import collector/intake/intake.ts',
    ],
    ['collector/http/a.ts', `import { x } from '../series/drain.ts';`, 'collector/http may not import collector/series/drain.ts'],
    ['collector/http/a.ts', `import { x } from '../main.ts';`, 'collector/http may not import collector/main.ts'],
    ['collector/series/a.ts', `import { x } from '../http/app.ts';`, 'collector/series may not import collector/http/app.ts'],
    ['collector/extra.ts', `import { x } from './series/drain.ts';`, `the collector's own files may not import collector/series/drain.ts`],
    ['agent/probes/cpu/parse.ts', `import { x } from '../probe.ts';`, 'a parser imports types only, not ../probe.ts'],
    ['agent/probes/cpu/parse.ts', `import { type A, b } from '../probe.ts';`, 'a parser imports types only, not ../probe.ts'],
    ['agent/probes/cpu/parse.ts', `import { type A } from '../probe.ts';`, 'a parser imports types only, not ../probe.ts'],
    ['agent/tv/a.ts', `import { x } from '../../runtime/ids.ts';`, 'agent/tv may not import runtime/ids.ts'],
    ['agent/tv/a.ts', `import os from 'node:os';`, 'agent/tv may not import node:os'],
    [
      'dashboards/console/src/a.tsx',
      `import { x } from '../../../collector/http/schemas/device.ts';`,
      'dashboards/console may not import collector/http/schemas/device.ts',
    ],
    ['dashboards/console/src/a.tsx', `import fs from 'node:fs';`, 'dashboards/console may not import node:fs'],
    ['dashboards/console/src/a.tsx', `import React from 'react';`, 'dashboards/console may not import react'],
    ['dashboards/grafana/a.ts', `import { x } from '../../protocol/decode.ts';`, 'dashboards/grafana may not import protocol/decode.ts'],
    ['up.ts', `import { x } from './collector/http/app.ts';`, 'the roof may not import collector/http/app.ts'],
    ['labwatch.ts', `import { x } from './ledger/index.ts';`, 'the command may not import ledger/index.ts'],
    ['packaging/a.ts', `import { x } from '../collector/main.ts';`, 'packaging may not import collector/main.ts'],
    ['sheds/a.ts', `export const x = 1;`, 'belongs to no room of the house'],
  ])('%s: %s', (path, text, expected) => expect(problems(path, text)).toEqual([`${path}: ${expected}`]));

  it.each([
    ['agent/core/a.ts', `// import { x } from '../../broker/main.ts';\nconst text = "import { x } from '../../broker/main.ts'";`],
    ['agent/probes/cpu/parse.ts', `import type { A } from '../probe.ts'; import type { B } from '../../../protocol/payloads/report.ts';`],
    ['agent/core/a.test.ts', `import { x } from '../../tests/tools/examples.ts';`],
    ['protocol/a.ts', `import { Type } from 'typebox'; import { Value } from 'typebox/value';`],
    ['collector/http/a.ts', `import { x } from '../planning/reports/a.ts'; import { y } from '../judgement/judge.ts';`],
    [
      'dashboards/console/src/a.tsx',
      `import { x } from '../../../protocol/catalogue.ts'; import { h } from 'preact'; import { u } from './api/generated.ts';`,
    ],
  ])('while %s may: %s', (path, text) => expect(problems(path, text)).toEqual([]));
});
