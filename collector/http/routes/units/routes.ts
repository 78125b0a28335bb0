import type { App, HttpContext } from '../../context.ts';
import { UnitPage } from '../../schemas/device.ts';
import { problems } from '../responses.ts';

export function unitRoutes(app: App, context: HttpContext): void {
  app.route({
    method: 'GET',
    url: '/units',
    schema: {
      operationId: 'listUnits',
      summary: 'The tree of units, parents before children, with the number of devices in each and below.',
      tags: ['units'],
      response: { 200: UnitPage, ...problems(401) },
    },
    handler: async () => ({ items: await context.fleet.units(), next: null }),
  });
}
