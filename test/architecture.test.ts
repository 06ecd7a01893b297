import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import t from "tap";
import ts from "typescript";

/** Stages of the sensor in the order in which data flows; a stage may import its own folder and contracts before it. */
const STAGES = [
  "bytes",
  "capture",
  "decode",
  "flow",
  "protocol",
  "declared",
  "identity",
  "inventory",
  "detect",
  "store",
  "deliver",
  "report",
];
/** Folders that put stages together: everything is upstream of them. */
const COMPOSERS = ["analysis", "doctor", "proof", "command"];
/** Files that say what a stage produces. `bytes` is the floor, all of it. */
const CONTRACTS: ReadonlySet<string> = new Set([
  "sensor/capture/frame.ts",
  "sensor/decode/packet.ts",
  "sensor/decode/virtual-network.ts",
  "sensor/flow/stream.ts",
  "sensor/protocol/message.ts",
  "sensor/protocol/forwarding.ts",
  "sensor/protocol/outcome.ts",
  "sensor/protocol/protection.ts",
  "sensor/protocol/shape.ts",
  "sensor/protocol/text-form.ts",
  "sensor/protocol/token-trait.ts",
  "sensor/protocol/learned-names.ts",
  "sensor/protocol/credential-names.ts",
  "sensor/protocol/anomaly-name.ts",
  "sensor/declared/declared-api.ts",
  "sensor/identity/identities.ts",
  "sensor/identity/cluster-objects.ts",
  "sensor/inventory/observation.ts",
  "sensor/inventory/row.ts",
  "sensor/detect/finding.ts",
  "sensor/detect/delta.ts",
  "sensor/store/sensor-store.ts",
  "sensor/store/stored-row.ts",
]);
const MAX_LINES = 400;
const MAX_FUNCTION_LINES = 60;
const FORBIDDEN_NAMES = /(^|[/-])(utils?|helpers?|common|types|misc)\.tsx?$/;

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources = ["eastwatch.ts", ...["program", "sensor", "shared", "console", "demo", "test"].flatMap(filesOf)].map(
  read,
);

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => /\.(tsx?|css|mjs)$/.test(path) && !path.startsWith("shared/generated"));
}

function read(path: string): Source {
  const text = readFileSync(path, "utf8");
  const found = [...text.matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)].map(([, target]) =>
    relative(".", join(dirname(path), target)).replace(/\.js$/, ".ts"),
  );
  return { path, text, imports: found };
}

function stageOf(path: string): string {
  return path.split("/")[1];
}

/** Why one file may not import another; undefined where it may. */
function objection(from: string, to: string): string | undefined {
  const [fromPart] = from.split("/");
  const [toPart] = to.split("/");
  if (fromPart === "test" || fromPart === "eastwatch.ts" || fromPart === "program") return undefined;
  if (fromPart === "shared") return toPart === "shared" ? undefined : "shared/ imports only itself";
  if (fromPart !== toPart) return toPart === "shared" ? undefined : `${fromPart}/ and ${toPart}/ meet only in shared/`;
  return fromPart === "sensor" ? stageObjection(from, to) : undefined;
}

function stageObjection(from: string, to: string): string | undefined {
  const [fromStage, toStage] = [stageOf(from), stageOf(to)];
  if (fromStage === toStage || COMPOSERS.includes(fromStage)) return undefined;
  const [fromAt, toAt] = [STAGES.indexOf(fromStage), STAGES.indexOf(toStage)];
  if (fromAt < 0 || toAt < 0) return `${toStage}/ is no stage`;
  if (toAt > fromAt) return `${toStage}/ is downstream of ${fromStage}/`;
  return toStage === "bytes" || CONTRACTS.has(to) ? undefined : `${to} is no contract`;
}

t.test("a start without configuration loads neither YAML nor the library that checks it", (t) => {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    const atOnce = readFileSync(path, "utf8").matchAll(/^(?:import|export) (?:[^"]* from )?"([^"]+)"/gm);
    for (const [, target] of atOnce)
      if (!target.startsWith(".")) loaded.add(target);
      else load(join(dirname(path), target));
  };
  load("dist/program/run-command.js");
  load("dist/program/command-line.js");
  load("dist/sensor/command/analyze.js");
  t.ok(loaded.has("commander") && loaded.has("dist/sensor/analysis/pipeline.js"), "what is loaded is followed");
  t.notOk(loaded.has("zod") || loaded.has("yaml"));
  t.end();
});

t.test("imports run one way, and sensor and console meet only in shared", (t) => {
  for (const { path, imports } of sources) {
    const objections = imports.map((to) => [to, objection(path, to)]).filter(([, why]) => why !== undefined);
    t.same(objections, [], path);
  }
  t.match(objection("sensor/flow/half.ts", "sensor/protocol/message.ts"), /downstream/, "the rule can say no");
  t.match(objection("sensor/inventory/count/tally.ts", "sensor/flow/half.ts"), /no contract/);
  t.match(objection("sensor/store/outbox.ts", "console/api.ts"), /meet only/);
  t.end();
});

t.test("files and functions stay small, and are called what they hold", (t) => {
  for (const { path, text } of sources) {
    t.ok(text.split("\n").length <= MAX_LINES + 1, `${path} has at most ${MAX_LINES} lines`);
    t.notMatch(path, FORBIDDEN_NAMES);
    if (path.startsWith("test/") || !/\.tsx?$/.test(path) || path.endsWith(".d.ts")) continue;
    t.same(longFunctions(path, text), [], `${path} has no function over ${MAX_FUNCTION_LINES} lines`);
  }
  t.end();
});

function longFunctions(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const long: string[] = [];
  const visit = (node: ts.Node): void => {
    // A component of the page is markup for the most part.
    if (ts.isFunctionLike(node) && !path.endsWith(".tsx")) {
      const lineOf = (at: number): number => file.getLineAndCharacterOfPosition(at).line;
      const lines = lineOf(node.end) - lineOf(node.getStart()) + 1;
      if (lines > MAX_FUNCTION_LINES) long.push(`line ${lineOf(node.getStart()) + 1}: ${lines} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return long;
}
