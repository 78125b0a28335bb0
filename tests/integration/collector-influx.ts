import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Influxd } from '../tools/influxd.ts';
import { tempFolder } from '../tools/programs.ts';

/** A private influxd of a test. */
export interface TestInflux {
  readonly influxd: Influxd;
  readonly close: () => Promise<void>;
}

/** @param options.http more lines of its [http] section, e.g. `max-body-size = 2000` */
export async function startInflux(options: { auth?: boolean; http?: readonly string[] } = {}): Promise<TestInflux> {
  const folder = tempFolder('influx');
  const influxd = await Influxd.create(folder.path, { auth: options.auth === true });
  const config = join(folder.path, 'influxdb.conf');
  writeFileSync(config, readFileSync(config, 'utf8').replace('[http]\n', ['[http]', ...(options.http ?? []), ''].join('\n')));
  const close = async (): Promise<void> => {
    await influxd.stop();
    folder.remove();
  };
  try {
    await influxd.start();
  } catch (error) {
    await close();
    throw error;
  }
  return { influxd, close };
}
