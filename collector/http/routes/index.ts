import type { App, HttpContext } from '../context.ts';
import { agentRoutes } from './agent/routes.ts';
import { commandRoutes } from './commands/routes.ts';
import { deviceRoutes } from './devices/routes.ts';
import { enrolmentRoutes } from './enrolments/routes.ts';
import { eventRoutes } from './events/routes.ts';
import { releaseRoutes } from './releases/routes.ts';
import { sessionRoutes } from './session/routes.ts';
import { settingsRoutes } from './settings/routes.ts';
import { unitRoutes } from './units/routes.ts';

export type RouteSet = (app: App, context: HttpContext) => void;

/** Everything under /api/v1. A new resource costs a folder and a line. */
export const API_ROUTES: readonly RouteSet[] = [
  sessionRoutes,
  enrolmentRoutes,
  unitRoutes,
  deviceRoutes,
  settingsRoutes,
  commandRoutes,
  eventRoutes,
  agentRoutes,
  releaseRoutes,
];
