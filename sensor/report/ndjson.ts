import type { StoredRow } from "../store/stored-row.js";
import { EdgePostures } from "./edge-postures.js";
import type { Report } from "./report.js";
import { rowObject } from "./row-object.js";

/** One JSON object a line; `kind` tells which. */
export const ndjson: Report = {
  name: "ndjson",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    const postures = new EdgePostures();
    for (const row of rows) {
      postures.note(row);
      yield `${JSON.stringify(rowObject(row, postures))}\n`;
    }
  },
};
