import { Type, type Static } from 'typebox';
import { BootId, carrying, Id, Label, Mac, Serial } from '../../../protocol/text.ts';

// Every text says what it carries, as in a payload, and the same test walks these schemas.

/** Instead of a token: the machine holds what enrolment once gave a device, and its hardware says something else, or somebody takes the line from it. */
const Proof = Type.Object({
  device: Id,
  secret: carrying('secret', '^[A-Za-z0-9_-]{43}$', 43, 'The secret of that device, the present one or an earlier one.'),
  boot: BootId,
  mono: Type.Number({ minimum: 0, maximum: 1e13, description: 'Milliseconds since that boot, sleep included.' }),
  duplicate: Type.Optional(Type.Boolean({ description: 'Another machine connects as the same device.' })),
  twin: carrying(
    'identifier',
    '^[a-z0-9]{26}$',
    26,
    'Random, made by the machine: what it is told by if its hardware cannot tell it from another. The same when it asks again.',
  ),
});

const Twin = carrying('identifier', '^[a-z0-9]{26}$', 26, 'Random mark of a machine whose hardware cannot tell it from another.');

/**
 * POST /api/v1/enrolments: a token, or the secret of a device, and what the hardware says of itself. No session needed: the
 * token or the secret is the key. Exactly one of both.
 */
export const EnrolmentRequest = Type.Object(
  {
    token: Type.Optional(carrying('secret', '^[A-Za-z0-9._~-]{10,200}$', 200, 'Enrolment token of a school or room.')),
    proof: Type.Optional(Proof),
    twin: Type.Optional(Twin),
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

/** 201 for a new device, 200 for a known one, which keeps the secret it has shown. */
export const EnrolmentAnswer = Type.Object(
  {
    device: Id,
    secret: carrying(
      'secret',
      '^[A-Za-z0-9_-]{43}$',
      43,
      '256 random bits, base64url. User name of the MQTT connection is the device id, its password this secret.',
    ),
    twin: Type.Optional(Twin),
    broker: Type.Object({
      url: carrying('server', '^(mqtts?|wss?)://[^\\s@]{1,200}$', 210, 'mqtt://, mqtts://, ws:// or wss://'),
      urls: Type.Optional(
        Type.Array(carrying('server', '^(mqtts?|wss?)://[^\\s@]{1,200}$', 210, 'An address.'), {
          maxItems: 8,
          description: 'All addresses, best first, when there are several: `url` is the first.',
        }),
      ),
      ca: Type.Optional(carrying('server', '^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s-]+$', 65_536, 'PEM of the CA to trust for it.')),
    }),
  },
  { $id: 'EnrolmentAnswer' },
);
export type EnrolmentAnswer = Static<typeof EnrolmentAnswer>;
