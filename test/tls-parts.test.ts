import t from "tap";
import { Cursor } from "../sensor/bytes/cursor.js";
import { ja3, ja4 } from "../sensor/protocol/tls/fingerprint.js";
import { HandshakeReader } from "../sensor/protocol/tls/handshake-reader.js";
import { HeldBytes } from "../sensor/protocol/tls/held-bytes.js";
import { type ClientHello, readClientHello, readServerHello } from "../sensor/protocol/tls/hello.js";
import { HelloCache } from "../sensor/protocol/tls/hello-cache.js";
import { type Session, SessionMemory } from "../sensor/protocol/tls/session-memory.js";
import { readCertificate } from "../sensor/protocol/tls/x509/certificate-reader.js";
import { timeSeconds } from "../sensor/protocol/tls/x509/der.js";
import { feed, type Step } from "./support/dialog.js";
import {
  certificate,
  certificateExtension,
  clientHello,
  der,
  handshake,
  message,
  name,
  oid,
  sealedAll,
  serverHello,
} from "./support/tls-builder.js";
import { handshakesIn } from "./support/tls-dialog.js";

t.test("fingerprints are those their authors publish", (t) => {
  const none: ClientHello = {
    legacyVersion: 769,
    ciphers: [],
    extensions: [],
    offers: 0,
    groups: [],
    pointFormats: [],
    signatureAlgorithms: [],
    versions: [],
    serverName: undefined,
    alpn: [],
    ticket: "",
    pskIdentities: [],
    fingerprints: undefined,
  };
  // github.com/salesforce/ja3, README.
  const first = {
    ciphers: [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
    extensions: [0, 10, 11],
    groups: [23, 24, 25],
    pointFormats: [0],
  };
  t.equal(ja3({ ...none, ...first }), "ada70206e40642a3e4461f35503241d5");
  t.equal(ja3({ ...none, ciphers: [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99] }), "de350869b8c85de67a350c8d186f11e6");
  // github.com/FoxIO-LLC/ja4, technical_details/JA4.md.
  const chrome = {
    ciphers: [
      0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x9c, 0x9d, 0x2f,
      0x35,
    ],
    extensions: [0x1a1a, 0x1b, 0, 0x33, 0x10, 0x4469, 0x17, 0x2d, 0xd, 5, 0x23, 0x12, 0x2b, 0xff01, 0xb, 0xa, 0x15],
    signatureAlgorithms: [0x403, 0x804, 0x401, 0x503, 0x805, 0x501, 0x806, 0x601],
    versions: [0x2a2a, 0x304, 0x303],
    alpn: ["h2"],
  };
  t.equal(ja4({ ...none, legacyVersion: 771, ...chrome }), "t13d1516h2_8daaf6152771_e5627efa2ab1");
  t.end();
});

t.test("a hello that is known by its bytes reads the same as one that is new", (t) => {
  const cache = new HelloCache((name) => name);
  const bytes = (length: number, value: number) => Buffer.alloc(length, value);
  const outcome = (read: (body: Cursor) => object, body: Buffer): string => {
    try {
      return JSON.stringify({ ...read(new Cursor(body)), fingerprints: undefined, ja3s: undefined });
    } catch (error) {
      return String(error);
    }
  };
  let checked = 0;
  const check = (kind: "client" | "server", body: Buffer): void => {
    const read = kind === "client" ? readClientHello : readServerHello;
    const cached =
      kind === "client" ? (cursor: Cursor) => cache.client(cursor) : (cursor: Cursor) => cache.server(cursor);
    const expected = outcome(read, body);
    for (const time of ["first", "second"]) {
      if (outcome(cached, body) !== expected) t.fail(`${kind} hello ${body.toString("hex")} the ${time} time`);
    }
    checked++;
  };
  const clients = [1, 2].flatMap((value) => [
    clientHello({ offers13: true, random: bytes(32, value), sessionId: bytes(32, value), keyShare: bytes(32, value) }),
    clientHello({ serverName: "b.example", random: bytes(32, value), extras: [21, 44, 49] }),
    clientHello({ ticket: bytes(9, value) }),
    clientHello({ ticket: bytes(0, value), sessionId: bytes(value, value) }),
    clientHello({ offers13: true, identities: [32 + value] }),
  ]);
  const servers = [1, 2].flatMap((value) => [
    serverHello({ sessionId: bytes(32, value), random: bytes(32, value) }),
    serverHello({ is13: true, random: bytes(32, value) }),
    serverHello({ is13: true, isRetry: true }),
  ]);
  const bodies = [
    ...clients.map((hello) => ["client", hello.subarray(4)] as const),
    ...servers.map((hello) => ["server", hello.subarray(4)] as const),
  ];
  for (const [kind, body] of bodies) {
    check(kind, body);
    for (let at = 0; at < body.length; at++) {
      check(kind, body.subarray(0, at));
      for (const bit of [1, 0x80]) {
        const mutated = Buffer.from(body);
        mutated[at] ^= bit;
        check(kind, mutated);
      }
    }
  }
  t.ok(checked > 1_000);
  t.equal(cache.client(new Cursor(clients[0].subarray(4))), cache.client(new Cursor(clients[5].subarray(4))));
  t.equal(cache.server(new Cursor(servers[1].subarray(4))), cache.server(new Cursor(servers[4].subarray(4))));
  t.end();
});

const SAN = certificateExtension(
  "551d11",
  der(
    0x30,
    der(0x82, "a.example"),
    der(0x87, Buffer.from([10, 0, 0, 1])),
    der(0x86, "spiffe://a/b"),
    der(0x87, Buffer.from("20010db8000000000000000000000001", "hex")),
  ),
);
const EKU = certificateExtension(
  "551d25",
  der(0x30, Buffer.from("06082b06010505070302", "hex"), Buffer.from("06032a0304", "hex")),
);
const CA = certificateExtension("551d13", der(0x30, der(0x01, Buffer.from([0xff]))));

t.test("drafts of TLS 1.3, and what browsers tried between them, are told as it, and their group", (t) => {
  const group = `001d0020${"33".repeat(32)}`;
  const answer = (version: string, fields: string, extensions: string): Buffer => {
    const length = (extensions.length / 2).toString(16).padStart(4, "0");
    return message(2, Buffer.from(`${version}${"02".repeat(32)}${fields}${length}${extensions}`, "hex"));
  };
  const tried = (version: string): Buffer => answer("0303", "00130100", `002b0002${version}00280024${group}`);
  for (const [name, hello] of [
    ["draft 16, without session id and compression", answer("7f10", "1301", `00280024${group}`)],
    ["draft 22", tried("7f16")],
    ["an experiment", tried("7e02")],
    ["TLS 1.3", answer("0303", "00130100", `002b0002030400330024${group}`)],
  ] as const) {
    const steps: Step[] = [
      ["client", handshake(clientHello({ offers13: true }))],
      ["server", Buffer.concat([handshake(hello), sealedAll([23, 800, 281, 53])])],
      ["client", sealedAll([53, 120])],
      ["server", sealedAll([300])],
    ];
    const [{ version, curve, resumed, established, clientAuth }] = handshakesIn(feed(steps));
    t.same(
      [version, curve, resumed, established, clientAuth.verdict],
      ["1.3", "x25519", false, true, "not-requested"],
      name,
    );
  }
  t.end();
});

t.test("a certificate's facts are read", (t) => {
  const { fingerprint, ...facts } = readCertificate(certificate({ extensions: [SAN, EKU, CA] }));
  t.match(fingerprint, /^[0-9a-f]{64}$/);
  t.same(facts, {
    subject: "CN=service.example",
    issuer: "CN=Example CA,O=Example\\, Inc.",
    san: ["a.example", "10.0.0.1", "spiffe://a/b", "2001:db8::1"],
    serialNumber: "ABCD",
    notBeforeSeconds: 1_767_225_600,
    notAfterSeconds: 4_102_444_799,
    key: "EC P-256",
    keyBits: 256,
    signatureAlgorithm: "ecdsa-with-SHA256",
    extendedKeyUsages: ["clientAuth", "1.2.3.4"],
    isAuthority: true,
    isSelfIssued: false,
    isMalformed: false,
  });
  t.end();
});

t.test("hostile DER neither throws nor stalls", (t) => {
  const good = certificate({ extensions: [SAN, EKU, CA] });
  for (let length = 0; length < good.length; length++)
    t.ok(readCertificate(good.subarray(0, length)).isMalformed, `cut at ${length}`);
  for (let at = 0; at < good.length; at++) {
    for (const value of [0x00, 0x7f, 0x80, 0x84, 0xff]) {
      const bad = Buffer.from(good);
      bad[at] = value;
      readCertificate(bad);
    }
  }
  const deep = Array.from({ length: 3_000 }).reduce<Buffer>(
    (inner) => (inner.length > 60_000 ? inner : der(0x30, inner)),
    Buffer.alloc(0),
  );
  t.ok(readCertificate(deep).isMalformed, "nested without end");
  t.ok(readCertificate(Buffer.alloc(100_000, 0x30)).isMalformed, "lengths beyond the end");
  const longOid = readCertificate(
    certificate({ key: der(0x30, der(0x30, der(0x06, Buffer.alloc(20_000, 0x81))), der(0x03, Buffer.alloc(4))) }),
  );
  t.ok(longOid.key.length < 1_000, "an object identifier without end");
  const control = readCertificate(certificate({ subject: name(["03", "a\u001b[31m\u0000b"]) }));
  t.equal(control.subject, "CN=a\\1B[31m\\00b", "control characters are told, not sent");
  t.end();
});

t.test("odd serials, names and keys are told as openssl x509 -text tells them", (t) => {
  const serials = ["05", "00fb", "fb", "ff00", "80", "00", "ffff", ""];
  const told = serials.map((hex) => readCertificate(certificate({ serial: Buffer.from(hex, "hex") })).serialNumber);
  t.same(told, ["05", "FB", "-05", "-0100", "-80", "00", "-01", ""]);
  const named = (tag: number, text: Buffer) =>
    readCertificate(
      certificate({ subject: der(0x30, der(0x31, der(0x30, Buffer.from("060355040a", "hex"), der(tag, text)))) }),
    ).subject;
  t.equal(named(0x14, Buffer.from("M\u00fcnchner Stra\u00dfe", "latin1")), "O=M\u00fcnchner Stra\u00dfe", "T61String");
  t.equal(named(0x14, Buffer.from("M\u00fcnchen")), "O=M\u00fcnchen", "T61String that holds UTF-8");
  t.equal(named(0x03, Buffer.from("0070b3d5", "hex")), "O=#03040070B3D5", "BIT STRING, which is no text");
  t.equal(named(0x1e, Buffer.from("65e5672c", "hex")), "O=\u65e5\u672c", "BMPString");
  t.equal(named(0x1c, Buffer.from("0001f600", "hex")), "O=\u{1f600}", "UniversalString");
  const integer = (bytes: number) => der(0x02, Buffer.alloc(bytes, 0x7f));
  const curve = der(
    0x30,
    integer(1),
    der(0x30, oid("2a8648ce3d0101"), integer(32)),
    der(0x30),
    der(0x04, "G"),
    integer(20),
  );
  const key = der(0x30, der(0x30, oid("2a8648ce3d0201"), curve), der(0x03, Buffer.alloc(66)));
  const { key: kind, keyBits } = readCertificate(certificate({ key }));
  t.same([kind, keyBits], ["EC explicit parameters", 159]);
  t.end();
});

t.test("times are read as RFC 5280 has them, and nothing else is", (t) => {
  const seconds = (tag: number, text: string) =>
    timeSeconds({ tag, value: new Cursor(Buffer.from(text)), start: 0, end: 0 });
  t.equal(seconds(0x17, "491231235959Z"), 2_524_607_999, "49 is 2049");
  t.equal(seconds(0x17, "500101000000Z"), -631_152_000, "50 is 1950");
  t.equal(seconds(0x18, "99991231235959Z"), 253_402_300_799);
  t.equal(seconds(0x17, "260101000000+0100"), 1_767_222_000);
  t.equal(seconds(0x17, "tomorrow"), undefined);
  for (const none of [
    "261301000000Z",
    "260001000000Z",
    "260230000000Z",
    "260132000000Z",
    "260101240000Z",
    "260101006000Z",
  ])
    t.equal(seconds(0x17, none), undefined, none);
  t.equal(seconds(0x17, "280229235959Z"), 1_835_481_599);
  t.equal(seconds(0x04, "260101000000Z"), undefined);
  t.end();
});

t.test("what waits for its rest is bounded over all connections, and what is cut is unknown", (t) => {
  const heldBytes = new HeldBytes(4_096);
  const lost: string[] = [];
  const sink = { message() {}, lost: (from: string) => void lost.push(from) };
  const first = new HandshakeReader("client", sink, heldBytes);
  const second = new HandshakeReader("server", sink, heldBytes);
  const begun = Buffer.concat([Buffer.from([11, 0, 0x20, 0]), Buffer.alloc(3_000)]);
  first.push(begun, 0, begun.length);
  second.push(begun, 0, begun.length);
  t.same([lost, heldBytes.counters], [["server"], { handshake_bytes_held: 3_004, handshakes_cut: 1 }]);
  first.release();
  second.release();
  t.equal(heldBytes.counters.handshake_bytes_held, 0);
  t.end();
});

t.test("the session remembered longest ago is let go of first, and one remembered anew stays", (t) => {
  const memory = new SessionMemory();
  const sessions = new Map<string, Session>();
  const remember = (token: string) => {
    const session: Session = {
      clientAuth: { verdict: "unknown", basis: "messages", confidence: 0, reason: token },
      serverChain: [],
      clientChain: [],
    };
    sessions.set(token, session);
    memory.remember(token, session);
  };
  const kept = (...tokens: string[]) => tokens.filter((token) => memory.recall(token) === sessions.get(token)).join("");
  for (let at = 0; at < 50_000; at++) remember(at < 4 ? "abcd"[at] : `${at}`);
  t.equal(kept("a", "b", "c", "d"), "abcd");
  remember("b");
  remember("e");
  t.equal(kept("a", "b", "c", "d", "e"), "bcde", "the oldest went, though it was asked for");
  remember("f");
  t.equal(kept("b", "c", "d", "e", "f"), "bdef", "c was there before b was remembered anew");
  remember("b");
  for (let at = 0; at < 49_999; at++) remember(`again ${at}`);
  t.equal(kept("a", "b", "c", "d", "e", "f"), "b");
  remember("last");
  t.equal(kept("b", "last"), "last", "all were let go of");
  t.end();
});
