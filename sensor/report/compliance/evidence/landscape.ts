import { isOwnByDefault } from "../../../../shared/config/own-networks.js";
import type {
  EdgeRecord,
  EndpointRecord,
  EndpointState,
  FindingRecord,
  ServiceRecord,
} from "../../../../shared/event.js";
import type { GatewayFacts } from "../../../../shared/gateway.js";
import { clientOf, POSTURE_WORDS, postureRank, sumPostures } from "../../../../shared/posture.js";
import { placeOf } from "../../../../shared/virtual-network.js";
import { amount, type Cell, type Evidence, number, tally, when } from "../evidence.js";
import { clientPlace, endpointKey, endpointName, type Facts, isAnswered, serverKey, serverPlace } from "../facts.js";
import { encryptedCalls } from "./data-flows.js";

export function inventory({ services, edges, endpoints, called, certificates }: Facts): Evidence {
  const busiest = [...services].sort((a, b) => b.connections - a.connections);
  return {
    title: "What the inventory holds",
    seen: services.length,
    unit: "service",
    unsure: services.filter(({ protocols }) => protocols.length === 0).length,
    untold: "which protocol is spoken",
    counts: {
      services: services.length,
      "edges (who calls whom)": edges.length,
      endpoints: called.length,
      "declared, and no call seen": endpoints.length - called.length,
      certificates: certificates.length,
    },
    columns: ["service", "address", "protocols", "connections", "calls"],
    rows: busiest.map((one) => {
      const { name, address, port, protocols, connections, calls } = one;
      return [name, serverKey(address, port, one), protocols.join(", ") || "not recognised", connections, calls];
    }),
    gaps: [],
    questions: when(
      services.length > 0,
      "Is each of these services known to whoever answers for it, and are there others?",
    ),
    unknowns: [],
  };
}

/** Worst first; states that fall short, then those that somebody has to look at. */
const SHORT: readonly EndpointState[] = ["zombie", "shadow"];
const TO_JUDGE: readonly EndpointState[] = ["deprecated", "new", "dormant"];
const QUESTIONS: Readonly<Partial<Record<EndpointState, string>>> = {
  deprecated: "deprecated: until when?",
  new: "new since the sensor learned what is there: reviewed and documented?",
  dormant: "not seen to be called for long: still needed?",
};
const GAPS: Readonly<Partial<Record<EndpointState, string>>> = {
  zombie: "deprecated and still called.",
  shadow: "called and not described by what was declared.",
};

/** That it is new was a question, and whoever approved it has answered it. */
function isAsked(endpoint: EndpointRecord, { approved }: Facts): boolean {
  return endpoint.state !== "new" || !approved.has(endpointKey(endpoint));
}

export function endpointStates(facts: Facts): Evidence {
  const { endpoints: all } = facts;
  const endpoints = all.filter((endpoint) => isAsked(endpoint, facts));
  const answered = all.length - endpoints.length;
  const inState = (state: EndpointState): number => endpoints.filter((endpoint) => endpoint.state === state).length;
  const sentences = (states: readonly EndpointState[], words: typeof GAPS): string[] =>
    states.flatMap((state) =>
      when(inState(state) > 0, `${amount(inState(state), "endpoint", ["is", "are"])} ${words[state]}`),
    );
  const order = [...SHORT, ...TO_JUDGE];
  const hidden = encryptedCalls(facts).edges;
  const drifting = endpoints.filter(({ drift = [] }) => drift.length > 0).length;
  return {
    title: "Endpoints by state",
    seen: all.length,
    unit: "endpoint",
    unsure: 0,
    counts: {
      ...tally(endpoints.map(({ state }) => state)),
      ...(answered > 0 ? { "new, and approved": answered } : {}),
    },
    columns: ["state", "service", "endpoint", "calls", "callers"],
    rows: endpoints
      .filter(({ state }) => order.includes(state))
      .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
      .map((endpoint) => [
        endpoint.state,
        endpoint.service,
        endpointName(endpoint),
        endpoint.calls,
        endpoint.callerCount,
      ]),
    gaps: [
      ...sentences(SHORT, GAPS),
      ...when(
        drifting > 0,
        `${amount(drifting, "endpoint", ["is", "are"])} called or answered otherwise than was declared.`,
      ),
    ],
    questions: sentences(TO_JUDGE, QUESTIONS),
    unknowns: when(
      hidden > 0 && inState("dormant") > 0,
      `${amount(hidden, "edge", ["is", "are"])} encrypted or not recognised, wholly or in part: what is called over ${hidden === 1 ? "it" : "these"} is not seen, and may be what no call was seen of.`,
    ),
  };
}

/** Endpoints that come and go show that something was released; how it was released does not show. */
export function newVersions(facts: Facts): Evidence {
  const states: readonly EndpointState[] = ["new", "deprecated", "zombie"];
  const those = facts.called.filter((endpoint) => states.includes(endpoint.state) && isAsked(endpoint, facts));
  return {
    ...endpointStates({ ...facts, endpoints: those }),
    title: "Endpoints that are new, or about to go",
    gaps: [],
    questions: when(
      those.length > 0,
      `${amount(those.length, "endpoint", ["is", "are"])} new to the sensors or about to go: where that is a new version, did it get its traffic step by step, watched, with the way back open?`,
    ),
  };
}

