import { Scene } from "../support/scene.js";
import { generatorOfRun } from "./mutate.js";
import { spentMillis } from "./spent-time.js";

const WORDS =
  `alpha bravo customers invoices images thumb raw processed daily weekly report db prod staging logs events users avatars
  exports archive config models data tmp cache orders search me list items v1 settings Ada_Lovelace jane.doe en de-DE`.split(
    /\s+/,
  );
const FORMS: readonly ((word: string, number: number) => string)[] = [
  (_word, number) => `${(0x9e3779b1 ^ (number * 7_919)) >>> 0}`,
  (_word, number) => `${(0xc2b2ae35 + number * 104_729).toString(16)}a7.json`,
  (word, number) => `${word}-${number}.jpg`,
  (_word, number) => `2024-0${1 + (number % 9)}-12.gz`,
  (word) => `${word}.parquet`,
  (word) => `${word}.json`,
  (word) => `${word}:cancel`,
  (_word, number) => `${number}:cancel`,
  (_word, number) => `Users(${number})`,
  (word) => `doc:${word}`,
  (_word, number) => `page-${number % 9}.atom`,
  (word, number) => `${word}%20${WORDS[number % WORDS.length]}`,
  (word) => `${word}@x.example`,
  (word) => word,
  () => "",
];

/** Paths of some depth in which the same names stand on the way and at the end. */
export function tangled(random: () => number, count: number): string[] {
  const draw = (below: number): number => random() % below;
  const word = (): string => WORDS[draw(WORDS.length)];
  const end = (): string => FORMS[draw(FORMS.length)](word(), draw(1_000));
  const roots = Array.from({ length: 1 + draw(3) }, word);
  const folders = Array.from({ length: 4 + draw(20) }, word);
  const folder = (): string => (draw(4) > 0 ? folders[draw(folders.length)] : end() || "x");
  return Array.from({ length: count }, () =>
    ["", roots[draw(roots.length)], ...Array.from({ length: draw(4) }, folder), end()].join("/"),
  );
}

/** It is masked before paths are looked at. */
const MAIL = /[^/]*@x\.example/g;

/** Calls that no path leads to, and paths that lead to no calls. */
export function astray(paths: readonly string[]): string[] {
  const scene = new Scene();
  for (const [at, path] of paths.entries())
    scene.get(path, { body: `{"at":${at}}`, answerFields: "Content-Type: application/json\r\n" });
  scene.inventory.settle();
  const endpoints = scene.endpoints();
  const rows = new Set(endpoints.map(({ template }) => template));
  const found = new Set<string>();
  const lost: string[] = [];
  for (const path of new Set(paths)) {
    const template = scene.inventory.templateOf("10.0.0.2", 80, path.replace(MAIL, "***@***")) ?? "nowhere";
    found.add(template);
    if (!rows.has(template)) lost.push(`${path} leads to ${template}`);
  }
  const calls = endpoints.reduce((sum, endpoint) => sum + endpoint.calls, 0);
  const left = [...rows].filter((template) => !found.has(template)).map((template) => `nothing leads to ${template}`);
  return [...lost, ...left, ...(calls === paths.length ? [] : [`${calls} calls of ${paths.length}`])];
}

/** Of more than 64 values a parameter does not tell each apart, and what one of them was called for stays with it. */
const MAX_PATHS = 400;

export interface PathFuzzResult {
  readonly runs: number;
  readonly paths: number;
}

/** Some hundreds of paths at one service, again and again until the time is over: each must lead to what was counted of it. `only` makes one run of a seed alone. */
export function fuzzPaths(millis: number, seed: number, only?: number): PathFuzzResult {
  const end = spentMillis() + millis;
  const result = { runs: 0, paths: 0 };
  for (let run = only ?? 0; spentMillis() < end && (only === undefined || run === only); run++, result.runs++) {
    const paths = tangled(generatorOfRun(seed, run), MAX_PATHS >> (run % 3));
    const [wrong] = astray(paths);
    if (wrong !== undefined) throw new Error(`seed ${seed}, run ${run}: ${wrong}`);
    result.paths += paths.length;
  }
  return result;
}
