import type { Lifecycle } from '../../runtime/lifecycle.ts';

export interface WriteOutcome {
  /** Index into the batch and the store's reason: these lines will never be taken. */
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

/** The store cannot take the batch now; the same batch must be offered again, for ever. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
}

export interface SeriesPoint {
  /** Start of the step, epoch ms. */
  readonly at: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export interface SeriesQuery {
  readonly device: string;
  /** A metric of protocol/catalogue.ts. */
  readonly metric: string;
  /** Inclusive, epoch ms. */
  readonly from: number;
  /** Exclusive, epoch ms. */
  readonly to: number;
  readonly stepMs: number;
}

/**
 * A time-series store. Writing the same series and time again replaces the values: a batch may be offered many times.
 * Times in lines are milliseconds.
 */
export interface SeriesStore extends Lifecycle {
  readonly name: string;
  /** Resolves once the store holds every line it did not reject. @throws RetryLater */
  write(lines: readonly string[]): Promise<WriteOutcome>;
  /** Steps without a point are left out. @throws RetryLater when it cannot answer now */
  read(query: SeriesQuery): Promise<SeriesPoint[]>;
  /** For /readyz. */
  health(): Promise<{ ready: boolean; reason: string }>;
}
