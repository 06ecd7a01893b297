import Database from "better-sqlite3";
import { CommandError } from "../../shared/command-error.js";
import type { StoredRow } from "./stored-row.js";

const TABLES = ["service", "edge", "endpoint", "certificate", "finding"] as const;

/** Rows of a sensor's or a console's file, as they stand; the file may be in use. */
export function* readInventory(path: string): Iterable<StoredRow> {
  const database = open(path);
  try {
    const hasSensors = hasColumn(database, "service", "sensor");
    for (const table of TABLES) {
      // A file that a version before this table wrote, and none since.
      if (!hasColumn(database, table, "record")) continue;
      const sensor = hasSensors ? "(SELECT name FROM sensor WHERE id = t.sensor)" : "NULL";
      const rows = database.prepare<[], { record: string; sensor: string | null }>(
        `SELECT record, ${sensor} AS sensor FROM ${table} t ORDER BY t.rowid`,
      );
      for (const row of rows.iterate()) yield { record: JSON.parse(row.record), sensor: row.sensor ?? undefined };
    }
  } finally {
    database.close();
  }
}

function open(path: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true });
    if (!hasColumn(database, "service", "record")) throw new Error("it holds no inventory of eastwatch");
    return database;
  } catch (error) {
    database?.close();
    const reason = /unable to open/.test((error as Error).message) ? "there is no such file" : (error as Error).message;
    throw new CommandError(`--database "${path}" can't be read: ${reason}; name the file of a sensor or a console`, 3);
  }
}

function hasColumn(database: Database.Database, table: string, column: string): boolean {
  const rows = database.pragma(`table_info(${table})`) as { readonly name: string }[];
  return rows.some((row) => row.name === column);
}
