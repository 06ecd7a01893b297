// How many of the templates of public API descriptions are found again from requests made from them, through HTTP and inventory:
// `node path-templates FILE [misses] [tuning|held|all] [VALUES…]`. Each template is asked for as often as a parameter has different values, each value once;
// templates of one resource share its values. Other ways to ask follow in brief: values of each template's own, and paths without parameters asked for once.
import { readFileSync } from "node:fs";
import { type Description, place, requestsOf, type Way } from "./path-requests.js";
import {
  addScores,
  f1Of,
  groupingOf,
  type Miss,
  newScore,
  overMergeOf,
  precisionOf,
  recallOf,
  type Score,
} from "./path-score.js";
import { KINDS, LISTED_KINDS, OTHER_KINDS } from "./path-values.js";

function evaluate(descriptions: readonly Description[], way: Way) {
  const scores = new Map<string, Score>();
  const strict = new Map<string, Score>();
  const misses: Miss[] = [];
  for (const [index, description] of descriptions.entries()) {
    const placed = place(requestsOf(description, way, SEED + index * 7_919));
    misses.push(...addScores(placed, scores, "either"));
    addScores(placed, strict, "parameter");
  }
  return { scores, strict, misses };
}

const MAIN_WAY = { pools: "shared", fixed: "often", calls: "each once" } as const;
const OTHER_WAYS: readonly Omit<Way, "values">[] = [
  { pools: "shared", fixed: "once", calls: "each once" },
  { pools: "own", fixed: "often", calls: "each once" },
  { pools: "own", fixed: "once", calls: "each once" },
  { pools: "shared", fixed: "often", calls: "drawn" },
];

const percent = (share: number): string => (100 * share).toFixed(2).padStart(7);

function row(name: string, score: Score): string {
  const figures = [precisionOf(score), recallOf(score), f1Of(score), groupingOf(score), overMergeOf(score)];
  return `  ${name.padEnd(46)}${String(score.templates).padStart(9)}${figures.map((figure) => percent(figure).padStart(11)).join("")}`;
}

const HEAD = `  ${"kind".padEnd(46)}${["templates", "precision", "recall", "F1", "grouping", "over-merge"].map((name, at) => name.padStart(at === 0 ? 9 : 11)).join("")}`;

function print(descriptions: readonly Description[], values: number, isTold: boolean): void {
  const { scores, strict, misses } = evaluate(descriptions, {
    values,
    ...(process.env.WAY ? OTHER_WAYS[Number(process.env.WAY)] : MAIN_WAY),
  });
  console.log(`\n${values} different values a parameter; figures in per cent`);
  console.log(HEAD);
  for (const kind of new Set(["none", ...KINDS, ...OTHER_KINDS, ...LISTED_KINDS, "enumeration", "all"])) {
    const score = scores.get(kind);
    if (score !== undefined) console.log(row(kind, score));
  }
  console.log(row("all, enumerations parameters only", strict.get("all") ?? newScore()));
  for (const way of OTHER_WAYS) {
    const { scores: others } = evaluate(descriptions, { values, ...way });
    console.log(row(`all, ${way.pools} values, ${way.calls}, fixed ${way.fixed}`, others.get("all") ?? newScore()));
  }
  if (isTold)
    for (const { truth, found, kinds, isMerged } of misses)
      console.log(
        `  ${isMerged ? "MERGED" : "split "} ${truth} [${kinds.join(", ")}] → ${found.slice(0, 4).join(" | ")}${found.length > 4 ? ` … ${found.length}` : ""}`,
      );
}

const [file, ...words] = process.argv.slice(2);
const SEED = Number(process.env.EASTWATCH_SEED ?? 1);
const half = words.find((word) => word === "tuning" || word === "held");
const descriptions = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Description)
  .filter((_description, index) => half === undefined || (index % 2 === 0) === (half === "tuning"));
const asked = words.filter((word) => /^\d+$/.test(word)).map(Number);
for (const values of asked.length > 0 ? asked : [3, 10, 20, 100]) print(descriptions, values, words.includes("misses"));
