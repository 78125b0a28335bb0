import type { DeviceDetail } from '../../api/types.ts';
import { f, t } from '../../i18n/index.ts';
import { meanOf } from '../../state/metrics.ts';
import { deviceHref } from '../../state/route.ts';
import { Fact, Facts, joined } from './facts.tsx';

/** Beyond this a clock is worth a word, in seconds; the collector corrects from 90 s. */
const CLOCK_NOISE = 5;

function clockWord(seconds: number): string {
  const size = Math.abs(Math.round(seconds));
  if (size < CLOCK_NOISE) return t().agent.clockRight;
  const words = size < 60 ? t().time.seconds(f().number(size)) : f().minutes(Math.round(size / 60));
  return seconds > 0 ? t().agent.clockFast(words) : t().agent.clockSlow(words);
}

export function AgentFacts({ device }: { device: DeviceDetail }) {
  const words = t().agent;
  const birth = device.birth?.data;
  const memory = meanOf(device.metrics?.['agent_memory']);
  const queue = meanOf(device.metrics?.['agent_queue']);
  return (
    <Facts id="agent" title={words.title}>
      <dl>
        <Fact name={words.version}>{birth?.agent}</Fact>
        <Fact name={words.system}>{birth && joined(joined(birth.os.name, birth.os.version).replace(' · ', ' '), birth.os.arch)}</Fact>
        <Fact name={words.booted}>{birth && f().longMoment(birth.bootAt, device.zone)}</Fact>
        <Fact name={words.started}>{device.birth && f().dateTime(device.birth.at)}</Fact>
        <Fact name={words.lastEnd}>{birth && words.ends[birth.end]}</Fact>
        <Fact name={words.clock}>{device.clockErrorSeconds !== null && clockWord(device.clockErrorSeconds)}</Fact>
        <Fact name={words.queue}>{queue !== null && f().number(queue)}</Fact>
        <Fact name={words.dropped}>{birth && f().number(birth.dropped)}</Fact>
        <Fact name={words.cost}>{memory !== null && f().bytes(memory, 1024)}</Fact>
        <Fact name={words.enrolled}>{f().dateTime(device.enrolledAt)}</Fact>
        {device.clonedFrom !== null && (
          <Fact name={words.clonedFrom}>
            <a href={deviceHref(device.clonedFrom)}>
              <code>{device.clonedFrom}</code>
            </a>
          </Fact>
        )}
        <Fact name={words.zone}>{device.zone}</Fact>
        <Fact name={words.id}>
          <code>{device.id}</code>
        </Fact>
      </dl>
    </Facts>
  );
}
