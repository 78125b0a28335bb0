import { assert, dictionary, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Device, UnitKind, UnitPlace } from '../../ledger/index.ts';
import { parseLine } from './parse-line.ts';
import { reportLine, tagsOf } from './line.ts';

const device: Device = {
  id: 'd0123456789abcdefghijklmno',
  class: 'pc-student',
  name: 'Máy 07',
  unit: 'u',
  enrolledAt: 0,
  revokedAt: null,
  fingerprint: { macs: [], disks: [] },
  clonedFrom: null,
};
function placeOf(...codes: [UnitKind, string][]): UnitPlace {
  const path = codes.map(([kind, code], i) => ({ id: String(i), code, kind, name: code }));
  const last = path.at(-1)!;
  return { ...last, parent: null, zone: null, path, effectiveZone: 'Asia/Ho_Chi_Minh' };
}
const window = { minute: 29_000_000, span: 5, on: '11111', active: '01100', blind: '00001' };

describe('a report as line protocol', () => {
  test('tags are codes, metrics floats, minutes integers, time the end of the window', () => {
    const place = placeOf(['province', 'T 01'], ['school', 'THPT=A'], ['site', 's'], ['room', 'P,2'], ['seat', 'P2-07']);
    const metrics = { cpu: { min: 1, mean: 2.5, max: 100 }, disk: 40 };
    expect(reportLine(device, place, metrics, window, -1_600)).toBe(
      'report,class=pc-student,device=d0123456789abcdefghijklmno,province=T\\ 01,room=P\\,2,school=THPT\\=A,unit=P2-07 ' +
        'active_minutes=2i,blind_minutes=1i,cpu_max=100,cpu_mean=2.5,cpu_min=1,disk=40,on_minutes=5i,skew_seconds=-2i 1740000300000',
    );
  });

  test('what was not measured is absent', () => {
    const line = reportLine(device, placeOf(['school', 'A']), {}, window, null);
    expect([...parseLine(line).fields.keys()].toSorted()).toEqual(['active_minutes', 'blind_minutes', 'on_minutes']);
    expect(tagsOf(device, placeOf(['school', 'A']))).not.toHaveProperty('province');
  });

  test('no code of a unit can break the line', () => {
    const codes = dictionary(string(), string({ unit: 'binary', minLength: 1, maxLength: 12 }), { minKeys: 1, maxKeys: 1 });
    assert(
      property(codes, (made) => {
        const code = Object.values(made)[0]!;
        const line = reportLine(device, placeOf(['room', code]), { swap: 1e21 }, window, null);
        expect(line).not.toContain('\n');
        const parsed = parseLine(line);
        expect(parsed.fields.size).toBe(4);
        expect(parsed.at).toBe(1_740_000_300_000);
        expect(parsed.tags.get('device')).toBe(device.id);
      }),
    );
  });
});
