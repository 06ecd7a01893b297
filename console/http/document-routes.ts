import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { FastifyInstance, FastifyReply } from "fastify";
import { DOCUMENT_FORMATS, type DocumentFormat } from "../../shared/document-format.js";
import type { ConsoleStore } from "../store/console-store.js";

const PROGRAM = fileURLToPath(new URL("../../eastwatch.js", import.meta.url));
/** Documents being made at one time: each is a process that reads all of the inventory. */
const MAX_RUNNING = 2;
const TIMEOUT_MILLIS = 5 * 60_000;
const MAX_TOLD_BYTES = 4_096;
const LIMIT = { rateLimit: { max: 30, timeWindow: "1 minute" } };

const PARAMETERS = {
  type: "object",
  required: ["format"],
  properties: { format: { type: "string", enum: DOCUMENT_FORMATS.map(({ name }) => name) } },
} as const;
const QUERY = {
  type: "object",
  properties: {
    sensor: { type: "string", minLength: 1, maxLength: 63 },
    service: { type: "string", minLength: 1, maxLength: 255 },
  },
  additionalProperties: false,
} as const;

export interface DocumentOptions {
  readonly database: string;
  /** What evidence packs are signed with. */
  readonly keyFile: string;
  readonly workloadsFile: string | undefined;
}

/** What of the inventory the document is of. */
interface Part {
  readonly sensor?: string;
  readonly service?: string;
}

interface Asked {
  readonly Params: { readonly format: string };
  readonly Querystring: Part;
}

/**
 * Documents of the inventory, as `eastwatch export` writes them: by a process of its own, so that sensors and pages do not wait while an
 * inventory of any size is read.
 */
export function addDocumentRoutes(app: FastifyInstance, store: ConsoleStore, options: DocumentOptions): void {
  let running = 0;
  const schema = { params: PARAMETERS, querystring: QUERY };
  app.get<Asked>("/api/documents/:format", { schema, config: LIMIT }, async (request, reply) => {
    const { params, query } = request;
    const format = DOCUMENT_FORMATS.find(({ name }) => name === params.format);
    if (format === undefined) return reply.code(404).send({ error: "There is no such document." });
    if (query.sensor !== undefined && !store.sensors().some(({ name }) => name === query.sensor))
      return reply.code(404).send({ error: `There is no sensor called "${query.sensor}".` });
    if (query.service !== undefined && !store.hasService(query.service))
      return reply.code(404).send({ error: `There is no service called "${query.service}".` });
    if (running >= MAX_RUNNING)
      return reply
        .code(503)
        .header("retry-after", "5")
        .send({ error: "Other documents are being made: try again in a moment." });
    running++;
    const child = spawn(process.execPath, parametersOf(format, query, options), {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIMEOUT_MILLIS,
    });
    child.once("close", () => running--);
    reply.raw.once("close", () => child.kill());
    return sendOutput(child, reply, headersOf(format, query));
  });
}

function parametersOf(format: DocumentFormat, { sensor, service }: Part, options: DocumentOptions): string[] {
  const { database, keyFile, workloadsFile } = options;
  return [
    ...[PROGRAM, "export", "--format", format.name, "--database", database, "--set", `evidence.keyFile=${keyFile}`],
    ...(sensor === undefined ? [] : ["--sensor", sensor]),
    ...(service === undefined ? [] : ["--service", service]),
    ...(workloadsFile === undefined ? [] : ["--workloads", workloadsFile]),
  ];
}

function headersOf({ name, extension, mediaType }: DocumentFormat, { sensor, service }: Part): Record<string, string> {
  const day = new Date().toISOString().slice(0, 10);
  // Names of services come from the wire.
  const of = [sensor ?? "fleet", ...(service === undefined ? [] : [service.replace(/[^\w.-]+/g, "-")])].join("-");
  const isText = mediaType.startsWith("text/");
  return {
    "content-type": isText ? `${mediaType}; charset=utf-8` : mediaType,
    // Never shown in the console's own origin: what is in it came from the wire.
    "content-disposition": `attachment; filename="eastwatch-${of}-${name}-${day}.${extension}"`,
    "cache-control": "no-store",
  };
}

/** Answers once it is known whether there is a document; one that breaks off later breaks the download off, too. */
async function sendOutput(
  child: ChildProcess,
  reply: FastifyReply,
  headers: Record<string, string>,
): Promise<FastifyReply> {
  let told = "";
  child.stderr?.on("data", (bytes: Buffer) => {
    told = `${told}${bytes}`.slice(0, MAX_TOLD_BYTES);
  });
  const ended = once(child, "close") as Promise<[number | null]>;
  const pieces = (child.stdout as Readable)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await pieces.next();
  if (first.done === true && (await ended)[0] !== 0) {
    reply.request.log.error({ told }, "a document could not be made");
    return reply
      .code(500)
      .send({ error: `The document could not be made. ${told.replace(/^eastwatch: /, "").trim()}` });
  }
  return reply.headers(headers).send(Readable.from(whole(first, pieces, ended)));
}

async function* whole(
  first: IteratorResult<Buffer>,
  pieces: AsyncIterator<Buffer>,
  ended: Promise<[number | null]>,
): AsyncIterable<Buffer> {
  for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
  const [code] = await ended;
  if (code !== 0) throw new Error(`the document broke off: its process ended with ${code}`);
}
