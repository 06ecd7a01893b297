import { spell, UNSEEN } from "../../shared/visible-text.js";
import type { StoredRow } from "../store/stored-row.js";
import { EdgePostures } from "./edge-postures.js";
import type { Report } from "./report.js";
import { rowObject } from "./row-object.js";

/** Columns of the one table that holds every kind of row; what a kind does not have stays empty. */
const COLUMNS: readonly string[] = [
  "kind",
  "sensor",
  "service",
  "client.address",
  "client.service",
  "server.address",
  "server.port",
  "server.service",
  "http.request.method",
  "url.template",
  "calls",
  "connections",
  "handshakes",
  "scope",
  "posture",
  "protocols",
  "callers",
  "caller_count",
  "statuses",
  "auth.kinds",
  "data.classes",
  "state",
  "parameters",
  "request_content_types",
  "response_content_types",
  "duration_ms",
  "request_bytes",
  "response_bytes",
  "names",
  "software",
  "frameworks",
  "client_software",
  "header_orders",
  "rule",
  "severity",
  "title",
  "summary",
  "count",
  "evidence",
  "references",
  "id",
  "incomplete_calls",
  "missing_bytes",
  "first_seen",
  "last_seen",
  "posture_counts",
  "client_auth_reasons",
  "subject",
  "issuer",
  "san",
  "serial_number",
  "not_before",
  "not_after",
  "key",
  "signature_algorithm",
  "fingerprint_sha256",
  "chain_length",
  "extended_key_usages",
  "self_issued",
  "services",
  "service_count",
  "clients",
  "client_count",
  "data.request.classes",
  "data.response.classes",
  "data.request.bodies_read",
  "data.response.bodies_read",
  "key_exchange_groups",
  "handshake_failures",
  "handshake_traits",
  "stream.kinds",
  "stream.subprotocols",
  "stream.extensions",
  "stream.request.messages",
  "stream.response.messages",
  "stream.request.message_bytes",
  "stream.response.message_bytes",
  "stream.frames",
  "stream.closes",
  "stream.close_reasons",
  "stream.lasted_ms",
  "parsed_bytes",
  "encrypted_bytes",
  "not_understood_bytes",
  "not_understood",
  "joined_late_bytes",
  "blind_intervals",
  "blind_ms",
  "virtual_network",
  "declared",
  "declared_title",
  "deprecated_by",
  "deprecated_since",
  "sunset",
  "drift",
  "auth.access",
  "auth.calls",
  "auth.answered",
  "auth.refused",
  "auth.places",
  "auth.together",
  "auth.challenges",
  "token.algorithms",
  "token.issuers",
  "token.audiences",
  "token.key_ids",
  "token.scopes",
  "token.bindings",
  "token.shortest_seconds",
  "token.longest_seconds",
  "token.endless_calls",
  "token.key_hosts",
  "token.changes",
  "cookies_set",
  "cross_origin",
  "cross_origin_sites",
  "cache_control",
  "security_headers",
  "oauth.requests",
  "oauth.grants",
  "oauth.client_proofs",
  "oauth.answered_to_public_clients",
  "auth.not_counted",
  "token.never_answered",
  "token.not_counted",
  "unknown_paths",
  "review.status",
  "review.changes",
  "review.approved_by",
  "review.approved_at",
  "review.owner",
  "review.owner_by",
  "review.owner_at",
  "review.tags",
  "review.tags_by",
  "review.tags_at",
  "review.note",
  "review.note_by",
  "review.note_at",
  "review.deprecated_by",
  "review.deprecated_at",
  "review.deprecated_until",
  "review.ignored_by",
  "review.ignored_at",
  "review.ignored_until",
  "review.untold",
  "moved_to",
  "moved_from",
  "gateway",
  "client.gateway",
  "client.certificates",
  "callers.remaining",
  "callers.last_calls",
  "callers.gateways",
  "callers.around_gateway",
  "callers.untold",
  "edge.posture_counts",
  "edge.client_certificates",
  "hosts",
  "more_hosts",
  "data.request.bodies_cut",
  "data.response.bodies_cut",
  "repeated_calls",
  "repeated_connections",
  "data.own_classes",
  "response_content_types_by_status",
  "rpc.grpc.status_codes",
];

/** Begins UTF-8 text for spreadsheets that would take it for their country's old encoding. */
const BYTE_ORDER_MARK = "\ufeff";

/** RFC 4180, and safe to open: nothing from the wire is taken for a formula. */
export const csv: Report = {
  name: "csv",
  *write(rows: Iterable<StoredRow>): Iterable<string> {
    yield `${BYTE_ORDER_MARK}${COLUMNS.join(",")}\r\n`;
    const postures = new EdgePostures();
    for (const row of rows) {
      postures.note(row);
      const object = rowObject(row, postures);
      yield `${COLUMNS.map((column) => cell(object[column])).join(",")}\r\n`;
    }
  },
};

function cell(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = guard(plain(value).replace(UNSEEN, spell));
  return /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lists and objects as words that read well in one cell. */
function plain(value: unknown): string {
  if (Array.isArray(value))
    return value.map((item) => (typeof item === "object" ? JSON.stringify(item) : String(item))).join("; ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([name, item]) => `${name}=${typeof item === "object" ? JSON.stringify(item) : item}`)
    .join("; ");
}

const FORMULA = /^[=+\-@|%]/;

/**
 * A cell that begins with one of these is run by spreadsheets (CWE-1236): the apostrophe makes it text. Some take their full-width and
 * small forms (`\uff1d`) for the same.
 */
function guard(text: string): string {
  const first = text.trimStart().slice(0, 1).normalize("NFKC");
  return FORMULA.test(first) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
}
