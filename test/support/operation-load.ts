// Clients of `operation-origin`: `operation-load HOST PORT ROUNDS` asks all of it, so many times, by the libraries most use.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Client, credentials, loadPackageDefinition, type ServiceClientConstructor } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { getIntrospectionQuery } from "graphql";
import jayson from "jayson";
import * as soap from "soap";
import { PROTO, WSDL } from "./operation-contracts.js";

const [host, first, rounds] = process.argv.slice(2);
const port = Number(first);

const GET_USER =
  "query GetUser($id: ID!) {\n  user(id: $id) { name, ...more }\n}\nfragment more on User { friends { id } }";
const RENAME = 'mutation Rename { rename(id: "1", name: "{ \\"Ada\\" }") { id } }';
const hash = createHash("sha256").update(GET_USER).digest("hex");
const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
const variables = { id: "ada@example.com" };
const BODIES: readonly unknown[] = [
  { query: GET_USER, variables, operationName: "GetUser" },
  { query: RENAME },
  { query: "{ user(id: 7) { email } }" },
  { query: "query Broken { broken }" },
  { query: "query Unknown { nothing }" },
  { query: `query A { user(id: 1) { id } } ${RENAME}`, operationName: "Rename" },
  { query: getIntrospectionQuery() },
  [{ query: GET_USER, variables }, { query: RENAME }, { query: GET_USER, variables }],
];

async function post(at: number, body: string | Buffer, fields: Record<string, string> = {}): Promise<void> {
  const headers = { "content-type": "application/json", ...fields };
  const answer = await fetch(`http://${host}:${at}/graphql`, { method: "POST", body: body as never, headers });
  await answer.text();
}

async function graphql(): Promise<void> {
  for (const body of BODIES) await post(port, JSON.stringify(body));
  await post(port, gzipSync(JSON.stringify(BODIES[0])), { "content-encoding": "gzip" });
  await post(port, GET_USER.replace("($id: ID!)", "").replace("$id", "1"), { "content-type": "application/graphql" });
  const query = new URLSearchParams({ query: GET_USER, variables: JSON.stringify(variables) });
  await (await fetch(`http://${host}:${port}/graphql?${query}`)).text();
}

/** A hash first, which the server does not know; then document and hash; then the hash alone. */
async function persistedQueries(): Promise<void> {
  for (const body of [
    { extensions, variables },
    { query: GET_USER, extensions, variables },
    { extensions, variables },
  ])
    await post(port, JSON.stringify(body));
  const query = new URLSearchParams({ extensions: JSON.stringify(extensions), variables: JSON.stringify(variables) });
  await (await fetch(`http://${host}:${port}/graphql?${query}`)).text();
}

async function graphqlOverHttp2(): Promise<void> {
  const session = connect(`http://${host}:${port + 1}`);
  await Promise.all(
    [...BODIES, ...BODIES].map(async (body) => {
      const request = session.request({ ":method": "POST", ":path": "/graphql", "content-type": "application/json" });
      request.end(JSON.stringify(body));
      request.resume();
      await once(request, "close");
    }),
  );
  session.close();
}

async function jsonRpc(): Promise<void> {
  for (const [version, at] of [
    [2, port + 2],
    [1, port + 3],
  ] as const) {
    const client = jayson.Client.http({ host, port: at, version } as never);
    const ask = (method: string): Promise<void> =>
      new Promise((resolve) => void client.request(method, ["ada@example.com"], () => resolve()));
    for (const method of ["user.get", "user.fail", "nope", "system.listMethods"]) await ask(method);
    if (version === 1) continue;
    const batch = ["user.get", "system.listMethods"].map((method) => client.request(method, []));
    await new Promise<void>((resolve) => void client.request(batch as never, () => resolve()));
  }
}

async function stocks(): Promise<void> {
  for (const forceSoap12Headers of [false, true]) {
    const client = await soap.createClientAsync(WSDL, { forceSoap12Headers });
    client.setEndpoint(`http://${host}:${port + 4}/stock`);
    for (const symbol of ["ACME", "NONE"]) await client.GetPriceAsync({ symbol }).catch(() => {});
    await client.ListSymbolsAsync({});
  }
}

async function grpc(): Promise<void> {
  const file = join(tmpdir(), `operation-load-${process.pid}.proto`);
  writeFileSync(file, PROTO);
  const shop = loadPackageDefinition(loadSync(file)) as unknown as { shop: { v1: { Cart: ServiceClientConstructor } } };
  const address = `${host}:${port + 5}`;
  const client = new shop.shop.v1.Cart(address, credentials.createInsecure());
  const add = (): Promise<void> =>
    new Promise((resolve) => {
      const order = { email: "ada@example.com", lines: [{ sku: "A-1", count: 2 }], ssn: 536904399 };
      client.Add(order, () => resolve());
    });
  await add();
  await reflect(address);
  for (let round = 0; round < 3; round++) await add();
  client.close();
}

/** ServerReflectionRequest: field 4 is the symbol whose file is asked for. */
async function reflect(address: string): Promise<void> {
  const client = new Client(address, credentials.createInsecure());
  const same = (bytes: Buffer): Buffer => bytes;
  const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  const call = client.makeBidiStreamRequest(path, same, same);
  call.on("data", () => {});
  const symbol = Buffer.from("shop.v1.Cart");
  call.write(Buffer.concat([Buffer.from([0x22, symbol.length]), symbol]));
  call.end();
  await once(call, "status");
  client.close();
}

await persistedQueries();
for (let round = 0; round < Number(rounds); round++) {
  await graphql();
  await graphqlOverHttp2();
  await jsonRpc();
  await stocks();
}
await grpc();
process.stdout.write("done\n");
process.exit(0);
