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
      const theirs = readZeekLog(join(CORPORA, log)).map(fromZeek);
      table.push(...judge(t, capture, run.calls.map(fromCall), theirs));
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
function judge(t: typeof tap, capture: string, ours: readonly Comparable[], theirs: readonly Comparable[]): string[] {
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

function report(t: typeof tap, tool: string, table: readonly string[]): void {
  const files = table.filter((line) => !line.startsWith(" "));
  const agreeing = files.filter((line) => !line.includes("differ"));
  for (const line of table) t.comment(line);
  t.pass(`${agreeing.length} of ${files.length} captures agree with ${tool} wholly`);
}

function fromCall(call: CallRecord): Comparable {
  return {
    connection: `${call.clientAddress}:${call.clientPort}>${call.serverAddress}:${call.serverPort}`,
    text: line(call.method, call.authority, call.path, call.status, call.requestBodySize, call.responseBodySize),
  };
}

function fromZeek(row: Map<string, string>): Comparable {
  return {
    connection: `${row.get("id.orig_h")}:${row.get("id.orig_p")}>${row.get("id.resp_h")}:${row.get("id.resp_p")}`,
    text: line(
      row.get("method"),
      row.get("host"),
      row.get("uri"),
      number(row.get("status_code")),
      number(row.get("request_body_len")),
      number(row.get("response_body_len")),
    ),
  };
}

function line(
  method: string | undefined,
  authority: string | undefined,
  target: string | undefined,
  status: number | undefined,
  requestBytes: number | undefined,
  responseBytes: number | undefined,
): string {
  const host = (authority ?? "").replace(/:\d+$/, "").toLowerCase();
  return `${method ?? "-"} ${host} ${pathOf(target)} ${status ?? "-"} ${requestBytes ?? 0} ${responseBytes ?? 0}`;
}

function pathOf(target: string | undefined): string {
  if (target === undefined) return "-";
  const path = target.replace(/^https?:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
  return path === "" ? "/" : path;
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
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
  for (const call of calls) {
    const { connection } = fromCall(call);
    flows.set(connection, [...(flows.get(connection) ?? []), call]);
  }
  return [...flows].map(([connection, flow]) => ({
    connection,
    text: sets(
      flow.flatMap((call) => call.method ?? []),
      flow.flatMap((call) => call.path ?? []),
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
