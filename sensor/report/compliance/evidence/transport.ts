import type { EdgeRecord } from "../../../../shared/event.js";
import { allCounts, clientOf, countWords, POSTURE_WORDS, POSTURES, postureRank } from "../../../../shared/posture.js";
import { isWithinHost } from "../../../../shared/within-host.js";
import { amount, type Cell, type Evidence, number, when } from "../evidence.js";
import type { Facts } from "../facts.js";

const COLUMNS = ["client", "server", "scope", "posture", "connections behind it", "calls"];

/** A sensor on a host or a container's interface looks before such a tunnel takes what is sent. */
export const BELOW_IP =
  "Encryption between hosts below IP, such as WireGuard or IPsec, is not taken into account: what was captured in the clear may go over it.";

/** What stays within one host, as between a service and its own proxy, is no way that anything needs protection on. */
export function crossesNetwork({ clientAddress, serverAddress }: EdgeRecord): boolean {
  return !isWithinHost(clientAddress, serverAddress);
}

function withinHost(edges: readonly EdgeRecord[]): string[] {
  const within = edges.length - edges.filter(crossesNetwork).length;
  return when(
    within > 0,
    `${amount(within, "edge", ["stays", "stay"])} within one host: ${within === 1 ? "it is" : "they are"} no part of this.`,
  );
}

/** Was it told of at least one connection that both ends did not prove who they are? */
export function isNotMutual(edge: EdgeRecord): boolean {
  const { cleartext = 0, tls = 0 } = edge.postureCounts;
  return cleartext + tls > 0;
}

function hasCleartext({ postureCounts }: EdgeRecord): boolean {
  return (postureCounts.cleartext ?? 0) > 0;
}

export function mutualTls({ edges }: Facts): Evidence {
  const own = edges.filter(({ scope }) => scope === "east-west");
  const eastWest = own.filter(crossesNetwork);
  const short = eastWest.filter(isNotMutual);
  const unsure = eastWest.filter((edge) => !isNotMutual(edge) && edge.posture !== "mtls");
  return {
    title: "Mutual TLS between own addresses",
    seen: eastWest.length,
    unit: "east-west edge",
    unsure: unsure.length,
    untold: "whether the client proved who it is",
    counts: byPosture(eastWest),
    columns: COLUMNS,
    rows: rowsOf(eastWest.filter(({ posture }) => posture !== "mtls")),
    gaps: when(
      short.length > 0,
      `${amount(short.length, "east-west edge", ["has", "have"])} connections without mutual TLS, of ${number(eastWest.length)} seen.`,
    ),
    questions: [],
    unknowns: [
      ...when(short.length > 0, BELOW_IP),
      ...withinHost(own),
      ...when(
        unsure.length > 0,
        `Of ${amount(unsure.length, "east-west edge", ["it", "it"])} could not be told whether the client proved who it is. That is not a no.`,
      ),
    ],
  };
}

export function encryption({ edges: all }: Facts): Evidence {
  const edges = all.filter(crossesNetwork);
  const clear = edges.filter(hasCleartext);
  const outer = clear.filter(({ scope }) => scope === "north-south").length;
  const unsure = edges.filter((edge) => !hasCleartext(edge) && (edge.postureCounts.unknown ?? 0) > 0);
  return {
    title: "Encryption on the way",
    seen: edges.length,
    unit: "edge",
    unsure: unsure.length,
    untold: "whether it is encrypted, for the protocol was not recognised",
    counts: byPosture(edges),
    columns: COLUMNS,
    rows: rowsOf(clear),
    gaps: when(
      clear.length > 0,
      `${amount(clear.length, "edge", ["has", "have"])} connections in the clear, ${number(outer)} of them with addresses outside.`,
    ),
    questions: [],
    unknowns: [
      ...when(clear.length > 0, BELOW_IP),
      ...withinHost(all),
      ...when(
        unsure.length > 0,
        `Of ${amount(unsure.length, "edge", ["the protocol", "the protocol"])} was not recognised, so that it can't be told whether it is encrypted.`,
      ),
    ],
  };
}

function byPosture(edges: readonly EdgeRecord[]): Record<string, number> {
  return Object.fromEntries(
    POSTURES.map((posture) => [POSTURE_WORDS[posture], edges.filter((edge) => edge.posture === posture).length]),
  );
}

function rowsOf(edges: readonly EdgeRecord[]): Cell[][] {
  return [...edges]
    .sort((a, b) => postureRank(a.posture) - postureRank(b.posture) || b.connections - a.connections)
    .map((edge) => [
      clientOf(edge),
      edge.serverService,
      edge.scope,
      POSTURE_WORDS[edge.posture],
      countWords(allCounts(edge)),
      edge.calls,
    ]);
}
