import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf, runProbe } from '../platform/testing/cases.ts';
import { refusalOf } from '../platform/testing/fits.ts';
import { parseClamdConfig, parseClamdVersion, parseDatabaseHeader } from './antivirus/parse.ts';
import { parseDaily, parseDate } from '../platform/windows/daily-answer.ts';
import { expandPath } from '../platform/windows/values.ts';
import { parseProductState, parseProvider } from './antivirus/security-center.ts';
import { parseEset, parseKaspersky, parseSignatureUpdates } from './antivirus/windows-products.ts';
import { parseBootId, parseBootTime, parseLastEnd } from './boots/parse.ts';
import { parseJournalEnd } from './boots/journal.ts';
import { judgeStart, parseEvents } from './boots/windows-events.ts';
import { cpuLoad, parseCpuTimes } from './cpu/parse.ts';
import { diskRates, diskUse, parseDiskCounters } from './disk/parse.ts';
import { externalDisplays, parseEdid } from './displays/parse.ts';
import { parseNvmeAnswer, parsePredictFailure, parseSmartctl } from './disk-health/parse.ts';
import { PROBES } from './index.ts';
import { parseChildReport, parseCpuInfo, parseMemoryTotal } from './inventory/parse.ts';
import { parseMemory } from './memory/parse.ts';
import { networkRates, parseNetworkCounters } from './network/parse.ts';
import { parseUfw, parseUpdatesAvailable } from './protection/parse.ts';
import { parseBroker, parseCarrierChanges, parseGateway } from './reach/parse.ts';
import { parseInputDevices, parseKeyboardInterrupts, parseLoginSession, sessionState } from './session/parse.ts';
import { parseAuthority, parseExtension, parseIdle, parseRoot, parseServer, setupLength } from './session/x11.ts';
import { degrees, hottest } from './temperature/parse.ts';

const NOW = Date.UTC(2026, 10, 21, 1, 0);
const SEED = Number(process.env['SEED'] ?? 20_261_121);
/** Every property runs from one seed, so that a failure can be run again; SEED= chooses another. */
const runs = (numRuns: number): fc.Parameters<unknown> => ({ seed: SEED, numRuns });

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
/** Every parser of text, and of bytes fed with text. */
const PARSERS: readonly (readonly [string, (text: string) => unknown])[] = [
  ['cpu times', parseCpuTimes],
  ['memory', parseMemory],
  ['disk counters', parseDiskCounters],
  ['network counters', parseNetworkCounters],
  ['a sensor', (text) => hottest([{ source: text, label: text, input: text, fault: text }])],
  ['degrees', (text) => degrees({ source: 'coretemp', input: text })],
  ['a login session', parseLoginSession],
  ['input devices', parseInputDevices],
  ['keyboard interrupts', parseKeyboardInterrupts],
  ['a boot id', parseBootId],
  ['a boot time', parseBootTime],
  ['wtmp', (text) => parseLastEnd(bytesOf(text), NOW)],
  ['a connector', (text) => externalDisplays([{ name: text, status: text }])],
  ['an EDID', (text) => parseEdid(bytesOf(text))],
  ['a database header', (text) => parseDatabaseHeader(bytesOf(text))],
  ['clamd.conf', parseClamdConfig],
  ['the version of clamd', parseClamdVersion],
  ['cpuinfo', parseCpuInfo],
  ['meminfo', parseMemoryTotal],
  ['the report of the child', parseChildReport],
  ['ufw.conf', parseUfw],
  ['waiting updates', parseUpdatesAvailable],
  ['smartctl', parseSmartctl],
  ['the command of an X server', parseServer],
  ['routes', parseGateway],
  ['changes of a link', parseCarrierChanges],
  ['the address of a broker', parseBroker],
  ['the end of a journal', parseJournalEnd],
  ['events of Windows', (text) => judgeStart(parseEvents(text), NOW)],
  ['the daily batch', parseDaily],
  ['a date of PowerShell', parseDate],
  ['a path of the registry', (text) => expandPath(text, new Map([['programfiles', 'C:\\Program Files']]))],
  [
    'the registry of a product',
    (text) =>
      parseProvider(
        text,
        new Map([
          ['displayname', text],
          ['productexe', text],
          ['state', text],
        ]),
        new Map(),
      ),
  ],
  ['the registry of Kaspersky', (text) => parseKaspersky(new Map([['lastsuccessfulupdate', text]]))],
  [
    'the registry of ESET',
    (text) =>
      parseEset(
        new Map([
          ['scannerversion', text],
          ['productversion', text],
        ]),
      ),
  ],
  [
    'the registry of Defender',
    (text) =>
      parseSignatureUpdates(
        new Map<string, string | Uint8Array>([
          ['avsignatureversion', text],
          ['avsignatureapplied', bytesOf(text)],
        ]),
      ),
  ],
];

/** Texts that make a careless pattern try everything. */
const TRAPS = [
  '1 ',
  ' 1',
  'a',
  '\n',
  ' ',
  '1',
  'cpu 1',
  'B: KEY=0 ',
  '/usb1/1-1',
  '1-1.',
  '1:1 ',
  'i8042 ',
  '"',
  "ENABLED='",
  ':',
  '0: ',
  '{"a":[',
  '/Date(1',
  '\n0 00000000 ',
  '<Event ',
  "<Event <Provider Name='",
  '<Provider  ',
  '<EventID ',
  '%a',
].map((part) => part.repeat(Math.ceil(300_000 / part.length)));

