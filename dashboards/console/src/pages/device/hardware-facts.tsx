import type { DeviceDetail } from '../../api/types.ts';
import { f, t } from '../../i18n/index.ts';
import { Fact, FactList, Facts, joined } from './facts.tsx';

type Inventory = NonNullable<DeviceDetail['inventory']>['data'];
const BINARY = 1024;

const dimms = (data: Inventory) =>
  data.memory.dimms?.map((dimm) =>
    joined(f().bytes(dimm.size, BINARY), dimm.type, dimm.mhz !== undefined && `${dimm.mhz} MHz`, dimm.maker, dimm.slot),
  );

const disks = (data: Inventory) =>
  data.disks.map((disk) =>
    joined(
      joined(disk.maker, disk.model).replace(' · ', ' '),
      t().hardware.diskKinds[disk.kind],
      disk.size !== undefined && f().bytes(disk.size),
      disk.health !== undefined && t().hardware.diskStates[disk.health.state],
      disk.health?.hours !== undefined && t().hardware.diskHours(f().number(disk.health.hours)),
    ),
  );

const nics = (data: Inventory) =>
  data.nics
    .filter((nic) => nic.physical)
    .map((nic) => joined(t().hardware.nicKinds[nic.kind], nic.speed !== undefined && f().quantity(nic.speed, 'Mbit/s'), nic.mac));

const displays = (data: Inventory) =>
  data.displays?.map((display) =>
    joined(joined(display.maker, display.model).replace(' · ', ' '), display.external ? t().hardware.external : t().hardware.builtIn),
  );

function Known({ data }: { data: Inventory }) {
  const words = t().hardware;
  const { system, cpu, memory, os } = data;
  const threads = cpu?.cores !== undefined && cpu.threads !== undefined && words.cores(f().number(cpu.cores), f().number(cpu.threads));
  return (
    <dl>
      <Fact name={words.maker}>
        {joined(joined(system.maker, system.model).replace(' · ', ' '), system.virtual === true && words.virtual)}
      </Fact>
      <Fact name={words.serial}>{system.serial}</Fact>
      <Fact name={words.cpu}>{cpu && joined(cpu.model, threads, cpu.mhz !== undefined && `${f().number(cpu.mhz / 1000, 1)} GHz`)}</Fact>
      <Fact name={words.memory}>{memory.total !== undefined && f().bytes(memory.total, BINARY)}</Fact>
      <FactList name={words.modules} items={dimms(data)} none={t().app.none} />
      <FactList name={words.disks} items={disks(data)} none={t().app.none} />
      <FactList name={words.nics} items={nics(data)} none={t().app.none} />
      <FactList name={words.displays} items={displays(data)} none={words.noDisplay} />
      <Fact name={words.os}>{joined(joined(os.name, os.version).replace(' · ', ' '), os.build)}</Fact>
      <Fact name={words.licence}>{words.licences[os.licence]}</Fact>
    </dl>
  );
}

export function HardwareFacts({ inventory }: { inventory: DeviceDetail['inventory'] }) {
  const words = t().hardware;
  return (
    <Facts id="hardware" title={words.title} note={inventory === null ? undefined : words.readAt(f().dateTime(inventory.at))}>
      {inventory === null ? <p class="unknown">{words.waiting}</p> : <Known data={inventory.data} />}
    </Facts>
  );
}
