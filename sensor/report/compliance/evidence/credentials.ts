import type { EndpointRecord } from "../../../../shared/event.js";
import { askedBy } from "../../../../shared/protection-words.js";
import { amount, type Cell, countsText, type Evidence, number, when } from "../evidence.js";
import { endpointName, type Facts } from "../facts.js";
import { isSensitive } from "./data-flows.js";

const COLUMNS = ["service", "endpoint", "calls", "credentials", "statuses"];

/** Calls that certainly carried none of a kind that is known. */
function bareCalls(endpoint: EndpointRecord): number {
  return askedBy(endpoint).bare.calls;
}

function isOpen(endpoint: EndpointRecord): boolean {
  return Object.keys(endpoint.credentials).length === 0 && answered(endpoint, /^2/) > 0;
}

function answered({ statuses }: EndpointRecord, pattern: RegExp): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => (pattern.test(status) ? sum + count : sum), 0);
}

export function credentials({ called: endpoints }: Facts): Evidence {
  const kinds: Record<string, number> = {};
  for (const endpoint of endpoints)
    for (const [kind, calls] of Object.entries(endpoint.credentials)) kinds[kind] = (kinds[kind] ?? 0) + calls;
  const open = endpoints.filter(isOpen);
  const incomplete = endpoints.filter(({ incompleteCalls, calls }) => incompleteCalls === calls);
  return {
    title: "Credentials that calls carried",
    seen: endpoints.length,
    unit: "endpoint",
    unsure: incomplete.length,
    counts: { ...kinds, "calls without any": endpoints.reduce((sum, endpoint) => sum + bareCalls(endpoint), 0) },
    columns: COLUMNS,
    rows: rowsOf(open),
    gaps: [],
    questions: when(
      open.length > 0,
      `${amount(open.length, "endpoint", ["was", "were"])} answered with success and never called with a credential of a known kind: meant for everyone?`,
    ),
    unknowns: when(
      incomplete.length > 0,
      `Of ${amount(incomplete.length, "endpoint", ["no call", "no call"])} was captured whole.`,
    ),
  };
}

/** The same where each call should have one: that nobody was ever asked for any is no question there. */
export function requiredCredentials(facts: Facts): Evidence {
  const open = facts.called.filter(isOpen);
  return {
    ...credentials(facts),
    title: "Credentials that calls carried, where each should have one",
    gaps: when(
      open.length > 0,
      `${amount(open.length, "endpoint", ["was", "were"])} answered with success and never called with a credential of a known kind.`,
    ),
    questions: [],
  };
}

/** An API key names a program, and is as long-lived as it is copied: NIST SP 800-204 MS-SS-1. */
export function sensitiveCredentials({ called: endpoints }: Facts): Evidence {
  const sensitive = endpoints.filter((endpoint) => endpoint.dataClasses.some(isSensitive));
  const open = sensitive.filter(isOpen);
  const keyOnly = sensitive.filter(({ credentials }) => {
    const kinds = Object.keys(credentials);
    return kinds.length > 0 && kinds.every((kind) => kind === "api-key");
  });
  return {
    title: "Credentials before sensitive data",
    seen: sensitive.length,
    unit: "endpoint",
    unsure: 0,
    counts: {
      "with sensitive data": sensitive.length,
      "without any credential seen": open.length,
      "with an API key only": keyOnly.length,
    },
    columns: COLUMNS,
    rows: rowsOf([...open, ...keyOnly]),
    gaps: [
      ...when(
        open.length > 0,
        `${amount(open.length, "endpoint", ["carries", "carry"])} sensitive data without a credential of a known kind.`,
      ),
      ...when(
        keyOnly.length > 0,
        `${amount(keyOnly.length, "endpoint", ["carries", "carry"])} sensitive data behind an API key only.`,
      ),
    ],
    questions: [],
    unknowns: [],
  };
}

export function objectEndpoints({ called: endpoints }: Facts): Evidence {
  const objects = endpoints.filter(({ parameters }) => parameters.length > 0);
  const open = objects.filter(isOpen);
  const refusing = objects.filter((endpoint) => answered(endpoint, /^40[134]$/) > 0).length;
  return {
    title: "Endpoints that name an object in their path",
    seen: objects.length,
    unit: "endpoint",
    unsure: 0,
    counts: {
      "naming an object": objects.length,
      "that answered 401, 403 or 404": refusing,
      "without credential": open.length,
    },
    columns: COLUMNS,
    rows: rowsOf(open),
    gaps: [],
    questions: [
      // Whose an object is shows nowhere: calls that look alike are allowed or a leak.
      ...when(
        objects.length > 0,
        `${amount(objects.length, "endpoint", ["names", "name"])} an object: does each check that its caller may have that one?`,
      ),
      ...when(
        open.length > 0,
        `${amount(open.length, "endpoint", ["gives", "give"])} objects to callers without a credential of a known kind: are these for everyone?`,
      ),
    ],
    unknowns: [],
  };
}

export function refusals({ called: endpoints }: Facts): Evidence {
  const refused = answering(endpoints, /^40[13]$/, "Endpoints that refused callers (401, 403)", "refuse a caller");
  const question = `${amount(refused.seen, "endpoint", ["refuses", "refuse"])} callers: does somebody notice where that piles up?`;
  return { ...refused, questions: when(refused.seen > 0, question) };
}

export function rateLimits({ called: endpoints }: Facts): Evidence {
  return answering(endpoints, /^429$/, "Endpoints that limited callers (429)", "limit a caller");
}

/** It shows where it happened; where it did not, nothing follows: so only those where it did are seen. */
function answering(endpoints: readonly EndpointRecord[], pattern: RegExp, title: string, doing: string): Evidence {
  const those = endpoints
    .filter((endpoint) => answered(endpoint, pattern) > 0)
    .sort((a, b) => answered(b, pattern) - answered(a, pattern));
  const times = those.reduce((sum, endpoint) => sum + answered(endpoint, pattern), 0);
  return {
    title,
    seen: those.length,
    unit: "endpoint",
    unsure: 0,
    counts: { endpoints: those.length, "such answers": times, "all endpoints": endpoints.length },
    columns: COLUMNS,
    rows: rowsOf(those),
    gaps: [],
    questions: [],
    unknowns: when(
      endpoints.length > those.length,
      `${number(endpoints.length - those.length)} of ${number(endpoints.length)} endpoints were never seen to ${doing}.`,
    ),
  };
}

function rowsOf(endpoints: readonly EndpointRecord[]): Cell[][] {
  return endpoints.map((endpoint) => [
    endpoint.service,
    endpointName(endpoint),
    endpoint.calls,
    countsText(endpoint.credentials) || "none seen",
    countsText(endpoint.statuses),
  ]);
}
