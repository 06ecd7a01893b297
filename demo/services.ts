// A few small services that talk to each other over loopback, each on an address of its own, as on a node of a cluster.
// Run as a process; it says on standard output when all of them listen, and ends with its standard input.
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { runTlsServices } from "./tls-services.js";

interface Service {
  readonly name: string;
  readonly address: string;
  answer(incoming: IncomingMessage, url: URL): Answer | Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const PORT = Number(process.env.EASTWATCH_DEMO_PORT ?? 18080);
const CLIENT_ADDRESS = "127.0.20.1";

const orders: Service = {
  name: "orders.demo.internal",
  address: "127.0.20.3",
  async answer(incoming, url) {
    if (url.pathname === "/orders/export") return { status: 200, body: { rows: 2, format: "csv" } };
    if (incoming.method === "POST") {
      await call(this, payments, "POST", "/payments", { authorization: "Basic b3JkZXJzOmRlbW8=" }, { amount: 12 });
      return { status: 201, body: { id: pick(ORDER_IDS) } };
    }
    const id = url.pathname.split("/")[2];
    if (id === undefined) return { status: 200, body: ORDER_IDS.map((order) => ({ id: order })) };
    await call(this, users, "GET", `/users/${pick(USER_IDS)}`, { "x-api-key": "demo-key-of-orders" });
    return id.endsWith("7")
      ? { status: 404, body: { error: "no such order" } }
      : { status: 200, body: { id, state: "shipped" } };
  },
};

const users: Service = {
  name: "users.demo.internal",
  address: "127.0.20.4",
  answer: (_incoming, url) => ({ status: 200, body: { id: url.pathname.split("/")[2], name: "Demo" } }),
};

const payments: Service = {
  name: "payments.demo.internal",
  address: "127.0.20.5",
  answer: () =>
    Math.random() < 0.05 ? { status: 503, body: { error: "busy" } } : { status: 202, body: { accepted: true } },
};

const reports: Service = {
  name: "reports.demo.internal",
  address: "127.0.20.6",
  answer: (_incoming, url) => ({ status: 200, body: { month: url.pathname.split("/").at(-1) } }),
};

const gateway: Service = {
  name: "gateway.demo.internal",
  address: "127.0.20.2",
  async answer(incoming, url) {
    const bearer = { authorization: "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZW1vIn0.c2lnbmF0dXJl" };
    const status = await call(this, orders, incoming.method ?? "GET", url.pathname, bearer);
    return { status, body: { via: "gateway" } };
  },
};

const SERVICES = [gateway, orders, users, payments, reports];
const ORDER_IDS = Array.from({ length: 40 }, (_, index) => 1_000 + index * 13);
const USER_IDS = Array.from(
  { length: 12 },
  (_, index) => `5f0c${index.toString(16)}e21-7d3a-4c1b-9a44-0242ac12000${index % 10}`,
);

async function main(): Promise<void> {
  try {
    await Promise.all(SERVICES.map(listen));
  } catch (error) {
    process.stderr.write(
      `eastwatch: the demo's services can't listen: ${(error as Error).message}; end what uses port ${PORT}, or set EASTWATCH_DEMO_PORT to another\n`,
    );
    process.exit(2);
  }
  const hasTls = await runTlsServices();
  process.stdout.write(hasTls ? "listening with TLS\n" : "listening without TLS\n");
  process.stdin.resume().on("end", () => process.exit(0));
  for (;;) {
    await step();
    await new Promise((resolve) => setTimeout(resolve, 40 + Math.random() * 160));
  }
}

/** One thing a user of the demo does. */
async function step(): Promise<void> {
  const client = { address: CLIENT_ADDRESS };
  const dice = Math.random();
  if (dice < 0.5) await call(client, gateway, "GET", `/orders/${pick(ORDER_IDS)}`);
  else if (dice < 0.7) await call(client, gateway, "POST", "/orders", {}, { item: "A-17" });
  else if (dice < 0.8) await call(client, gateway, "GET", "/orders");
  else if (dice < 0.9) await call(client, gateway, "GET", "/orders/export");
  else
    await call(
      client,
      reports,
      "GET",
      `/reports/2026-0${1 + Math.floor(Math.random() * 9)}?api_key=demo-report-key-3f9a1c77`,
    );
}

function listen(service: Service): Promise<Server> {
  const server = createServer((incoming, response) => void respond(service, incoming, response));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(PORT, service.address, () => resolve(server));
  });
}

async function respond(service: Service, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  incoming.resume();
  const answer = await service.answer(incoming, new URL(incoming.url ?? "/", "http://demo"));
  const body = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    "content-type": "application/json",
    "content-length": body.length,
    server: "demo/1.0",
  });
  response.end(body);
}

/** A request from one service's address to another; its status, 502 where it failed. */
function call(
  from: { readonly address: string },
  to: Service,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<number> {
  const content = body === undefined ? undefined : JSON.stringify(body);
  const lengths = content === undefined ? {} : { "content-type": "application/json", "content-length": content.length };
  return new Promise((resolve) => {
    const outgoing = request(
      {
        host: to.address,
        port: PORT,
        localAddress: from.address,
        method,
        path,
        headers: { host: `${to.name}:${PORT}`, "user-agent": "demo-client/1.0", ...headers, ...lengths },
      },
      (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 502));
      },
    );
    outgoing.on("error", () => resolve(502)).end(content);
  });
}

function pick<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)];
}

await main();
