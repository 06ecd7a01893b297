import { closeSync, fstatSync, openSync } from "node:fs";
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
    checkFile(path);
    database = new Database(path, { readonly: true, fileMustExist: true });
    if (!hasColumn(database, "service", "record")) throw new Error("it holds no inventory of eastwatch");
    return database;
  } catch (error) {
    database?.close();
    const { code = "", message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? `${message}; name the file of a sensor or a console`;
    throw new CommandError(`--database "${path}" can't be read: ${reason}`, 3);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; name the file of a sensor or a console",
  EACCES: "this user may not read it; export as the user the sensor or console runs as, or as root",
  EISDIR: "it is a folder; name the file of a sensor or a console in it",
  // SQLite makes a file beside it also to read where a daemon is writing.
  SQLITE_CANTOPEN:
    "this user may not write to its folder; export as the user the sensor or console runs as, or as root",
};

/** SQLite tells all of them as "unable to open". */
function checkFile(path: string): void {
  const file = openSync(path, "r");
  const isFolder = fstatSync(file).isDirectory();
  closeSync(file);
  if (isFolder) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
}

function hasColumn(database: Database.Database, table: string, column: string): boolean {
  const rows = database.pragma(`table_info(${table})`) as { readonly name: string }[];
  return rows.some((row) => row.name === column);
}
