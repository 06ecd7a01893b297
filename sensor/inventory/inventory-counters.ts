export type InventoryCounters = ReturnType<typeof newCounters>;

/** What the inventory counts, and what it turned away. */
export function newCounters() {
  return {
    calls: 0,
    anomalies: 0,
    handshakes: 0,
    bytes_parsed: 0,
    bytes_encrypted: 0,
    bytes_not_understood: 0,
    bytes_joined_late: 0,
    bytes_lost: 0,
    services: 0,
    edges: 0,
    endpoints: 0,
    services_refused: 0,
    edges_refused: 0,
    endpoints_refused: 0,
    endpoints_merged: 0,
    calls_of_other_operations: 0,
    calls_of_unknown_paths: 0,
    unknown_paths_not_kept: 0,
    moves_not_followed: 0,
  };
}
