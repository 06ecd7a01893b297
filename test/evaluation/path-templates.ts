// How many of the templates of public API descriptions are found again from requests made from them, through HTTP and inventory:
// `node path-templates FILE [misses] [tuning|held|all] [VALUES…]`. Each template is asked for as often as a parameter has different values, each value once;
// templates of one resource share its values. Other ways to ask follow in brief: values of each template's own, and paths without parameters asked for once.
import { readFileSync } from "node:fs";
import { Inventory } from "../../sensor/inventory/inventory.js";
import type { Endpoint } from "../../sensor/inventory/observation.js";
import { Dispatcher } from "../../sensor/protocol/dispatcher.js";
import { defaultSettings } from "../../shared/config/settings.js";
import { PROTOCOL_SETTINGS, TestFlow } from "../support/dialog.js";
import { addScores, f1Of, groupingOf, type Miss, newScore, overMergeOf, type Placed, precisionOf, recallOf, type Score } from "./path-score.js";
import { KINDS, kindOf, makeValues, OTHER_KINDS, type ParameterSchema, seedValues, shuffle, type ValueKind } from "./path-values.js";

interface Description {
  readonly provider: string;
  readonly paths: readonly {
    readonly method: string;
    readonly template: string;
    readonly params: Readonly<Record<string, ParameterSchema>>;
  }[];
}

interface Way {
  /** Different values a parameter. */
  readonly values: number;
  /** Each template draws values of its own, or those of one resource share them. */
  readonly pools: "own" | "shared";
  /** Paths without parameters are asked for as often as the others, or once. */
  readonly fixed: "often" | "once";
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly truth: string;
  readonly spelled: string;
  readonly kinds: readonly string[];
}

const PARAMETER = /\{([^}]+)\}/g;
const ANSWER = Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

/** The requests of one API, shuffled. */
function requestsOf(description: Description, way: Way, seed: number): readonly Request[] {
  seedValues(seed);
  const kinds = new Map<string, ValueKind>();
  const pools = new Map<string, readonly string[]>();
  const requests: Request[] = [];
  const seen = new Set<string>();
  for (const { method, template: written, params } of description.paths) {
    const template = written.replace(/[?#].*$/s, "");
    if (!template.startsWith("/") || seen.has(`${method} ${template}`)) continue;
    seen.add(`${method} ${template}`);
    const columns = [...template.matchAll(PARAMETER)].map(({ 1: name, index }) => {
      const schema = params[name] ?? {};
      const kind = kinds.get(name) ?? kindOf(schema);
      kinds.set(name, kind);
      const place = `${way.pools === "own" ? method : ""} ${(way.pools === "own" ? template : template.slice(0, index)).replace(PARAMETER, "{}")} ${name}`;
      const pool = pools.get(place) ?? makeValues(kind, schema, way.values);
      pools.set(place, pool);
      return { kind, values: shuffle(pool) };
    });
    const truth = template.replace(PARAMETER, "{}");
    const count = columns.length === 0 && way.fixed === "once" ? 1 : way.values;
    for (let at = 0; at < count; at++) {
      const fill = (keep: (kind: ValueKind) => boolean): string => {
        let next = 0;
        return template.replace(PARAMETER, () => {
          const { kind, values } = columns[next++];
          return keep(kind) ? values[at % values.length] : "{}";
        });
      };
      requests.push({
        method,
        path: fill(() => true),
        truth,
        spelled: fill((kind) => kind === "enumeration"),
        kinds: columns.length === 0 ? ["none"] : [...new Set(columns.map(({ kind }) => kind))],
      });
    }
  }
  return shuffle(requests);
}

/** Sends them over one connection; where each ended is asked when all were seen. */
function place(requests: readonly Request[]): readonly Placed[] {
  const endpoints: (Endpoint | undefined)[] = [];
  const defaults = defaultSettings();
  const inventory = new Inventory(defaults.inventory, {
    call: (_call, _edge, endpoint) => void endpoints.push(endpoint),
    anomaly() {},
    connection() {},
    handshake() {},
  });
  const flow = new TestFlow({});
  const stream = new Dispatcher(PROTOCOL_SETTINGS, inventory).open(flow, flow);
  let micros = 0;
  for (const { method, path } of requests) {
    const head = Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n`);
    stream.data("client", head, 0, head.length, ++micros);
    stream.data("server", ANSWER, 0, ANSWER.length, ++micros);
  }
  stream.close("fin", ++micros);
  if (endpoints.length !== requests.length) throw new Error(`${endpoints.length} calls of ${requests.length}`);
  return requests.map(({ truth, spelled, kinds }, at) => ({
    truth: withoutNames(truth),
    spelled: withoutNames(spelled),
    kinds,
    found: withoutNames(endpoints[at]?.template ?? "none"),
  }));
}

function withoutNames(template: string): string {
  return template.replace(PARAMETER, "{}");
}

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

const percent = (share: number): string => (100 * share).toFixed(2).padStart(7);

function row(name: string, score: Score): string {
  const figures = [precisionOf(score), recallOf(score), f1Of(score), groupingOf(score), overMergeOf(score)];
  return `  ${name.padEnd(32)}${String(score.templates).padStart(9)}${figures.map((figure) => percent(figure).padStart(11)).join("")}`;
}

const HEAD = `  ${"kind".padEnd(32)}${["templates", "precision", "recall", "F1", "grouping", "over-merge"].map((name, at) => name.padStart(at === 0 ? 9 : 11)).join("")}`;

function print(descriptions: readonly Description[], values: number, isTold: boolean): void {
  const { scores, strict, misses } = evaluate(descriptions, { values, pools: "shared", fixed: "often" });
  console.log(`\n${values} different values a parameter; figures in per cent`);
  console.log(HEAD);
  for (const kind of ["none", ...KINDS, ...OTHER_KINDS, "enumeration", "all"]) {
    const score = scores.get(kind);
    if (score !== undefined) console.log(row(kind, score));
  }
  console.log(row("all, enumerations parameters only", strict.get("all") ?? newScore()));
  for (const pools of ["shared", "own"] as const)
    for (const fixed of ["often", "once"] as const)
      if (pools !== "shared" || fixed !== "often")
        console.log(row(`${pools} values, fixed ${fixed}`, evaluate(descriptions, { values, pools, fixed }).scores.get("all") ?? newScore()));
  if (isTold)
    for (const { truth, found, kinds, isMerged } of misses)
      console.log(`  ${isMerged ? "MERGED" : "split "} ${truth} [${kinds.join(", ")}] → ${found.slice(0, 4).join(" | ")}${found.length > 4 ? ` … ${found.length}` : ""}`);
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
