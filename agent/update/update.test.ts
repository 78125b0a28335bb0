import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { manifestText, NEAR_PATTERN, releasePlatform, type ReleaseManifest } from '../../protocol/release.ts';
import { keysIn, trustedKeys } from './keys.ts';
import { cardOf, judgeLinux, judgeWindows } from './line-parse.ts';
import { fileFor, verifiedManifest } from './manifest.ts';
import { placesOf } from './places.ts';
import { UpdateMemory } from './state.ts';
import { switchBack, switchTo } from './swap.ts';

const DAY = 86_400_000;
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'labwatch-update-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }) as string };
};
const manifest = (more: Partial<ReleaseManifest> = {}): ReleaseManifest => ({
  v: 1,
  version: '0.2.0',
  createdAt: 1,
  minimum: '0.0.0',
  files: [{ platform: 'linux-x64', size: 10, sha256: 'a'.repeat(64), packed: { size: 5, sha256: 'b'.repeat(64) } }],
  ...more,
});
const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return (error as { reason?: string }).reason;
  }
  return undefined;
};

describe('a manifest', () => {
  test('is taken when one of its signatures is by one of the keys', () => {
    const [one, other] = [pair(), pair()];
    const text = manifestText(manifest());
    const by = (key: typeof one): string => sign(null, Buffer.from(text), key.privateKey).toString('base64url');
    const keys = keysIn(`remarks\n${one.pem}${other.pem}`);
    expect(keys).toHaveLength(2);
    expect(verifiedManifest(text, [by(other)], keys)).toEqual(manifest());
    expect(verifiedManifest(text, [by(pair()), by(one)], keys)).toEqual(manifest());
    expect(thrown(() => verifiedManifest(text, [by(pair())], keys))).toBe('signature');
    expect(thrown(() => verifiedManifest(text, [], keys))).toBe('signature');
    expect(thrown(() => verifiedManifest(text, [by(one)], []))).toBe('signature');
    expect(thrown(() => verifiedManifest(`${text} `, [by(one)], keys))).toBe('signature');
    expect(thrown(() => verifiedManifest(text, ['', 'x', 'A'.repeat(86)], keys))).toBe('signature');
    for (const odd of ['{}', 'null', 'no JSON', '{"v":2}', JSON.stringify({ ...manifest(), files: [] })]) {
      const signed = sign(null, Buffer.from(odd), one.privateKey).toString('base64url');
      expect(thrown(() => verifiedManifest(odd, [signed], keys))).toBe('signature');
    }
  });

  test('is a step up, or nothing', () => {
    expect(fileFor(manifest(), '0.1.0', 'linux-x64').size).toBe(10);
    for (const version of ['0.2.0', '0.2.1', '1.0.0']) expect(thrown(() => fileFor(manifest(), version, 'linux-x64'))).toBe('downgrade');
    expect(thrown(() => fileFor(manifest({ minimum: '0.1.5' }), '0.1.0', 'linux-x64'))).toBe('other');
    expect(thrown(() => fileFor(manifest(), '0.1.0', 'win-x64'))).toBe('other');
  });
});

describe('the keys', () => {
  test('are those of the installation; what releases brought counts beside them only', () => {
    const [pinned, brought] = [pair(), pair()];
    const path = join(folder, 'key.pem');
    expect(trustedKeys(path, [brought.pem])).toEqual([]);
    writeFileSync(path, pinned.pem);
    expect(trustedKeys(path, [brought.pem, 'junk'])).toHaveLength(2);
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const text of ['', 'junk', publicKey.export({ type: 'spki', format: 'pem' }) as string]) {
      writeFileSync(path, text);
      expect(thrown(() => trustedKeys(path, [brought.pem]))).toBe('other');
    }
  });
});

describe('what is remembered', () => {
  test('outlives a restart, and what is broken counts as nothing', () => {
    const memory = new UpdateMemory(join(folder, 'update'));
    memory.load();
    memory.blame('0.2.0', 'crash', DAY);
    memory.save({ next: { release: '0.3.0', key: 'PEM' } });
    const again = new UpdateMemory(join(folder, 'update'));
    again.load();
    expect([again.mayTry('0.2.0', 100 * DAY), again.mayTry('0.3.0', 0), again.givenUp]).toEqual([false, true, '0.2.0']);
    again.proved('0.2.9');
    expect(again.state.keys).toEqual([]);
    again.proved('0.3.0');
    expect(again.state).toMatchObject({ keys: ['PEM'] });
    expect(again.state.next).toBeUndefined();
    for (const text of ['', '{', '[]', '{"askedAt":"x"}', '{"askedAt":1,"bad":[],"keys":[1]}']) {
      writeFileSync(join(folder, 'update', 'state.json'), text);
      again.load();
      expect(again.state.bad).toEqual([]);
    }
  });

  test('a release without connection gets a second chance a day later, one that crashed none', () => {
    const memory = new UpdateMemory(join(folder, 'update'));
    memory.load();
    memory.blame('0.2.0', 'no_connection', DAY);
    expect([memory.mayTry('0.2.0', DAY + 1000), memory.mayTry('0.2.0', 2 * DAY), memory.givenUp]).toEqual([false, true, undefined]);
    memory.blame('0.2.0', 'no_connection', 2 * DAY);
    expect([memory.mayTry('0.2.0', 9 * DAY), memory.givenUp]).toEqual([false, '0.2.0']);
    memory.blame('0.3.0', 'disk_full', 9 * DAY);
    expect(memory.mayTry('0.3.0', 10 * DAY)).toBe(true);
    expect(memory.mayTry('0.3.0', 8 * DAY), 'a clock that was set back').toBe(true);
  });

  test('the next look is a day after the last, whatever the clock was', () => {
    const memory = new UpdateMemory(join(folder, 'update'));
    memory.load();
    memory.save({ askedAt: 10 * DAY });
    expect([memory.dueIn(10 * DAY), memory.dueIn(10.5 * DAY), memory.dueIn(99 * DAY), memory.dueIn(DAY)]).toEqual([DAY, DAY / 2, 0, 0]);
  });
});

