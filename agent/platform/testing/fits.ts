import { isDeepStrictEqual } from 'node:util';
import { check } from '../../../protocol/decode.ts';
import { METRICS, type MetricName } from '../../../protocol/catalogue.ts';
import type { Kind } from '../../../protocol/topics.ts';
import { isNoData, type NoData, type Sample } from '../../probes/probe.ts';

const PLACE = { v: 1, stream: 'a'.repeat(26), seq: 1, at: 0, boot: '0'.repeat(16), mono: 0 };

/** Support for tests: a sample put into the messages it would go out in. @returns why one was refused, or undefined */
export function refusalOf(sample: Sample | NoData): string | undefined {
  if (isNoData(sample)) return undefined;
  const messages: [Kind, object][] = [];
  if (sample.metrics !== undefined || sample.session !== undefined) {
    const metrics = Object.fromEntries(
      Object.entries(sample.metrics ?? {}).map(([name, value]) => [
        name,
        METRICS[name as MetricName].shape === 'range' ? { min: value, mean: value, max: value } : value,
      ]),
    );
    const use = { minute: 1, span: 1, on: '1', active: '0', blind: '0', session: sample.session?.session ?? 'unknown' };
    messages.push(['report', { ...PLACE, ...use, metrics }]);
  }
  if (sample.inventory !== undefined) {
    const whole = { system: {}, memory: {}, disks: [], nics: [], os: { name: 'Linux', licence: 'free' }, ...sample.inventory };
    messages.push(['inventory', { ...PLACE, ...whole }]);
  }
  if (sample.security !== undefined) messages.push(['security', { ...PLACE, firewall: 'unknown', ...sample.security }]);
  if (sample.boot !== undefined) {
    const { boot, bootAt, lastEnd, start } = sample.boot;
    const birth = {
      agent: '0.1.0',
      os: { family: 'linux', name: 'Linux', arch: 'x64' },
      bootAt,
      ...(start === undefined ? {} : { start }),
      end: lastEnd,
      zone: 'UTC',
      dropped: 0,
      oldest: 1,
      config: 0,
    };
    messages.push(['birth', { ...PLACE, boot, ...birth }]);
  }
  const idle = sample.session?.idleSeconds;
  if (idle !== undefined && idle !== null && !(Number.isInteger(idle) && idle >= 0)) return `idleSeconds ${idle}`;
  for (const [kind, message] of messages) {
    const checked = check(kind, message);
    if (!checked.ok) return `${kind}: ${checked.code} ${checked.detail}`;
    // A key the contract does not have would be taken away without a word.
    if (!isDeepStrictEqual(checked.message, message)) return `${kind}: a key that the contract does not have`;
  }
  return undefined;
}
