import type { SensorCoverage, StoredRow } from "../store/stored-row.js";

/** One format: a file of its own and a line in `registry.ts`. */
export interface Report {
  readonly name: string;
  /** The document in pieces, in the order of the rows: services, edges, endpoints, certificates, findings. */
  write(rows: Iterable<StoredRow>, coverage: readonly SensorCoverage[]): Iterable<string>;
}
