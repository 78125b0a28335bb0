import { isDownKind, isUpKind, parseTopic } from '../../protocol/topics.ts';
import type { Principal } from './principal.ts';
import type { Refusal } from '../refusals/catalogue.ts';

/** Retained messages stay in memory for as long as the broker runs; a presence has a few hundred bytes. */
export const MAX_RETAINED_BYTES = 4 * 1024;

export interface PublishRequest {
  readonly topic: string;
  readonly retain: boolean;
  readonly qos: number;
  /** Length of the payload. */
  readonly bytes: number;
}

export type PublishRule = (principal: Principal, message: PublishRequest) => Refusal | undefined;

/** Nothing of ours uses QoS 2, and each half-done exchange of it would be state to keep for a client. */
const qos: PublishRule = (_principal, message) => (message.qos > 1 ? 'publish-qos' : undefined);

const topic: PublishRule = (principal, message) => {
  const parsed = parseTopic(message.topic);
  if (parsed === undefined) return 'publish-topic';
  if (principal.kind === 'collector') return isDownKind(parsed.kind) ? undefined : 'publish-topic';
  if (parsed.device !== principal.id) return 'publish-foreign';
  return isUpKind(parsed.kind) ? undefined : 'publish-topic';
};

const retained: PublishRule = (principal, message) => {
  if (!message.retain) return undefined;
  const kind = principal.kind === 'device' ? 'presence' : 'config';
  if (!message.topic.endsWith(`/${kind}`)) return 'publish-retained';
  return message.bytes > MAX_RETAINED_BYTES ? 'publish-retained-size' : undefined;
};

/** In this order. */
export const PUBLISH_RULES: readonly PublishRule[] = [qos, topic, retained];

/** @returns undefined when it may, else the reason */
export function mayPublish(principal: Principal, message: PublishRequest): Refusal | undefined {
  for (const rule of PUBLISH_RULES) {
    const refusal = rule(principal, message);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
