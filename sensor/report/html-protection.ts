import type { EdgeRecord, EndpointRecord } from "../../shared/event.js";
import { countWords } from "../../shared/posture.js";
import {
  ACCESS_WORDS,
  type Access,
  accessOf,
  goneWords,
  headerWords,
  lifetimeWords,
  shareWords,
} from "../../shared/protection-words.js";
import { countsText } from "./compliance/evidence.js";
import { endpointName } from "./compliance/facts.js";
import { type EdgePosture, EdgePostures } from "./edge-postures.js";
import { type Cell, section, table } from "./html-element.js";

/** Those to look at first. */
const ORDER: readonly Access[] = ["mixed", "open", "unseen", "refusing"];

/** How endpoints are protected: who is let in, by which tokens, and what their answers let others do. */
export function protectionSection(all: readonly EndpointRecord[], edges: readonly EdgeRecord[]): string {
  const postures = new EdgePostures();
  for (const record of edges) postures.note({ record, sensor: undefined });
  const endpoints = all.filter(({ calls }) => calls > 0);
  const bound =
    "<p>Of calls that could be read: a client certificate stands in them only where a proxy tells of it, and a cookie may be a session's or " +
    "nobody's; what is of no known kind counts as none, and of bodies only those that were looked at can hold one. Tokens are read, not verified. The way there is what all connections to that address and port were.</p>\n";
  const parts = [
    accessTable(endpoints, postures),
    tokenTable(endpoints),
    answerTable(endpoints),
    oauthTable(endpoints),
  ];
  return section("Protection of endpoints", bound + parts.join(""));
}

function nameOf(endpoint: EndpointRecord): Cell[] {
  return [endpoint.service, endpointName(endpoint)];
}

function accessTable(endpoints: readonly EndpointRecord[], postures: EdgePostures): string {
  const counts = ORDER.map((access): Cell[] => [
    ACCESS_WORDS[access],
    endpoints.filter((endpoint) => accessOf(endpoint) === access).length,
  ]);
  const sorted = [...endpoints].sort((a, b) => ORDER.indexOf(accessOf(a)) - ORDER.indexOf(accessOf(b)));
  const rows = sorted.map((endpoint): Cell[] => [
    ...nameOf(endpoint),
    ACCESS_WORDS[accessOf(endpoint)],
    shareWords(endpoint),
    countsText(endpoint.protection?.places ?? {}),
    wayWords(postures.of(endpoint)),
  ]);
  return (
    table({ heads: ["access", "endpoints"], rows: counts }) +
    table({ heads: ["service", "endpoint", "access", "calls", "credentials by place", "the way there"], rows })
  );
}

function wayWords(edge: EdgePosture | undefined): string {
  return edge === undefined ? "" : countWords(edge.counts);
}

function tokenTable(endpoints: readonly EndpointRecord[]): string {
  const rows = endpoints.flatMap((endpoint): Cell[][] => {
    const tokens = endpoint.protection?.tokens;
    if (tokens === undefined) return [];
    const counts = [tokens.algorithms, tokens.issuers, tokens.audiences, tokens.scopes, tokens.bindings];
    const changes = tokens.changes.map(({ what, name }) => `${what} ${name}`).join(", ");
    return [[...nameOf(endpoint), ...counts.map(countsText), lifetimeWords(tokens), changes, goneWords(tokens)]];
  });
  if (rows.length === 0) return "";
  const heads = [
    "service",
    "endpoint",
    "algorithms",
    "issuers",
    "audiences",
    "scopes",
    "bound to",
    "lifetime",
    "new",
    "not counted",
  ];
  return `<h3>JSON Web Tokens</h3>\n${table({ heads, rows })}`;
}

function answerTable(endpoints: readonly EndpointRecord[]): string {
  const rows = endpoints.flatMap((endpoint): Cell[][] => {
    const { protection } = endpoint;
    if (protection === undefined) return [];
    const { cookies = {}, crossOrigin = {}, caching = {}, safeguards } = protection;
    if (safeguards === undefined && [cookies, crossOrigin, caching].every((counts) => Object.keys(counts).length === 0))
      return [];
    return [[...nameOf(endpoint), ...[cookies, crossOrigin, caching].map(countsText), headerWords(protection)]];
  });
  if (rows.length === 0) return "";
  const heads = ["service", "endpoint", "cookies set", "pages of other origins", "copies with credentials", "headers"];
  return `<h3>What answers say</h3>\n${table({ heads, rows })}`;
}

function oauthTable(endpoints: readonly EndpointRecord[]): string {
  const rows = endpoints.flatMap((endpoint): Cell[][] => {
    const { oauth, grants = {}, clientProofs = {} } = endpoint.protection ?? {};
    return oauth === undefined ? [] : [[...nameOf(endpoint), ...[oauth, grants, clientProofs].map(countsText)]];
  });
  if (rows.length === 0) return "";
  const heads = ["service", "endpoint", "asked for", "grants", "clients prove themselves by"];
  return `<h3>OAuth 2 servers, of requests looked at</h3>\n${table({ heads, rows })}`;
}