describe('the executables', () => {
  test.each([true, false])('change places and back (as on Windows: %s)', (windows) => {
    const places = placesOf(join(folder, 'labwatch-agent.exe'));
    expect(places.next).toBe(join(folder, 'labwatch-agent.new.exe'));
    writeFileSync(places.executable, 'old');
    writeFileSync(places.next, 'new');
    writeFileSync(places.old, 'older');
    switchTo(places, windows);
    expect([readFileSync(places.executable, 'utf8'), readFileSync(places.old, 'utf8'), existsSync(places.next)]).toEqual([
      'new',
      'old',
      false,
    ]);
    switchBack(places, windows);
    expect([readFileSync(places.executable, 'utf8'), existsSync(places.old)]).toEqual(['old', false]);
    expect(thrown(() => switchBack(places, windows))).toBe('other');
  });

  test.each([true, false])('stay as they are when the new one cannot be put in place (as on Windows: %s)', (windows) => {
    const places = placesOf(join(folder, 'labwatch-agent'));
    writeFileSync(places.executable, 'old');
    expect(thrown(() => switchTo(places, windows))).toBe('other');
    expect(readFileSync(places.executable, 'utf8')).toBe('old');
    mkdirSync(places.next);
    expect(thrown(() => switchTo({ ...places, executable: join(folder, 'none', 'x') }, windows))).toBe('other');
  });
});

describe('the line', () => {
  const card = { type: '1\n', uevent: 'INTERFACE=eth0\nIFINDEX=2\n', wireless: false, driver: 'e1000e' };
  test.each([
    ['a wired card', card, 'free'],
    ['a bridge over one', { ...card, uevent: 'DEVTYPE=bridge\n', driver: undefined }, 'free'],
    ['Wi-Fi, which may be a phone', { ...card, wireless: true }, 'metered'],
    ['Wi-Fi that only uevent tells', { ...card, uevent: 'DEVTYPE=wlan\nINTERFACE=wlp3s0\n' }, 'metered'],
    ['a phone on USB', { ...card, driver: 'rndis_host' }, 'metered'],
    ['an iPhone on USB', { ...card, driver: 'ipheth' }, 'metered'],
    ['a modem', { ...card, uevent: 'DEVTYPE=wwan\n', driver: 'qmi_wwan' }, 'metered'],
    ['a dial-up line', { ...card, type: '512\n' }, 'metered'],
    ['nothing that can be read', { type: undefined, uevent: undefined, wireless: false, driver: undefined }, 'metered'],
  ] as const)('of %s', (_what, told, expected) => expect(judgeLinux(told)).toBe(expected));

  test('on Windows is found by the name of the card in MIB_IF_TABLE2', () => {
    // Two rows as netioapi.h lays them out, written here by hand; no real machine's table.
    const table = new Uint8Array(8 + 2 * 1352);
    const view = new DataView(table.buffer);
    view.setUint32(0, 2, true);
    const row = (index: number, alias: string, type: number): void => {
      const at = 8 + index * 1352;
      view.setUint32(at + 12, 0x4d36e972, true);
      view.setUint16(at + 16, 0xe325, true);
      view.setUint16(at + 18, 0x11ce, true);
      for (const [i, byte] of [0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18].entries()) view.setUint8(at + 20 + i, byte);
      for (const [i, letter] of Array.from(alias).entries()) view.setUint16(at + 28 + 2 * i, letter.charCodeAt(0), true);
      view.setUint32(at + 1128, type, true);
    };
    row(0, 'Wi-Fi', 71);
    row(1, 'Kết nối cục bộ', 6);
    expect(cardOf(table, 'Kết nối cục bộ')).toEqual({ guid: '{4D36E972-E325-11CE-BFC1-08002BE10318}', type: 6 });
    expect(cardOf(table, 'Wi-Fi')?.type).toBe(71);
    for (const broken of [undefined, new Uint8Array(3), table.subarray(0, 900)]) expect(cardOf(broken, 'Wi-Fi')).toBeUndefined();
    expect([
      judgeWindows(6, []),
      judgeWindows(6, [undefined, 1]),
      judgeWindows(6, [2]),
      judgeWindows(71, [1]),
      judgeWindows(243, []),
    ]).toEqual(['free', 'free', 'metered', 'metered', 'metered']);
  });
});

test('addresses of neighbours are private, with a port', () => {
  const near = new RegExp(NEAR_PATTERN);
  for (const good of ['10.0.0.1:1024', '172.16.0.1:65535', '172.31.255.255:20000', '192.168.1.10:8080', '127.0.0.1:50000'])
    expect(good).toMatch(near);
  for (const bad of [
    '8.8.8.8:8080',
    '172.32.0.1:8080',
    '192.169.1.1:8080',
    '10.0.0.256:8080',
    '10.0.0.1',
    '10.0.0.1:80',
    '10.0.0.1:65536',
    'a.b:9999',
  ])
    expect(bad).not.toMatch(near);
  expect(releasePlatform('win32', 'ia32')).toBe('win-x86');
  expect(releasePlatform('darwin', 'arm64')).toBeUndefined();
});
