import { statSync } from "node:fs";
import { CommandError } from "../../shared/command-error.js";
import type { Settings } from "../../shared/config/settings.js";
import { ConsoleStore } from "../store/console-store.js";

/**
 * The console's file, for a command beside a console that may be running. A name that is mistyped would make a file that no console has: where
 * there is none, whoever only asks is refused, and whoever adds something is told that it was made. Throws CommandError.
 */
export function openConsoleFile({ console }: Settings, whereAbsent: "make" | "refuse"): ConsoleStore {
  const { database } = console;
  const isAbsent = isNotThere(database);
  if (isAbsent && whereAbsent === "refuse")
    throw new CommandError(
      `console.database "${database}" is not there; name the console's own, as --database or --config named it to the console`,
    );
  const store = new ConsoleStore(console);
  if (isAbsent)
    process.stderr.write(
      `eastwatch: console.database "${database}" was not there and is made; a console has to be started with the same\n`,
    );
  return store;
}

/** What this user may not look at is told when it is opened. */
function isNotThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
