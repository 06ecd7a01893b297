import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import tap from "tap";

export const CORPORA = process.env.EASTWATCH_CORPORA ?? "../shared/corpora";

/** A capture with the names of the files in which trusted tools say what they saw in it. */
export interface CorpusEntry {
  readonly source: string;
  readonly capture?: string;
  readonly expected?: readonly string[];
}

export interface KnownDifference {
  readonly reason: string;
  /** Each row, with `theirs` or `ours` before it; undefined where whatever differs does so for the reason. */
  readonly rows?: readonly string[];
}

/** What the comparison needs of a test. */
export interface Assertions {
  fail(name: string): unknown;
  pass(name: string): unknown;
  comment(...text: string[]): unknown;
}

/** The captures' index; undefined, and told, where there are none. */
export function readCorpora(): readonly CorpusEntry[] | undefined {
  if (existsSync(join(CORPORA, "index.json"))) return JSON.parse(readFileSync(join(CORPORA, "index.json"), "utf8"));
  tap.comment(`SKIPPED: no corpora at ${CORPORA}; name their folder in EASTWATCH_CORPORA`);
  tap.pass("corpora absent");
  return undefined;
}

/** Where the file of that ending is, for an entry whose capture is there, too. */
export function expectedFile({ expected }: CorpusEntry, ending: string): string | undefined {
  const path = expected?.find((one) => one.endsWith(ending));
  return path === undefined ? undefined : join(CORPORA, path);
}

/** Rows of one capture; one that differs and is not known to, or is known to and does not, fails the test. */
export function judge(
  t: Assertions,
  capture: string,
  ours: readonly string[],
  theirs: readonly string[],
  known: KnownDifference | undefined,
): string {
  const left = [...ours];
  const missing = theirs.filter((their) => !takeOut(left, their));
  const agree = theirs.length - missing.length;
  const rows = [...missing.map((row) => `theirs ${row}`), ...left.map((row) => `ours ${row}`)];
  const stale = [...(known?.rows ?? [])];
  const unknown = known !== undefined && known.rows === undefined ? [] : rows.filter((row) => !takeOut(stale, row));
  for (const row of unknown) t.fail(`${capture} differs and no reason is known: ${row}`);
  for (const row of stale) t.fail(`${capture} does not differ any more: ${row}`);
  if (rows.length === 0 && known !== undefined) t.fail(`${capture} does not differ any more: ${known.reason}`);
  if (rows.length === 0) return `${capture}: agree ${agree}`;
  return `${capture}: agree ${agree}, differ in ${rows.length} rows: ${known?.reason ?? "NO REASON KNOWN"}`;
}

/** A line of judge() a capture. */
export function report(t: Assertions, tool: string, table: readonly string[]): void {
  const agreeing = table.filter((line) => !line.includes(", differ in "));
  for (const line of table) t.comment(line);
  t.pass(`${agreeing.length} of ${table.length} captures agree with ${tool} wholly`);
}

/** Whether it was there. */
function takeOut(rows: string[], row: string): boolean {
  const at = rows.indexOf(row);
  if (at >= 0) rows.splice(at, 1);
  return at >= 0;
}
