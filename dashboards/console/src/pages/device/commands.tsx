import './commands.css';
import { useState } from 'preact/hooks';
import type { Command, DeviceSummary } from '../../api/types.ts';
import { f, pick, t } from '../../i18n/index.ts';
import { errorText } from '../../parts/error-text.ts';
import { session } from '../../state/session.ts';
import { useCommands } from './use-commands.ts';

type Offered = 'locate' | 'refresh' | 'self_test' | 'restart_agent' | 'wake';

/** What can be asked of a device from this page: nothing that could cost somebody's work. */
const offered = (state: DeviceSummary['state']): readonly Offered[] =>
  state === 'online' ? ['locate', 'refresh', 'self_test', 'restart_agent'] : ['wake', 'refresh'];

function result({ reason, findings, name, state }: Command): string {
  if (reason !== null) return pick(reason.text);
  if (findings.length > 0) return findings.map(({ text }) => pick(text)).join(', ');
  return name === 'self_test' && state === 'done' ? t().commands.allWell : '';
}

function Line({ command }: { command: Command }) {
  const words = t().commands;
  const more = result(command);
  return (
    <li data-testid="command" data-state={command.state}>
      <strong>{words.names[command.name]}</strong>
      <span class="command-state">
        {words.states[command.state]}
        {more !== '' && `: ${more}`}
      </span>
      <span class="quiet">{words.by(command.who, f().dateTime(command.at))}</span>
    </li>
  );
}

function Panel({ id, state }: { id: string; state: DeviceSummary['state'] }) {
  const { commands, error, order } = useCommands(id);
  const [busy, setBusy] = useState(false);
  const words = t().commands;
  const press = (name: Offered) => {
    setBusy(true);
    void order(name).finally(() => setBusy(false));
  };
  return (
    <section class="panel commands" aria-labelledby="commands-title" data-testid="commands">
      <div class="panel-head">
        <h2 id="commands-title">{words.title}</h2>
      </div>
      <div class="command-buttons">
        {offered(state).map((name) => (
          <button key={name} type="button" class="button" disabled={busy} data-testid={`command-${name}`} onClick={() => press(name)}>
            {words.names[name]}
          </button>
        ))}
      </div>
      {error !== undefined && (
        <p class="command-error" role="alert">
          {errorText(error)}
        </p>
      )}
      <ul class="command-list" aria-live="polite">
        {commands.map((command) => (
          <Line key={command.id} command={command} />
        ))}
      </ul>
    </section>
  );
}

/** For administrators only: others may look but not ask. */
export function Commands({ id, state }: { id: string; state: DeviceSummary['state'] }) {
  if (session.value?.user.role !== 'admin' || state === 'revoked') return null;
  return <Panel id={id} state={state} />;
}
