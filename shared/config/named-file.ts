import { readFileSync } from "node:fs";
import { CommandError } from "../command-error.js";
import { readReason } from "../file-reason.js";

/** Text of a file that a setting names. Throws CommandError with setting, file and reason. */
export function readNamedFile(setting: string, file: string): string {
  return ofNamedFile(setting, file, () => readFileSync(file, "utf8"));
}

/** What `read` makes of such a file. */
export function ofNamedFile<T>(setting: string, file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CommandError(`${setting} "${file}" can't be read: ${readReason(error)}`);
  }
}
