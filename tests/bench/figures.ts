import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../tools/programs.ts';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** Collects figures, prints each as `figure NAME VALUE UNIT` and writes all to tests/bench/out/<name>.json. */
export class Figures {
  readonly #all: Figure[] = [];

  add(name: string, value: number, unit: string): void {
    this.#all.push({ name, value, unit });
    process.stdout.write(`figure ${name} ${Number(value.toPrecision(4))} ${unit}\n`);
  }

  write(name: string): void {
    const folder = join(ROOT, 'tests/bench/out');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(this.#all, null, 2)}\n`);
  }
}
