import { Type, type Static } from 'typebox';

const Serial = Type.String({ pattern: '^[A-Za-z0-9 ._:+{}()-]{1,64}$' });

/** POST /api/v1/enrolments: a token and what the hardware says of itself. No session needed: the token is the key. */
export const EnrolmentRequest = Type.Object(
  {
    token: Type.String({ minLength: 10, maxLength: 200 }),
    name: Type.String({
      minLength: 1,
      maxLength: 80,
      pattern: '^[^\\p{C}/\\\\@]{1,80}$',
      description: 'Label of the seat; never a host name.',
    }),
    fingerprint: Type.Object({
      uuid: Type.Optional(Serial),
      board: Type.Optional(Serial),
      macs: Type.Array(Type.String({ pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$' }), { maxItems: 32 }),
      disks: Type.Array(Serial, { maxItems: 32 }),
    }),
  },
  { $id: 'EnrolmentRequest' },
);
export type EnrolmentRequest = Static<typeof EnrolmentRequest>;

/** 201 for a new device, 200 for a known one. */
export const EnrolmentAnswer = Type.Object(
  {
    device: Type.String({ pattern: '^[a-z0-9]{26}$' }),
    secret: Type.String({
      description: '256 random bits, base64url. User name of the MQTT connection is the device id, its password this secret.',
    }),
    broker: Type.Object({
      url: Type.String({ description: 'mqtt://, mqtts://, ws:// or wss://' }),
      ca: Type.Optional(Type.String({ description: 'PEM of the CA to trust for it.' })),
    }),
  },
  { $id: 'EnrolmentAnswer' },
);
export type EnrolmentAnswer = Static<typeof EnrolmentAnswer>;
