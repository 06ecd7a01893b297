// Servers of application protocols over HTTP, each by the library most use: `operation-origin PORT LOG` serves GraphQL over HTTP/1 on PORT
// and over HTTP/2 on the port after it, then JSON-RPC, SOAP and gRPC with reflection, and writes a line for each operation that they ran:
// method, template and how it went, `ok` or `failed`.
import { createHash } from "node:crypto";
import { createWriteStream, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { gunzipSync } from "node:zlib";
import { loadPackageDefinition, Server, ServerCredentials, type sendUnaryData } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { buildSchema, type DocumentNode, execute, getOperationAST, parse, validate } from "graphql";
import jayson from "jayson";
import * as soap from "soap";
import { PROTO, WSDL } from "./operation-contracts.js";

const [first, path] = process.argv.slice(2);
const port = Number(first);
const log = createWriteStream(path);
const note = (line: string): void => void log.write(`${line}\n`);

const schema = buildSchema(`
  type User { id: ID!, name: String, email: String, friends: [User] }
  type Query { user(id: ID!): User, broken: String }
  type Mutation { rename(id: ID!, name: String!): User }
`);
const user = (id: string): object => ({ id, name: "Ada", email: "ada@example.com", friends: () => [user("2")] });
const rootValue = {
  user: ({ id }: { id: string }) => user(id),
  rename: ({ id }: { id: string }) => user(id),
  broken: () => {
    throw new Error("it is");
  },
};

interface Asked {
  readonly query?: string | undefined;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | undefined;
  readonly extensions?: { readonly persistedQuery?: { readonly sha256Hash: string } } | undefined;
}

const persisted = new Map<string, string>();

/** The operation's name as graphql-js has it, and what came of it. */
async function run(asked: Asked): Promise<readonly [template: string, result: object]> {
  const hash = asked.extensions?.persistedQuery?.sha256Hash;
  if (hash !== undefined && asked.query !== undefined) {
    if (createHash("sha256").update(asked.query).digest("hex") === hash) persisted.set(hash, asked.query);
  }
  const text = asked.query ?? persisted.get(hash ?? "");
  if (text === undefined)
    return [`persisted(${hash?.slice(0, 16)})`, { errors: [{ message: "PersistedQueryNotFound" }] }];
  const document: DocumentNode = parse(text);
  const operation = getOperationAST(document, asked.operationName);
  const [selection] = operation?.selectionSet.selections ?? [];
  const field = selection?.kind === "Field" ? `(${selection.name.value})` : "";
  const template = `${operation?.operation}${operation?.name === undefined ? field : `.${operation.name.value}`}`;
  const errors = validate(schema, document);
  if (errors.length > 0) return [template, { errors }];
  const { operationName, variables: variableValues } = asked;
  const execution = {
    schema,
    document,
    rootValue,
    operationName: operationName ?? null,
    variableValues: variableValues ?? null,
  };
  return [template, await execute(execution)];
}

async function graphql(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const sent = Buffer.concat(pieces);
  const body = (request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent).toString();
  const { searchParams, pathname } = new URL(request.url ?? "/", "http://h");
  const given = (name: string): Record<string, unknown> | undefined =>
    JSON.parse(searchParams.get(name) ?? "null") ?? undefined;
  const asked: Asked | Asked[] =
    request.method === "GET"
      ? {
          query: searchParams.get("query") ?? undefined,
          operationName: searchParams.get("operationName") ?? undefined,
          variables: given("variables"),
          extensions: given("extensions"),
        }
      : request.headers["content-type"] === "application/graphql"
        ? { query: body }
        : (JSON.parse(body) as Asked | Asked[]);
  const ran = await Promise.all([asked].flat().map(run));
  const hasErrors = ran.some(([, result]) => "errors" in result);
  for (const template of new Set(ran.map(([template]) => template)))
    note(`${request.method} ${pathname}#${template} ${hasErrors ? "failed" : "ok"}`);
  const results = ran.map(([, result]) => result);
  const content = JSON.stringify(Array.isArray(asked) ? results : results[0]);
  response.writeHead(200, { "content-type": "application/json" }).end(content);
}

createServer((request, response) => void graphql(request, response)).listen(port);
createHttp2Server((request, response) => void graphql(request as never, response as never)).listen(port + 1);

const methods = {
  "user.get": (_: unknown, done: (error: null, result: object) => void) => done(null, user("1")),
  "user.fail": (_: unknown, done: (error: object) => void) => done({ code: 7, message: "no" }),
  "system.listMethods": (_: unknown, done: (error: null, result: string[]) => void) => done(null, ["user.get"]),
};
for (const [version, at] of [
  [2, port + 2],
  [1, port + 3],
] as const) {
  const server = new jayson.Server(methods, { version } as never);
  const failed = new Set(["user.fail", "nope"]);
  server.on("request", (request: { method: string }) =>
    note(`POST /#${request.method} ${failed.has(request.method) ? "failed" : "ok"}`),
  );
  server.on("batch", () => {});
  server.http().listen(at);
}

const soapServer = createServer();
soapServer.listen(port + 4, () => {
  const service = {
    StockService: {
      StockPort: {
        GetPrice: ({ symbol }: { symbol: string }) => {
          if (symbol === "NONE") throw { Fault: { faultcode: "soap:Client", faultstring: "none" } };
          return { price: 7 };
        },
        ListSymbols: () => ({ symbol: ["A", "B"] }),
      },
    },
  };
  const server = soap.listen(soapServer, "/stock", service, WSDL);
  server.on("request", (_envelope: object, method: string) => note(`POST /stock#${method} ran`));
});

writeFileSync(`${path}.proto`, PROTO);
const definition = loadSync(`${path}.proto`);
const shop = loadPackageDefinition(definition) as unknown as { shop: { v1: { Cart: { service: never } } } };
const grpc = new Server();
grpc.addService(shop.shop.v1.Cart.service, {
  Add: (_: unknown, answer: sendUnaryData<object>) => {
    note("POST /shop.v1.Cart/Add ok");
    answer(null, { text: "internals" });
  },
} as never);
new ReflectionService(definition).addToServer(grpc);
grpc.bindAsync(`0.0.0.0:${port + 5}`, ServerCredentials.createInsecure(), () => process.stdout.write("listening\n"));

process.on("SIGTERM", () => log.end(() => process.exit(0)));
