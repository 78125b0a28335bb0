import { defined } from '../../platform/clean.ts';
import type { Door } from '../probe.ts';
import type { Sensor } from './parse.ts';

/** Where the sensors are. It does not change while the machine runs, but for a disk that is plugged in. */
export interface SensorFiles {
  readonly source: string;
  readonly label?: string;
  readonly input: string;
  readonly fault?: string;
}

async function hwmonFiles(door: Door, chip: string): Promise<SensorFiles[]> {
  const folder = `/sys/class/hwmon/${chip}`;
  const [names, source] = await Promise.all([door.listDir(folder), door.readText(`${folder}/name`)]);
  const inputs = (names ?? []).filter((name) => /^temp\d+_input$/.test(name));
  return Promise.all(
    inputs.map(async (input) => {
      const label = (await door.readText(`${folder}/${input.replace('_input', '_label')}`))?.trim();
      const fault = input.replace('_input', '_fault');
      return defined({
        source: source?.trim() ?? '',
        label,
        input: `${folder}/${input}`,
        fault: names?.includes(fault) === true ? `${folder}/${fault}` : undefined,
      });
    }),
  );
}

async function zoneFiles(door: Door, zone: string): Promise<SensorFiles[]> {
  const folder = `/sys/class/thermal/${zone}`;
  const source = (await door.readText(`${folder}/type`))?.trim();
  return source === undefined ? [] : [{ source, input: `${folder}/temp` }];
}

/** Looks for every sensor of the machine. */
export async function findSensors(door: Door): Promise<SensorFiles[]> {
  const [chips, zones] = await Promise.all([door.listDir('/sys/class/hwmon'), door.listDir('/sys/class/thermal')]);
  const found = await Promise.all([
    ...(chips ?? []).map((chip) => hwmonFiles(door, chip)),
    ...(zones ?? []).filter((zone) => /^thermal_zone\d+$/.test(zone)).map((zone) => zoneFiles(door, zone)),
  ]);
  return found.flat();
}

/** Reads the sensors that answer. */
export async function readSensors(door: Door, files: readonly SensorFiles[]): Promise<Sensor[]> {
  const sensors = await Promise.all(
    files.map(async ({ source, label, input, fault }): Promise<Sensor | undefined> => {
      const text = await door.readText(input);
      if (text === undefined) return undefined;
      const faultText = fault === undefined ? undefined : await door.readText(fault);
      return {
        source,
        input: text,
        ...(label === undefined ? {} : { label }),
        ...(faultText === undefined ? {} : { fault: faultText }),
      };
    }),
  );
  return sensors.filter((sensor) => sensor !== undefined);
}
