import fc from "fast-check";
import t from "tap";
import { Dispatcher } from "../sensor/protocol/dispatcher.js";
import { foreignProtocol } from "../sensor/protocol/foreign/foreign-protocol.js";
import type { Message } from "../sensor/protocol/message.js";
import { describe, feed, PROTOCOL_SETTINGS, type Step, TestFlow } from "./support/dialog.js";
import { TlsScene } from "./support/tls-scene.js";

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");

/** First bytes as clients and servers of each protocol send them, and whether what follows is known to be readable. */
const BEGINNINGS: readonly (readonly [string, "client" | "server", string | Buffer, boolean])[] = [
  ["postgresql", "client", bytes("00000008 04d2162f"), true],
  [
    "postgresql",
    "client",
    Buffer.concat([bytes("00000020 00030000"), Buffer.from("user\0app\0database\0shop\0\0")]),
    true,
  ],
  ["mysql", "server", Buffer.concat([bytes("4a000000 0a"), Buffer.from("8.0.36\0"), Buffer.alloc(60, 1)]), true],
  ["redis", "client", "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n", true],
  ["redis", "client", "PING\r\n", true],
  ["redis", "client", "select 7\r\nget key\r\n", true],
  ["redis", "client", "SET key value\r\n", true],
  ["redis", "server", "+PONG\r\n", true],
  ["redis", "server", "-NOAUTH Authentication required.\r\n", true],
  [
    "kafka",
    "client",
    Buffer.concat([bytes("00000024 0012 0003 00000001 0007"), Buffer.from("orders1"), Buffer.alloc(17)]),
    true,
  ],
  ["mongodb", "client", bytes("3f000000 01000000 00000000 d4070000 00000000"), true],
  ["mongodb", "client", bytes("3f000000 01000000 00000000 dd070000 00000000"), true],
  ["amqp", "client", "AMQP\0\0\t\x01", true],
  [
    "mqtt",
    "client",
    Buffer.concat([bytes("10 14 0004"), Buffer.from("MQTT"), bytes("04 02 003c 0008"), Buffer.from("device-1")]),
    true,
  ],
  ["ssh", "client", "SSH-2.0-OpenSSH_9.2\r\n", false],
  ["dns", "client", bytes("001d 1a2b 0100 0001 0000 0000 0000 076578616d706c65 03636f6d 00 0001 0001"), true],
  ["ldap", "client", bytes("300c 020101 6007 020103 0400 8000"), false],
  ["smb", "client", bytes("00000054 fe534d42 4000"), false],
  ["cassandra", "client", bytes("04 00 0000 05 00000000"), true],
  ["memcached", "client", "get session:1\r\n", true],
  ["nats", "server", 'INFO {"server_id":"N1","version":"2.10"}\r\n', true],
  [
    "zookeeper",
    "client",
    bytes(`0000002d 00000000 0000000000000000 00007530 0000000000000000 00000010 ${"00".repeat(17)}`),
    true,
  ],
  ["elasticsearch", "client", bytes("4553 00000020 0000000000000001 08"), true],
  ["tds", "client", bytes("1201 0014 0000 0100 0000 0b00 0601 0011 0001 ff00"), false],
  ["tns", "client", bytes("003a 0000 0100 0000 013a 012c 0000 2000"), false],
  ["rdp", "client", bytes("0300 0013 0ee0 0000 0000 0001 0008 0003 0000 00"), false],
  ["sunrpc", "client", bytes("80000028 12345678 00000000 00000002 000186a3"), false],
  ["thrift", "client", bytes("80010001 00000004 70696e67 00000000 00"), true],
  ["thrift", "client", bytes("00000011 80010001 00000004 70696e67 00000000 00"), true],
  [
    "clickhouse",
    "client",
    Buffer.concat([bytes("00 11"), Buffer.from("ClickHouse client"), bytes("15 02 b0a903")]),
    true,
  ],
  ["stomp", "client", "CONNECT\naccept-version:1.2\n\n\0", true],
  ["sip", "client", "OPTIONS sip:a@b SIP/2.0\r\n", true],
  ["bgp", "client", bytes(`${"ff".repeat(16)} 001d 01 04`), false],
  ["rfb", "server", "RFB 003.008\n", false],
  ["smtp", "client", "EHLO client.example\r\n", true],
  ["ftp", "client", "USER anonymous\r\n", true],
  ["irc", "client", "NICK joe\r\nUSER joe 0 * :Joe\r\n", true],
  ["xmpp", "client", "<?xml version='1.0'?><stream:stream to='a'>", true],
  ["kerberos", "client", bytes("000000d5 6a81d230 81cfa103"), false],
  ["diameter", "client", bytes("01000074 80000101 00000000 00000001 00000002"), false],
  ["dcerpc", "client", bytes("05000b03 10000000 4800 0000"), false],
  ["pop3", "server", "+OK ready\r\n", true],
  ["imap", "server", "* OK IMAP4rev1 ready\r\n", true],
  ["java-rmi", "client", "JRMI\0\x02K", true],
  ["jdwp", "client", "JDWP-Handshake", true],
];

