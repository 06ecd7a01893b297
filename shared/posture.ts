import type { EdgeRecord, Posture } from "./event.js";

/** Worst first. What could not be told stands before what is known to be good, never among it. */
export const POSTURES: readonly Posture[] = ["cleartext", "mixed", "tls", "unknown", "mtls"];

export const POSTURE_WORDS: Readonly<Record<Posture, string>> = {
  cleartext: "cleartext",
  mixed: "mixed",
  tls: "TLS only",
  unknown: "could not be told",
  mtls: "mutual TLS",
};

export const POSTURE_MEANINGS: Readonly<Record<Posture, string>> = {
  cleartext: "Connections that anybody on the way can read.",
  mixed: "Connections of more than one kind, or protected ones beside some that could not be told.",
  tls: "Encrypted, but no connection was seen in which the client proved who it is.",
  unknown: "What protects these connections could not be told. That is not a no.",
  mtls: "Every connection that was completed is encrypted and both ends proved who they are.",
};

/** Connections of a time, or of a sensor, that did not count by posture: they are not hidden behind those that were. */
const NOT_COUNTED = "not-counted";

/** What single connections were, best first, as `postureCounts` calls them: class, words. */
const COUNTED: readonly (readonly [string, string])[] = [
  ["mtls", "mutual"],
  ["tls", "TLS only"],
  ["tls-unknown", "could not be told"],
  ["unknown", "not recognised"],
  ["cleartext", "cleartext"],
  ["failed", "failed"],
  [NOT_COUNTED, "not counted"],
];

export interface PostureCount {
  readonly name: string;
  readonly words: string;
  readonly connections: number;
}

type Counted = Pick<EdgeRecord, "connections" | "postureCounts">;

/** Every connection of an edge, also those behind which no posture stands. */
export function allCounts({ connections, postureCounts }: Counted): Readonly<Record<string, number>> {
  const counts = postureCounts ?? {};
  const counted = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return counted < connections ? { ...counts, [NOT_COUNTED]: connections - counted } : counts;
}

/** Kinds with their connections, best first; one this page does not know yet comes last under its own name. */
export function postureCounts(counts: Readonly<Record<string, number>>): PostureCount[] {
  const entries = new Map(Object.entries(counts).filter(([, connections]) => connections > 0));
  const known = COUNTED.filter(([name]) => entries.has(name));
  const others = [...entries.keys()].filter((name) => !COUNTED.some(([other]) => other === name));
  return [...known, ...others.map((name) => [name, name] as const)].map(([name, words]) => ({
    name,
    words,
    connections: entries.get(name) ?? 0,
  }));
}

/** `3 mutual · 1 TLS only · 2 could not be told · 1 failed` */
export function countWords(counts: Readonly<Record<string, number>>): string {
  const words = postureCounts(counts).map(({ words, connections }) => `${connections.toLocaleString("en")} ${words}`);
  return words.length === 0 ? "no connection" : words.join(" · ");
}

export function postureRank(posture: Posture): number {
  return POSTURES.indexOf(posture);
}

/** Edges drawn as one: partial must not look like full there either. */
export function sumPostures(postures: readonly Posture[]): Posture {
  const seen = new Set(postures);
  const known = POSTURES.filter((posture) => posture !== "unknown" && seen.has(posture));
  if (known.length === 0) return "unknown";
  if (known.length > 1 || (seen.has("unknown") && known[0] !== "cleartext")) return "mixed";
  return known[0];
}

/** Grounds of an edge's verdicts, the most frequent first. */
export function groundsOf(edge: EdgeRecord): readonly (readonly [string, number])[] {
  return Object.entries(edge.clientAuthReasons ?? {}).sort(([, a], [, b]) => b - a);
}

/** Hosts of two virtual networks are two, though their addresses be the same. */
export function clientOf({ clientService, clientAddress, virtualNetwork }: EdgeRecord): string {
  return clientService ?? (virtualNetwork === undefined ? clientAddress : `${clientAddress} (${virtualNetwork})`);
}
