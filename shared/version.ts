import { readFileSync } from "node:fs";

/** Version of the package: its package.json lies beside `dist` or beside the sources' folder. */
export const VERSION: string = readVersion();

function readVersion(): string {
  for (const path of ["../../package.json", "../package.json"]) {
    try {
      const found = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (found.name === "eastwatch" && found.version !== undefined) return found.version;
    } catch {
      // Not there: the next place.
    }
  }
  return "0.0.0";
}
