// How many of the templates of public API descriptions are found again from requests made from them: `node path-templates FILE`.
import { readFileSync } from "node:fs";
import type { PathNode } from "../../sensor/inventory/path/path-node.js";
import { PathTree } from "../../sensor/inventory/path/path-tree.js";

interface Description {
  readonly provider: string;
  readonly paths: readonly {
    readonly method: string;
    readonly template: string;
    readonly params: Readonly<Record<string, Schema>>;
  }[];
}

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly (string | number)[];
  readonly example?: unknown;
}

interface Leaf {
  readonly methods: Set<string>;
  calls: number;
}

let state = 0x2545f491;
function random(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

const NAMES =
  "alice bob carol dave erin frank grace heidi ivan judy mallory niaj olivia peggy rupert sybil trent victor walter zoe".split(
    " ",
  );
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)];
const text = (alphabet: string, length: number): string => Array.from({ length }, () => pick([...alphabet])).join("");
const HEX = "0123456789abcdef";
const ALPHANUMERIC = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const STYLES: readonly (() => string)[] = [
  () => text(HEX, 24),
  () => `${pick(["cus", "sub", "ord"])}_${text(ALPHANUMERIC, 14)}`,
  () => `${pick(NAMES)}-${pick(NAMES)}-${Math.floor(random() * 1e3)}`,
  () => `${pick(NAMES)}${Math.floor(random() * 1e3)}`,
  () => `${pick(NAMES)}${pick(NAMES)}`,
  () => String(Math.floor(random() * 1e6)),
  () => text("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 8),
];

function exampleOf(schema: Schema, style: () => string): string {
  if (schema.enum !== undefined && schema.enum.length > 0) return String(pick(schema.enum));
  if (schema.type === "integer" || schema.type === "number") return String(Math.floor(random() * 1e5));
  if (schema.type === "boolean") return pick(["true", "false"]);
  if (/uuid|guid/.test(schema.format ?? "")) return [8, 4, 4, 4, 12].map((length) => text(HEX, length)).join("-");
  if (schema.format === "date-time")
    return `2026-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 9)}T10:00:00Z`;
  if (schema.format === "date") return `2026-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 9)}`;
  if (schema.format === "email") return `${pick(NAMES)}@example.com`;
  return style();
}

function evaluate(file: string, requests: number): void {
  let right = 0;
  let split = 0;
  let merged = 0;
  let templates = 0;
  const misses: string[] = [];
  for (const line of readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")) {
    const description = JSON.parse(line) as Description;
    const seen = run(description, requests);
    for (const [truth, found] of seen) {
      templates++;
      const owners = [...seen].filter(
        ([other, its]) => other !== truth && [...its].some((template) => found.has(template)),
      );
      if (found.size > 1) split++;
      else if (owners.length > 0) merged++;
      if (found.size === 1 && [...found][0] === truth) right++;
      else if (misses.length < 4_000)
        misses.push(`${truth}  →  ${[...found].slice(0, 3).join(" | ")}${found.size > 3 ? ` … ${found.size}` : ""}`);
    }
  }
  const share = (count: number): string => `${((100 * count) / templates).toFixed(1)} %`;
  console.log(
    `${requests} requests each: ${templates} templates, right ${share(right)}, split ${share(split)}, merged ${share(merged)}`,
  );
  if (process.argv[3] === "misses")
    for (const miss of misses.filter(() => random() < 60 / misses.length)) console.log(`  ${miss}`);
}

/** Truth → templates its requests ended at, both with `{}` for every parameter. */
function run(description: Description, requests: number): Map<string, Set<string>> {
  const moved = new Map<Leaf, Leaf>();
  const tree = new PathTree<Leaf>(
    {
      merge(from, into) {
        into.leaf ??= { methods: new Set(), calls: 0 };
        into.leaf.calls += from.calls;
        for (const method of from.methods) into.leaf.methods.add(method);
        moved.set(from, into.leaf);
      },
      signature: (leaf) => [...leaf.methods].sort().join(","),
      calls: (leaf) => leaf.calls,
    },
    new Set(),
  );
  const truth = new Map<string, Set<Leaf>>();
  const work = description.paths
    .flatMap((path) => Array.from({ length: requests }, () => path))
    .sort(() => random() - 0.5);
  const styles = new Map<string, () => string>();
  for (const { method, template, params } of work) {
    if (!template.startsWith("/")) continue;
    const path = template.replace(/\{([^}]+)\}/g, (_all, name: string) => {
      if (!styles.has(name)) styles.set(name, pick(STYLES));
      return encodeURI(exampleOf(params[name] ?? {}, styles.get(name) ?? STYLES[0])).replaceAll("/", "%2F");
    });
    const node = tree.find(path.replace(/[?#].*$/s, ""));
    node.leaf ??= { methods: new Set(), calls: 0 };
    node.leaf.calls++;
    node.leaf.methods.add(method);
    const wanted = template.replace(/[?#].*$/s, "").replace(/\{[^}]+\}/g, "{}");
    const leaves = truth.get(wanted) ?? new Set();
    truth.set(wanted, leaves.add(node.leaf));
  }
  const nodeOf = new Map<Leaf, PathNode<Leaf>>();
  collect(tree.root, nodeOf);
  const final = (leaf: Leaf): PathNode<Leaf> | undefined => {
    let at: Leaf | undefined = leaf;
    while (at !== undefined && !nodeOf.has(at)) at = moved.get(at);
    return at && nodeOf.get(at);
  };
  return new Map(
    [...truth].map(([wanted, leaves]) => [
      wanted,
      new Set([...leaves].map((leaf) => (final(leaf)?.template ?? "?").replace(/\{[^}]+\}/g, "{}"))),
    ]),
  );
}

function collect(node: PathNode<Leaf>, into: Map<Leaf, PathNode<Leaf>>): void {
  if (node.leaf !== undefined) into.set(node.leaf, node);
  for (const child of [...node.literals.values(), ...(node.parameters?.values() ?? [])]) collect(child, into);
}

for (const requests of [1, 3, 10, 30]) evaluate(process.argv[2], requests);
