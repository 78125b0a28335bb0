import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import asyncapiSchema from '@asyncapi/specs/schemas/3.1.0.json' with { type: 'json' };
import { Ajv } from 'ajv';
import { afterEach, describe, expect, it } from 'vitest';
import { topicOf, type Kind } from '../../protocol/topics.ts';
import { generate } from './generate.ts';
import { GENERATED } from './generated.ts';

const ROOT = new URL('../../', import.meta.url);
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('generated files', () => {
  it('are committed as the code makes them; else `npm run generate`', async () => {
    expect(await generate(GENERATED, { root: ROOT, write: false })).toEqual([]);
  });

  it('are found stale, then written, then found as they should be', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'labwatch-generate-'));
    folders.push(folder);
    const root = pathToFileURL(`${folder}/`);
    writeFileSync(join(folder, 'changed.json'), 'old');
    writeFileSync(join(folder, 'same.json'), 'same');
    const entries = ['changed', 'same', 'missing'].map((name) => ({
      file: name === 'missing' ? 'docs/api/missing.json' : `${name}.json`,
      make: () => (name === 'same' ? 'same' : 'new'),
    }));
    const stale = ['changed.json', 'docs/api/missing.json'];
    expect(await generate(entries, { root, write: false })).toEqual(stale);
    expect(readFileSync(join(folder, 'changed.json'), 'utf8')).toBe('old');
    expect(await generate(entries, { root, write: true })).toEqual(stale);
    expect(await generate(entries, { root, write: false })).toEqual([]);
  });
});

interface AsyncapiDocument {
  readonly channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  readonly operations: Record<string, { action: string; channel: { $ref: string }; bindings: { mqtt: { qos: number; retain: boolean } } }>;
  readonly components: {
    readonly messages: Record<string, { examples: { payload: unknown }[] }>;
    readonly schemas: Record<string, object>;
  };
}

describe('docs/api/asyncapi.json', () => {
  const text = readFileSync(new URL('docs/api/asyncapi.json', ROOT), 'utf8');
  const document = JSON.parse(text) as AsyncapiDocument;
  // The published schema of AsyncAPI 3.1.0 brings the JSON schema of JSON schemas along, so ajv must not add its own.
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false, meta: false, validateSchema: false }).compile(
    asyncapiSchema,
  );

  it('is valid AsyncAPI 3.1.0', () => {
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('would be found invalid', () => {
    const broken = structuredClone(document) as unknown as {
      channels: { report: { address: number } };
      operations: { sendAck: { action: string } };
    };
    broken.channels.report.address = 7;
    broken.operations.sendAck.action = 'shout';
    expect(validate(broken)).toBe(false);
  });

  it('has no reference that leads nowhere', () => {
    const references = Array.from(text.matchAll(/"\$ref": "#\/([^"]+)"/g), (match) => match[1]!);
    const nowhere = references.filter(
      (path) => path.split('/').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document) === undefined,
    );
    expect(references.length).toBeGreaterThan(9 * 4);
    expect(nowhere).toEqual([]);
  });

  it('names the topics that protocol/topics.ts builds', () => {
    const device = '0123456789abcdefghijklmnop';
    for (const [kind, { address }] of Object.entries(document.channels)) {
      expect(address.replace('{device}', device)).toBe(topicOf(device, kind as Kind));
    }
  });

  it('retains presence and config, and is told from the side of the collector', () => {
    const retained = Object.keys(document.operations).filter((name) => document.operations[name]!.bindings.mqtt.retain);
    expect(retained).toEqual(['receivePresence', 'sendConfig']);
    expect(document.operations['receiveReport']!.action).toBe('receive');
    expect(document.operations['sendAck']!.action).toBe('send');
  });

  it('shows examples that fit its own schemas', () => {
    const ajv = new Ajv({ strict: false });
    for (const [kind, { examples }] of Object.entries(document.components.messages)) {
      const fits = ajv.compile(document.components.schemas[kind]!);
      expect(examples.length).toBeGreaterThan(1);
      expect(examples.filter(({ payload }) => !fits(payload))).toEqual([]);
    }
  });
});
