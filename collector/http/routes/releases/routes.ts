import type { Static } from 'typebox';
import { DEFAULT_ZONE, type DeviceUpdate } from '../../../../ledger/index.ts';
import type { ReleaseManifest } from '../../../../protocol/release.ts';
import type { App, HttpContext } from '../../context.ts';
import { ReleasePage, StuckPage } from '../../schemas/release.ts';
import { rfc3339 } from '../../time.ts';
import { problems } from '../responses.ts';

const tags = ['releases'];

async function releases({ ledger }: HttpContext): Promise<Static<typeof ReleasePage>> {
  const updates = await ledger.releases.updates();
  const codes = new Map((await ledger.units.list()).map(({ id, code }) => [id, code]));
  const items = (await ledger.releases.list()).map(({ version, state, publishedAt, manifest, steps }) => ({
    version,
    state,
    publishedAt: rfc3339(publishedAt, DEFAULT_ZONE),
    platforms: (JSON.parse(manifest) as ReleaseManifest).files.map(({ platform }) => platform),
    rings: steps.map(({ unit, percent }) => ({ unit: unit === null ? null : (codes.get(unit) ?? null), percent })),
    running: updates.filter((each) => each.version === version).length,
    wentBack: updates.filter(({ failed }) => failed.includes(version)).length,
  }));
  return { items, next: null };
}

const isStuck = ({ frozenAt, failed }: DeviceUpdate): boolean => frozenAt !== null || failed.length > 0;

async function stuck({ ledger }: HttpContext): Promise<Static<typeof StuckPage>> {
  const items = [];
  for (const { device, version, frozenAt, failed, askedAt } of (await ledger.releases.updates()).filter(isStuck)) {
    const name = (await ledger.devices.byId(device))?.name ?? '';
    items.push({ id: device, name, version, frozen: frozenAt !== null, failed: [...failed], askedAt: rfc3339(askedAt, DEFAULT_ZONE) });
  }
  return { items, next: null };
}

/** Which versions there are, who runs them, and who does not get further. Publishing needs a key, and is a command of the operator. */
export function releaseRoutes(app: App, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/releases',
    schema: {
      operationId: 'listReleases',
      summary: 'Releases of the agent, the newest first, with their rings and how many devices run them.',
      tags,
      response: { 200: ReleasePage, ...problems(401) },
    },
    handler: async () => releases(context),
  });
  app.route({
    method: 'GET',
    url: '/releases/stuck',
    schema: {
      operationId: 'listStuckDevices',
      summary: 'Devices that do not get further: frozen disks, and those that went back from a release.',
      tags,
      response: { 200: StuckPage, ...problems(401) },
    },
    handler: async () => stuck(context),
  });
}
