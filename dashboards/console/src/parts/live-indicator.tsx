import './live-indicator.css';
import { t } from '../i18n/index.ts';
import { connection } from '../state/live.ts';

/** Whether the figures move by themselves. Its width is that of its longest word, so that nothing beside it moves. */
export function LiveIndicator() {
  const phase = connection.value.phase === 'idle' ? 'connecting' : connection.value.phase;
  const words = t().live;
  return (
    <p
      class={`live live-${phase}`}
      role="status"
      data-testid="live"
      data-phase={phase}
      title={phase === 'live' ? words.liveHint : words.awayHint}
    >
      <span class="live-dot" aria-hidden="true" />
      <span class="live-word">{words[phase]}</span>
    </p>
  );
}
