import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { makeClient } from './client-generator.ts';
import { makeOpenapi } from './openapi.ts';
import { PROBLEMS } from './problems.ts';
import { RULES } from '../judgement/rules/index.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

describe('docs/api/openapi.json', () => {
  const document = JSON.parse(read('docs/api/openapi.json')) as Record<string, never>;

  it('is what the routes say; else `npm run generate`', async () => {
    expect(await makeOpenapi()).toBe(read('docs/api/openapi.json'));
  });

  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('would be found invalid', async () => {
    const broken = { ...structuredClone(document), paths: { '/x': { get: { responses: 7 } } } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('has no reference that leads nowhere, and every operation has its own id', () => {
    const text = JSON.stringify(document);
    const schemas = Object.keys((document as unknown as { components: { schemas: object } }).components.schemas);
    const used = Array.from(text.matchAll(/"#\/components\/schemas\/(\w+)"/g), (match) => match[1]!);
    expect(used.filter((name) => !schemas.includes(name))).toEqual([]);
    const ids = Array.from(text.matchAll(/"operationId":"(\w+)"/g), (match) => match[1]!);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(25);
  });
});

describe('the generated client', () => {
  it('is what the document says, and imports nothing', async () => {
    const committed = read('dashboards/console/src/api/generated.ts');
    expect(await makeClient()).toBe(committed);
    expect(committed).not.toMatch(/^import /m);
  });
});

describe('docs/http-api.md', () => {
  const page = read('docs/http-api.md');
  it.each(Object.entries(PROBLEMS))('explains %s', (code, { status }) => {
    expect(page).toMatch(new RegExp(`\\| \`${code}\` \\| ${status} \\|`));
  });
  it.each(RULES.flatMap((rule) => rule.codes))('explains the trouble %s', (code) => {
    expect(page).toContain(`| \`${code}\` |`);
  });
});
