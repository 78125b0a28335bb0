import type { Client } from 'aedes';
import type { Session } from './session.ts';

/**
 * All connections. aedes keeps its own list by client id, which is briefly wrong while one client takes over from
 * another; this one is by connection.
 */
export class SessionRegistry {
  readonly #byClient = new WeakMap<Client, Session>();
  readonly #byId = new Map<string, Session>();
  #maximum = 0;

  add(client: Client, session: Session): void {
    this.#byClient.set(client, session);
  }

  /** Also after the connection has gone: the Will comes then. */
  of(client: Client | null): Session | undefined {
    return client === null ? undefined : this.#byClient.get(client);
  }

  /** @returns the session that the new one took over from, if that was still there */
  ready(session: Session, clientId: string): Session | undefined {
    const before = this.#byId.get(clientId);
    session.clientId = clientId;
    this.#byId.set(clientId, session);
    this.#maximum = Math.max(this.#maximum, this.connected);
    return before === session ? undefined : before;
  }

  remove(session: Session): void {
    const id = session.clientId;
    if (id !== undefined && this.#byId.get(id) === session) this.#byId.delete(id);
    session.gate.close();
  }

  device(id: string): Session | undefined {
    const session = this.#byId.get(id);
    return session?.principal?.kind === 'device' ? session : undefined;
  }

  /** Logged-in clients. */
  get connected(): number {
    return this.#byId.size;
  }

  /** Filters that clients are subscribed to. */
  subscriptions(): number {
    let count = 0;
    for (const session of this.#byId.values()) count += session.subscriptions;
    return count;
  }

  get maximum(): number {
    return this.#maximum;
  }

  /** Every logged-in device connection, for the ledger to say whose secret no longer works. */
  devices(): { device: string; connectedAt: number }[] {
    const found: { device: string; connectedAt: number }[] = [];
    for (const session of this.#byId.values()) {
      // One millisecond back: a secret that changed within the millisecond of the login counts as changed after it.
      if (session.principal?.kind === 'device') found.push({ device: session.principal.id, connectedAt: (session.login?.at ?? 0) - 1 });
    }
    return found;
  }
}
