import { antivirus } from './antivirus/probe.ts';
import { boots } from './boots/probe.ts';
import { cpu } from './cpu/probe.ts';
import { disk } from './disk/probe.ts';
import { diskHealth } from './disk-health/probe.ts';
import { displays } from './displays/probe.ts';
import { inventory } from './inventory/probe.ts';
import { memory } from './memory/probe.ts';
import { network } from './network/probe.ts';
import type { Probe } from './probe.ts';
import { protection } from './protection/probe.ts';
import { reach } from './reach/probe.ts';
import { session } from './session/probe.ts';
import { temperature } from './temperature/probe.ts';

/** Every probe, in the order their parts are merged. Adding one costs a folder and a line here. */
export const PROBES: readonly Probe[] = [
  boots,
  session,
  cpu,
  memory,
  disk,
  network,
  reach,
  temperature,
  inventory,
  diskHealth,
  displays,
  antivirus,
  protection,
];
