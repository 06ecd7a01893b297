import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import type { Change } from "../../shared/difference.js";
import { boundChanges } from "../../shared/difference-words.js";
import type { ChangeListing } from "../api.js";

const PROGRAM = fileURLToPath(new URL("../../eastwatch.js", import.meta.url));
/** Comparisons at one time: each is a process that reads all of the inventory twice. */
const MAX_RUNNING = 2;
const TIMEOUT_MILLIS = 2 * 60_000;
const MAX_TOLD_BYTES = 4_096;
const MAX_OUTPUT_BYTES = 128 * 1024 * 1024;
/** Changes of one kind that a page is given. */
const MAX_OF_A_KIND = 1_000;
/** Exit codes of the program by which it says that what was asked can't be answered, and why. */
const ITS_REFUSALS: readonly (number | null)[] = [2, 3];
const LIMIT = { rateLimit: { max: 60, timeWindow: "1 minute" } };

const WHEN = { type: "string", pattern: "^([0-9]{4}-[0-9]{2}-[0-9]{2}|last-review)$" } as const;
const SENSOR = { type: "string", minLength: 1, maxLength: 63 } as const;
const QUERY = {
  type: "object",
  properties: {
    from: WHEN,
    until: WHEN,
    sensor: SENSOR,
    against: SENSOR,
    by: { type: "string", enum: ["address", "name"], default: "address" },
    gone: { type: "integer", minimum: 1, maximum: 3_650 },
  },
  dependencies: { against: ["sensor"] },
  additionalProperties: false,
} as const;

interface Query {
  readonly from?: string;
  readonly until?: string;
  readonly sensor?: string;
  readonly against?: string;
  readonly by: string;
  readonly gone?: number;
}

/**
 * What changed in the inventory, as `eastwatch diff` tells it: by a process of its own, so that sensors and pages do not wait while an
 * inventory of any size is read.
 */
export function addChangeRoutes(app: FastifyInstance, database: string): void {
  let running = 0;
  app.get<{ Querystring: Query }>(
    "/api/changes",
    { schema: { querystring: QUERY }, config: LIMIT },
    async (request, reply) => {
      if (running >= MAX_RUNNING)
        return reply
          .code(503)
          .header("retry-after", "2")
          .send({ error: "Others compare inventories right now: try again in a moment." });
      running++;
      try {
        const comparison = await compare(parametersOf(database, request.query), reply.raw);
        if (comparison.code === 0) return listingOf(comparison.out);
        request.log.warn({ told: comparison.told }, "a comparison could not be made");
        return reply
          .code(ITS_REFUSALS.includes(comparison.code) ? 409 : 500)
          .send({ error: refusalOf(comparison.told) });
      } finally {
        running--;
      }
    },
  );
}

function parametersOf(database: string, { from, until, sensor, against, by, gone }: Query): string[] {
  // Written as one with its value: what begins with a dash is no option then.
  return [
    ...[PROGRAM, "diff", database, database, "--format=json", `--by=${by}`],
    ...(from === undefined ? [] : [`--old-at=${from}`]),
    ...(until === undefined ? [] : [`--new-at=${until}`]),
    ...(sensor === undefined ? [] : [`--sensor=${sensor}`]),
    ...(against === undefined ? [] : [`--sensor=${against}`]),
    ...(gone === undefined ? [] : [`--gone-after=${gone}`]),
  ];
}

interface Comparison {
  readonly code: number | null;
  readonly out: string;
  readonly told: string;
}

async function compare(parameters: readonly string[], asker: NodeJS.EventEmitter): Promise<Comparison> {
  const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "pipe"], timeout: TIMEOUT_MILLIS });
  const leave = (): void => void child.kill();
  asker.once("close", leave);
  let told = "";
  child.stderr.on("data", (bytes: Buffer) => {
    told = `${told}${bytes}`.slice(0, MAX_TOLD_BYTES);
  });
  const pieces: Buffer[] = [];
  let length = 0;
  child.stdout.on("data", (bytes: Buffer) => {
    length += bytes.length;
    if (length <= MAX_OUTPUT_BYTES) pieces.push(bytes);
    else child.kill();
  });
  const [code] = (await once(child, "close")) as [number | null];
  asker.removeListener("close", leave);
  if (length > MAX_OUTPUT_BYTES) told = "Too much differs to be told here: compare one sensor, or use eastwatch diff.";
  return { code, out: Buffer.concat(pieces).toString(), told };
}

function listingOf(out: string): ChangeListing {
  const { changes, notes } = JSON.parse(out) as {
    readonly changes: readonly Change[];
    readonly notes: readonly string[];
  };
  return { ...boundChanges(changes, MAX_OF_A_KIND), notes, atMicros: Date.now() * 1_000 };
}

/** The program's words without its flags and what was given with them: whoever reads them made choices on a page. */
function refusalOf(told: string): string {
  const text = told
    .replace(/^eastwatch: (--(old|new)-at )?("last-review": )?/, "")
    .replace(/, or last-review$/, "")
    .trim();
  return text === "" ? "The comparison was broken off." : `${text[0].toUpperCase()}${text.slice(1)}.`;
}
