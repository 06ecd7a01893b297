import type { StoredRow } from "../store/stored-row.js";

/** The latest time anything in an inventory was seen, microseconds: what a document made of it is as of. 0 where it is empty. */
export function lastSeen(rows: readonly StoredRow[]): number {
  return rows.reduce((latest, { record }) => Math.max(latest, record.lastMicros), 0);
}

/** The earliest; what is declared and was never seen has no time. */
export function firstSeen(rows: readonly StoredRow[]): number {
  const times = rows.map(({ record }) => record.firstMicros).filter((micros) => micros > 0);
  return times.reduce((first, micros) => Math.min(first, micros), times[0] ?? 0);
}
