import type { Facts } from "./facts.js";

export type Cell = string | number;

/** What the inventory shows of one matter. Texts of rows may be from the wire: whoever writes them out escapes them. */
export interface Evidence {
  readonly title: string;
  /** So many of these stand behind it; 0 where nothing of it was seen, which says neither yes nor no. */
  readonly seen: number;
  readonly unit: string;
  /** Of those seen, so many of which it could not be told. */
  readonly unsure: number;
  /** What could not be told of these, in words that follow their number: `who calls beyond an address`. */
  readonly untold?: string;
  /** Edges beside of which not all could be read, of so many; left out where it rests on nothing that is read from calls. */
  readonly unread?: { readonly edges: number; readonly of: number };
  readonly counts: Readonly<Record<string, number>>;
  readonly columns: readonly string[];
  /** Those to look at, worst first; whoever shows them may cut. */
  readonly rows: readonly (readonly Cell[])[];
  /** What falls short, in sentences. */
  readonly gaps: readonly string[];
  /** What only who runs these services can judge. */
  readonly questions: readonly string[];
  /** What could not be seen. */
  readonly unknowns: readonly string[];
}

export type Gather = (facts: Facts) => Evidence;

/** `3 edges are` · `1 edge is` */
export function amount(count: number, noun: string, verbs: readonly [string, string]): string {
  return `${number(count)} ${count === 1 ? noun : plural(noun)} ${count === 1 ? verbs[0] : verbs[1]}`;
}

export function plural(noun: string): string {
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

export function number(count: number): string {
  return count.toLocaleString("en");
}

/** The sentence where there is something to say. */
export function when(condition: boolean, sentence: string): string[] {
  return condition ? [sentence] : [];
}

/** How often each name occurs, most often first. */
export function tally(names: Iterable<string>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}

/** `bearer ×3, basic ×1` */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name === "0" ? "no answer seen" : name} ×${number(count)}`)
    .join(", ");
}
