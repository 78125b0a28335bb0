import { Type, type Static } from 'typebox';
import { sequencedFields } from '../envelope.ts';
import { Hardware, Label, Mac, OneOf, PlainDate, Product, Serial } from '../text.ts';

export const NETWORK_FAMILIES = ['ipv4', 'ipv6'] as const;
export const DISK_STATES = ['ok', 'at_risk', 'failing', 'unknown'] as const;
export const DISK_WARNINGS = ['spare', 'temperature', 'reliability', 'read_only', 'backup'] as const;

const bytes = (description: string) => Type.Integer({ minimum: 0, maximum: 1e18, description });
const count = (description: string, maximum: number) => Type.Integer({ minimum: 0, maximum, description });

const raw = (description: string) => Type.Optional(count(description, 0xffff_ffff));

/** What a disk says of itself (SMART, NVMe health log), in raw values; what it does not count is absent. */
const DiskHealth = Type.Object({
  state: OneOf(
    DISK_STATES,
    'failing = the disk itself predicts its failure; at_risk = spare blocks or planned life run out; ok = it says that it is well.',
  ),
  reallocated: raw('Reallocated sectors, ATA attribute 5.'),
  reported: raw('Reported uncorrectable errors, ATA attribute 187.'),
  timeouts: raw('Command time-outs, ATA attribute 188, low word.'),
  pending: raw('Sectors waiting to be reallocated, ATA attribute 197.'),
  offline: raw('Uncorrectable sectors of the own test, ATA attribute 198.'),
  wear: Type.Optional(count('Used of the planned life in percent; may pass 100.', 255)),
  spare: Type.Optional(count('Spare blocks left in percent.', 100)),
  mediaErrors: Type.Optional(count('Media and data integrity errors of NVMe.', Number.MAX_SAFE_INTEGER)),
  hours: Type.Optional(count('Hours it has run.', 1_000_000)),
  warnings: Type.Optional(Type.Array(OneOf(DISK_WARNINGS, 'A critical warning of NVMe.'), { maxItems: 5, description: 'Empty = none.' })),
});

/** The hardware, at start, on change and daily. What is not known is absent. */
export const Inventory = Type.Object(
  {
    ...sequencedFields,
    system: Type.Object({
      maker: Type.Optional(Hardware('Maker of the computer.')),
      model: Type.Optional(Hardware('Model of the computer.')),
      serial: Type.Optional(Serial('Serial number of the computer.')),
      uuid: Type.Optional(Serial('SMBIOS UUID unless it is junk.')),
      board: Type.Optional(Serial('Serial number of the main board unless it is junk.')),
      virtual: Type.Optional(Type.Boolean({ description: 'A virtual machine.' })),
    }),
    cpu: Type.Optional(
      Type.Object({
        model: Hardware('Model of the processor.'),
        cores: Type.Optional(count('Physical cores.', 4096)),
        threads: Type.Optional(count('Logical processors.', 4096)),
        mhz: Type.Optional(count('Nominal clock.', 100_000)),
      }),
    ),
    memory: Type.Object({
      total: Type.Optional(bytes('Memory the system sees.')),
      dimms: Type.Optional(
        Type.Array(
          Type.Object({
            size: bytes('Size of the module.'),
            type: Type.Optional(Hardware('e.g. DDR4.')),
            mhz: Type.Optional(count('Clock.', 100_000)),
            maker: Type.Optional(Hardware('Maker.')),
            part: Type.Optional(Hardware('Part number.')),
            serial: Type.Optional(Serial('Serial number.')),
            slot: Type.Optional(Hardware('Slot.')),
          }),
          { maxItems: 32 },
        ),
      ),
    }),
    disks: Type.Array(
      Type.Object({
        kind: OneOf(['hdd', 'ssd', 'nvme', 'other', 'unknown'], 'Kind of disk.'),
        size: Type.Optional(bytes('Size.')),
        maker: Type.Optional(Hardware('Maker.')),
        model: Type.Optional(Hardware('Model.')),
        serial: Type.Optional(Serial('Serial number.')),
        health: Type.Optional(DiskHealth),
      }),
      { maxItems: 32 },
    ),
    nics: Type.Array(
      Type.Object({
        mac: Mac,
        kind: OneOf(['wired', 'wireless', 'other'], 'Kind of network card.'),
        physical: Type.Boolean({ description: 'A card of hardware, not a bridge, tunnel or container.' }),
        speed: Type.Optional(count('Link speed in Mbit/s.', 1_000_000)),
      }),
      { maxItems: 32 },
    ),
    displays: Type.Optional(
      Type.Array(
        Type.Object({
          external: Type.Boolean({ description: 'Not the panel of a laptop.' }),
          maker: Type.Optional(Hardware('Maker.')),
          model: Type.Optional(Hardware('Model.')),
          serial: Type.Optional(Serial('Serial number from the EDID.')),
        }),
        { maxItems: 16 },
      ),
    ),
    network: Type.Optional(
      Type.Object({
        families: Type.Array(OneOf(NETWORK_FAMILIES, 'A family of addresses.'), {
          maxItems: 2,
          description: 'Families it has an address of that leads somewhere; ipv6 = of the IPv6 internet.',
        }),
        broker: Type.Optional(
          Type.Array(OneOf(NETWORK_FAMILIES, 'A family of addresses.'), {
            maxItems: 2,
            description: 'Families of addresses by which the broker was reached; absent = not known.',
          }),
        ),
      }),
    ),
    os: Type.Object({
      name: Product('Name of the operating system.'),
      version: Type.Optional(Product('Version.')),
      build: Type.Optional(Product('Build or kernel.')),
      licence: OneOf(['licensed', 'unlicensed', 'grace', 'free', 'unknown'], 'State of the licence.'),
      endOfSupport: Type.Optional(PlainDate('Last day of support.')),
    }),
    seat: Type.Optional(Label('Label of the seat, as given at installation, e.g. "Máy 07".')),
  },
  { $id: 'inventory', description: 'The hardware, at start, on change and daily.' },
);
export type Inventory = Static<typeof Inventory>;
