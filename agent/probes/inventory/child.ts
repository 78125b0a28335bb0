import { setPriority } from 'node:os';

/**
 * Runs as a process of its own, because systeminformation starts others (dmidecode, lsblk …) and its memory should not stay
 * in the agent. Writes one JSON object to stdout and ends; the agent ends it when it is late.
 * Started as `labwatch agent inventory-child`.
 */
export async function inventoryChild(): Promise<number> {
  // Should the agent itself be killed, nobody else would end this.
  setTimeout(() => process.exit(1), 90_000).unref();
  try {
    setPriority(10);
  } catch {
    // Not allowed here: then at the usual priority.
  }
  // Loaded here, so that the agent never carries it.
  const { default: systeminformation } = await import('systeminformation');
  // One after the other: never more than one program at a time on a weak machine.
  const system = await systeminformation.system();
  const baseboard = await systeminformation.baseboard();
  const { manufacturer, brand, speed } = await systeminformation.cpu();
  const memLayout = await systeminformation.memLayout();
  process.stdout.write(JSON.stringify({ system, baseboard, cpu: { manufacturer, brand, speed }, memLayout }));
  return 0;
}
