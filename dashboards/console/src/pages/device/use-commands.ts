import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import type { Command } from '../../api/types.ts';
import { listenDevices } from '../../state/live.ts';

/** While one is not answered yet, in ms. */
const LOOK_EVERY = 2_000;
const SHOWN = 5;

export interface Commands {
  readonly commands: readonly Command[];
  /** What the server said to the last order, when it refused it. */
  readonly error: unknown;
  readonly order: (name: Command['name']) => Promise<void>;
}

const open = ({ state }: Command) => state === 'waiting' || state === 'sent';

/** The last commands of a device; looked at again while one is open and whenever the device says something. */
export function useCommands(id: string): Commands {
  const [commands, setCommands] = useState<readonly Command[]>([]);
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  const again = () => setTurn((before) => before + 1);
  useEffect(() => {
    const request = new AbortController();
    api
      .commands(id, SHOWN, request.signal)
      .then(({ items }) => setCommands(items))
      // The page says elsewhere that the server is away; the list stays as it was.
      .catch(() => {});
    return () => request.abort();
  }, [id, turn]);
  useEffect(() => listenDevices((fresh) => fresh.id === id && again()), [id]);
  useEffect(() => {
    if (!commands.some(open)) return undefined;
    const timer = setTimeout(again, LOOK_EVERY);
    return () => clearTimeout(timer);
  }, [commands]);
  const order = async (name: Command['name']) => {
    setError(undefined);
    try {
      const ordered = await api.command(id, name);
      setCommands((before) => [ordered, ...before].slice(0, SHOWN));
    } catch (why) {
      setError(why);
    }
  };
  return { commands, error, order };
}
