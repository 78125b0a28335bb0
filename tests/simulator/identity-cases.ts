/**
 * What must become of which machine. A story is told in steps (see Story); what is expected is which device each machine is in
 * the end, named A, B … in the order in which they first appeared. There are as many devices as letters, unless `devices` says
 * otherwise.
 */
export interface IdentityCase {
  readonly about: string;
  /** Kind of the machines: see KINDS. */
  readonly kind: string;
  readonly story: string;
  readonly ids: string;
  readonly devices?: number;
}

const group = (kind: string, cases: readonly (readonly [about: string, story: string, ids: string, devices?: number])[]): IdentityCase[] =>
  cases.map(([about, story, ids, devices]) => ({ about, kind, story, ids, ...(devices === undefined ? {} : { devices }) }));

export const IDENTITY_CASES: readonly IdentityCase[] = [
  // Repairs.
  ...group('good', [
    ['two machines', 'install 1 2 | start 1 2', '1=A 2=B'],
    ['a restart', 'install 1 | start 1 | reboot 1 x2', '1=A'],
    ['a bigger disk with the old one copied onto it', 'install 1 | start 1 | stop 1 | change disk 1 | start 1', '1=A'],
    ['another disk, installed anew', 'install 1 | start 1 | stop 1 | change disk 1 | install 1 | start 1', '1=A'],
    ['another network card', 'install 1 | start 1 | stop 1 | change card 1 | start 1', '1=A'],
    ['another network card, installed anew', 'install 1 | start 1 | stop 1 | change card 1 | install 1 | start 1', '1=A'],
    ['a second card', 'install 1 | start 1 | stop 1 | plug card 1 | start 1', '1=A'],
    ['another UUID by a BIOS update', 'install 1 | start 1 | stop 1 | change uuid 1 | start 1', '1=A'],
    ['another main board with its own card', 'install 1 | start 1 | stop 1 | change board 1 | start 1', '1=A'],
    [
      'disk, then card, then board, over the years',
      'install 1 | start 1 | stop 1 | change disk 1 | start 1 | stop 1 | change card 1 | start 1 | stop 1 | change board 1 | start 1',
      '1=A',
    ],
    [
      'the agent loses the right to read the firmware',
      'install 1 | start 1 | stop 1 | poor 1 | start 1 | stop 1 | root 1 | start 1',
      '1=A',
    ],
    ['and is installed anew without it', 'install 1 | start 1 | stop 1 | poor 1 | install 1 | start 1', '1=A'],
    ['disks of two machines swapped', 'install 1 2 | start 1 2 | stop 1 2 | swap disks 1 2 | start 1 2', '1=A 2=B'],
    ['a disk put into a machine that was never seen', 'install 1 | start 1 | stop 1 | copy 1 to 2 | start 2', '1=A 2=B'],
    [
      'repaired while the server is away: it goes on',
      'install 1 | start 1 | stop 1 | change disk 1 | offline 1 | start 1 | stop 1 | online 1 | start 1',
      '1=A',
    ],
    ['installed anew with the token of another room of the school', 'install 1 | start 1 | stop 1 | install 1 with other | start 1', '1=A'],
    ['moved to another school and installed there', 'install 1 | start 1 | stop 1 | install 1 with elsewhere | start 1', '1=B', 2],
    ['moved there and back', 'install 1 | start 1 | stop 1 | install 1 with elsewhere | start 1 | stop 1 | install 1 | start 1', '1=A', 2],
  ]),
  // Copies.
  ...group('good', [
    ['an image with a token, never started', 'install 1 | copy 1 to 2 3 | together 1 2 3', '1=A 2=B 3=C'],
    ['an image of an enrolled machine', 'install 1 | start 1 | stop 1 | copy 1 to 2 3 | start 1 2 3', '1=A 2=B 3=C'],
    ['without a token in it', 'install 1 | start 1 | stop 1 | untoken 1 | copy 1 to 2 3 | together 2 3', '1=A 2=B 3=C'],
    ['the first machine runs meanwhile', 'install 1 | start 1 | copy 1 to 2 | start 2 | stop 1 2 | start 2 1', '1=A 2=B'],
    ['all at the same moment', 'install 1 | start 1 | stop 1 | copy 1 to 2 3 4 5 | together 1 2 3 4 5', '1=A 2=B 3=C 4=D 5=E'],
    [
      'each keeps its id over restarts',
      'install 1 | start 1 | stop 1 | copy 1 to 2 3 | start 2 3 | reboot 2 3 x2 | start 1',
      '1=A 2=B 3=C',
    ],
    ['a copy of a copy', 'install 1 | start 1 | stop 1 | copy 1 to 2 | start 2 | stop 2 | copy 2 to 3 | start 3 2 1', '1=A 2=B 3=C'],
    [
      'the same image written twice',
      'install 1 | start 1 | stop 1 | copy 1 to 2 | start 2 | stop 2 | copy 1 to 2 | start 2 | start 1',
      '1=A 2=B',
    ],
    ['a machine that was enrolled before gets the image', 'install 1 2 | start 1 2 | stop 1 2 | copy 1 to 2 | start 1 2', '1=A 2=B'],
    [
      'a machine of another room of the school gets the image',
      'install 1 | install 2 with other | start 1 2 | stop 1 2 | copy 1 to 2 | start 2 1',
      '1=A 2=B',
    ],
    [
      'a machine of another school gets the image',
      'install 1 | install 2 with elsewhere | start 1 2 | stop 1 2 | copy 1 to 2 | start 2 1',
      '1=A 2=C',
      3,
    ],
    [
      'a copy that starts without a network',
      'install 1 | start 1 | stop 1 | copy 1 to 2 | offline 2 | start 2 | stop 2 | online 2 | start 2',
      '1=A 2=B',
    ],
    [
      'the image is older than the first machine’s last installation',
      'install 1 | start 1 | stop 1 | copy 1 to 2 | install 1 | start 1 | start 2',
      '1=A 2=B',
    ],
    [
      'the first machine was revoked: its copies are not let in',
      'install 1 | start 1 | stop 1 | untoken 1 | copy 1 to 2 | revoke 1 | start 2',
      '1=A 2=-',
      0,
    ],
    ['the token was revoked: no more copies', 'install 1 | start 1 | stop 1 | untoken 1 | copy 1 to 2 | revoke token | start 2', '1=A 2=-'],
    [
      'and those that exist go on',
      'install 1 | start 1 | stop 1 | copy 1 to 2 | start 2 | revoke token | reboot 2 x1 | start 1',
      '1=A 2=B',
    ],
    [
      'the disk of a dead machine in a spare one, and the repaired board back',
      'install 1 | start 1 | stop 1 | copy 1 to 2 | start 2 | stop 2 | install 1 | start 1 | start 2',
      '1=A 2=B',
    ],
  ]),
  // Unbranded machines: junk in the firmware.
  ...group('junk', [
    ['two machines with the same junk', 'install 1 2 | start 1 2', '1=A 2=B'],
    ['another disk', 'install 1 | start 1 | stop 1 | change disk 1 | start 1', '1=A'],
    ['another card', 'install 1 | start 1 | stop 1 | change card 1 | start 1', '1=A'],
    ['another board with its card', 'install 1 | start 1 | stop 1 | change board 1 | start 1', '1=A'],
    ['copies', 'install 1 | start 1 | stop 1 | copy 1 to 2 3 | together 1 2 3', '1=A 2=B 3=C'],
    ['another disk while the old line still stands', 'install 1 | start 1 | cut 1 | change disk 1 | start 1 | bury 1 | pass 6m', '1=A'],
  ]),
  // One UUID for a whole delivery, and no list knows it.
  ...group('cheap', [
    ['two machines', 'install 1 2 | start 1 2', '1=A 2=B'],
    ['copies', 'install 1 | start 1 | stop 1 | copy 1 to 2 3 | together 1 2 3', '1=A 2=B 3=C'],
    ['another disk', 'install 1 | start 1 | stop 1 | change disk 1 | start 1', '1=A'],
    ['another card', 'install 1 | start 1 | stop 1 | change card 1 | start 1', '1=A'],
  ]),
  ...group('cheapbare', [
    ['two machines without disk serials', 'install 1 2 | start 1 2', '1=A 2=B'],
    ['another card', 'install 1 | start 1 | stop 1 | change card 1 | start 1', '1=A'],
    ['copies while the first one runs', 'install 1 | start 1 | copy 1 to 2 | start 2 | pass 1m', '1=A 2=B'],
  ]),
  // Little to go by.
  ...group('mac', [
    ['only an address', 'install 1 2 | start 1 2 | reboot 1 2 x1', '1=A 2=B'],
    ['another card', 'install 1 | start 1 | stop 1 | change card 1 | start 1', '1=A'],
    [
      'copies at the same moment, the first one on',
      'install 1 | start 1 | copy 1 to 2 3 | together 2 3 | pass 6m | pass 6m',
      '1=A 2=B 3=C',
    ],
    [
      'copies at the same moment, the first one off',
      'install 1 | start 1 | stop 1 | copy 1 to 2 3 | together 2 3 | pass 6m | pass 6m | start 1',
      '1=C 2=A 3=B',
    ],
  ]),
  ...group('disk', [
    ['only a disk', 'install 1 2 | start 1 2 | reboot 1 2 x1', '1=A 2=B'],
    ['copied to a bigger one', 'install 1 | start 1 | stop 1 | change disk 1 | start 1', '1=A'],
  ]),
  ...group('blank', [
    ['nothing at all', 'install 1 2 | start 1 2 | reboot 1 2 x2', '1=A 2=B'],
    ['nothing at all, copied, one after the other', 'install 1 | start 1 | copy 1 to 2 | start 2 | reboot 2 x1', '1=A 2=B'],
  ]),
  // What is passed round a lab.
  ...group('good', [
    [
      'a network adapter on USB',
      'plug dongle 1 | install 1 | start 1 | stop 1 | unplug dongle 1 | plug dongle 2 | install 2 | start 2 1',
      '1=A 2=B',
    ],
    [
      'the adapter and the stick of the installer',
      'plug dongle 1 2 | plug stick 1 2 | install 1 2 | start 1 2 | stop 1 2 | unplug all 1 2 | start 1 2',
      '1=A 2=B',
    ],
    [
      'an external disk that counts as fixed',
      'plug drive 1 2 | install 1 2 | start 1 2 | stop 1 2 | unplug all 1 2 | start 1 2',
      '1=A 2=B',
    ],
  ]),
  ...group('bare', [
    [
      'the only card of all is one adapter',
      'plug dongle 1 | install 1 | start 1 | stop 1 | unplug all 1 | plug dongle 2 | install 2 | start 2 1',
      '1=A 2=B',
    ],
    [
      'and the disk was copied',
      'plug dongle 1 | install 1 | start 1 | copy 1 to 2 | unplug all 1 | plug dongle 2 | start 2 | pass 6m',
      '1=A 2=B',
    ],
  ]),
  ...group('rich', [
    ['the cable is pulled out of a machine with Wi-Fi', 'install 1 | start 1 | stop 1 | change card 1 | start 1', '1=A'],
    ['both cards replaced', 'install 1 | start 1 | stop 1 | change cards 1 | start 1', '1=A'],
    ['both disks replaced', 'install 1 | start 1 | stop 1 | change disks 1 | start 1', '1=A'],
    ['copies', 'install 1 | start 1 | stop 1 | copy 1 to 2 3 | together 1 2 3', '1=A 2=B 3=C'],
  ]),
  // Machines that forget.
  ...group('good', [
    ['frozen before it was enrolled', 'install 1 | freeze 1 | start 1 | reboot 1 x3', '1=A'],
    ['frozen after it was enrolled', 'install 1 | start 1 | stop 1 | freeze 1 | start 1 | reboot 1 x3', '1=A'],
    ['frozen after it was enrolled, without a token', 'install 1 | start 1 | stop 1 | untoken 1 | freeze 1 | start 1 | reboot 1 x3', '1=A'],
    ['frozen, and the token expired', 'install 1 | freeze 1 | start 1 | stop 1 | pass 60d | start 1', '1=A'],
    ['frozen, and the power cut each evening', 'install 1 | freeze 1 | start 1 | cut 1 | start 1 | cut 1 | start 1', '1=A'],
    [
      'frozen copies of a machine that was not enrolled',
      'install 1 | copy 1 to 2 3 | freeze 1 2 3 | start 1 2 3 | reboot 1 2 3 x2',
      '1=A 2=B 3=C',
    ],
    [
      'frozen copies of one that was',
      'install 1 | start 1 | stop 1 | untoken 1 | copy 1 to 2 3 | freeze 2 3 | start 2 3 | reboot 2 3 x2 | start 1',
      '1=A 2=B 3=C',
    ],
    ['a frozen machine gets another disk', 'install 1 | start 1 | stop 1 | freeze 1 | change disk 1 | start 1 | reboot 1 x2', '1=A'],
    [
      'thawed, installed anew, and the old frozen copy put back',
      'install 1 | start 1 | stop 1 | untoken 1 | copy 1 to 1 | freeze 1 | thaw 1 | install 1 | start 1 | stop 1 | pass 1h',
      '1=A',
    ],
  ]),
  ...group('mac', [
    [
      'frozen copies with only an address',
      'install 1 | start 1 | copy 1 to 2 | freeze 2 | start 2 | pass 6m | reboot 2 x2 | pass 6m',
      '1=A 2=B',
    ],
  ]),
  ...group('junk', [
    ['frozen copies', 'install 1 | start 1 | stop 1 | copy 1 to 2 | freeze 2 | start 2 | reboot 2 x2 | start 1', '1=A 2=B'],
  ]),
  // Two systems on one machine.
  ...group('good', [
    ['Windows and Linux, each with a token', 'install 1 | start 1 | stop 1 | linux 1 | install 1 | start 1', '1=A'],
    [
      'in turns',
      'install 1 | start 1 | stop 1 | linux 1 | install 1 | start 1 | stop 1 | windows 1 | start 1 | stop 1 | linux 1 | start 1',
      '1=A',
    ],
    [
      'in turns, without tokens left',
      'install 1 | start 1 | stop 1 | untoken 1 | linux 1 | install 1 | start 1 | stop 1 | untoken 1 | windows 1 | start 1 | stop 1 | linux 1 | start 1 | stop 1 | windows 1 | start 1',
      '1=A',
    ],
    [
      'the power is cut, and the other system starts at once',
      'install 1 | start 1 | stop 1 | linux 1 | install 1 | start 1 | untoken 1 | cut 1 | windows 1 | untoken 1 | start 1 | bury 1 | pass 6m',
      '1=A',
    ],
    ['Linux cannot read the firmware', 'install 1 | start 1 | stop 1 | linux 1 | poor 1 | install 1 | start 1', '1=A'],
  ]),
  ...group('rich', [['an NVMe disk that Windows names otherwise', 'install 1 | start 1 | stop 1 | linux 1 | install 1 | start 1', '1=A']]),
  ...group('junknvme', [['the same with junk in the firmware', 'install 1 | start 1 | stop 1 | linux 1 | install 1 | start 1', '1=A']]),
  // Virtual machines.
  ...group('vm', [
    ['two', 'install 1 2 | start 1 2', '1=A 2=B'],
    ['copied, with a UUID of its own', 'install 1 | start 1 | copy 1 to 2 3 | start 2 3 | pass 6m', '1=A 2=B 3=C'],
  ]),
  ...group('vmcopy', [
    ['copied with everything, both on: the first one stays', 'install 1 | start 1 | copy 1 to 2 | start 2', '1=A 2=B'],
    ['and each keeps its id', 'install 1 | start 1 | copy 1 to 2 | start 2 | stop 1 2 | start 2 1 | reboot 1 2 x1', '1=A 2=B'],
    ['three of them', 'install 1 | start 1 | copy 1 to 2 3 | start 2 3', '1=A 2=B 3=C'],
    [
      'five, four of them at the same moment',
      'install 1 | start 1 | stop 1 | untoken 1 | copy 1 to 2 3 4 5 | start 1 | pass 1m | together 2 3 4 5 | reboot 3 4 x1',
      '1=A 2=B 3=C 4=D 5=E',
    ],
    ['installed anew with a token while the other is off', 'install 1 | start 1 | stop 1 | install 2 | start 2', '1=A 2=A'],
    ['and then both on', 'install 1 | start 1 | stop 1 | install 2 | start 2 | start 1 | pass 6m', '1=B 2=A'],
  ]),
  ...group('vmware', [
    ['copied with UUID and address', 'install 1 | start 1 | copy 1 to 2 | start 2 | reboot 2 x1', '1=A 2=B'],
    [
      'a new disk in one that is told by its mark',
      'install 1 | start 1 | copy 1 to 2 | start 2 | stop 2 | change disk 2 | start 2',
      '1=A 2=B',
    ],
  ]),
];
