import { makeClient } from '../../collector/http/client-generator.ts';
import { makeOpenapi } from '../../collector/http/openapi.ts';
import { asyncapiDocument, type Examples } from '../../protocol/asyncapi.ts';
import { DOWN_KINDS, UP_KINDS } from '../../protocol/topics.ts';
import { validExamples } from './examples.ts';
import { configurationPage } from './pages/configuration.ts';
import { errorsPage } from './pages/errors.ts';

/** A committed file that is made from the code. */
export interface Generated {
  /** From the top of the project. */
  readonly file: string;
  make(): string | Promise<string>;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function asyncapi(): string {
  const examples = [...UP_KINDS, ...DOWN_KINDS].map((kind) => [
    kind,
    validExamples(kind).map(({ name, message }) => ({ name, payload: message })),
  ]);
  return json(asyncapiDocument(Object.fromEntries(examples) as Examples));
}

/** Every generated file. `npm run generate` writes them, `npm run generate -- --check` and a test compare them. */
export const GENERATED: readonly Generated[] = [
  { file: 'docs/api/asyncapi.json', make: asyncapi },
  { file: 'docs/api/openapi.json', make: makeOpenapi },
  { file: 'dashboards/console/src/api/generated.ts', make: makeClient },
  { file: 'docs/configuration.md', make: configurationPage },
  { file: 'docs/errors.md', make: errorsPage },
];
