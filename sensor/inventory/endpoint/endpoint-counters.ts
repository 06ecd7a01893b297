/** What is counted of endpoints, and of what was turned away. */
export interface EndpointCounters {
  endpoints: number;
  endpoints_refused: number;
  endpoints_merged: number;
  /** Calls of operations for which their service had no room: they are counted together at their path. */
  calls_of_other_operations: number;
  /** Calls of what is no endpoint so far, and those of them whose path found no room to be remembered. */
  calls_of_unknown_paths: number;
  unknown_paths_not_kept: number;
}
