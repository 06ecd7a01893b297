import { dirname } from "node:path";
import Database from "better-sqlite3";
import { CommandError } from "../command-error.js";
import { makeFolder } from "../make-folder.js";

export interface DatabaseOptions {
  /** Setting the path comes from, for errors. */
  readonly setting: string;
  /** SQL that brings the file from each version to the next; never changed once released. */
  readonly migrations: readonly string[];
  /** `power` also survives the machine's end, `process` that of this process. */
  readonly survives: "power" | "process";
}

/** Opens or makes a SQLite file in WAL mode and brings it to the newest version. Throws CommandError. */
export function openDatabase(path: string, { setting, migrations, survives }: DatabaseOptions): Database.Database {
  try {
    if (path !== ":memory:") makeFolder(dirname(path), 0o750);
    const database = new Database(path);
    database.pragma("journal_mode = WAL");
    database.pragma(`synchronous = ${survives === "power" ? "FULL" : "NORMAL"}`);
    database.pragma("busy_timeout = 5000");
    migrate(database, migrations);
    return database;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw unusableFile(setting, path, error as Error);
  }
}

export function unusableFile(setting: string, path: string, { message }: Error): CommandError {
  return new CommandError(
    `${setting} "${path}" can't be used: ${message}; name a file in a folder this user may write to`,
  );
}

function migrate(database: Database.Database, migrations: readonly string[]): void {
  const version = Number(database.pragma("user_version", { simple: true }));
  if (version > migrations.length) {
    throw new CommandError(
      `the file is of version ${version}, this program knows ${migrations.length}: it was written by a newer release`,
    );
  }
  for (let next = version; next < migrations.length; next++) {
    database.transaction(() => {
      database.exec(migrations[next]);
      database.pragma(`user_version = ${next + 1}`);
    })();
  }
}
