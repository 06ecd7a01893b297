import { type DataGroup, isCardClass } from "../../../../shared/data-class.js";
import type { EdgeRecord, EndpointRecord } from "../../../../shared/event.js";
import { clientOf, POSTURE_WORDS } from "../../../../shared/posture.js";
import { isWithinHost } from "../../../../shared/within-host.js";
import { amount, type Cell, countsText, type Evidence, type Gather, number, tally, when } from "../evidence.js";
import { edgeKey, endpointName, type Facts, flowKey, serverKey } from "../facts.js";

/** Which classes are meant. Of the operator's own one inventory may have others than the next. */
export type Meant = (facts: Pick<Facts, "groups">) => (name: string) => boolean;

/** A class of which no group is told, as by a sensor of a version that did not, may be of any: it is looked at rather than left out. */
function ofGroups(...groups: readonly DataGroup[]): Meant {
  return (facts) => (name) => {
    const group = facts.groups.get(name);
    return group === undefined || groups.includes(group);
  };
}

/** Machines' addresses are not what is meant. */
export const sensitiveOf = ofGroups("personal", "financial", "health", "secret");
export const healthOf = ofGroups("health");
const personalOf = ofGroups("personal", "financial", "health");
const cardsOf: Meant = () => isCardClass;

/** What a control is about, by its evidence: findings on data of other classes are none of it. */
export const MEANT_BY: Readonly<Record<string, Meant>> = {
  "payment-flows": cardsOf,
  "health-flows": healthOf,
  "personal-flows": personalOf,
};

/** Evidence that is of such data alone, out of whatever it is gathered. */
export const IS_BY_CLASS: ReadonlySet<string> = new Set([...Object.keys(MEANT_BY), "payment-map", "personal-map"]);

export const paymentFlows: Gather = (facts) => flows(facts, "Flows of card data", cardsOf);
export const healthFlows: Gather = (facts) => flows(facts, "Flows of health data", healthOf);
export const personalFlows: Gather = (facts) => flows(facts, "Flows of personal data", personalOf);
export const paymentMap: Gather = (facts) => mapped(paymentFlows(facts), "the diagram", "does");
export const personalMap: Gather = (facts) => mapped(personalFlows(facts), "the records", "do");

/** The same where what is asked for is a list of flows: that they are in the clear is no gap of a list. */
function mapped(evidence: Evidence, list: string, verb: "do" | "does"): Evidence {
  const { seen } = evidence;
  const question = `${amount(seen, "endpoint", ["carries", "carry"])} such data: ${verb} ${list} have each of these flows?`;
  return {
    ...evidence,
    title: `${evidence.title}, to hold ${list} against`,
    gaps: [],
    questions: when(seen > 0, question),
  };
}

/** Who exchanges data of these classes with whom. Classes are seen where bodies and targets are: in the clear. */
function flows(facts: Facts, title: string, meant: Meant): Evidence {
  const isMeant = meant(facts);
  const those = facts.called.filter(({ dataClasses }) => dataClasses.some(isMeant));
  const edges = new Map(facts.edges.map((edge) => [edgeKey(edge), edge]));
  const rows = those.flatMap((endpoint) => flowRows(endpoint, edges, isMeant));
  const more = those.filter(({ callers, callerCount }) => callerCount > callers.length).length;
  const crossing = those.filter(crossesNetwork).length;
  return {
    title,
    seen: those.length,
    unit: "endpoint",
    unsure: those.filter(isCut).length,
    untold: CUT,
    counts: tally(those.flatMap(({ dataClasses }) => dataClasses.filter(isMeant))),
    columns: ["client", "service", "endpoint", "classes", "posture"],
    rows,
    gaps: when(
      crossing > 0,
      `${amount(crossing, "endpoint", ["carries", "carry"])} such data over connections that were read: in the clear.`,
    ),
    questions: [],
    unknowns: [
      ...when(
        those.length > crossing,
        `${amount(those.length - crossing, "endpoint", ["carries", "carry"])} such data within one host alone: that crosses no network.`,
      ),
      ...encryptedEdges(facts),
      ...unread(facts),
      ...cutBodies(facts.called),
      ...when(
        more > 0,
        `Of ${amount(more, "endpoint", ["more callers", "more callers"])} were counted than are kept by address.`,
      ),
    ],
  };
}

