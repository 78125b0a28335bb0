import { describe, expect, it } from 'vitest';
import type { DeviceDay, DevicePage } from '../schemas/device.ts';
import { addDevice, addSchool, NOW, say, startWithAdmin } from '../test-kit/http-kit.ts';

describe('another zone', () => {
  it('is used for times and for the day', async () => {
    const abroad = await startWithAdmin();
    try {
      const { room } = await addSchool(abroad.ledger, 'America/St_Johns');
      const id = await addDevice(abroad.ledger, room, 'PC');
      await say(abroad.ledger, id, { lastSeen: NOW });
      const ask = async (path: string) => (await abroad.fetch(`/api/v1/devices/${id}${path}`, { cookie: abroad.cookie })).json();
      // 01:15 UTC is 21:45 the day before in Newfoundland, 3:30 behind.
      expect(await ask('')).toMatchObject({ zone: 'America/St_Johns', lastSeen: '2026-11-20T21:45:00-03:30' });
      const day = (await ask('/days/2026-11-20')) as DeviceDay;
      expect(day.states.indexOf('f')).toBe(21 * 60 + 45);
    } finally {
      await abroad.stop();
    }
  });
});

describe('many devices', () => {
  it('are paged with a filter that few fit, in bounded work', async () => {
    const many = await startWithAdmin();
    try {
      const { room } = await addSchool(many.ledger);
      const { text } = await many.ledger.credentials.createToken({
        unit: room,
        class: 'pc-student',
        expiresAt: NOW + 1,
        maxUses: 1000,
        at: NOW,
      });
      const ids: string[] = [];
      for (let i = 0; i < 620; i++) {
        const outcome = await many.ledger.credentials.enrol({
          token: text,
          name: `Máy ${i}`,
          at: NOW,
          fingerprint: { board: `B${i}-${process.pid}`, macs: [], disks: [`D${i}-${process.pid}`] },
        });
        if (outcome.outcome !== 'refused') ids.push(outcome.device);
      }
      const online = ids.filter((_, i) => i % 200 === 0).toSorted();
      for (const id of online) await say(many.ledger, id, { lastSeen: NOW, online: true });
      const page = async (query: string) =>
        (await (await many.fetch(`/api/v1/devices?${query}`, { cookie: many.cookie })).json()) as DevicePage;
      expect((await page('state=online')).items.map(({ id }) => id)).toEqual(online);
      const first = await page('state=online&limit=2');
      const rest = await page(`state=online&limit=2&cursor=${first.next}`);
      expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(online);
      expect(rest.next).toBeNull();
    } finally {
      await many.stop();
    }
  });
});