export function callers({ edges }: Facts): Evidence {
  const byServer = grouped(edges, addressOf);
  const rows = [...byServer]
    .map(([address, its]) => ({ address, its, clients: new Set(its.map(clientOf)) }))
    .sort((a, b) => b.clients.size - a.clients.size);
  return {
    title: "Who calls whom",
    seen: edges.length,
    unit: "edge",
    unsure: edges.filter(({ clientService }) => clientService === undefined).length,
    untold: "who calls, beyond an address",
    counts: { edges: edges.length, "services called": byServer.size, "from outside": edges.filter(isOuter).length },
    columns: ["service", "address", "callers", "from outside", "who"],
    rows: rows.map(({ address, its, clients }) => [
      its[0].serverService,
      address,
      clients.size,
      its.filter(isOuter).length,
      [...clients].sort().slice(0, 8).join(", ") + (clients.size > 8 ? ", …" : ""),
    ]),
    gaps: [],
    questions: when(edges.length > 0, "Is each of these meant to call the other? Their list is in the exports."),
    unknowns: [],
  };
}

export function outbound(facts: Facts): Evidence {
  return crossing(facts, "out", "Calls to the outside", "destination");
}

export function inbound(facts: Facts): Evidence {
  return crossing(facts, "in", "Calls from the outside", "service");
}

/**
 * Which end of an edge between own addresses and others is the other one. An address of ours is who takes part in traffic between ours. Where
 * neither does, as of one host that is watched alone, it is who is in a network that is somebody's own as a rule.
 */
function wayOf(edge: EdgeRecord, inside: Facts["inside"]): "in" | "out" | "untold" {
  const client = inside.has(clientPlace(edge));
  const server = inside.has(serverPlace(edge));
  if (client !== server) return client ? "out" : "in";
  const isOwnClient = isOwnByDefault(edge.clientAddress);
  if (client || isOwnClient === isOwnByDefault(edge.serverAddress)) return "untold";
  return isOwnClient ? "out" : "in";
}

function findingPlace(finding: FindingRecord): string {
  const { serverAddress = "", serverPort = 0, method = "", template = "" } = finding;
  return endpointKey({ ...finding, serverAddress, serverPort, method, template });
}

/** A row for each host that is one, whatever ports it listens on: names, address, how sure, why. */
export function gatewayRows(services: readonly ServiceRecord[]): Cell[][] {
  const hosts = new Map<string, { its: ServiceRecord; facts: GatewayFacts; names: Set<string> }>();
  for (const its of services) {
    if (its.gateway === undefined) continue;
    const place = placeOf(its.address, its.virtualNetwork);
    const host = hosts.get(place) ?? { its, facts: its.gateway, names: new Set() };
    hosts.set(place, host);
    host.names.add(its.name);
  }
  return [...hosts.values()].map(({ its: { address }, facts: { confidence, reason }, names }) => {
    return [[...names].join(", "), address, `${Math.round(confidence * 100)} %`, reason];
  });
}

/** Hosts that carry on what they receive, or that a setting names. */
export function gateways({ services, endpoints, findings, approved }: Facts): Evidence {
  const known = gatewayRows(services);
  const answered = new Set(
    findings.filter((one) => one.rule === "gateway-bypassed" && isAnswered(one, { approved })).map(findingPlace),
  );
  const bypassed = endpoints.filter(({ reached }) => (reached?.around.length ?? 0) > 0);
  const around = bypassed.filter((endpoint) => !answered.has(endpointKey(endpoint))).length;
  return {
    title: "Gateways",
    seen: known.length,
    unit: "gateway",
    unsure: 0,
    counts: { gateways: known.length, "endpoints reached around them": bypassed.length },
    columns: ["service", "address", "sure", "why"],
    rows: known,
    gaps: [],
    questions: [
      ...when(
        known.length > 0,
        `${amount(known.length, "gateway", ["was", "were"])} seen: does each know its callers, and limit them?`,
      ),
      ...when(
        around > 0,
        `${amount(around, "endpoint", ["is", "are"])} reached around a gateway as well: is each meant to be?`,
      ),
    ],
    unknowns: [],
  };
}

function crossing({ edges: all, inside }: Facts, way: "in" | "out", title: string, unit: string): Evidence {
  const outer = all.filter(isOuter);
  const edges = outer.filter((edge) => wayOf(edge, inside) === way);
  const untold = outer.filter((edge) => wayOf(edge, inside) === "untold").length;
  const ends = [...grouped(edges, addressOf)]
    .map(([address, its]) => ({ address, its, posture: sumPostures(its.map(({ posture }) => posture)) }))
    .sort((a, b) => postureRank(a.posture) - postureRank(b.posture));
  const question = way === "in" ? "meant to be reached without a gateway?" : "allowed by a policy?";
  return {
    title,
    seen: ends.length,
    unit,
    unsure: 0,
    counts: { [`${unit}s`]: ends.length, "edges across": edges.length },
    columns: ["server", "address", "posture", "clients", "who"],
    rows: ends.map(({ address, its, posture }) => {
      const clients = [...new Set(its.map(clientOf))].sort();
      const who = clients.slice(0, 8).join(", ") + (clients.length > 8 ? ", …" : "");
      return [its[0].serverService, address, POSTURE_WORDS[posture], clients.length, who];
    }),
    gaps: [],
    questions: when(ends.length > 0, `${number(ends.length)} of them: is each ${question}`),
    unknowns: when(
      untold > 0,
      `Of ${amount(untold, "edge", ["with an address outside", "with addresses outside"])} it was not seen which end is outside.`,
    ),
  };
}

function addressOf(edge: EdgeRecord): string {
  return serverKey(edge.serverAddress, edge.serverPort, edge);
}

function isOuter({ scope }: EdgeRecord): boolean {
  return scope === "north-south";
}

function grouped<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return groups;
}
