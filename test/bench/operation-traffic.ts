import type { TcpDialog } from "../support/frame-builder.js";
import { type Exchanging, hex, type TrafficShape, USER_AGENTS, writeTraffic } from "./traffic.js";

/** Calls of which the body, or one field, says what is called. */
interface OperationShape extends TrafficShape {
  readonly exchange: Exchanging;
}

/** One call of an operation: what is sent and what is answered, both of which differ from call to call. */
interface Asked {
  readonly path: string;
  readonly type: string;
  readonly fields: readonly string[];
  readonly body: string;
  readonly answer: string;
}

const REQUESTS = 400_000;
const SIZES = { segmentBytes: 1_448, requests: REQUESTS, requestsPerConnection: 200, connections: 64, bodyBytes: 300 };
const NOUNS = ["Order", "Customer", "Invoice", "Shipment", "Payment", "Product", "Cart", "Refund"];
const VERBS = ["Get", "List", "Create", "Update"];

export const OPERATIONS: readonly OperationShape[] = [
  shape("graphql", "GraphQL queries and mutations of 32 names", graphql),
  shape("json-rpc", "JSON-RPC calls of 32 methods", jsonRpc),
  shape("soap", "SOAP calls of 32 operations", soap),
  shape("aws-json", "AWS JSON calls of 32 operations, named by a field", awsJson),
];

export function writeOperations(path: string, { exchange, ...traffic }: OperationShape): void {
  writeTraffic(path, traffic, exchange);
}

function shape(name: string, what: string, ask: (id: number) => Asked): OperationShape {
  const exchange: Exchanging = (dialog, random, bodyBytes, service) => {
    const id = Math.floor(random() * 50_000);
    send(dialog, random, service, ask(id), bodyBytes);
  };
  return { name, what: `${what} on keep-alive connections`, ...SIZES, exchange };
}

function send(dialog: TcpDialog, random: () => number, service: number, asked: Asked, answerBytes: number): void {
  const trace = hex(random, 32);
  const request = [
    `POST ${asked.path} HTTP/1.1`,
    `Host: service-${service}.prod.svc.cluster.local:8080`,
    `User-Agent: ${USER_AGENTS[service % USER_AGENTS.length]}`,
    `Authorization: Bearer ${hex(random, 40)}`,
    `traceparent: 00-${trace}-${hex(random, 16)}-01`,
    ...asked.fields,
    `Content-Type: ${asked.type}`,
    `Content-Length: ${asked.body.length}`,
    "",
    asked.body,
  ];
  dialog.send("client", request.join("\r\n"), "silent");
  const answer = asked.answer.padEnd(answerBytes);
  const response = [
    "HTTP/1.1 200 OK",
    "Date: Tue, 24 Nov 2026 10:00:00 GMT",
    `Content-Type: ${asked.type}`,
    `Content-Length: ${answer.length}`,
    `X-Request-Id: ${trace}`,
    "",
    answer,
  ];
  dialog.send("server", response.join("\r\n"));
}

function nameOf(id: number): string {
  return VERBS[id % VERBS.length] + NOUNS[(id >>> 2) % NOUNS.length];
}

function graphql(id: number): Asked {
  const name = nameOf(id);
  const isMutation = name.startsWith("Create") || name.startsWith("Update");
  const query = `${isMutation ? "mutation" : "query"} ${name}($id: ID!, $first: Int = 10) {\n  ${name[0].toLowerCase()}${name.slice(1)}(id: $id, first: $first) {\n    id\n    status\n    lines { sku quantity price { net currency } }\n  }\n}`;
  return {
    path: "/graphql",
    type: "application/json",
    fields: [],
    body: JSON.stringify({ operationName: name, variables: { id: String(id), first: id % 50 }, query }),
    answer: JSON.stringify({
      data: { result: { id, status: "shipped", lines: [{ sku: `A-${id % 977}`, quantity: 2 }] } },
    }),
  };
}

function jsonRpc(id: number): Asked {
  return {
    path: "/rpc",
    type: "application/json",
    fields: [],
    body: JSON.stringify({
      jsonrpc: "2.0",
      id,
      method: nameOf(id),
      params: { id, sku: `A-${id % 977}`, quantity: id % 9 },
    }),
    answer: JSON.stringify({ jsonrpc: "2.0", id, result: { id, status: "shipped", note: "generated" } }),
  };
}

function soap(id: number): Asked {
  const name = nameOf(id);
  const envelope = (content: string): string =>
    `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>${content}</soap:Body></soap:Envelope>`;
  return {
    path: "/services/orders",
    type: "text/xml; charset=utf-8",
    fields: [`SOAPAction: "urn:orders#${name}"`],
    body: envelope(`<${name} xmlns="urn:orders"><id>${id}</id><quantity>${id % 9}</quantity></${name}>`),
    answer: envelope(`<${name}Response xmlns="urn:orders"><status>shipped</status></${name}Response>`),
  };
}

function awsJson(id: number): Asked {
  return {
    path: "/",
    type: "application/x-amz-json-1.1",
    fields: [`X-Amz-Target: Orders_20240101.${nameOf(id)}`],
    body: JSON.stringify({ TableName: "orders", Key: { id: { N: String(id) } }, Limit: id % 50 }),
    answer: JSON.stringify({ Item: { id: { N: String(id) }, status: { S: "shipped" } } }),
  };
}