/** Whether one of its callers may be on another host: of those beyond the bound nobody knows. */
function crossesNetwork({ callers, callerCount, serverAddress }: EndpointRecord): boolean {
  if (callers.length === 0 || callerCount > callers.length) return true;
  return callers.some((client) => !isWithinHost(client, serverAddress));
}

function flowRows(
  endpoint: EndpointRecord,
  edges: ReadonlyMap<string, EdgeRecord>,
  isMeant: (name: string) => boolean,
): Cell[][] {
  const server = serverKey(endpoint.serverAddress, endpoint.serverPort, endpoint);
  const classes = endpoint.dataClasses.filter(isMeant).join(", ");
  return endpoint.callers.map((address) => {
    const edge = edges.get(flowKey(address, server));
    const posture = edge === undefined ? "edge not kept" : POSTURE_WORDS[edge.posture];
    return [edge === undefined ? address : clientOf(edge), endpoint.service, endpointName(endpoint), classes, posture];
  });
}

/** Edges of which not all could be read. */
export function encryptedCalls({ edges }: Facts): { readonly edges: number; readonly of: number } {
  return { edges: edges.filter(({ posture }) => posture !== "cleartext").length, of: edges.length };
}

function encryptedEdges(facts: Facts): string[] {
  const encrypted = encryptedCalls(facts).edges;
  return when(
    encrypted > 0,
    `${amount(encrypted, "edge", ["is", "are"])} encrypted or not recognised, wholly or in part: which data these carry is not seen.`,
  );
}

function unread({ called: endpoints }: Facts): string[] {
  const count = endpoints.filter(
    ({ requestBodiesRead, responseBodiesRead }) => requestBodiesRead + responseBodiesRead === 0,
  );
  return when(
    count.length > 0,
    `Of ${number(count.length)} of ${number(endpoints.length)} endpoints no body was looked at: there was none, of no kind that is read, or not whole.`,
  );
}

/** That nothing was found in the part that was looked at says nothing of the rest. */
export function cutBodies(endpoints: readonly EndpointRecord[]): string[] {
  const those = endpoints.filter(isCut);
  const bodies = those.reduce((sum, { requestBodiesCut = 0, responseBodiesCut = 0 }) => {
    return sum + requestBodiesCut + responseBodiesCut;
  }, 0);
  return when(
    bodies > 0,
    `Of ${number(bodies)} ${bodies === 1 ? "body" : "bodies"} of ${amount(those.length, "endpoint", ["only", "only"])} a part was looked at, because they were longer than data.maxBodyBytes or not whole: which data the rest held is not known.`,
  );
}

const CUT = "what else bodies held, which were longer than what is looked at";

function isCut({ requestBodiesCut = 0, responseBodiesCut = 0 }: EndpointRecord): boolean {
  return requestBodiesCut + responseBodiesCut > 0;
}

export function sensitiveAnswers(facts: Facts): Evidence {
  const isSensitive = sensitiveOf(facts);
  const those = facts.called.filter(({ responseClasses }) => Object.keys(responseClasses).some(isSensitive));
  return {
    title: "Sensitive data in answers",
    seen: those.length,
    unit: "endpoint",
    unsure: those.filter(isCut).length,
    untold: CUT,
    counts: tally(those.flatMap(({ responseClasses }) => Object.keys(responseClasses).filter(isSensitive))),
    columns: ["service", "endpoint", "classes in answers", "callers", "credentials"],
    rows: those.map((endpoint) => [
      endpoint.service,
      endpointName(endpoint),
      countsText(endpoint.responseClasses),
      endpoint.callerCount,
      countsText(endpoint.credentials) || "none seen",
    ]),
    gaps: [],
    questions: when(
      those.length > 0,
      `${amount(those.length, "endpoint", ["answers", "answer"])} with such data: does every caller need all of it?`,
    ),
    unknowns: [...encryptedEdges(facts), ...unread(facts), ...cutBodies(facts.called)],
  };
}
