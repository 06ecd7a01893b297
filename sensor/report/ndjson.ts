import type { Report, ReportRow } from "./report.js";
import { rowObject } from "./row-object.js";

/** One JSON object a line; `kind` tells which. */
export const ndjson: Report = {
  name: "ndjson",
  *write(rows: Iterable<ReportRow>): Iterable<string> {
    for (const row of rows) yield `${JSON.stringify(rowObject(row))}\n`;
  },
};
