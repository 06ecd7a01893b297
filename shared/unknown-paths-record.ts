/** Calls of one service that are of no endpoint: nothing ever answered there but that nothing is (404, 405, 501). */
export interface UnknownPathsRecord {
  readonly calls: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Addresses, bounded; the count goes on. */
  readonly callers: readonly string[];
  readonly callerCount: number;
  /** `GET /favicon.ico` → calls, of the few called most that were called more than once. */
  readonly often: Readonly<Record<string, number>>;
  readonly firstMicros: number;
  readonly lastMicros: number;
}
