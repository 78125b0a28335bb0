import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../runtime/log.ts';
import { systemClock } from '../../platform/clock.ts';
import { linuxPlatform } from '../../platform/index.ts';
import { openLine } from '../../platform/line.ts';
import { linuxDoor } from '../../platform/linux-door.ts';
import type { Door, Sample } from '../probe.ts';
import { session } from './probe.ts';
import { extensionRequest, parseAuthority, parseExtension, parseRoot, parseServer, setupLength, setupRequest } from './x11.ts';
import { XIdle } from './x11-idle.ts';

const XVFB = '/usr/bin/Xvfb';
const hasServer = process.platform === 'linux' && existsSync(XVFB);

const be16 = (value: number): number[] => [value >> 8, value & 255];
const counted = (bytes: Iterable<number>): number[] => [...be16(Array.from(bytes).length), ...bytes];
/** An entry of Xauthority(5); family 0x0100 is a local machine, 0xFFFF any. */
const entry = (number: string, cookie: Uint8Array, name = 'MIT-MAGIC-COOKIE-1'): number[] => [
  ...be16(0xffff),
  ...counted([]),
  ...counted(Buffer.from(number)),
  ...counted(Buffer.from(name)),
  ...counted(cookie),
];

describe('the file with the cookie', () => {
  const [one, other] = [randomBytes(16), randomBytes(16)];

  it('gives that of the display, else one for all', () => {
    const file = Uint8Array.from([...entry('1', other), ...entry('0', one, 'XDM-AUTHORIZATION-1'), ...entry('0', one)]);
    expect(parseAuthority(file, 0)).toEqual(Uint8Array.from(one));
    expect(parseAuthority(file, 1)).toEqual(Uint8Array.from(other));
    expect(parseAuthority(file, 2)).toBeUndefined();
    expect(parseAuthority(Uint8Array.from(entry('', one)), 7)).toEqual(Uint8Array.from(one));
  });

  it('cut anywhere gives nothing', () => {
    const file = Uint8Array.from(entry('0', one));
    for (let length = 0; length < file.length; length++) expect(parseAuthority(file.subarray(0, length), 0)).toBeUndefined();
  });
});

it.each([
  [
    '/usr/lib/xorg/Xorg\0:0\0-seat\0seat0\0-auth\0/var/run/lightdm/root/:0\0-nolisten\0tcp\0vt7\0',
    { display: 0, vt: 7, authority: '/var/run/lightdm/root/:0' },
  ],
  [
    '/usr/lib/xorg/Xorg\0vt2\0-displayfd\x003\0-auth\0/run/user/1000/gdm/Xauthority\0',
    { vt: 2, authority: '/run/user/1000/gdm/Xauthority' },
  ],
  ['Xvfb\0:99\0', { display: 99 }],
  ['Xorg\0:1\0-auth\0', { display: 1 }],
  ['', {}],
])('the command %j of a server', (cmdline, expected) => {
  expect(parseServer(cmdline)).toEqual(expected);
});

