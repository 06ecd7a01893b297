import type { SensorCoverage, StoredRow } from "../store/stored-row.js";
import type { PodList } from "./cluster/pod-list.js";

/** What a document may need beside the inventory. */
export interface Given {
  /** Which pods the addresses are, where somebody said so. */
  readonly workloads?: PodList | undefined;
}

/** One format: a file of its own and a line in `registry.ts`. */
export interface Report {
  readonly name: string;
  /** The document in pieces, in the order of the rows: services, edges, endpoints, certificates, findings. */
  write(rows: Iterable<StoredRow>, coverage: readonly SensorCoverage[], given?: Given): Iterable<string>;
}
