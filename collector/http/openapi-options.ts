import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { VERSION } from '../../runtime/version.ts';
import { LiveEvents } from './schemas/live.ts';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where a schema had an `$id`: @fastify/swagger names nested schemas by it, but drops it from whole bodies and answers. */
const MARK = 'x-component';

/** Marks the bodies and answers of a route that have a name. */
function mark(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  if (typeof schema['$id'] === 'string') return { ...schema, [MARK]: schema['$id'] };
  if (isObject(schema['content'])) {
    return {
      ...schema,
      content: Object.fromEntries(
        Object.entries(schema['content']).map(([type, media]) => [type, { ...(media as Json), schema: mark((media as Json)['schema']) }]),
      ),
    };
  }
  return schema;
}

/** Moves marked schemas into the components and leaves references. */
function hoist(value: unknown, components: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => hoist(item, components));
  if (!isObject(value)) return value;
  const { [MARK]: name, ...rest } = value;
  const moved = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, hoist(inner, components)]));
  if (typeof name !== 'string') return moved;
  components[name] ??= moved;
  return { $ref: `#/components/schemas/${name}` };
}

/** How @fastify/swagger turns the routes' schemas into OpenAPI 3.1. Schemas with an `$id` become named components. */
export const openapiOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'labwatch',
      description:
        'What the computers and screens of schools are really doing. Lists are `{items, next}`; errors are problem details with a stable `code`.',
      version: VERSION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [
      { name: 'session', description: 'Logging in and out.' },
      { name: 'devices', description: 'Devices, their series and days.' },
      { name: 'units', description: 'The tree of units.' },
      { name: 'enrolment', description: 'How a device gets its identity.' },
      { name: 'releases', description: 'New versions of the agent and who has them.' },
      { name: 'agent', description: 'What an agent asks for itself.' },
      { name: 'machines', description: 'For probes and monitoring.' },
    ],
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'labwatch_session',
          description: 'From POST /api/v1/session; over TLS its name is __Host-labwatch_session.',
        },
        token: { type: 'http', scheme: 'bearer', description: 'An API token.' },
        device: { type: 'http', scheme: 'basic', description: 'Id and secret of a device, from its enrolment.' },
      },
      // The data of server-sent events is in no response schema; it is named here so that clients get its types.
      schemas: { LiveEvents: JSON.parse(JSON.stringify(LiveEvents)) as never },
    },
    security: [{ session: [] }, { token: [] }],
  },
  transform: ({ schema, url }) => {
    if (!isObject(schema)) return { schema, url };
    const response = isObject(schema['response'])
      ? { response: Object.fromEntries(Object.entries(schema['response']).map(([status, answer]) => [status, mark(answer)])) }
      : {};
    return { schema: { ...schema, ...('body' in schema ? { body: mark(schema['body']) } : {}), ...response }, url };
  },
  transformObject: (input) => {
    if (!('openapiObject' in input)) return input.swaggerObject;
    const document = input.openapiObject as Json;
    const components: Json = {};
    const paths = hoist(document['paths'], components);
    const known = document['components'] as Json;
    const schemas = { ...(known['schemas'] as Json), ...components };
    const sorted = Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    return { ...document, paths, components: { ...known, schemas: sorted } } as never;
  },
  refResolver: {
    buildLocalReference: (json, _baseUri, _fragment, i) => (typeof json['$id'] === 'string' ? json['$id'] : `schema-${i}`),
  },
};
