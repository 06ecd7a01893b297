import type { StoredRow } from "../store/stored-row.js";

/** The latest time anything in an inventory was seen, microseconds: what a document made of it is as of. 0 where it is empty. */
export function lastSeen(rows: readonly StoredRow[]): number {
  return rows.reduce((latest, { record }) => Math.max(latest, record.lastMicros), 0);
}
