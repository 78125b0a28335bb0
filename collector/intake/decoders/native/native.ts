import { decode } from '../../../../protocol/decode.ts';
import { isUpKind, parseTopic } from '../../../../protocol/topics.ts';
import type { Reading } from '../../../model/reading.ts';
import type { Decoder } from '../decoder.ts';

/** Our own agents: the wire contract of `protocol`, one reading a message. */
export const nativeDecoder: Decoder = {
  name: 'native',
  version: 1,
  priority: 100,
  decode: (topic, payload) => {
    const parsed = parseTopic(topic);
    if (parsed === undefined) return { outcome: 'ignored', reason: 'NOT_OURS' };
    const { device, kind } = parsed;
    if (!isUpKind(kind)) return { outcome: 'ignored', reason: 'UNKNOWN_KIND' };
    const decoded = decode(kind, payload);
    if (decoded.ok) return { outcome: 'readings', device, readings: [{ kind, data: decoded.message } as Reading] };
    const { code, detail, place } = decoded;
    return { outcome: 'malformed', device, kind, reason: code, detail, ...(place === undefined ? {} : { place }) };
  },
};
