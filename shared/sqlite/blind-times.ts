import type Database from "better-sqlite3";
import { BlindTimes } from "../blind-times.js";
import { type BlindInterval, MAX_BLIND } from "../health.js";

/**
 * When a sensor was blind, of those intervals that its own file keeps, or that a console's keeps of the sensor with that id. Where there may
 * have been more of them before, nothing is known to have been watched before the first that is kept.
 */
export function readBlindTimes(database: Database.Database, sensorId?: string): BlindTimes {
  const [where, values] = sensorId === undefined ? ["", []] : ["WHERE sensor = ?", [sensorId]];
  const intervals = database
    .prepare<unknown[], string>(`SELECT record FROM blind ${where}`)
    .pluck()
    .all(...values)
    .map((record) => JSON.parse(record) as BlindInterval)
    .sort((a, b) => a.fromMicros - b.fromMicros);
  const times = BlindTimes.of(intervals);
  if (intervals.length >= MAX_BLIND)
    times.note({ ...intervals[0], fromMicros: 0, untilMicros: intervals[0].fromMicros, isPartial: false });
  return times;
}
