import { MAX_PAYLOAD_BYTES, PROTOCOL_VERSION } from './envelope.ts';
import { PAYLOADS } from './payloads/index.ts';
import { RULES } from './rules.ts';
import { DOWN_KINDS, isUpKind, TOPIC_ROOT, UP_KINDS, type Kind } from './topics.ts';

/** Messages shown in the document, by kind. */
export type Examples = { readonly [K in Kind]: readonly { readonly name: string; readonly payload: object }[] };

type Json = Readonly<Record<string, unknown>>;

const KINDS: readonly Kind[] = [...UP_KINDS, ...DOWN_KINDS];
/** Kept by the broker: the last one is there for whoever comes later. */
const RETAINED: ReadonlySet<Kind> = new Set(['presence', 'config']);
const MQTT_BINDING = '0.2.0';
const ADDRESS = `${TOPIC_ROOT}/{device}`;

const SERVERS = [
  ['mqtt', 'mqtt', 'localhost:1883', 'MQTT on loopback only.'],
  ['mqtts', 'secure-mqtt', 'localhost:8883', 'MQTT over TLS.'],
  ['ws', 'ws', 'localhost:8083', 'MQTT over WebSocket, on loopback only.'],
  ['wss', 'wss', 'localhost:8084', 'MQTT over secure WebSocket, for agents in a browser.'],
] as const;

const capital = (kind: string): string => kind.charAt(0).toUpperCase() + kind.slice(1);
const ref = (path: string): Json => ({ $ref: `#/${path}` });

/** The schema as plain JSON, without the name that typebox keeps in `$id`: here its place in the document is its name. */
function schemaOf(kind: Kind): { description: string; schema: Json } {
  const { $id: _name, ...schema } = JSON.parse(JSON.stringify(PAYLOADS[kind])) as { $id?: string; description: string };
  return { description: schema.description, schema };
}

function servers(): Json {
  const entries = SERVERS.map(([name, protocol, host, description]) => {
    const will = { topic: `${ADDRESS}/presence`, qos: 1, message: 'presence with online false and reason lost', retain: true };
    const mqtt = { clientId: '{device}', cleanSession: true, lastWill: will, bindingVersion: MQTT_BINDING };
    const server = { host, protocol, protocolVersion: '3.1.1', description, security: [ref('components/securitySchemes/device')] };
    return [name, { ...server, bindings: { mqtt } }];
  });
  return Object.fromEntries(entries) as Json;
}

function channel(kind: Kind): Json {
  return {
    address: `${ADDRESS}/${kind}`,
    title: kind,
    description: schemaOf(kind).description,
    parameters: { device: ref('components/parameters/device') },
    messages: { [kind]: ref(`components/messages/${kind}`) },
  };
}

function operation(kind: Kind): Json {
  const up = isUpKind(kind);
  const retain = RETAINED.has(kind);
  return {
    action: up ? 'receive' : 'send',
    channel: ref(`channels/${kind}`),
    summary: up ? `A device says ${kind}.` : `A device is told ${kind}.`,
    messages: [ref(`channels/${kind}/messages/${kind}`)],
    bindings: { mqtt: { qos: 1, retain, bindingVersion: MQTT_BINDING } },
  };
}

function message(kind: Kind, examples: Examples[Kind]): Json {
  return {
    name: kind,
    title: capital(kind),
    summary: schemaOf(kind).description,
    contentType: 'application/json',
    payload: ref(`components/schemas/${kind}`),
    examples: examples.map(({ name, payload }) => ({ name, payload })),
    'x-rules': RULES[kind].map((rule) => rule.name),
  };
}

const all = <V>(make: (kind: Kind) => V): Record<string, V> => Object.fromEntries(KINDS.map((kind) => [kind, make(kind)]));

/**
 * The wire contract as an AsyncAPI 3.1.0 document. The application it describes is the collector: it receives what
 * devices say and sends what they are told.
 */
export function asyncapiDocument(examples: Examples): Json {
  const operations = KINDS.map((kind) => [`${isUpKind(kind) ? 'receive' : 'send'}${capital(kind)}`, operation(kind)]);
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'labwatch wire contract',
      version: `${PROTOCOL_VERSION}.0.0`,
      description: `Health, use and antivirus status of school devices over MQTT. JSON in UTF-8, at most ${MAX_PAYLOAD_BYTES} bytes; unknown keys are ignored. See docs/wire.md.`,
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: servers(),
    channels: all(channel),
    operations: Object.fromEntries(operations) as Json,
    components: {
      messages: all((kind) => message(kind, examples[kind])),
      schemas: all((kind) => schemaOf(kind).schema),
      parameters: { device: { description: 'Id of the device, issued at enrolment: 26 characters of [a-z0-9].' } },
      securitySchemes: {
        device: {
          type: 'userPassword',
          description: 'User name and client id = id of the device; password = its secret from enrolment (256 bits, base64url).',
        },
      },
    },
  };
}
