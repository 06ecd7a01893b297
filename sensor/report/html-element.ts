import { SEVERITIES } from "../../shared/event.js";
import { formatTime } from "../../shared/time.js";
import { visible } from "../../shared/visible-text.js";
import { STATUS_WORDS, type Status } from "./compliance/view.js";

export type Cell = string | number;

/** Rows of one table: a report is read by people, and printed. The exports have everything. */
export const MAX_ROWS = 200;

export interface TableText {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows shown; those beyond are told as a number. */
  readonly maxRows?: number;
  /** What is said where there is no row. */
  readonly empty?: string;
}

export function section(title: string, body: string): string {
  return `<h2 id="${idOf(title)}">${escaped(title)}</h2>\n${body}`;
}

/** The sections that begin in a part of the document. What the wire says is escaped, and can be no heading. */
export function headingsOf(part: string): { readonly id: string; readonly title: string }[] {
  return [...part.matchAll(/^<h2 id="([^"]*)">(.*)<\/h2>$/gm)].map(([, id, title]) => ({ id, title }));
}

/** Place in the document of a heading of ours. */
export function idOf(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

export function table({ heads, rows, maxRows = MAX_ROWS, empty = "None." }: TableText): string {
  if (rows.length === 0) return `<p>${escaped(empty)}</p>\n`;
  const isNumber = (column: number): boolean => typeof rows[0]?.[column] === "number";
  const head = heads
    .map((name, column) => `<th scope="col"${isNumber(column) ? ' class="number"' : ""}>${escaped(name)}</th>`)
    .join("");
  const shown = rows.slice(0, maxRows).map((cells) => `<tr>${cells.map(cellOf).join("")}</tr>\n`);
  const rest = rows.length - shown.length;
  const note =
    rest > 0
      ? `<p class="note">${rest.toLocaleString("en")} more ${rest === 1 ? "row is" : "rows are"} in the exports: eastwatch export --format csv.</p>\n`
      : "";
  // In a narrow window a table that is too wide is moved in its own box, which keys can reach; the page stays as wide as it is.
  return `<div class="wide" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>\n${shown.join("")}</tbody></table></div>\n${note}`;
}

function cellOf(cell: Cell): string {
  if (typeof cell === "number") return `<td class="number">${cell.toLocaleString("en")}</td>`;
  const mark = MARKED.get(cell) ?? (LONG_WORD.test(cell) ? "long" : undefined);
  return `<td${mark === undefined ? "" : ` class="${mark}"`}>${escaped(cell)}</td>`;
}

/** Only these may be broken anywhere: a port or a state that is cut in two can't be read. */
const LONG_WORD = /[^\s]{20}/;

const STATUS_MARKS: readonly (readonly [string, string])[] = (Object.keys(STATUS_WORDS) as Status[]).map((status) => [
  STATUS_WORDS[status],
  status,
]);

/** Words that a colour helps to find, all of them ours → class. */
const MARKED: ReadonlyMap<string, string> = new Map([
  ...[...SEVERITIES, "cleartext", "mixed", "unknown", "tls", "mtls"].map((word) => [word, word] as const),
  ...[["mutual TLS", "mtls"] as const, ["could not be told", "unknown"] as const],
  ...STATUS_MARKS,
]);

export function bullets(items: readonly string[]): string {
  return items.length === 0 ? "" : `<ul>\n${items.map((item) => `<li>${escaped(item)}</li>\n`).join("")}</ul>\n`;
}

export function time(micros: number): string {
  return `${formatTime(micros).slice(0, 19).replace("T", " ")} UTC`;
}

export function escaped(text: string): string {
  return visible(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
