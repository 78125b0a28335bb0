/**
 * Every topic of labwatch is built and parsed here and nowhere else: `labwatch/v1/<device>/<kind>`.
 * `<device>` is the server-issued id, 26 characters of [a-z0-9].
 */
export const TOPIC_ROOT = 'labwatch/v1';

/** From a device to the collector. */
export const UP_KINDS = ['birth', 'report', 'inventory', 'security', 'event', 'presence'] as const;
/** Of those, the ones kept in the outbox, numbered and acknowledged. */
export const SEQUENCED_KINDS = ['birth', 'report', 'inventory', 'security', 'event'] as const;
/** From the collector to a device. */
export const DOWN_KINDS = ['ack', 'config', 'command'] as const;

export type UpKind = (typeof UP_KINDS)[number];
export type DownKind = (typeof DOWN_KINDS)[number];
export type Kind = UpKind | DownKind;

export const DEVICE_ID = /^[a-z0-9]{26}$/;

export const isUpKind = (kind: string): kind is UpKind => (UP_KINDS as readonly string[]).includes(kind);
export const isSequenced = (kind: string): boolean => (SEQUENCED_KINDS as readonly string[]).includes(kind);
export const isDownKind = (kind: string): kind is DownKind => (DOWN_KINDS as readonly string[]).includes(kind);

/** @returns e.g. `labwatch/v1/0123456789abcdefghijklmnop/report` */
export function topicOf(device: string, kind: Kind): string {
  return `${TOPIC_ROOT}/${device}/${kind}`;
}

/** What a device subscribes to: one exact topic per down kind, never a wildcard. */
export function downTopicsOf(device: string): string[] {
  return DOWN_KINDS.map((kind) => topicOf(device, kind));
}

/** Filters that together cover everything devices say: one per up kind, so that our own acknowledgements do not come back. */
export function upFilters(): string[] {
  return UP_KINDS.map((kind) => `${TOPIC_ROOT}/+/${kind}`);
}

/**
 * Takes a topic apart. The kind is returned as it stands, known or not: an unknown kind is counted by the reader.
 * @returns undefined when this is not a topic of ours
 */
export function parseTopic(topic: string): { device: string; kind: string } | undefined {
  const parts = topic.split('/');
  const [root, version, device, kind] = parts;
  if (parts.length !== 4 || `${root}/${version}` !== TOPIC_ROOT) return undefined;
  if (device === undefined || kind === undefined || !DEVICE_ID.test(device) || kind === '') return undefined;
  return { device, kind };
}
