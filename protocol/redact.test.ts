import { describe, expect, it } from 'vitest';
import { redact } from './redact.ts';

const through = (value: unknown): unknown =>
  JSON.parse(new TextDecoder().decode(redact('inventory', new TextEncoder().encode(JSON.stringify(value)))));

describe('what is kept of a refused message', () => {
  const head = { v: 1, stream: 'abcdefghijklmnopqrstuvwxyz', seq: 7, at: 1_700_000_000_000 };

  it('is all that the contract would have taken', () => {
    const fine = { ...head, v: 2, seat: 'Máy 07', system: { model: 'OptiPlex 3070' } };
    expect(through(fine)).toEqual(fine);
  });

  it('is no text that the contract does not take there, and no key it does not name', () => {
    const telling = {
      ...head,
      seat: 'C:\\Users\\Lan\\thu.docx',
      system: { model: 'lan@truong.edu.vn', 'nguyen.lan': 1, owner: 'Nguyễn Thị Lan' },
      disks: 'https://example.com/lan',
      nics: [{ mac: 'máy của Lan' }, 'Lan', ['Lan']],
      displays: { Lan: true },
      'window of Lan': 'Lan',
      __proto__: { Lan: 1 },
    };
    const kept = through(telling);
    expect(JSON.stringify(kept)).not.toMatch(/lan/i);
    expect(kept).toMatchObject({ ...head, seat: '(text of 21 characters)', system: { model: '(text of 17 characters)' } });
  });
});
