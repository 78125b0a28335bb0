import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { failWith, LabwatchError, listenError, runtimeErrors, runtimeFail } from './errors.ts';

const fail = failWith({
  DEMO_FULL: {
    en: '{what} is full',
    vi: '{what} đã đầy',
    hint: { en: 'Empty {what} or get another.', vi: 'Hãy làm trống {what}.' },
    exit: 69,
  },
});

describe('LabwatchError', () => {
  it('has a code, one line and a hint in both languages, and an exit code', () => {
    const cause = new Error('ENOSPC');
    const error = fail('DEMO_FULL', { what: 'the disk' }, cause);
    expect(error).toBeInstanceOf(LabwatchError);
    expect(error.line()).toBe('DEMO_FULL: the disk is full. Empty the disk or get another.');
    expect(error.vi).toBe('the disk đã đầy. Hãy làm trống the disk.');
    expect(error).toMatchObject({ code: 'DEMO_FULL', exit: 69, cause });
  });
  it('does not add a full stop to a question', () => {
    const error = runtimeFail('CONFIG_UNKNOWN_KEY', { key: 'a', source: 'b', near: 'c', allowed: 'c' });
    expect(error.line()).toBe('CONFIG_UNKNOWN_KEY: unknown setting "a" (b); did you mean "c"? Allowed here: c.');
  });
  it('leaves a place alone that no detail fills', () => expect(fail('DEMO_FULL').message).toBe('{what} is full'));
  it('takes a detail as it is, whatever signs it holds', () => {
    expect(fail('DEMO_FULL', { what: '$& {what} $1' }).message).toBe('$& {what} $1 is full');
  });
  it('stays one line', () =>
    expect(fail('DEMO_FULL', { what: 'a\r\nb\u0007c' }).line()).toBe('DEMO_FULL: a b c is full. Empty a b c or get another.'));
});

describe('the catalogue of every program', () => {
  it.each(Object.entries(runtimeErrors))('%s says what and what to do, in both languages', (code, entry) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    for (const text of [entry.en, entry.vi, entry.hint.en, entry.hint.vi]) expect(text.trim().length).toBeGreaterThan(5);
    expect([69, 73, 77, 78]).toContain(entry.exit);
  });
});

describe('listenError', () => {
  it('tells of a port in use, which it really is', async () => {
    const first = createServer();
    const second = createServer();
    await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
    const { port } = first.address() as { port: number };
    const thrown = await new Promise((resolve) => second.once('error', resolve).listen(port, '127.0.0.1'));
    const error = listenError(thrown, { host: '127.0.0.1', port, flag: 'http-port' });
    expect(error).toMatchObject({ code: 'PORT_IN_USE', exit: 69 });
    expect((error as LabwatchError).line()).toContain(String(port));
    expect((error as LabwatchError).line()).toContain('--http-port');
    await new Promise((resolve) => first.close(resolve));
  });
  it('tells of an address that is not ours', async () => {
    // 192.0.2.1 is for documentation (RFC 5737): no machine has it.
    const thrown = await new Promise((resolve) => createServer().once('error', resolve).listen(0, '192.0.2.1'));
    expect(listenError(thrown, { host: '192.0.2.1', port: 1, flag: 'listen' })).toMatchObject({ code: 'PORT_FORBIDDEN', exit: 77 });
  });
  it('leaves other errors alone', () => {
    const other = new Error('other');
    expect(listenError(other, { host: 'x', port: 1, flag: 'x' })).toBe(other);
    const known = runtimeFail('CONFIG_EXTRA_WORD', { word: 'x' });
    expect(listenError(known, { host: 'x', port: 1, flag: 'x' })).toBe(known);
  });
});
