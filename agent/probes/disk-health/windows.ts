import { askDaily } from '../../platform/windows/daily.ts';
import type { DailyAnswer } from '../../platform/windows/daily-answer.ts';
import { drive, readWindowsDisks } from '../../platform/windows/hardware.ts';
import { textOf } from '../../platform/windows/values.ts';
import type { ProbeContext, WindowsDoor } from '../probe.ts';
import { joinReadings } from './judge.ts';
import { readSmartctl, type Looked } from './linux.ts';
import { parseNvmeAnswer, parsePredictFailure, type Reading } from './parse.ts';

/** ntddstor.h; both are made with FILE_ANY_ACCESS. */
const PREDICT_FAILURE = 0x2d1100;
const QUERY_PROPERTY = 0x2d1400;

/**
 * STORAGE_PROPERTY_QUERY for the health log, as Microsoft's "Working with NVMe drives" builds it: property 50
 * (StorageDeviceProtocolSpecificProperty), then STORAGE_PROTOCOL_SPECIFIC_DATA: NVMe (3), log page (2), page 2, and 512 bytes
 * wanted 40 bytes further on.
 */
function healthLogQuery(): Uint8Array {
  const query = new DataView(new ArrayBuffer(48 + 512));
  for (const [at, value] of [
    [0, 50],
    [8, 3],
    [12, 2],
    [16, 2],
    [24, 40],
    [28, 512],
  ] as const) {
    query.setUint32(at, value, true);
  }
  return new Uint8Array(query.buffer);
}

async function askDriver(windows: WindowsDoor, number: number, nvme: boolean): Promise<Reading | undefined> {
  if (nvme) {
    const query = healthLogQuery();
    const answer = await windows.control(drive(number), QUERY_PROPERTY, query, query.length);
    return answer === undefined ? undefined : parseNvmeAnswer(answer);
  }
  const answer = await windows.control(drive(number), PREDICT_FAILURE, new Uint8Array(0), 516);
  return answer === undefined ? undefined : parsePredictFailure(answer);
}

/** What the daily look of Windows says of one disk. HealthStatus: 0 healthy, 2 unhealthy; a warning (1) is no verdict. */
export function fromDaily(daily: DailyAnswer | undefined, number: number): Reading | undefined {
  const physical = daily?.physical?.find((one) => one.id === number);
  const counter = daily?.reliability?.find((one) => one.id === number);
  const wmi = daily?.drives?.find((one) => one.index === number);
  const pnp = wmi?.pnp?.toLowerCase();
  // The instance is the PnP id with a number behind it.
  const predicted = pnp === undefined ? undefined : daily?.predictions?.find((one) => one.instance.toLowerCase().startsWith(`${pnp}_`));
  const verdicts = [
    physical?.health === 2 ? false : physical?.health === 0 ? true : undefined,
    predicted === undefined ? undefined : !predicted.failing,
    wmi?.status === undefined ? undefined : /^pred fail$/i.test(wmi.status) ? false : undefined,
  ].filter((verdict) => verdict !== undefined);
  const passed = verdicts.length === 0 ? undefined : verdicts.every(Boolean);
  const { wear, hours } = counter ?? {};
  if (passed === undefined && wear === undefined && hours === undefined) return undefined;
  return {
    attributes: new Map(),
    ...(passed === undefined ? {} : { passed }),
    ...(wear === undefined || wear > 255 ? {} : { wear }),
    // 0 is what a disk says that does not count.
    ...(hours === undefined || hours === 0 || hours > 525_600 ? {} : { hours }),
  };
}

/** smartctl where it is installed (it knows more attributes and more bridges), else the disk's driver; the daily look adds to both. */
export async function lookWindows({ door, memo, clock }: ProbeContext, windows: WindowsDoor): Promise<Looked[]> {
  const current = await windows.values('HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion');
  const smartctl = `${textOf(current, 'ProgramFilesDir') ?? 'C:\\Program Files'}\\smartmontools\\bin\\smartctl.exe`;
  const installed = (await door.stat(smartctl)) !== undefined;
  const daily = await askDaily(door, memo, clock);
  const looked: Looked[] = [];
  for (const disk of (await readWindowsDisks(door)).filter((each) => !each.removable)) {
    const number = Number(/\d+$/.exec(disk.name)?.[0]);
    const told = installed ? await readSmartctl(door, smartctl, `/dev/pd${number}`) : undefined;
    const own = told ?? (await askDriver(windows, number, disk.kind === 'nvme'));
    looked.push({ disk, reading: joinReadings(own, fromDaily(daily, number)) });
  }
  return looked;
}
