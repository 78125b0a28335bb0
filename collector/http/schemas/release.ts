import { Type } from 'typebox';
import { RELEASE_STATES } from '../../../ledger/index.ts';
import { DateTime, DeviceId, Nullable, Page } from './common.ts';

const Release = Type.Object(
  {
    version: Type.String(),
    state: Type.Enum([...RELEASE_STATES], { description: 'paused = offered to nobody for now.' }),
    publishedAt: DateTime,
    platforms: Type.Array(Type.String()),
    rings: Type.Array(
      Type.Object({
        unit: Nullable(Type.String({ description: 'Code of the unit; null = all units.' })),
        percent: Type.Number({ minimum: 0, maximum: 100 }),
      }),
    ),
    running: Type.Integer({ description: 'Devices that said they run it.' }),
    wentBack: Type.Integer({ description: 'Devices that tried it and went back.' }),
  },
  { $id: 'Release' },
);
export const ReleasePage = Page(Release, 'ReleasePage');

const StuckDevice = Type.Object(
  {
    id: DeviceId,
    name: Type.String(),
    version: Type.String({ description: 'What it runs.' }),
    frozen: Type.Boolean({ description: 'It falls back to that whatever it installs: its disk is frozen (Deep Freeze).' }),
    failed: Type.Array(Type.String({ description: 'A version it went back from.' })),
    askedAt: DateTime,
  },
  { $id: 'StuckDevice' },
);
export const StuckPage = Page(StuckDevice, 'StuckPage');
