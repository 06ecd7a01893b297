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
  compareWithDeepflow(index);
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

function compareWithDeepflow(index: readonly IndexEntry[]): void {
  tap.test("calls agree with DeepFlow's requests, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const { source, capture, expected } of index) {
      const file = expected?.find((path) => path.endsWith(".result"));
      if (source !== "deepflow" || capture === undefined || file === undefined) continue;
      const run = await analyzeFile(join(CORPORA, capture));
      const theirs = fromDeepflow(readFileSync(join(CORPORA, file), "utf8"));
      table.push(...judge(t, capture, run.calls.map(asDeepflow), theirs));
    }
    report(t, "DeepFlow", table);
  });
}

/** DeepFlow's parser prints each message; those of one stream are one call. It names no addresses. */
function fromDeepflow(text: string): Comparable[] {
  const streams = new Map<string, Record<string, string>>();
  for (const line of text.split("\n").filter((message) => message.includes("is_http: true"))) {
    const value = (name: string): string | undefined =>
      new RegExp(`\\b${name}: (?:Some\\()?"?([^",)]*)`).exec(line)?.[1].replace(/^None$/, "");
    const stream = streams.get(value("stream_id") ?? "") ?? {};
    streams.set(value("stream_id") ?? "", stream);
    for (const name of ["proto", "path", "host", "status_code", "grpc_status_code"])
      if (value(name)) stream[name] = value(name) ?? "";
  }
  return [...streams.values()].map(({ proto, path = "", host = "-", status_code = "-", grpc_status_code = "-" }) => ({
    connection: "",
    text: [proto, path === "" ? "-" : pathOf(path), host, status_code, grpc_status_code].join(" "),
  }));
}

function asDeepflow(call: CallRecord): Comparable {
  const proto = call.rpcSystem === undefined ? `Http${call.version[0]}` : "Grpc";
  // Where DeepFlow leaves a path empty we say that it is not known.
  const path = call.path === "<unknown-path>" ? "-" : call.path;
  const words = [proto, path, call.authority, call.status, call.rpcStatus];
  return { connection: "", text: words.map((word) => word ?? "-").join(" ") };
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

/** Lines `capture verdict detail`; a row that differs and is not known to, or is known to and does not, fails the test. */
function judge(t: Assertions, capture: string, ours: readonly Comparable[], theirs: readonly Comparable[]): string[] {
  const left = [...ours];
  const missing = theirs.filter((their) => {
    const at = left.findIndex((our) => our.connection === their.connection && our.text === their.text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const agree = theirs.length - missing.length;
  const known = KNOWN_DIFFERENCES.get(capture);
  const stale = [...(known?.rows ?? [])];
  const rows = [
    ...missing.map(({ connection, text }) => `theirs ${connection} ${text}`),
    ...left.map(({ connection, text }) => `ours ${connection} ${text}`),
  ];
  const unknown = rows.filter((row) => {
    const at = stale.indexOf(row);
    if (at >= 0) stale.splice(at, 1);
    return at < 0;
  });
  for (const row of unknown) t.fail(`${capture} differs and no reason is known: ${row}`);
  for (const row of stale) t.fail(`${capture} does not differ any more: ${row}`);
  if (rows.length === 0) return [`${capture}: agree ${agree}`];
  return [`${capture}: agree ${agree}, differ in ${rows.length} rows: ${known?.reason ?? "NO REASON KNOWN"}`];
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
    ["request_body_len", size(call.requestBodySize, call.method !== undefined)],
    ["response_body_len", size(call.responseBodySize, call.status !== undefined)],
  ]);
  if (call.method !== undefined) row.set("method", call.method);
  // Zeek takes no host from CONNECT's target.
  if (call.authority !== undefined && call.method !== "CONNECT") row.set("host", call.authority);
  if (call.path !== undefined) row.set("uri", call.path);
  if (call.status !== undefined) row.set("status_code", String(call.status));
  return row;
}

/** Zeek counts 0 bytes of a message it did not see; a size that we can't tell of one that was seen is a difference. */
function size(bytes: number | undefined, wasSeen: boolean): string {
  return String(bytes ?? (wasSeen ? "-" : 0));
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
    /** How many requests of a method there were. */
    readonly [count: `method-${string}`]: number;
    readonly statuscode?: readonly number[];
    readonly path?: readonly string[];
  };
}

/** Arkime keeps a set of each field for a session, and counts the requests by method. */
function fromArkime(session: ArkimeSession): Comparable {
  const { source, destination, http } = session;
  const counts = http?.method?.map((method) => `${method}*${http[`method-${method}`] ?? 1}`);
  return {
    connection: `${source.ip}:${source.port}>${destination.ip}:${destination.port}`,
    text: sets(counts, http?.path, http?.statuscode),
  };
}

function summarize(calls: readonly CallRecord[]): Comparable[] {
  const flows = new Map<string, CallRecord[]>();
  for (const call of calls) flows.set(call.flowId, [...(flows.get(call.flowId) ?? []), call]);
  return [...flows.values()].map((flow) => ({
    connection: connectionOf(flow[0]),
    text: sets(
      countedMethods(flow),
      flow.flatMap((call) => (call.method === "CONNECT" ? [] : (call.path ?? []))),
      flow.flatMap((call) => call.status ?? []),
    ),
  }));
}

function countedMethods(calls: readonly CallRecord[]): string[] {
  const methods = calls.flatMap((call) => call.method ?? []);
  return methods.map((method) => `${method}*${methods.filter((other) => other === method).length}`);
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
