import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import tap from "tap";
import type { CallRecord } from "../shared/event.js";
import { analyzeFile } from "./support/analysis-run.js";
import { KNOWN_DIFFERENCES } from "./support/known-differences.js";
import { readZeekLog } from "./support/zeek-log.js";

const CORPORA = process.env.EASTWATCH_CORPORA ?? "../shared/corpora";

interface IndexEntry {
  readonly source: string;
  readonly capture?: string;
  readonly expected?: readonly string[];
}

/** What the comparison needs of a test. */
interface Assertions {
  fail(name: string): unknown;
  pass(name: string): unknown;
  comment(...text: string[]): unknown;
}

/** What both tools can say of one call, as one line of text. */
interface Comparable {
  readonly connection: string;
  readonly text: string;
}

if (!existsSync(join(CORPORA, "index.json"))) {
  tap.comment(`SKIPPED: no corpora at ${CORPORA}; name their folder in EASTWATCH_CORPORA`);
  tap.pass("corpora absent");
} else {
  const index: IndexEntry[] = JSON.parse(readFileSync(join(CORPORA, "index.json"), "utf8"));
  compareWithZeek(index);
  compareWithArkime(index);
  survive(index);
}

function compareWithZeek(index: readonly IndexEntry[]): void {
  tap.test("calls agree with Zeek's http.log, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const { capture, expected } of index) {
      const log = expected?.find((path) => path.endsWith("/http.log"));
      if (capture === undefined || log === undefined) continue;
      const run = await analyzeFile(join(CORPORA, capture));
      const { fields, rows } = readZeekLog(join(CORPORA, log));
      const theirs = rows.map((row) => project(fields, row));
      const ours = run.calls.filter((call) => call.method !== undefined || fields.includes("status_code"));
      table.push(
        ...judge(
          t,
          capture,
          ours.map((call) => project(fields, asZeek(call))),
          theirs,
        ),
      );
    }
    report(t, "Zeek", table);
  });
}

function compareWithArkime(index: readonly IndexEntry[]): void {
  tap.test("calls agree with Arkime's sessions, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const { source, capture, expected } of index) {
      const file = expected?.find((path) => path.endsWith(".test"));
      if (source !== "arkime" || capture === undefined || file === undefined) continue;
      const sessions = JSON.parse(readFileSync(join(CORPORA, file), "utf8")).sessions3.map(
        (session: { body: ArkimeSession }) => session.body,
      ) as ArkimeSession[];
      const run = await analyzeFile(join(CORPORA, capture));
      const theirs = sessions.filter((session) => session.http?.method !== undefined).map(fromArkime);
      table.push(...judge(t, capture, summarize(run.calls), theirs));
    }
    report(t, "Arkime", table);
  });
}

function survive(index: readonly IndexEntry[]): void {
  tap.test("no capture of the corpora is anything but read", async (t) => {
    for (const { capture } of index) {
      if (capture === undefined || !/\.pcap(ng)?$/.test(capture)) continue;
      const { pipeline } = await analyzeFile(join(CORPORA, capture));
      t.ok(pipeline.frames > 0, capture);
    }
  });
}