describe('parsers', () => {
  it.each(PARSERS)('of %s take any text', (_name, parse) => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 3000 }), fc.string({ unit: 'binary', maxLength: 3000 })), (text) => {
        parse(text);
      }),
      runs(300),
    );
    expect(() => parse('')).not.toThrow();
  });

  it.each(PARSERS)('of %s come to an end with a long text', (_name, parse) => {
    for (const trap of TRAPS) {
      expect(() => parse(trap)).not.toThrow();
      expect(() => parse(`cpu  ${trap}`)).not.toThrow();
      expect(() => parse(`${trap}x`)).not.toThrow();
    }
  });

  it('of bytes take any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        parseEdid(bytes);
        parseLastEnd(bytes, NOW);
        parseDatabaseHeader(bytes);
        parseAuthority(bytes, 0);
        parseRoot(bytes);
        setupLength(bytes);
        parseExtension(bytes);
        parseIdle(bytes);
        parsePredictFailure(bytes);
        parseNvmeAnswer(bytes);
      }),
      runs(2000),
    );
    expect(parseEdid(new Uint8Array(4096))).toBeUndefined();
  });

  it('of wtmp take any length of records', () => {
    const record = fc.record({ type: fc.nat({ max: 12 }), user: fc.constantFrom('reboot', 'shutdown', 'an', 'runlevel', '') });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), fc.constantFrom(384, 400), (records, size) => {
        const bytes = Buffer.alloc(records.length * size);
        for (const [i, { type, user }] of records.entries()) {
          bytes.writeUInt16LE(type, i * size);
          bytes.write(user, i * size + 44);
          bytes.writeUInt32LE(NOW / 1000, i * size + (size === 384 ? 340 : 344));
        }
        expect(['clean', 'power', 'unknown']).toContain(parseLastEnd(bytes, NOW).lastEnd);
      }),
      runs(300),
    );
  });
});

it('any number is a state of a product', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (state) => {
      expect(['on', 'off', 'snoozed', 'expired', 'unknown']).toContain(parseProductState(state).state);
    }),
    runs(500),
  );
});

describe('rates and shares stay in bounds', () => {
  const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });

  it('of the processor', () => {
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        const load = cpuLoad({ busy: a, total: b }, { busy: c, total: d });
        expect(load === undefined || (load >= 0 && load <= 100)).toBe(true);
      }),
      runs(500),
    );
  });

  it('of disks and networks, never negative, never without end', () => {
    fc.assert(
      fc.property(count, count, count, count, fc.double({ noNaN: false }), (a, b, c, d, seconds) => {
        const disk = diskRates(new Map([['sda', { read: a, written: b }]]), new Map([['sda', { read: c, written: d }]]), seconds);
        const card = [{ name: 'e', up: true }];
        const before = new Map([['e', { received: a, sent: b }]]);
        const net = networkRates(before, new Map([['e', { received: c, sent: d }]]), card, seconds);
        expect(disk === undefined || (disk.read >= 0 && disk.written >= 0)).toBe(true);
        expect(net === undefined || (net.received >= 0 && net.sent >= 0)).toBe(true);
      }),
      runs(500),
    );
  });

  it('of a volume', () => {
    fc.assert(
      fc.property(count, count, count, (total, free, available) => {
        const use = diskUse({ total, free, available });
        expect(use === undefined || (use >= 0 && use <= 100)).toBe(true);
      }),
      runs(500),
    );
  });
});

describe('a session says nothing of a person', () => {
  it('whatever stands in the keys that are not wanted', () => {
    const secret = 'nguyen-van-an';
    const text = ['UID=1000', `USER=${secret}`, `REMOTE_USER=${secret}`, `REMOTE_HOST=${secret}`, `DISPLAY=${secret}`, `DESKTOP=${secret}`]
      .concat(['ACTIVE=1', 'STATE=active', 'REMOTE=0', 'TYPE=x11', 'CLASS=user', 'SEAT=seat0', `TTY=/dev/${secret}`])
      .join('\n');
    const session = parseLoginSession(text)!;
    expect(JSON.stringify(session)).not.toContain(secret);
    expect(Object.keys(session).toSorted()).toEqual(['active', 'class', 'remote', 'seat', 'state', 'tty', 'type']);
    expect(sessionState([session])).toBe('open');
  });
});

/** A text damaged in one way: cut, lines in another order, lines twice, characters exchanged. */
function damaged(text: string): fc.Arbitrary<string> {
  const lines = text.split('\n');
  const cut = fc.nat({ max: text.length }).map((at) => text.slice(0, at));
  const shuffled = fc.shuffledSubarray(lines, { minLength: lines.length }).map((all) => all.join('\n'));
  const fewer = fc.subarray(lines).map((all) => all.join('\n'));
  const twice = fc.nat({ max: lines.length - 1 }).map((at) => [...lines.slice(0, at), lines[at], ...lines.slice(at)].join('\n'));
  const exchanged = fc
    .array(fc.tuple(fc.nat({ max: Math.max(0, text.length - 1) }), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })), {
      maxLength: 20,
    })
    .map((changes) => changes.reduce((all, [at, letter]) => all.slice(0, at) + letter + all.slice(at + 1), text));
  return fc.oneof(cut, shuffled, fewer, twice, exchanged);
}

describe('a damaged machine', () => {
  for (const probe of PROBES) {
    it(`never makes ${probe.name} throw or say what the contract forbids`, async () => {
      for (const one of casesOf(join(import.meta.dirname, probe.name))) {
        await fc.assert(
          fc.asyncProperty(fc.tuple(...one.machines.map(damaged)), async (machines) => {
            const sample = await runProbe(probe, machines, one.expected.now ?? NOW, 20);
            expect(refusalOf(sample)).toBeUndefined();
          }),
          runs(40),
        );
      }
    });
  }
});
