import { CommandError } from "../../shared/command-error.js";
import type { Settings } from "../../shared/config/settings.js";
import { StoredTokens } from "../store/sensor-tokens.js";
import { openConsoleFile } from "./console-file.js";

/** Prints the new sensor's token on standard output, this once; the console may be running. */
export function addSensor(settings: Settings, name: string): number {
  const store = openConsoleFile(settings, "make");
  try {
    const created = new StoredTokens(store.database).create(name);
    if (created === undefined)
      throw new CommandError(`there is a sensor called "${name}" already; choose another name`);
    process.stdout.write(`${created.token}\n`);
    return 0;
  } catch (error) {
    throw error instanceof RangeError ? new CommandError(error.message) : error;
  } finally {
    store.close();
  }
}
