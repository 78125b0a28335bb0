/** The server answers every address that is no file with the same index; this says what the address means. */
export type Route =
  | { page: 'devices'; query: Query }
  | { page: 'device'; id: string; query: Query }
  | { page: 'password'; query: Query }
  | { page: 'missing'; query: Query };
export type Query = Readonly<Record<string, string>>;

const DEVICE = /^\/devices\/([a-z0-9]{26})$/;

/** Reads `/devices?unit=…`. Anything that is not a page is `missing`; a broken escape is read as it stands. */
export function parseRoute(address: string): Route {
  const [path = '', search = ''] = address.split('?', 2);
  const query = Object.fromEntries(new URLSearchParams(search));
  if (path === '' || path === '/' || path === '/devices') return { page: 'devices', query };
  if (path === '/password') return { page: 'password', query };
  const id = DEVICE.exec(path)?.[1];
  return id === undefined ? { page: 'missing', query } : { page: 'device', id, query };
}

/** Address of a page; empty values are left out, keys are in a fixed order so that the same view has one address. */
export function hrefOf(path: string, query: Query = {}): string {
  const used = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(used.sort(([a], [b]) => a.localeCompare(b))).toString();
  return search === '' ? path : `${path}?${search}`;
}

export const deviceHref = (id: string) => hrefOf(`/devices/${id}`);
