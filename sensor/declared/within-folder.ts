import { realpathSync } from "node:fs";
import { sep } from "node:path";

/** Whether a file is in a folder, or below it, wherever links lead. */
export function isWithin(folder: string, path: string): boolean {
  try {
    const root = realpathSync(folder);
    return realpathSync(path).startsWith(root.endsWith(sep) ? root : root + sep);
  } catch {
    // Reading it will say that it is not there.
    return true;
  }
}
