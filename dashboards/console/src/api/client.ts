import * as calls from './generated.ts';
import { ProblemError, type Problem } from './generated.ts';

/** The calls the console makes, each watched for a session that has ended and a server that is away. They throw ApiError. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** 0 when there was no answer. */
  readonly status: number;
  readonly code: string;
  readonly text: Problem['text'];

  constructor({ status, code, text }: Problem) {
    super(code);
    this.status = status;
    this.code = code;
    this.text = text;
  }
}

export interface Watcher {
  loggedOut(): void;
  unreachable(): void;
}
let watcher: Watcher = { loggedOut: () => {}, unreachable: () => {} };
export function watch(by: Watcher) {
  watcher = by;
}

/** What an error means for the whole console. A proxy in front of a stopped collector answers 502 to 504. */
function noted(error: unknown): unknown {
  if (!(error instanceof ProblemError)) return error;
  const { status, code, problem } = error;
  if (status === 401 && code !== 'WRONG_PASSWORD') watcher.loggedOut();
  if (status === 0 || (status >= 502 && code === 'HTTP_ERROR')) watcher.unreachable();
  return new ApiError(problem);
}

function watched<A extends unknown[], T>(call: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  return (...args) =>
    call(...args).catch((error: unknown) => {
      throw noted(error);
    });
}

const withSignal = (signal?: AbortSignal) => (signal === undefined ? {} : { signal });

export type DeviceFilter = NonNullable<Parameters<typeof calls.listDevices>[0]>;
export type SeriesField = Parameters<typeof calls.getSeries>[0]['field'];

export const api = {
  session: watched(() => calls.getSession()),
  login: watched((name: string, password: string) => calls.login({ name, password })),
  logout: watched(() => calls.logout()),
  changePassword: watched((current: string, next: string) => calls.changePassword({ current, next })),
  units: watched(() => calls.listUnits()),
  devices: watched((filter: DeviceFilter, signal?: AbortSignal) => calls.listDevices(filter, withSignal(signal))),
  device: watched((id: string, signal?: AbortSignal) => calls.getDevice({ id }, withSignal(signal))),
  /** Times in epoch ms, the step in seconds. */
  series: watched((id: string, field: SeriesField, from: number, to: number, step: number, signal?: AbortSignal) =>
    calls.getSeries({ id, field, from: String(Math.round(from)), to: String(Math.round(to)), step }, withSignal(signal)),
  ),
  commands: watched((id: string, limit: number, signal?: AbortSignal) => calls.listCommands({ id, limit }, withSignal(signal))),
  command: watched((id: string, name: calls.CommandRequest['name']) => calls.commandDevice({ id }, { name })),
  day: watched((id: string, day: string) => calls.getDay({ id, day })),
};
export const EVENTS_URL = calls.streamEventsPath;
