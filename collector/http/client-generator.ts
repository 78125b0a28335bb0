import { readFileSync } from 'node:fs';
import { makeOpenapi } from './openapi.ts';

/** The part of OpenAPI 3.1 that our document uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly description?: string;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly description?: string;
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const comment = (text: string | undefined, indent = ''): string =>
  text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '* /')} */\n`;
const literal = (value: unknown): string => (typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value));
const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** A schema as a TypeScript type. @throws Error for what our document does not use */
export function typeOf(schema: Schema, indent = ''): string {
  if (schema.$ref !== undefined) return schema.$ref.replace('#/components/schemas/', '');
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
  if (schema.anyOf !== undefined) return schema.anyOf.map((option) => typeOf(option, indent)).join(' | ');
  if (schema.patternProperties !== undefined) {
    return `Record<string, ${Object.values(schema.patternProperties)
      .map((value) => typeOf(value, indent))
      .join(' | ')}>`;
  }
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `Array<${typeOf(schema.items!, indent)}>`;
    case 'object':
      return objectOf(schema, indent);
    default:
      throw new Error(`the client generator does not know ${JSON.stringify(schema)}`);
  }
}

function objectOf(schema: Schema, indent: string): string {
  const inner = `${indent}  `;
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const optional = schema.required?.includes(name) === true ? '' : '?';
    return `${comment(field.description, inner)}${inner}${key(name)}${optional}: ${typeOf(field, inner)};\n`;
  });
  return fields.length === 0 ? 'Record<string, never>' : `{\n${fields.join('')}${indent}}`;
}

/** What a successful answer holds; undefined when it is not JSON. */
function answerOf(operation: Operation): string | undefined {
  const types = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => (content === undefined ? 'void' : content['application/json']?.schema))
    .map((schema) => (schema === undefined || schema === 'void' ? schema : typeOf(schema)));
  return types.includes(undefined) ? undefined : [...new Set(types)].join(' | ');
}

/** The arguments of an operation: path and query parameters in one object, then the body. */
function argumentsOf(operation: Operation): { declared: string[]; query: string; body: string } {
  const parameters = operation.parameters ?? [];
  const declared: string[] = [];
  if (parameters.length > 0) {
    const fields = parameters.map(
      (p) => `${comment(p.description, '  ')}  ${key(p.name)}${p.required === true ? '' : '?'}: ${typeOf(p.schema, '  ')};\n`,
    );
    const initial = parameters.some((p) => p.required === true) ? '' : ' = {}';
    declared.push(`params: {\n${fields.join('')}}${initial}`);
  }
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (schema !== undefined) declared.push(`body: ${typeOf(schema)}`);
  const inQuery = parameters.filter((p) => p.in === 'query').map((p) => `${key(p.name)}: params.${p.name}`);
  return { declared, query: inQuery.length === 0 ? '{}' : `{ ${inQuery.join(', ')} }`, body: schema === undefined ? '' : ', body' };
}

function functionOf(path: string, method: string, operation: Operation): string {
  const answer = answerOf(operation);
  const { declared, query, body } = argumentsOf(operation);
  const url = `\`${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `\${encodeURIComponent(params.${name})}`)}\``;
  const head = comment(operation.summary);
  // Not JSON (the stream of events, metrics): the caller opens the address itself.
  if (answer === undefined) return `${head}export const ${operation.operationId}Path = ${url.replaceAll('`', "'")};\n`;
  const list = [...declared, 'options: CallOptions = {}'].join(', ');
  return `${head}export function ${operation.operationId}(${list}): Promise<${answer}> {\n  return call('${method.toUpperCase()}', address(${url}, ${query}), options${body});\n}\n`;
}

/** An OpenAPI document as a TypeScript module without imports: types, and one small fetch function per operation. Pure. */
export function clientOf(document: Document, runtime: string): string {
  const types = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `${comment(schema.description)}export ${schema.type === 'object' ? `interface ${name} ` : `type ${name} = `}${typeOf(schema)}\n`,
  );
  const functions = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => functionOf(path, method, operation)),
  );
  const head = '// Generated from docs/api/openapi.json by `npm run generate`. Do not edit.\n/* oxlint-disable max-lines */\n';
  return [head, ...types, runtime, ...functions].join('\n');
}

/** The console's client, dashboards/console/src/api/generated.ts. */
export async function makeClient(): Promise<string> {
  const runtime = readFileSync(new URL('client-runtime.txt', import.meta.url), 'utf8');
  return clientOf(JSON.parse(await makeOpenapi()) as Document, runtime);
}
