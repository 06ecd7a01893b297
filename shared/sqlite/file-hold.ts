import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { CommandError } from "../command-error.js";
import { makeFolder } from "../make-folder.js";
import { keepPrivate, unusableFile } from "./open-database.js";

export interface HoldOptions {
  /** Setting the path comes from, for errors. */
  readonly setting: string;
  /** What this process is, for the errors of others. */
  readonly holder: string;
}

/** One process's claim to be the only daemon on a SQLite file. Others may read it still, and `add-sensor` write to it. */
export class FileHold {
  readonly #lock: Database.Database;

  /** Throws CommandError where another process holds the file. */
  constructor(path: string, { setting, holder }: HoldOptions) {
    try {
      makeFolder(dirname(path), 0o750);
      keepPrivate(holdPath(path));
      this.#lock = new Database(holdPath(path), { timeout: 500 });
    } catch (error) {
      throw unusableFile(setting, path, error as Error);
    }
    try {
      this.#take(holder);
    } catch (error) {
      const { code } = error as { readonly code?: string };
      const other = code === "SQLITE_BUSY" ? holderOf(this.#lock) : undefined;
      this.#lock.close();
      if (code !== "SQLITE_BUSY") throw unusableFile(setting, path, error as Error);
      throw new CommandError(
        `${setting} "${path}" is in use by ${other ?? "another process"}; end that one or name another file`,
      );
    }
  }

  release(): void {
    this.#lock.close();
  }

  /** The lock is the kernel's: it goes with this process however that ends. */
  #take(holder: string): void {
    this.#lock.exec(
      "PRAGMA synchronous = OFF; BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS holder (name TEXT, pid INTEGER)",
    );
    this.#lock.exec("DELETE FROM holder");
    this.#lock.prepare("INSERT INTO holder VALUES (?, ?)").run(holder, process.pid);
    this.#lock.exec("COMMIT; BEGIN IMMEDIATE");
  }
}

function holderOf(lock: Database.Database): string | undefined {
  try {
    const row = lock.prepare<[], { name: string; pid: number }>("SELECT name, pid FROM holder").get();
    return row === undefined ? undefined : `a ${row.name}, process ${row.pid}`;
  } catch {
    // It is being written just now.
    return undefined;
  }
}

/** Beside the file itself, by whatever link it is named. */
function holdPath(path: string): string {
  const folder = realpathSync(dirname(path));
  try {
    return `${realpathSync(path)}-hold`;
  } catch {
    return join(folder, `${basename(path)}-hold`);
  }
}
