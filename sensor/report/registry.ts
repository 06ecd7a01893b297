import { csv } from "./csv.js";
import { ndjson } from "./ndjson.js";
import type { Report } from "./report.js";

/** Every format an inventory can be exported in. */
export const REPORTS: readonly Report[] = [ndjson, csv];
