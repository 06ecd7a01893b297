import { readFileSync } from "node:fs";
import { join } from "node:path";
import tap from "tap";
import type { CallRecord } from "../shared/event.js";
import { analyzeFile } from "./support/analysis-run.js";
import { CORPORA, type CorpusEntry, expectedFile, judge, readCorpora, report } from "./support/corpus.js";
import { KNOWN_DIFFERENCES } from "./support/known-differences.js";
import { readZeekLog } from "./support/zeek-log.js";

const index = readCorpora();
if (index !== undefined) {
  compareWithZeek(index);
  compareWebSocketsWithZeek(index);
  compareWithArkime(index);
  compareWithDeepflow(index);
  survive(index);
}

function compareWithZeek(index: readonly CorpusEntry[]): void {
  tap.test("calls agree with Zeek's http.log, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const entry of index) {
      const log = expectedFile(entry, "/http.log");
      const { capture } = entry;
      if (capture === undefined || log === undefined) continue;
      const run = await analyzeFile(join(CORPORA, capture));
      const { fields, rows } = readZeekLog(log);
      const theirs = rows.map((row) => project(fields, row));
      const seen = run.calls.filter((call) => call.method !== undefined || fields.includes("status_code"));
      const ours = seen.map((call) => project(fields, asZeek(call)));
      table.push(judge(t, capture, ours, theirs, KNOWN_DIFFERENCES.get(capture)));
    }
    report(t, "Zeek", table);
  });
}

function compareWebSocketsWithZeek(index: readonly CorpusEntry[]): void {
  tap.test("WebSockets agree with Zeek's websocket.log, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const entry of index) {
      const log = expectedFile(entry, "/websocket.log");
      const { capture } = entry;
      if (capture === undefined || log === undefined) continue;
      const run = await analyzeFile(join(CORPORA, capture));
      const ours = run.calls
        .filter(({ streamKind }) => streamKind === "websocket")
        .map((call) => [connectionOf(call), call.authority, pathOf(call.path), call.userAgent, call.subprotocol]);
      const theirs = readZeekLog(log).rows.map((row) => {
        const value = (name: string): string | undefined => row.get(name);
        const connection = `${value("id.orig_h")}:${value("id.orig_p")}>${value("id.resp_h")}:${value("id.resp_p")}`;
        return [connection, value("host"), pathOf(value("uri")), value("user_agent"), value("subprotocol")];
      });
      const lines = (rows: readonly (readonly unknown[])[]): string[] =>
        rows.map((row) => row.map((word) => word ?? "-").join(" "));
      table.push(judge(t, capture, lines(ours), lines(theirs), KNOWN_DIFFERENCES.get(capture)));
    }
    report(t, "Zeek", table);
  });
}

function compareWithArkime(index: readonly CorpusEntry[]): void {
  tap.test("calls agree with Arkime's sessions, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const entry of index) {
      const file = expectedFile(entry, ".test");
      const { source, capture } = entry;
      if (source !== "arkime" || capture === undefined || file === undefined) continue;
      const sessions = JSON.parse(readFileSync(file, "utf8")).sessions3.map(
        (session: { body: ArkimeSession }) => session.body,
      ) as ArkimeSession[];
      const run = await analyzeFile(join(CORPORA, capture));
      const theirs = sessions.filter((session) => session.http?.method !== undefined).map(fromArkime);
      table.push(judge(t, capture, summarize(run.calls), theirs, KNOWN_DIFFERENCES.get(capture)));
    }
    report(t, "Arkime", table);
  });
}

function compareWithDeepflow(index: readonly CorpusEntry[]): void {
  tap.test("calls agree with DeepFlow's requests, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const entry of index) {
      const file = expectedFile(entry, ".result");
      const { source, capture } = entry;
      if (source !== "deepflow" || capture === undefined || file === undefined) continue;
      const run = await analyzeFile(join(CORPORA, capture));
      const theirs = fromDeepflow(readFileSync(file, "utf8"));
      table.push(judge(t, capture, run.calls.map(asDeepflow), theirs, KNOWN_DIFFERENCES.get(capture)));
    }
    report(t, "DeepFlow", table);
  });
}

/** DeepFlow's parser prints each message; those of one stream are one call. It names no addresses. */
function fromDeepflow(text: string): string[] {
  const streams = new Map<string, Record<string, string>>();
  for (const line of text.split("\n").filter((message) => message.includes("is_http: true"))) {
    const value = (name: string): string | undefined =>
      new RegExp(`\\b${name}: (?:Some\\()?"?([^",)]*)`).exec(line)?.[1].replace(/^None$/, "");
    const stream = streams.get(value("stream_id") ?? "") ?? {};
    streams.set(value("stream_id") ?? "", stream);
    for (const name of ["proto", "path", "host", "status_code", "grpc_status_code"])
      if (value(name)) stream[name] = value(name) ?? "";
  }
  return [...streams.values()].map(({ proto, path = "", host = "-", status_code = "-", grpc_status_code = "-" }) =>
    [proto, path === "" ? "-" : pathOf(path), host, status_code, grpc_status_code].join(" "),
  );
}

function asDeepflow(call: CallRecord): string {
  const proto = call.rpcSystem === undefined ? `Http${call.version[0]}` : "Grpc";
  // Where DeepFlow leaves a path empty we say that it is not known.
  const path = call.path === "<unknown-path>" ? "-" : call.path;
  const words = [proto, path, call.authority, call.status, call.rpcStatus];
  return words.map((word) => word ?? "-").join(" ");
}

function survive(index: readonly CorpusEntry[]): void {
  tap.test("no capture of the corpora is anything but read", async (t) => {
    for (const { capture } of index) {
      if (capture === undefined || !/\.pcap(ng)?$/.test(capture)) continue;
      const { pipeline } = await analyzeFile(join(CORPORA, capture));
      t.ok(pipeline.frames > 0, capture);
    }
  });
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
function project(fields: readonly string[], row: ReadonlyMap<string, string>): string {
  const value = (name: string): string => (fields.includes(name) ? (row.get(name) ?? "-") : "");
  const host = value("host").replace(/:\d+$/, "").toLowerCase();
  const words = [value("method"), host, pathOf(row.get("uri")), value("status_code").replace(/^0$/, "-")];
  const sizes = [value("request_body_len"), value("response_body_len")];
  const connection = `${value("id.orig_h")}:${value("id.orig_p")}>${value("id.resp_h")}:${value("id.resp_p")}`;
  return [connection, ...words, ...sizes].join(" ");
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
function fromArkime(session: ArkimeSession): string {
  const { source, destination, http } = session;
  const counts = http?.method?.map((method) => `${method}*${http[`method-${method}`] ?? 1}`);
  return `${source.ip}:${source.port}>${destination.ip}:${destination.port} ${sets(counts, http?.path, http?.statuscode)}`;
}

function summarize(calls: readonly CallRecord[]): string[] {
  const flows = new Map<string, CallRecord[]>();
  for (const call of calls) flows.set(call.flowId, [...(flows.get(call.flowId) ?? []), call]);
  return [...flows.values()].map((flow) => {
    const paths = flow.flatMap((call) => (call.method === "CONNECT" ? [] : (call.path ?? [])));
    const statuses = flow.flatMap((call) => call.status ?? []);
    return `${connectionOf(flow[0])} ${sets(countedMethods(flow), paths, statuses)}`;
  });
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
