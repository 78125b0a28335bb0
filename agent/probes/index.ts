import type { Probe } from './probe.ts';

/** Every probe, in the order their parts are merged. Adding one costs a folder and a line here. */
export const PROBES: readonly Probe[] = [];
