import type { Writable } from 'node:stream';

/** The collector is another program: its answer comes a commit later. Shorter than the 40 ms after which TCP answers by itself. */
export const COALESCE_MS = 25;
/** In one program the PUBACK has waited for the commit already. */
export const COALESCE_TOGETHER_MS = 3;

/**
 * Lets what is written within a moment leave in one piece: the PUBACK of a message and the acknowledgement of the collector, which
 * come one after the other, then share one TLS record and one TCP segment. mqtt-packet corks the stream around each packet; here the
 * cork stays in for a while.
 */
export function coalesce(stream: Writable, waitMs: number): void {
  const cork = stream.cork.bind(stream);
  const uncork = stream.uncork.bind(stream);
  const end = stream.end.bind(stream) as () => Writable;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    uncork();
  };
  stream.cork = () => {
    if (timer !== undefined) return;
    cork();
    timer = setTimeout(flush, waitMs);
  };
  stream.uncork = () => undefined;
  stream.end = (...parts: unknown[]) => {
    flush();
    return Reflect.apply(end, stream, parts);
  };
}