/** Within half a minute, or not at all. */
async function until(happened: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !happened(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe.runIf(hasServer)('a real X server (needs Xvfb; Debian: xvfb)', () => {
  let folder = '';
  let server: ChildProcess | undefined;
  let display = -1;
  const cookie = randomBytes(16);
  const door = linuxDoor();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'labwatch-x11-'));
    writeFileSync(join(folder, 'auth'), Uint8Array.from(entry('', cookie)));
    // -noreset: a server without clients would start anew whenever one leaves; a desktop always has some.
    // A number that nobody has, tried from a random one.
    for (let i = 0; i < 20 && display === -1; i++) {
      const number = 100 + Math.floor(Math.random() * 800);
      if (existsSync(`/tmp/.X11-unix/X${number}`) || existsSync(`/tmp/.X${number}-lock`)) continue;
      const child = spawn(
        XVFB,
        [`:${number}`, '-auth', join(folder, 'auth'), '-nolisten', 'tcp', '-noreset', '-screen', '0', '320x240x8'],
        {
          stdio: 'ignore',
        },
      );
      server = child;
      await until(() => existsSync(`/tmp/.X11-unix/X${number}`) || child.exitCode !== null);
      if (child.exitCode === null) display = number;
    }
    if (display === -1) throw new Error('Xvfb did not start');
  }, 60_000);
  afterAll(async () => {
    if (server !== undefined && server.exitCode === null) {
      const ended = new Promise((resolve) => server!.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** The pointer moves a little, by the XTEST extension (its protocol: FakeInput, minor opcode 2; 6 = motion, 1 = relative). */
  async function touch(): Promise<void> {
    const line = (await openLine(`/tmp/.X11-unix/X${display}`, 5_000))!;
    /** Events for every client may stand before an answer. */
    const answer = async (): Promise<Uint8Array> => {
      const packet = (await line.read(32, 5_000))!;
      return packet[0] === 1 ? packet : answer();
    };
    line.write(setupRequest(cookie));
    const length = setupLength((await line.read(8, 5_000))!)!;
    const root = parseRoot((await line.read(length, 5_000))!)!;
    line.write(extensionRequest('XTEST'));
    const opcode = parseExtension(await answer())!;
    for (const step of [3, -3]) {
      const request = Buffer.alloc(36);
      request.writeUInt8(opcode, 0);
      request.writeUInt8(2, 1);
      request.writeUInt16LE(9, 2);
      request.writeUInt8(6, 4);
      request.writeUInt8(1, 5);
      request.writeUInt32LE(root, 12);
      request.writeInt16LE(step, 24);
      request.writeInt16LE(step, 26);
      line.write(request);
    }
    // An answer to a later question says that the ones before were dealt with.
    line.write(extensionRequest('XTEST'));
    await answer();
    line.close();
  }

  /** Right after a touch it tells no more than what has passed since, however slow this machine is. */
  async function touchedNow(look: () => Promise<number | undefined>): Promise<void> {
    const began = performance.now();
    await touch();
    const idle = await look();
    expect(idle).toBeLessThanOrEqual(Math.floor((performance.now() - began) / 1000));
  }

  it('tells seconds that grow while nobody touches, and fall when somebody does', async () => {
    const x = new XIdle(door, systemClock);
    await touchedNow(() => x.look({ display }));
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(await x.look({ display })).toBeGreaterThanOrEqual(2);
    await touchedNow(() => x.look({ display }));
  });

  it('tells nothing without its cookie, and of a display that is not there', async () => {
    const stranger: Door = { ...door, readOwned: async () => Uint8Array.from(entry('', randomBytes(16))) };
    expect(await new XIdle(stranger, systemClock).look({ display })).toBeUndefined();
    expect(await new XIdle(door, systemClock).look({ display: 999 })).toBeUndefined();
  });

  it('shows no cookie of somebody else, whatever a program that is called Xorg says, and none at a socket of somebody else', async () => {
    const auth = join(folder, 'auth');
    const shown: string[] = [];
    const watched = (over: Partial<Door>): Door => ({
      ...door,
      dial: (socket, ms) => {
        shown.push(socket);
        return door.dial!(socket, ms);
      },
      ...over,
    });
    const look = (over: Partial<Door>): Promise<number | undefined> => new XIdle(watched(over), systemClock).look({ display });
    const startedBy = (real: number, effective: number): Partial<Door> => ({
      readText: async (path) =>
        path.endsWith('/status') ? `Name:\tXvfb\nUid:\t${real}\t${effective}\t${effective}\t${effective}\n` : door.readText(path),
    });
    const me = process.getuid!();
    expect(await look({})).toBeTypeOf('number');
    // Somebody names my file to a server of theirs: the file is not read, and the server, which wants a cookie, tells nothing.
    expect(await look(startedBy(me + 1, me))).toBeUndefined();
    expect(await door.readOwned!(auth, 64, me + 1)).toBeUndefined();
    // My server, but the socket under its name is not mine: nobody is asked.
    shown.length = 0;
    expect(await look(startedBy(me, me + 1))).toBeUndefined();
    expect(shown).toEqual([]);
    // A link belongs to whoever laid it, not to where it points.
    const link = join(folder, 'link');
    symlinkSync('/proc/self/status', link);
    expect(await door.owner!(link)).toBe(me);
  });

  /** logind as it would be with a person at this server; everything else is this machine's. */
  const withSession = (type: string): Door => ({
    ...door,
    listDir: async (path) =>
      path === '/run/systemd/seats'
        ? ['seat0']
        : path === '/run/systemd/sessions'
          ? ['c1']
          : path.startsWith('/proc')
            ? door.listDir(path)
            : undefined,
    readText: async (path) =>
      path === '/run/systemd/sessions/c1'
        ? `ACTIVE=1\nSTATE=active\nREMOTE=0\nTYPE=${type}\nCLASS=user\nSEAT=seat0\nTTY=tty2\nDISPLAY=:${display}\n`
        : path === '/proc/bus/input/devices' || path === '/proc/interrupts'
          ? undefined
          : door.readText(path),
  });
  const sampled = async (type: string): Promise<Sample['session']> => {
    const seen = withSession(type);
    const open = await session.open({ platform: linuxPlatform(seen), door: seen, clock: systemClock, log: silentLog });
    const sample = (await open.sample()) as Sample;
    await open.close();
    return sample.session;
  };

  it('makes a desktop known whose input devices cannot be counted', async () => {
    await touch();
    expect(await sampled('x11')).toMatchObject({ session: 'open', idleSeconds: expect.any(Number) as number });
  });

  it('is found by its virtual terminal where the session does not name its display', async () => {
    const own = `${server!.pid}`;
    const gdm: Door = {
      ...door,
      listDir: async (path) => (path === '/proc' ? [own] : door.listDir(path)),
      readText: async (path) =>
        path === `/proc/${own}/cmdline` ? `Xorg\0vt2\0-displayfd\x003\0-auth\0${join(folder, 'auth')}\0` : door.readText(path),
    };
    await touchedNow(() => new XIdle(gdm, systemClock).look({ vt: 2 }));
    expect(await new XIdle(gdm, systemClock).look({ vt: 3 })).toBeUndefined();
    expect(await new XIdle(gdm, systemClock).look({})).toBeUndefined();
  });

  it('and says nothing of Wayland: unknown, not idle', async () => {
    expect(await sampled('wayland')).toEqual({ session: 'open', idleSeconds: null });
  });

  it('leaves no connection behind', async () => {
    const x = new XIdle(door, systemClock);
    for (let i = 0; i < 5; i++) await x.look({ display });
    const open = execFileSync('sh', ['-c', `ls -l /proc/${process.pid}/fd | grep -c socket || true`], { encoding: 'utf8' });
    for (let i = 0; i < 5; i++) await x.look({ display });
    const then = execFileSync('sh', ['-c', `ls -l /proc/${process.pid}/fd | grep -c socket || true`], { encoding: 'utf8' });
    expect(Number(then)).toBeLessThanOrEqual(Number(open) + 1);
  });
});
