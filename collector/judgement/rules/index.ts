import type { Rule } from '../subject.ts';
import { antivirus } from './antivirus.ts';
import { clock } from './clock.ts';
import { disk } from './disk.ts';
import { diskHealth } from './disk-health.ts';
import { dropped } from './dropped.ts';
import { heat } from './heat.ts';
import { memory } from './memory.ts';
import { missingPart } from './missing-part.ts';
import { shutdown } from './shutdown.ts';
import { silent } from './silent.ts';
import { support } from './support.ts';

/** Every rule there is. A new one costs a file beside these and a line here. */
export const RULES: readonly Rule[] = [silent, antivirus, diskHealth, missingPart, disk, heat, memory, clock, shutdown, dropped, support];
