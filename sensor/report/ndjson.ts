import type { StoredRow } from "../store/stored-row.js";
import type { Report } from "./report.js";
import { rowObject } from "./row-object.js";

/** One JSON object a line; `kind` tells which. */
export const ndjson: Report = {
  name: "ndjson",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    for (const row of rows) yield `${JSON.stringify(rowObject(row))}\n`;
  },
};
