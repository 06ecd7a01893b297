import type { EndpointRecord } from "../../../../shared/event.js";
import { askedBy } from "../../../../shared/protection-words.js";
import { type Unasked, unaskedOf, unaskedOfAll } from "../../unasked.js";
import { amount, type Cell, countsText, type Evidence, number, when } from "../evidence.js";
import { endpointName, type Facts } from "../facts.js";
import { encryptedCalls, healthOf, sensitiveOf } from "./data-flows.js";

const COLUMNS = ["service", "endpoint", "calls", "answered without a credential", "credentials", "statuses"];
const WITHOUT = "without a credential of a known kind";

/** Calls that certainly carried none of a kind that is known. */
function bareCalls(endpoint: EndpointRecord): number {
  return askedBy(endpoint).bare.calls;
}

/** Answered with success calls that carried no credential of a known kind. */
function isOpen(endpoint: EndpointRecord): boolean {
  return unaskedOf(endpoint).answered > 0;
}

function answered({ statuses }: EndpointRecord, pattern: RegExp): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => (pattern.test(status) ? sum + count : sum), 0);
}

/** `58 of 60 calls` */
function share({ answered, calls }: Unasked): string {
  return ofCalls(answered, calls);
}

function ofCalls(count: number, calls: number): string {
  return `${number(count)} of ${number(calls)} ${calls === 1 ? "call" : "calls"}`;
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
    untold: "whether calls carried a credential, none of which was seen whole",
    counts: { ...kinds, "calls without any": endpoints.reduce((sum, endpoint) => sum + bareCalls(endpoint), 0) },
    columns: COLUMNS,
    rows: rowsOf(open),
    gaps: [],
    questions: when(
      open.length > 0,
      `${amount(open.length, "endpoint", ["answers", "answer"])} ${WITHOUT}, ${share(unaskedOfAll(open))}: meant for everyone?`,
    ),
    unknowns: when(
      incomplete.length > 0,
      `Of ${amount(incomplete.length, "endpoint", ["no call", "no call"])} was captured whole.`,
    ),
  };
}

/** The same where each call for health data should have one: that nobody was ever asked for any is no question there. */
export function requiredCredentials(facts: Facts): Evidence {
  const { called } = facts;
  const isHealth = healthOf(facts);
  const before = beforeData(facts, isHealth, "health data");
  const open = called.filter(isOpen);
  const isOfOthers = !called.some(({ dataClasses }) => dataClasses.some(isHealth));
  const others = `${amount(open.length, "endpoint", ["answers", "answer"])} ${WITHOUT}, ${share(unaskedOfAll(open))}.`;
  return {
    ...credentials(facts),
    title: "Credentials that calls carried, where each should have one",
    unsure: called.filter(isUnsure).length,
    untold: UNSURE,
    rows: rowsOf(open),
    gaps: [...before.gaps, ...when(isOfOthers && open.length > 0, others)],
    questions: before.questions,
    unknowns: before.unknowns,
  };
}

/** An API key names a program, and is as long-lived as it is copied: NIST SP 800-204 MS-SS-1. */
export function sensitiveCredentials(facts: Facts): Evidence {
  const isSensitive = sensitiveOf(facts);
  const sensitive = facts.called.filter((endpoint) => endpoint.dataClasses.some(isSensitive));
  const open = sensitive.filter(isOpen);
  const keyOnly = sensitive.filter(({ credentials }) => {
    const kinds = Object.keys(credentials);
    return kinds.length > 0 && kinds.every((kind) => kind === "api-key");
  });
  const { gaps, questions, unknowns } = beforeData(facts, isSensitive, "sensitive data");
  const encrypted = encryptedCalls(facts);
  return {
    title: "Credentials before sensitive data",
    seen: sensitive.length,
    unit: "endpoint",
    unsure: sensitive.filter(isUnsure).length,
    untold: UNSURE,
    unread: encrypted,
    counts: {
      "with sensitive data": sensitive.length,
      "without any credential seen": sensitive.filter(({ credentials }) => Object.keys(credentials).length === 0)
        .length,
      "answering calls without one": open.length,
      "with an API key only": keyOnly.length,
    },
    columns: COLUMNS,
    rows: rowsOf([...open, ...keyOnly.filter((endpoint) => !isOpen(endpoint))]),
    gaps: [
      ...gaps,
      ...when(
        keyOnly.length > 0,
        `${amount(keyOnly.length, "endpoint", ["carries", "carry"])} sensitive data behind an API key only.`,
      ),
    ],
    questions,
    unknowns: [
      ...unknowns,
      ...when(
        encrypted.edges > 0,
        `${amount(encrypted.edges, "edge", ["is", "are"])} encrypted or not recognised, wholly or in part: which credentials calls carry there is not seen.`,
      ),
    ],
  };
}

