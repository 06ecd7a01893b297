import { TcpDialog } from "../support/frame-builder.js";
import { PcapOutput } from "./pcap-output.js";
import { mulberry32 } from "./random.js";

/** One kind of traffic the benchmark makes. `super` is what segmentation offload hands to a capture: up to 64 KiB a frame. */
export interface TrafficShape {
  readonly name: string;
  readonly what: string;
  readonly segmentBytes: number;
  readonly requests: number;
  /** Requests a connection; responses of `bodyBytes`. */
  readonly requestsPerConnection: number;
  readonly connections: number;
  readonly bodyBytes: number;
}

const MTU_SEGMENT = 1_448;
const SUPER_SEGMENT = 65_160;

/**
 * About 1 to 2 GB each: in the first half second the engine is still compiling, and a sensor runs for months. Large bodies in
 * super-packets are 6 GB, as tcpdump takes 0.3 s for 2.
 */
export const SHAPES: readonly TrafficShape[] = [
  shape("small-json", "small JSON on keep-alive connections", MTU_SEGMENT, 1_000_000, 200, 64, 300),
  shape("small-json-super", "the same with 64 KiB super-packets", SUPER_SEGMENT, 1_000_000, 200, 64, 300),
  shape("one-request", "one request a connection", MTU_SEGMENT, 400_000, 1, 64, 300),
  shape("one-request-super", "the same with 64 KiB super-packets", SUPER_SEGMENT, 400_000, 1, 64, 300),
  shape("large-body", "large bodies", MTU_SEGMENT, 2_000, 20, 8, 1_000_000),
  shape("large-body-super", "the same with 64 KiB super-packets", SUPER_SEGMENT, 6_000, 20, 8, 1_000_000),
];

function shape(
  name: string,
  what: string,
  segmentBytes: number,
  requests: number,
  requestsPerConnection: number,
  connections: number,
  bodyBytes: number,
): TrafficShape {
  return { name, what, segmentBytes, requests, requestsPerConnection, connections, bodyBytes };
}

/** Sends a request to one of the services, and its answer with a body of so many bytes. */
export type Exchanging = (dialog: TcpDialog, random: () => number, bodyBytes: number, service: number) => void;

/** Writes the traffic as pcap, microsecond clock, little-endian; the same bytes for the same shape. */
export function writeTraffic(path: string, traffic: TrafficShape, exchange: Exchanging = exchangeJson): void {
  const writer = new PcapOutput(path);
  const random = mulberry32(7);
  const open: { dialog: TcpDialog; left: number; client: number }[] = [];
  let nextPort = 20_000;
  for (let made = 0; made < traffic.requests; made++) {
    const slot = Math.floor(random() * traffic.connections);
    let connection = open[slot];
    if (connection === undefined || connection.left === 0) {
      connection?.dialog.close();
      nextPort = nextPort >= 60_000 ? 20_000 : nextPort + 1;
      const client = 1 + (slot % 20);
      const server = `10.1.0.${1 + (slot % 8)}`;
      const dialog = new TcpDialog(
        {
          client: `10.0.0.${client}`,
          clientPort: nextPort,
          server,
          serverPort: 8080,
          clientSequence: Math.floor(random() * 2 ** 32),
          serverSequence: Math.floor(random() * 2 ** 32),
          segmentBytes: traffic.segmentBytes,
        },
        (frame) => writer.frame(frame),
      );
      connection = { dialog: dialog.open(), left: traffic.requestsPerConnection, client };
      open[slot] = connection;
    }
    connection.left--;
    exchange(connection.dialog, random, traffic.bodyBytes, slot % 8);
  }
  for (const connection of open) connection?.dialog.close();
  writer.close();
}

export const USER_AGENTS = [
  "okhttp/4.12.0",
  "axios/1.7.2",
  "Go-http-client/1.1",
  "python-requests/2.32.3",
  "Java/17.0.11",
];

/** A request and its answer as services behind a gateway with tracing send them: no two heads are the same. */
function exchangeJson(dialog: TcpDialog, random: () => number, bodyBytes: number, service: number): void {
  const id = Math.floor(random() * 50_000);
  const path = [`/api/v1/orders/${id}`, `/api/v1/users/${id}/profile`, "/api/v1/orders?limit=20", "/healthz"][id % 4];
  const isPost = id % 5 === 0;
  const trace = hex(random, 32);
  const requestBody = isPost ? `{"customer":${id},"items":[{"sku":"A-${id % 977}","quantity":${1 + (id % 9)}}]}` : "";
  const head = [
    `${isPost ? "POST" : "GET"} ${path} HTTP/1.1`,
    `Host: service-${service}.prod.svc.cluster.local:8080`,
    `User-Agent: ${USER_AGENTS[service % USER_AGENTS.length]}`,
    "Accept: application/json",
    "Accept-Encoding: gzip",
    `Authorization: Bearer ${hex(random, 40)}`,
    `traceparent: 00-${trace}-${hex(random, 16)}-01`,
    `X-Request-Id: ${hex(random, 32)}`,
    ...(isPost ? ["Content-Type: application/json", `Content-Length: ${requestBody.length}`] : []),
    "",
    "",
  ];
  dialog.send("client", head.join("\r\n") + requestBody, "silent");
  const status = id % 97 === 0 ? "404 Not Found" : id % 211 === 0 ? "500 Internal Server Error" : "200 OK";
  const responseHead = [
    `HTTP/1.1 ${status}`,
    `Date: Tue, 24 Nov 2026 10:${pad(id % 60)}:${pad(id % 59)} GMT`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${bodyBytes}`,
    "Connection: keep-alive",
    "Server: nginx/1.22.1",
    `X-Request-Id: ${trace}`,
    "",
    "",
  ];
  const body = Buffer.alloc(bodyBytes, `{"id":${id},"status":"shipped","note":"generated"},`);
  dialog.send("server", Buffer.concat([Buffer.from(responseHead.join("\r\n")), body]));
}

export function hex(random: () => number, digits: number): string {
  let text = "";
  while (text.length < digits)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  return text.slice(0, digits);
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