/** Lines `capture verdict detail`; a difference without a known reason fails the test. */
function judge(t: Assertions, capture: string, ours: readonly Comparable[], theirs: readonly Comparable[]): string[] {
  const reason = KNOWN_DIFFERENCES.get(capture);
  const left = [...ours];
  const missing = theirs.filter((their) => {
    const at = left.findIndex((our) => our.connection === their.connection && our.text === their.text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const agree = theirs.length - missing.length;
  if (missing.length === 0 && left.length === 0) return [`${capture}: agree ${agree}`];
  const lines = [
    `${capture}: agree ${agree}, differ ${missing.length} of theirs and ${left.length} of ours: ${reason ?? "NO REASON KNOWN"}`,
  ];
  if (reason === undefined) {
    lines.push(...missing.map((their) => `    theirs ${their.connection} ${their.text}`));
    lines.push(...left.map((our) => `    ours   ${our.connection} ${our.text}`));
  }
  if (reason === undefined) t.fail(`${capture} differs and no reason is known`);
  return lines;
}

function report(t: Assertions, tool: string, table: readonly string[]): void {
  const files = table.filter((line) => !line.startsWith(" "));
  const agreeing = files.filter((line) => !line.includes("differ"));
  for (const line of table) t.comment(line);
  t.pass(`${agreeing.length} of ${files.length} captures agree with ${tool} wholly`);
}

function connectionOf(call: CallRecord): string {
  return `${call.clientAddress}:${call.clientPort}>${call.serverAddress}:${call.serverPort}`;
}

/** A call under the names of http.log. */
function asZeek(call: CallRecord): ReadonlyMap<string, string> {
  const row = new Map([
    ["id.orig_h", call.clientAddress],
    ["id.orig_p", String(call.clientPort)],
    ["id.resp_h", call.serverAddress],
    ["id.resp_p", String(call.serverPort)],
    ["request_body_len", String(call.requestBodySize ?? 0)],
    ["response_body_len", String(call.responseBodySize ?? 0)],
  ]);
  if (call.method !== undefined) row.set("method", call.method);
  // Zeek takes no host from CONNECT's target.
  if (call.authority !== undefined && call.method !== "CONNECT") row.set("host", call.authority);
  if (call.path !== undefined) row.set("uri", call.path);
  if (call.status !== undefined) row.set("status_code", String(call.status));
  return row;
}

/** What is compared, as far as the log has it. */
function project(fields: readonly string[], row: ReadonlyMap<string, string>): Comparable {
  const value = (name: string): string => (fields.includes(name) ? (row.get(name) ?? "-") : "");
  const host = value("host").replace(/:\d+$/, "").toLowerCase();
  const words = [value("method"), host, pathOf(row.get("uri")), value("status_code").replace(/^0$/, "-")];
  const sizes = [value("request_body_len"), value("response_body_len")];
  return {
    connection: `${value("id.orig_h")}:${value("id.orig_p")}>${value("id.resp_h")}:${value("id.resp_p")}`,
    text: [...words, ...sizes].join(" "),
  };
}

function pathOf(target: string | undefined): string {
  if (target === undefined) return "-";
  const path = target.replace(/^https?:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
  // Zeek decodes what is percent-encoded.
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decoded === "" ? "/" : decoded;
}

interface ArkimeSession {
  readonly source: { readonly ip: string; readonly port: number };
  readonly destination: { readonly ip: string; readonly port: number };
  readonly http?: {
    readonly method?: readonly string[];
    readonly statuscode?: readonly number[];
    readonly path?: readonly string[];
  };
}

/** Arkime keeps a set of each field for a session. */
function fromArkime(session: ArkimeSession): Comparable {
  const { source, destination, http } = session;
  return {
    connection: `${source.ip}:${source.port}>${destination.ip}:${destination.port}`,
    text: sets(http?.method, http?.path, http?.statuscode),
  };
}

function summarize(calls: readonly CallRecord[]): Comparable[] {
  const flows = new Map<string, CallRecord[]>();
  for (const call of calls) flows.set(call.flowId, [...(flows.get(call.flowId) ?? []), call]);
  return [...flows.values()].map((flow) => ({
    connection: connectionOf(flow[0]),
    text: sets(
      flow.flatMap((call) => call.method ?? []),
      flow.flatMap((call) => (call.method === "CONNECT" ? [] : (call.path ?? []))),
      flow.flatMap((call) => call.status ?? []),
    ),
  }));
}

function sets(
  methods: readonly string[] = [],
  paths: readonly string[] = [],
  statuses: readonly number[] = [],
): string {
  return [methods, paths.map(pathOf), statuses]
    .map((values) => [...new Set<string | number>(values)].sort().join(","))
    .join(" ");
}
