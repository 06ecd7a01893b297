import { TcpDialog } from "../support/frame-builder.js";
import { data, type Field, HELLO, Http2Peers, headers, SETTINGS_ACK, settings } from "../support/http2-builder.js";
import { PcapOutput } from "./pcap-output.js";
import { mulberry32 } from "./random.js";
import { hex, USER_AGENTS } from "./traffic.js";

export const H2C = { name: "h2c", what: "small JSON over HTTP/2, 100 streams at a time on each of 8 connections" };

const REQUESTS = 400_000;
const CONNECTIONS = 8;
const STREAMS = 100;
const BODY_BYTES = 300;
/** Requests, and answers, that go out in one write. */
const MOST_AT_ONCE = 6;

interface Connection {
  readonly dialog: TcpDialog;
  readonly peers: Http2Peers;
  readonly service: number;
  readonly open: number[];
  nextStream: number;
}

/** Writes the traffic as pcap: what `small-json` asks and answers, its heads compressed as a service's own library does. */
export function writeHttp2(path: string): void {
  const output = new PcapOutput(path);
  const random = mulberry32(13);
  const pick = (most: number): number => Math.floor(random() * most);
  const connections = Array.from({ length: CONNECTIONS }, (_none, at) =>
    connect(at, pick, (frame) => output.frame(frame)),
  );
  for (let made = 0; made < REQUESTS; ) {
    const connection = connections[pick(CONNECTIONS)];
    const { dialog, open } = connection;
    const asked: Buffer[] = [];
    for (let more = pick(MOST_AT_ONCE); more >= 0 && open.length < STREAMS && made < REQUESTS; more--, made++)
      asked.push(request(connection, random));
    if (asked.length > 0) dialog.send("client", Buffer.concat(asked), "silent");
    const answered: Buffer[] = [];
    for (let more = open.length > STREAMS / 2 ? MOST_AT_ONCE : pick(3); more >= 0 && open.length > 0; more--)
      answered.push(answer(connection, random, open.splice(pick(open.length), 1)[0]));
    if (answered.length > 0) dialog.send("server", Buffer.concat(answered));
  }
  for (const { dialog } of connections) dialog.close();
  output.close();
}

function connect(at: number, pick: (most: number) => number, emit: (frame: Buffer) => void): Connection {
  const ends = { client: `10.0.0.${1 + (at % 20)}`, clientPort: 20_000 + at, server: `10.1.0.${1 + (at % 8)}` };
  const sequences = { clientSequence: pick(2 ** 32), serverSequence: pick(2 ** 32) };
  const dialog = new TcpDialog({ ...ends, serverPort: 8080, ...sequences, segmentBytes: 1_448 }, emit).open();
  dialog
    .send("client", HELLO)
    .send("server", Buffer.concat([settings(), SETTINGS_ACK]))
    .send("client", SETTINGS_ACK);
  return { dialog, peers: new Http2Peers("huffman"), service: at % 8, open: [], nextStream: 1 };
}

function request(connection: Connection, random: () => number): Buffer {
  const { peers, service, open } = connection;
  const id = Math.floor(random() * 50_000);
  const path = [`/api/v1/orders/${id}`, `/api/v1/users/${id}/profile`, "/api/v1/orders?limit=20", "/healthz"][id % 4];
  const isPost = id % 5 === 0;
  const body = `{"customer":${id},"items":[{"sku":"A-${id % 977}","quantity":${1 + (id % 9)}}]}`;
  const fields: readonly Field[] = [
    [":method", isPost ? "POST" : "GET"],
    [":scheme", "http"],
    [":path", path],
    [":authority", `service-${service}.prod.svc.cluster.local:8080`],
    ["user-agent", USER_AGENTS[service % USER_AGENTS.length]],
    ["accept", "application/json"],
    ["accept-encoding", "gzip"],
    ["authorization", `Bearer ${hex(mulberry32(service), 40)}`],
    ["traceparent", `00-${hex(random, 32)}-${hex(random, 16)}-01`],
    ["x-request-id", hex(random, 32)],
    ...(isPost ? [["content-type", "application/json"] as const] : []),
  ];
  const stream = connection.nextStream;
  connection.nextStream += 2;
  open.push(stream);
  const head = headers(stream, peers.client.block(fields), { ends: !isPost });
  return isPost ? Buffer.concat([head, data(stream, body, "ends")]) : head;
}

function answer({ peers }: Connection, random: () => number, stream: number): Buffer {
  const id = Math.floor(random() * 50_000);
  const fields: readonly Field[] = [
    [":status", id % 97 === 0 ? "404" : id % 211 === 0 ? "500" : "200"],
    ["date", `Tue, 24 Nov 2026 10:00:${10 + (stream % 2)} GMT`],
    ["content-type", "application/json; charset=utf-8"],
    ["content-length", String(BODY_BYTES)],
    ["server", "nginx/1.22.1"],
    ["x-request-id", hex(random, 32)],
  ];
  const body = Buffer.alloc(BODY_BYTES, `{"id":${id},"status":"shipped","note":"generated"},`);
  return Buffer.concat([headers(stream, peers.server.block(fields)), data(stream, body, "ends")]);
}
