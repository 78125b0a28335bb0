/** Whether a part can do its work, and in plain words why not; for /readyz. */
export interface Health {
  readonly ready: boolean;
  readonly reason: string;
}

export const HEALTHY: Health = { ready: true, reason: 'ok' };
