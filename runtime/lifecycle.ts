/** A constructor assigns, `start()` acts, `stop()` undoes everything `start()` did, in any order of calls, more than once. */
export interface Lifecycle {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Resolves on SIGINT or SIGTERM. A second signal ends the process at once, for the person who is in a hurry.
 * @returns the name of the signal
 */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let seen = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (seen) process.exit(130);
      seen = true;
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
