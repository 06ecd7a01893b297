import type { FeedRecord } from "../api.js";
import { verdictClass } from "./handshake-words.js";

/** What the feed is narrowed to; an empty text narrows nothing. */
export interface FeedFilter {
  readonly kind: "" | "call" | "handshake" | "finding";
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** `404`, `5xx`, `none` for calls without an answer; several, with commas or spaces between, pass any of them. */
  readonly status: string;
  /** Least severity of findings. */
  readonly severity: string;
  /** Of handshakes: whether the client proved who it is. */
  readonly verdict: string;
}

export const NO_FILTER: FeedFilter = {
  kind: "",
  service: "",
  method: "",
  path: "",
  status: "",
  severity: "",
  verdict: "",
};

const SEVERITIES = ["info", "low", "medium", "high", "critical"];

type Of<K extends FeedRecord["kind"]> = Extract<FeedRecord, { kind: K }>;

/** What a kind of record does not have, it does not pass a filter on; a blind interval is shown whatever is asked for. */
export function passes(record: FeedRecord, filter: FeedFilter): boolean {
  if (record.kind === "blind") return true;
  if (filter.kind !== "" && filter.kind !== record.kind) return false;
  if (record.kind === "call") return callPasses(record, filter);
  return record.kind === "finding" ? findingPasses(record, filter) : handshakePasses(record, filter);
}

function callPasses(call: Of<"call">, filter: FeedFilter): boolean {
  if (filter.severity !== "" || filter.verdict !== "") return false;
  if (filter.method !== "" && call.method !== filter.method) return false;
  return (
    has(`${call.service} ${call.serverAddress}`, filter.service) &&
    has(`${call.path ?? ""} ${call.template ?? ""}`, filter.path) &&
    statusPasses(call.status, filter.status.trim().toLowerCase())
  );
}

function findingPasses(finding: Of<"finding">, filter: FeedFilter): boolean {
  if (filter.status !== "" || filter.verdict !== "") return false;
  if (filter.method !== "" && finding.method !== filter.method) return false;
  return (
    has(`${finding.serverAddress ?? ""}:${finding.serverPort ?? ""} ${finding.summary}`, filter.service) &&
    has(finding.template ?? "", filter.path) &&
    SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(filter.severity)
  );
}

function handshakePasses(handshake: Of<"handshake">, filter: FeedFilter): boolean {
  if (filter.method !== "" || filter.path !== "" || filter.status !== "" || filter.severity !== "") return false;
  if (filter.verdict !== "" && verdictClass(handshake) !== filter.verdict) return false;
  return has(`${handshake.service} ${handshake.serverAddress} ${handshake.serverName ?? ""}`, filter.service);
}

function has(text: string, wanted: string): boolean {
  return wanted === "" || text.toLowerCase().includes(wanted.toLowerCase());
}

function statusPasses(status: number | undefined, wanted: string): boolean {
  const all = wanted.split(/[\s,]+/).filter((one) => one !== "");
  return all.length === 0 || all.some((one) => isStatus(status, one));
}

function isStatus(status: number | undefined, wanted: string): boolean {
  if (wanted === "none") return status === undefined;
  return status !== undefined && String(status).startsWith(wanted.replace(/x+$/, ""));
}
