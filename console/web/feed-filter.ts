import type { FeedRecord } from "../api.js";

/** What the feed is narrowed to; an empty text narrows nothing. */
export interface FeedFilter {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** `404`, `5xx`, `none` for calls without an answer. */
  readonly status: string;
  /** Least severity of findings; `calls` for no findings at all. */
  readonly severity: string;
}

export const NO_FILTER: FeedFilter = { service: "", method: "", path: "", status: "", severity: "" };

const SEVERITIES = ["info", "low", "medium", "high", "critical"];

export function passes(record: FeedRecord, filter: FeedFilter): boolean {
  if (record.kind === "blind") return true;
  const isFinding = record.kind === "finding";
  const service = isFinding
    ? `${record.serverAddress ?? ""}:${record.serverPort ?? ""} ${record.summary}`
    : `${record.service} ${record.serverAddress}`;
  const path = isFinding ? (record.template ?? "") : `${record.path ?? ""} ${record.template ?? ""}`;
  if (!has(service, filter.service) || !has(path, filter.path)) return false;
  if (filter.method !== "" && record.method !== filter.method) return false;
  if (isFinding) {
    if (filter.status !== "" || filter.severity === "calls") return false;
    return SEVERITIES.indexOf(record.severity) >= SEVERITIES.indexOf(filter.severity);
  }
  if (filter.severity !== "" && filter.severity !== "calls") return false;
  return statusPasses(record.status, filter.status.trim().toLowerCase());
}

function has(text: string, wanted: string): boolean {
  return wanted === "" || text.toLowerCase().includes(wanted.toLowerCase());
}

function statusPasses(status: number | undefined, wanted: string): boolean {
  if (wanted === "") return true;
  if (wanted === "none") return status === undefined;
  return status !== undefined && String(status).startsWith(wanted.replace(/x+$/, ""));
}
