import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { redactConnection } from "../sensor/proof/redact-connection.js";
import { ByteBudget, SideBytes } from "../sensor/proof/side-bytes.js";
import { type DialogOptions, ethernet, ipv4 } from "./support/frame-builder.js";
import { data, HELLO, Http2Peers, PING, SETTINGS_ACK, settings } from "./support/http2-builder.js";
import { run, temporaryFolder } from "./support/program.js";
import { ENDS, exportOf, framesOf, keep, type Speech, tshark } from "./support/ring-scene.js";
import {
  CHANGE_CIPHER,
  clientHello,
  handshake,
  newSessionTicket,
  record,
  SERVER_HELLO_DONE,
  serverHello,
} from "./support/tls-builder.js";
import { vxlan } from "./support/tunnel-builder.js";

/** Everything secret in these tests is made of this letter, which stands nowhere else. */
const CANARY = /Q/;
const SECRET = "Q".repeat(12);

const HTTP1: readonly Speech[] = [
  [
    "client",
    [
      `POST http://ada:${SECRET}@orders.test/orders/7/reset/${SECRET}?token=${SECRET}&x=Q#Q HTTP/1.1`,
      "Host: orders.test:8080",
      `Authorization: Bearer ${SECRET}`,
      `X-Api-Key:${SECRET}  `,
      `Cookie: sid=${SECRET}; b=Q;${SECRET}`,
      `Referer: http://orders.test/?q=${SECRET}`,
      "Content-Type: application/json",
      "Transfer-Encoding: chunked",
      "Trailer: x-sum",
      "",
      `b;${SECRET}`,
      '{"a":"QQQQ"',
      "1",
      "}",
      "0",
      `X-Sum: ${SECRET}`,
      "",
      "GET /%51/12345678901/plain HTTP/1.1",
      "Host: orders.test",
      "",
      "",
    ]
      .join("\r\n")
      .replace("%51", "%51Q"),
  ],
  [
    "server",
    [
      "HTTP/1.1 100 Continue",
      "",
      `HTTP/1.1 200 ${SECRET}`,
      `Set-Cookie: sid=${SECRET}; Path=/Q`,
      `Location: /x?token=${SECRET}`,
      "Content-Length: 24",
      "",
      `HTTP/1.1 200 OK\r\nQ: ${SECRET}`.slice(0, 24),
    ].join("\r\n"),
  ],
  ["server", "HTTP/1.1 204 No Content\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n\r\n"],
];

const stars = (count: number): string => "*".repeat(count);

const HTTP1_CLIENT = [
  `POST http://${stars(16)}@orders.test/orders/7/reset/${stars(12)}?token=${stars(12)}&x=*** HTTP/1.1`,
  "Host: orders.test:8080",
  `Authorization: Bearer ${stars(12)}`,
  `X-Api-Key:${stars(12)}  `,
  `Cookie: sid=${stars(12)}; b=*;${stars(12)}`,
  `Referer: ${stars(34)}`,
  "Content-Type: application/json",
  "Transfer-Encoding: chunked",
  "Trailer: x-sum",
  "",
  `b${stars(13)}`,
  stars(11),
  "1",
  "*",
  "0",
  `X-Sum: ${stars(12)}`,
  "",
  "GET /****/***********/plain HTTP/1.1",
  "Host: orders.test",
  "",
  "",
].join("\r\n");

const HTTP1_SERVER = [
  "HTTP/1.1 100 Continue",
  "",
  `HTTP/1.1 200 ${stars(12)}`,
  `Set-Cookie: sid=${stars(21)}`,
  `Location: ${stars(21)}`,
  "Content-Length: 24",
  "",
  `${stars(24)}HTTP/1.1 204 No Content`,
  "Date: Tue, 14 Nov 2023 22:13:20 GMT",
  "",
  "",
].join("\r\n");