const UNSURE = "whether they answer without a credential, for calls had cookies alone or were not seen whole";

function isUnsure(endpoint: EndpointRecord): boolean {
  const { answered, cookiesOnly, untold } = unaskedOf(endpoint);
  return answered === 0 && cookiesOnly + untold > 0;
}

/** What calls that showed nothing of who asks were given of such data. */
function beforeData(
  { called }: Facts,
  isMeant: (name: string) => boolean,
  words: string,
): Pick<Evidence, "gaps" | "questions" | "unknowns"> {
  const those = called.filter(({ dataClasses }) => dataClasses.some(isMeant));
  const open = those.filter(isOpen);
  const given = open.filter((endpoint) => wereGiven(endpoint, isMeant));
  const others = open.filter((endpoint) => !given.includes(endpoint));
  const withCookies = those.filter((endpoint) => unaskedOf(endpoint).cookiesOnly > 0);
  const cookies = unaskedOfAll(withCookies);
  const untold = unaskedOfAll(those).untold;
  const sum = (of: (endpoint: EndpointRecord) => number): string =>
    number(given.reduce((all, one) => all + of(one), 0));
  const looked = `${sum((one) => answersHolding(one, isMeant))} of ${sum(answersLookedAt)} answers looked at`;
  return {
    gaps: when(
      given.length > 0,
      `${amount(given.length, "endpoint", ["gives", "give"])} ${words} ${WITHOUT}: ${share(unaskedOfAll(given))} answered so, such data in ${looked}.`,
    ),
    questions: [
      ...when(
        others.length > 0,
        `${amount(others.length, "endpoint", ["carries", "carry"])} ${words} and ${others.length === 1 ? "answers" : "answer"} ${WITHOUT} as well, ${share(unaskedOfAll(others))}; that these answers held any was not shown: meant for everyone?`,
      ),
      ...when(
        withCookies.length > 0,
        `${amount(withCookies.length, "endpoint", ["carries", "carry"])} ${words} and ${withCookies.length === 1 ? "answers" : "answer"} calls with nothing but cookies, ${ofCalls(cookies.cookiesOnly, cookies.calls)}, none of them a session's by its name: is one all the same?`,
      ),
    ],
    unknowns: when(
      untold > 0,
      `Of ${amount(untold, "call", ["it", "it"])} for ${words} was not seen whether ${untold === 1 ? "it" : "they"} carried a credential.`,
    ),
  };
}

/** Answers that are enough to tell by what they held what the others hold. */
const MANY_ANSWERS = 10;

/**
 * Whether calls without a credential were given such data: as many were answered as find no room among the answers that held none, or every
 * one of many answers that were looked at, which is one in so many, held them.
 */
function wereGiven(endpoint: EndpointRecord, isMeant: (name: string) => boolean): boolean {
  const held = answersHolding(endpoint, isMeant);
  const looked = answersLookedAt(endpoint);
  return unaskedOf(endpoint).answered + held > endpoint.calls || (held >= MANY_ANSWERS && held >= looked);
}

function answersHolding({ responseClasses }: EndpointRecord, isMeant: (name: string) => boolean): number {
  return Object.entries(responseClasses).reduce(
    (most, [name, count]) => (isMeant(name) ? Math.max(most, count) : most),
    0,
  );
}

/** Heads hold data as well, of answers whose body was not looked at. */
function answersLookedAt({ responseBodiesRead, responseClasses }: EndpointRecord): number {
  return Math.max(responseBodiesRead, ...Object.values(responseClasses));
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
      "answering without credential": open.length,
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
        `${amount(open.length, "endpoint", ["answers", "answer"])} for objects ${WITHOUT}, ${share(unaskedOfAll(open))}: are these for everyone?`,
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
    unaskedOf(endpoint).answered,
    countsText(endpoint.credentials) || "none seen",
    countsText(endpoint.statuses),
  ]);
}
