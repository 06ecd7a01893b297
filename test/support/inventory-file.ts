import { join } from "node:path";
import type { InventoryRow } from "../../sensor/inventory/row.js";
import type { FindingRecord } from "../../shared/event.js";
import { delta, sensorStore } from "./delivery.js";
import { run } from "./program.js";

export type Row = InventoryRow["record"] | FindingRecord;

/** A sensor's file with these rows. */
export function inventoryFile(folder: string, rows: readonly Row[]): string {
  const store = sensorStore(folder);
  const findings = rows.filter((row): row is FindingRecord => row.kind === "finding");
  const others = rows.flatMap((record) => (record.kind === "finding" ? [] : [{ record, state: "{}" } as InventoryRow]));
  store.apply(delta({ inventory: { rows: others, removals: [] }, findings }));
  store.close();
  return join(folder, "sensor.sqlite");
}

/** The document that the program writes of a file. */
export function exported(database: string, format: string, ...more: string[]): string {
  const { code, out, error } = run(["export", "--format", format, "--database", database, ...more]);
  if (code !== 0) throw new Error(error);
  return out;
}