t.test("an export shows HTTP/1 without what is secret, however it was cut into segments", async (t) => {
  for (const segmentBytes of [1, 7, 1_448]) {
    const folder = temporaryFolder(t);
    await keep(folder, framesOf(HTTP1, { segmentBytes }));
    const { client, server, file, outcome } = exportOf(folder);
    t.equal(outcome.code, 0, outcome.error);
    t.equal(client, HTTP1_CLIENT);
    t.equal(server, HTTP1_SERVER);
    t.equal(statSync(file).mode & 0o777, 0o600, "for its owner only");
    const checksums = spawnSync(
      "tshark",
      [
        ...["-r", file, "-o", "tcp.check_checksum:TRUE", "-T", "fields", "-e", "tcp.checksum.status"],
        ...["-e", "frame.comment"],
      ],
      { encoding: "utf8" },
    ).stdout.split("\n");
    const mended = checksums.filter((line) => line.includes("overwritten"));
    t.ok(mended.length > 0);
    t.ok(
      mended.every((line) => /^1\t\d+ of \d+ payload bytes overwritten; its TCP checksum was made to fit$/.test(line)),
      "each packet says what was done to it, and has the checksum that fits",
    );
  }
});

t.test("what was sent twice is shown as it was read, and other bytes in its place are not", async (t) => {
  const folder = temporaryFolder(t);
  const frames = framesOf([["client", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"]]);
  const at = frames.findIndex((frame) => frame.includes("GET /a"));
  const forged = Buffer.from(frames[at]);
  forged.write("GET /Q", forged.indexOf("GET /a"), "latin1");
  await keep(folder, [...frames.slice(0, at + 1), frames[at], forged, ...frames.slice(at + 1)]);
  t.same(
    exportOf(folder).payloads.filter((text) => text !== ""),
    ["GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /* HTTP/1.1\r\nHost: h\r\n\r\n"],
  );
});

t.test("holes, other orders and ambiguous messages never show more", async (t) => {
  const head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n";
  const next = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";
  const shown = `${head}${stars(20)}${next}`;
  const bodyFrames = framesOf([["client", `${head}${SECRET}QQQQQQQQ${next}`]], { segmentBytes: 10 });
  const withData = bodyFrames.filter((frame) => frame.length > 66);
  for (const [name, frames, expected] of [
    ["in another order", [...bodyFrames.slice(0, 3), ...bodyFrames.slice(3).reverse()], shown.length],
    ["a hole in the body", bodyFrames.filter((frame) => frame !== withData[5]), shown.length - 10],
    ["a hole in the head", bodyFrames.filter((frame) => frame !== withData[1]), 0],
    ["without its opening", bodyFrames.slice(3), 0],
  ] as const) {
    const folder = temporaryFolder(t);
    await keep(folder, frames);
    const { client } = exportOf(folder);
    t.notMatch(client, CANARY, name);
    t.equal(client.replaceAll("*", "").length, expected === 0 ? 0 : head.length + next.length, name);
  }
  for (const [name, text] of [
    ["two lengths", `POST /a HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nQQQGET /Q HTTP/1.1\r\n\r\n`],
    [
      "length and chunks",
      `POST /a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nQ\r\n0\r\n\r\n`,
    ],
    ["a folded line", `GET /a HTTP/1.1\r\nHost: h\r\n QQQ\r\n\r\n`],
    ["bare line ends", `GET /a HTTP/1.1\nHost: QQQ\n\n`],
    ["no protocol that is known", `HELLO QQQ\r\n\r\n`],
    ["what looks like a secret as a name", `GET /a?UVFRUQ== HTTP/1.1\r\nCookie: QQQ; QQQ=\r\n\r\n`],
    ["a tunnel nobody agreed to", `CONNECT h:443 HTTP/1.1\r\n\r\nGET /Q HTTP/1.1\r\n\r\n`],
    [
      "a WebSocket",
      "GET /a HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: QQQ\r\n\r\n\x81\x83\0\0\0\0QQQ",
    ],
  ] as const) {
    const folder = temporaryFolder(t);
    const answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    await keep(folder, framesOf([["client", text], ...(name === "a WebSocket" ? [["server", answer] as const] : [])]));
    t.notMatch(exportOf(folder).client, CANARY, name);
  }
});

t.test("whatever byte of a connection is another, nothing secret is shown and nothing breaks", (t) => {
  const client = Buffer.from(
    [
      "POST /orders/7?x=QQQ HTTP/1.1\r\nHost: h\r\nAuthorization: Basic QQQQ\r\nCookie: sid=QQQ; b=QQQ",
      "Content-Length: 12\r\n\r\nQQQQQQQQQQQQPUT /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nQQQ\r\n0\r\n\r\n",
      "GET /c HTTP/1.1\r\nX-Token: QQQQ\r\n\r\n",
    ].join("\r\n"),
  );
  const server = Buffer.from(
    "HTTP/1.1 200 OK\r\nSet-Cookie: sid=QQQ\r\nContent-Length: 4\r\n\r\nQQQQHTTP/1.1 204 No Content\r\n\r\n",
  );
  const shown: string[] = [];
  for (let at = 0; at < client.length + server.length; at++) {
    for (const value of Buffer.from("\0\r\n ,019:;=?/@AZgz\x7f\xff", "latin1")) {
      const sides = [Buffer.from(client), Buffer.from(server)].map((bytes, index) => {
        const place = index === 0 ? at : at - client.length;
        if (place >= 0 && place < bytes.length) bytes[place] = value;
        const side = new SideBytes(new ByteBudget(1 << 20));
        side.take(0, bytes, 0, bytes.length);
        return { side, bytes };
      });
      redactConnection(sides[0].side, sides[1].side);
      for (const { side, bytes } of sides) side.redact(0, bytes, 0, bytes.length);
      const text = sides.map(({ bytes }) => bytes.toString("latin1")).join("");
      if (CANARY.test(text)) shown.push(text);
    }
  }
  t.same(shown, []);
  t.end();
});

t.test("HTTP/2 keeps its frames and the names of its fields, alone and in a tunnel", async (t) => {
  const connect = "CONNECT h2.test:80 HTTP/1.1\r\nHost: h2.test:80\r\nProxy-Authorization: Basic QQQQ\r\n\r\n";
  const tunnel: readonly Speech[] = [
    ["client", connect],
    ["server", "HTTP/1.1 200 OK\r\n\r\n"],
  ];
  for (const coding of ["plain", "huffman"] as const) {
    const speeches = http2Speeches(coding);
    const folder = temporaryFolder(t);
    await keep(folder, framesOf(speeches, { segmentBytes: 50 }));
    const { file, client, server } = exportOf(folder);
    if (coding === "plain") t.notMatch(client + server, CANARY);
    const read = tshark(file, "-d", "tcp.port==8080,http2", "-e", "http2.type", "-e", "http2.header").join(" ");
    t.equal(read.match(/Dissector bug|Malformed/i), null);
    t.same(fieldsOf(file, "http2.type"), ["4", "1", "0", "1", "9", "9", "6", "1", "4", "4", "1", "0"], "its frames");
    t.same(fieldsOf(file, "http2.header.name").join(" "), HTTP2_NAMES);
    t.same(
      fieldsOf(file, "http2.header.value").map((value) => value.replace(/^\*+$/, "*")),
      ["POST", "http", "*", "h", "*", "GET", "http", "/b", "h", "*", "GET", "http", "/b", "h", "*", "200", "*"],
      "values: shown are those that are known to hold no secret, of tables as well",
    );
    const other = temporaryFolder(t);
    await keep(other, framesOf([...tunnel, ...speeches]));
    const tunneled = exportOf(other);
    t.equal(tunneled.client, connect.replace("QQQQ", "****") + client);
    t.equal(tunneled.server, `HTTP/1.1 200 OK\r\n\r\n${server}`);
  }
});

function http2Speeches(coding: "plain" | "huffman"): readonly Speech[] {
  const peers = new Http2Peers(coding);
  const long = [["x-q", SECRET.repeat(9)]] as const;
  const client = Buffer.concat([
    HELLO,
    peers.request(1, `/${SECRET}@`, [["authorization", SECRET]], { method: "POST", padding: 5, isPrioritised: true }),
    data(1, SECRET, "ends", 3),
    peers.request(3, "/b", long, { continuations: 2 }),
    PING,
    peers.request(5, "/b", long),
  ]);
  const answer = peers.answer(1, 200, [["x-q", SECRET]]);
  const server = Buffer.concat([settings(), SETTINGS_ACK, answer, data(1, SECRET, "ends")]);
  return [
    ["client", client],
    ["server", server],
  ];
}

const PSEUDO = ":method :scheme :path :authority";
const HTTP2_NAMES = `${PSEUDO} authorization ${PSEUDO} x-q ${PSEUDO} x-q :status x-q`;

/** Values of a field, as tshark reads them, of all packets in their order. */
function fieldsOf(file: string, field: string): string[] {
  const lines = tshark(file, "-d", "tcp.port==8080,http2", "-e", field);
  return lines.flatMap((line) => (line === "" ? [] : line.split(",")));
}

t.test("a connection with a network each way is one, apart from a tenant's with the same addresses", async (t) => {
  const folder = temporaryFolder(t);
  const talk = (path: string, firsts: DialogOptions): Buffer[] =>
    framesOf(
      [
        ["client", `GET ${path} HTTP/1.1\r\nHost: h\r\nX-Api-Key: ${SECRET}\r\n\r\n`],
        ["server", `HTTP/1.1 204 No Content\r\nSet-Cookie: sid=${SECRET}\r\n\r\n`],
      ],
      firsts,
    );
  const isAsked = (frame: Buffer): boolean => frame.readUInt16BE(34) === 40_000;
  const routed = talk("/routed", {}).map((frame) => vxlan(isAsked(frame) ? 7 : 9, frame));
  const tenant = talk("/tenant", { clientSequence: 70_000, serverSequence: 90_000 }).map((frame) => vxlan(8, frame));
  const underlay = talk("/underlay", { clientPort: 40_002 });
  const inside = talk("/inside", { clientPort: 40_002, clientSequence: 7_000_000, serverSequence: 9_000_000 });
  const bridged = talk("/bridged", { clientPort: 40_001 }).flatMap((frame) => [vxlan(8, frame), frame]);
  await keep(folder, [
    ...routed.flatMap((frame, at) => [frame, tenant[at]]),
    ...bridged,
    ...underlay.flatMap((frame, at) => [frame, vxlan(8, inside[at])]),
  ]);
  const { client, server, outcome } = exportOf(folder);
  t.match(outcome.out, /^2 connections/);
  for (const network of [7, 8])
    t.match(
      outcome.out,
      new RegExp(` 10\\.0\\.0\\.1:40000 → 10\\.0\\.0\\.2:8080 in vxlan ${network} from .*, ${routed.length} packets\n`),
    );
  const asked = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: h\r\nX-Api-Key: ${stars(12)}\r\n\r\n`;
  t.equal(client, asked("/routed") + asked("/tenant"));
  t.equal(server, `HTTP/1.1 204 No Content\r\nSet-Cookie: sid=${stars(12)}\r\n\r\n`.repeat(2));
  const twice = exportOf(folder, "--connection", "10.0.0.1:40001-10.0.0.2:8080");
  t.match(twice.outcome.out, new RegExp(`^1 connection .*\n.*:40001 → .*, ${bridged.length} packets\n`), "and outside");
  const apart = exportOf(folder, "--connection", "10.0.0.1:40002-10.0.0.2:8080");
  t.match(
    apart.outcome.out,
    new RegExp(`^2 connections .*\n.*:8080 from .*, ${inside.length} packets\n.*:8080 in vxlan 8 from`),
  );
});

t.test("TLS keeps its handshake and loses what is encrypted, and tickets", async (t) => {
  const folder = temporaryFolder(t);
  const client = [
    handshake(clientHello({ serverName: "orders.test" })),
    handshake(Buffer.from([16, 0, 0, 3, 2, 1, 1])),
    CHANGE_CIPHER,
    record(22, Buffer.from(SECRET)),
    record(23, Buffer.from(SECRET)),
  ];
  const server = [
    handshake(serverHello(), newSessionTicket(Buffer.from(SECRET)), SERVER_HELLO_DONE),
    CHANGE_CIPHER,
    record(22, Buffer.from(SECRET)),
    record(21, Buffer.from("QQ")),
  ];
  await keep(
    folder,
    framesOf([
      ["client", Buffer.concat(client)],
      ["server", Buffer.concat(server)],
    ]),
  );
  const exported = exportOf(folder);
  t.notMatch(exported.client + exported.server, CANARY);
  const fields = [
    "-e",
    "tls.handshake.extensions_server_name",
    "-e",
    "tls.handshake.type",
    "-e",
    "tls.record.content_type",
  ];
  t.same(
    tshark(exported.file, "-d", "tcp.port==8080,tls", ...fields).filter((line) => line.trim() !== ""),
    ["orders.test\t1,16\t22,22,20,22,23", "\t2,4,14\t22,20,22,21"],
  );
});

t.test("the padding behind a segment, and fragments, are not written", async (t) => {
  const folder = temporaryFolder(t);
  const frames = framesOf([["client", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"]]);
  const [syn] = frames;
  const at = frames.findIndex((frame) => frame.includes("GET /a"));
  const segment = frames[at].subarray(34);
  const pieces = [0, 40].map((offset) => segment.subarray(offset, offset === 0 ? 40 : undefined));
  const fragments = pieces.map((piece, index) =>
    ethernet(
      0x0800,
      ipv4("10.0.0.1", "10.0.0.2", 6, piece, { offset: index * 40, more: index === 0, identification: 5 }),
    ),
  );
  await keep(folder, [Buffer.concat([syn, Buffer.from(SECRET)]), ...frames.slice(1, at), ...fragments]);
  const { file, outcome } = exportOf(folder);
  t.notOk(readFileSync(file).includes(SECRET));
  t.match(outcome.out, /3 packets, 0 of 0 payload bytes overwritten; 1 fragments of IP datagrams left out/);
});

t.test("as they were sent only where the policy says so, and both say what is wrong", async (t) => {
  const folder = temporaryFolder(t);
  await keep(folder, framesOf(HTTP1));
  const refused = run(["packets", "--connection", ENDS, "--packet-ring", folder, "--out", "x", "--with-secrets"]);
  t.same([refused.code, refused.error.includes("ring.allowSecrets is false")], [2, true]);
  const { client, outcome } = exportOf(folder, "--with-secrets", "-s", "ring.allowSecrets=true");
  t.equal(client, HTTP1[0][1]);
  t.match(outcome.out, /as they were sent, SECRETS INCLUDED/);
  for (const [parameters, code, words] of [
    [["--packet-ring", folder], 2, /name what is to be written/],
    [["--connection", "10.0.0.1-10.0.0.2", "--packet-ring", folder], 2, /must be its two ends/],
    [["--connection", ENDS], 2, /ring\.folder is not set/],
    [["--connection", ENDS, "--packet-ring", "/none"], 3, /there is no such folder/],
    [["--connection", ENDS, "--at", "noon", "--packet-ring", folder], 2, /--at "noon" is no time/],
    [
      ["--connection", "10.9.9.9:1-10.0.0.2:80", "--packet-ring", folder],
      3,
      /holds no packet of it; it reaches back to 2023/,
    ],
  ] as const) {
    const { code: ended, error } = run(["packets", "--out", join(folder, "x"), ...parameters]);
    t.same([ended, words.test(error)], [code, true], error);
  }
});