function messagesOf(steps: readonly Step[], options = {}): Message[] {
  return feed(steps, { pieceBytes: 4_096, ...options });
}

t.test("protocols that are not read are told by their name", (t) => {
  for (const [name, from, first, isCleartext] of BEGINNINGS) {
    const other = from === "client" ? "server" : "client";
    const told = messagesOf([
      [from, first],
      [other, "\x00\x01\x02\x03"],
    ]);
    t.match(told, [{ kind: "connection", protocol: name, isCleartext }], name);
    t.equal(told.length, 1, `${name} once`);
  }
  t.end();
});

t.test("joined in the middle, nothing is named: those bytes are not the first", (t) => {
  t.same(describe(messagesOf([["client", "get session:1\r\n"]], { rolesFrom: "ports" })), ["= unknown"]);
  t.same(
    describe(
      messagesOf([
        ["client", 10],
        ["client", "get session:1\r\n"],
        ["server", "END\r\n"],
      ]),
    ),
    ["= unknown"],
  );
  t.end();
});

t.test("GSS encryption of PostgreSQL claims nothing", (t) => {
  t.match(
    messagesOf([
      ["client", bytes("00000008 04d21630")],
      ["server", "G"],
    ]),
    [{ protocol: undefined, isCleartext: false }],
  );
  t.end();
});

t.test("what Redis and HTTP/0.9 write alike, the answer tells", (t) => {
  const asked: Step = ["client", "GET /key\r\n"];
  t.match(messagesOf([asked, ["server", "$3\r\nabc\r\n"], asked, ["server", "$-1\r\n"]]), [
    { kind: "connection", protocol: "redis", isCleartext: true },
  ]);
  t.same(describe(messagesOf([asked, ["server", "<html>"], ["server", "fin"]])), ["= http1", "0.9 GET /key - - 0 6"]);
  const unanswered = ["= http1", "0.9 GET /key - - 0 - no-response"];
  t.same(describe(messagesOf([asked])), unanswered, "never answered: what it most likely is");
  t.end();
});

t.test("a connection that goes on for long is told before it ends", (t) => {
  const told: Message[] = [];
  const flow = new TestFlow({});
  const stream = new Dispatcher(PROTOCOL_SETTINGS, { message: (message) => told.push(message) }).open(flow, flow);
  const ping = Buffer.from("*1\r\n$4\r\nPING\r\n");
  const pong = Buffer.from("+PONG\r\n");
  stream.data("client", ping, 0, ping.length, 0);
  stream.data("server", pong, 0, pong.length, 1);
  stream.data("client", ping, 0, ping.length, 9e6);
  t.same(told, [], "TLS may be asked for still");
  stream.data("client", ping, 0, ping.length, 11e6);
  t.same(describe(told), ["= redis"]);
  stream.close("idle", 12e6);
  t.equal(told.length, 1);
  t.end();
});

t.test("databases in the clear are a finding, those that may be encrypted are none", (t) => {
  const scene = new TlsScene();
  for (const [protocol, isCleartext] of [
    ["redis", true],
    ["redis", true],
    ["ssh", false],
    [undefined, false],
  ] as const)
    scene.spoken(protocol, isCleartext);
  t.match(scene.found("cleartext-protocol"), [
    { severity: "medium", count: 2, evidence: { protocol: "redis", scope: "east-west" } },
  ]);
  t.equal(scene.found("cleartext-protocol").length, 1);
  const [, within] = scene.spoken("redis", true, "10.0.0.2").found("cleartext-protocol");
  t.match(within, { severity: "info", summary: /^10\.0\.0\.2 talks redis to .* without TLS, within one host\.$/ });
  t.end();
});

t.test("no first bytes of HTTP, TLS or nobody are taken for another protocol, and none throw", (t) => {
  for (const text of [
    "GET / HTTP/1.1\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/1.1 200 OK\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  ])
    for (const from of ["client", "server"] as const) {
      const first = Buffer.from(text, "latin1");
      t.equal(foreignProtocol(from, first, 0, first.length), undefined, JSON.stringify(text));
    }
  for (const [, from, first] of BEGINNINGS) {
    const whole = Buffer.from(first as string, "latin1");
    for (let end = 0; end <= whole.length; end++) foreignProtocol(from, whole, 0, end);
  }
  fc.assert(
    fc.property(fc.constantFrom("client", "server"), fc.uint8Array({ maxLength: 80 }), (from, random) => {
      foreignProtocol(from as "client", Buffer.from(random), 0, random.length);
    }),
    { numRuns: 5_000, seed: 4 },
  );
  t.end();
});
