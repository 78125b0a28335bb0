import { Type, type Static } from 'typebox';
import { carrying, Id, Label, Mac, Serial } from '../../../protocol/text.ts';

// Every text says what it carries, as in a payload, and the same test walks these schemas.

/** POST /api/v1/enrolments: a token and what the hardware says of itself. No session needed: the token is the key. */
export const EnrolmentRequest = Type.Object(
  {
    token: carrying('secret', '^[A-Za-z0-9._~-]{10,200}$', 200, 'Enrolment token of a school or room.'),
    name: Label('Label of the seat; never a host name.'),
    fingerprint: Type.Object({
      uuid: Type.Optional(Serial('SMBIOS UUID unless it is junk.')),
      board: Type.Optional(Serial('Serial number of the main board unless it is junk.')),
      macs: Type.Array(Mac, { maxItems: 32 }),
      disks: Type.Array(Serial('Serial number of a disk.'), { maxItems: 32 }),
    }),
  },
  { $id: 'EnrolmentRequest' },
);
export type EnrolmentRequest = Static<typeof EnrolmentRequest>;

/** 201 for a new device, 200 for a known one. */
export const EnrolmentAnswer = Type.Object(
  {
    device: Id,
    secret: carrying(
      'secret',
      '^[A-Za-z0-9_-]{43}$',
      43,
      '256 random bits, base64url. User name of the MQTT connection is the device id, its password this secret.',
    ),
    broker: Type.Object({
      url: carrying('server', '^(mqtts?|wss?)://[^\\s@]{1,200}$', 210, 'mqtt://, mqtts://, ws:// or wss://'),
      ca: Type.Optional(carrying('server', '^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s-]+$', 65_536, 'PEM of the CA to trust for it.')),
    }),
  },
  { $id: 'EnrolmentAnswer' },
);
export type EnrolmentAnswer = Static<typeof EnrolmentAnswer>;
