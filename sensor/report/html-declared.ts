import type { EndpointRecord } from "../../shared/event.js";
import { remainingCallers } from "../../shared/last-calls.js";
import { endpointName } from "./compliance/facts.js";
import { type Cell, section, table, time } from "./html-element.js";

const MAX_CALLERS = 10;
const BOUND =
  "<p>Declared and not called means not called where these sensors listen, and in what they can read.</p>\n";
const NO_FILE =
  "<p>No file speaks of any endpoint: which of them are declared, and what is declared and not called, is not known.</p>\n";

/** What files declare against what was seen. */
export function declaredSection(endpoints: readonly EndpointRecord[]): string {
  const judged = endpoints.filter(({ declaration, deprecation }) => declaration ?? deprecation);
  const title = "Declared against seen";
  if (judged.length === 0) return section(title, `${NO_FILE}<p>None is marked as deprecated.</p>\n`);
  const ofState = (state: EndpointRecord["state"]): EndpointRecord[] => judged.filter((one) => one.state === state);
  const deprecated = part(
    "Deprecated and still called",
    ["marked by", "goes away", "remaining callers"],
    ofState("zombie"),
    (one) => [
      one.deprecation?.marks.join(", ") ?? "",
      one.deprecation?.sunsetMicros === undefined ? "" : time(one.deprecation.sunsetMicros),
      remainingOf(one),
    ],
  );
  const spoken = judged.filter(({ declaration }) => declaration !== undefined).length;
  if (spoken === 0) return section(title, `${NO_FILE}${deprecated}`);
  const unspoken = endpoints.length - spoken;
  const parts = [
    part("Called and not declared", ["calls", "callers", "files that do not have it"], ofState("shadow"), (one) => [
      one.calls,
      callersOf(one),
      one.declaration?.file ?? "",
    ]),
    part("Declared and not called", ["state", "declared in", "last seen"], judged.filter(isUncalled), (one) => [
      one.state,
      one.declaration?.place ?? "",
      one.calls === 0 ? "never" : time(one.lastMicros),
    ]),
    part("Other than declared", ["declared in", "how it differs"], judged.filter(differs), (one) => [
      one.declaration?.place ?? "",
      (one.drift ?? []).join("; "),
    ]),
  ];
  return section(title, `${BOUND}${unspoken === 0 ? "" : unspokenWords(unspoken)}${deprecated}${parts.join("")}`);
}

function unspokenWords(count: number): string {
  return `<p>Of ${count.toLocaleString("en")} ${count === 1 ? "endpoint" : "endpoints"} no file speaks: whether they are declared somewhere is not known.</p>\n`;
}

function part(
  heading: string,
  heads: readonly string[],
  endpoints: readonly EndpointRecord[],
  cellsOf: (endpoint: EndpointRecord) => readonly Cell[],
): string {
  const rows = endpoints.map((one): Cell[] => [one.service, endpointName(one), ...cellsOf(one)]);
  return `<h3>${heading}</h3>\n${table({ heads: ["service", "endpoint", ...heads], rows })}`;
}

function isUncalled({ state, declaration }: EndpointRecord): boolean {
  return declaration?.isDeclared === true && (state === "dormant" || state === "deprecated");
}

function differs({ drift = [] }: EndpointRecord): boolean {
  return drift.length > 0;
}

/** Who called it last, and when that was. */
function remainingOf(endpoint: EndpointRecord): string {
  const lastCalls = endpoint.deprecation?.lastCalls;
  if (lastCalls === undefined) return callersOf(endpoint);
  const remaining = remainingCallers(endpoint.deprecation ?? {});
  const told = remaining.slice(0, MAX_CALLERS).map((caller) => `${caller} (${time(lastCalls[caller])})`);
  const more = remaining.length - told.length;
  return more > 0 ? `${told.join(", ")} and ${more.toLocaleString("en")} more` : told.join(", ");
}

function callersOf({ callers, callerCount }: EndpointRecord): string {
  const shown = callers.slice(0, MAX_CALLERS);
  const more = callerCount - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more.toLocaleString("en")} more` : shown.join(", ");
}
