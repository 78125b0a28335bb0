/** One sensor as /sys tells it (Documentation/hwmon/sysfs-interface.rst, Documentation/driver-api/thermal/sysfs-api.rst). */
export interface Sensor {
  /** `name` of the hwmon chip (its driver), or `type` of the thermal zone. */
  readonly source: string;
  readonly label?: string;
  /** Text of `temp*_input` or `temp`: thousandths of a degree Celsius. */
  readonly input: string;
  /** Text of `temp*_fault`: 1 = the sensor is broken or not connected. */
  readonly fault?: string;
}

/** Below and above these no lab computer runs: a sensor that says so is not connected. */
const COLDEST = 1;
const HOTTEST = 119;

/** Drivers whose sensor sits in a chip that is always there: processor, graphics, disk. Others only when there is none of these. */
const IN_A_CHIP =
  /^(?:coretemp|k8temp|k10temp|zenpower|via_cputemp|cpu_thermal|cpu[-_]|soc|x86_pkg_temp|TCPU|bcm2835_thermal|scpi_sensors|amdgpu|radeon|nouveau|i915|xe|nvme|drivetemp)/;
/** Inputs of the board's chip (Nuvoton, ITE, Winbond) that are often wired to nothing. */
const LOOSE_WIRE = /^(?:AUXTIN\d*|PCH_|intrusion|PECI Agent \d+ Calibration)/i;

/** @returns degrees Celsius, or undefined for a broken, unconnected or absurd sensor (-128, 127, 65261 …) */
export function degrees(sensor: Sensor): number | undefined {
  const text = sensor.input.trim();
  if (sensor.fault?.trim() === '1' || !/^-?\d{1,9}$/.test(text) || LOOSE_WIRE.test(sensor.label ?? '')) return undefined;
  const value = Math.round(Number(text) / 100) / 10;
  return value >= COLDEST && value <= HOTTEST ? value : undefined;
}

/** The hottest sensor that can be believed. @returns degrees Celsius with one decimal, or undefined */
export function hottest(sensors: readonly Sensor[]): number | undefined {
  const readings = sensors.flatMap((sensor) => {
    const value = degrees(sensor);
    return value === undefined ? [] : [{ value, inChip: IN_A_CHIP.test(sensor.source) }];
  });
  const chips = readings.filter((reading) => reading.inChip);
  const believed = (chips.length > 0 ? chips : readings).map((reading) => reading.value);
  return believed.length === 0 ? undefined : Math.max(...believed);
}
