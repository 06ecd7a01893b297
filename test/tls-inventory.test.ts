import t from "tap";
import { handshakeRecord } from "../sensor/analysis/handshake-record.js";
import type { Flow } from "../sensor/flow/stream.js";
import { Inventory } from "../sensor/inventory/inventory.js";
import type { ObservationSink } from "../sensor/inventory/observation.js";
import type { Certificate, ClientAuthVerdict, Handshake } from "../sensor/protocol/message.js";
import { defaultSettings } from "../shared/config/settings.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { handshakeLine } from "../shared/handshake-json.js";

const START = 1_700_000_000_000_000;
const DEAF: ObservationSink = { call() {}, anomaly() {}, connection() {}, handshake() {} };

function inventory(settings: Partial<{ maxCertificates: number }> = {}): Inventory {
  return new Inventory({ ...defaultSettings().inventory, learningSeconds: 1, ...settings }, DEAF);
}

function flow(clientAddress = "10.0.0.1"): Flow {
  return {
    id: "00000000000000cc",
    clientAddress,
    clientPort: 40_000,
    serverAddress: "10.0.0.2",
    serverPort: 8_443,
    firstMicros: START,
    rolesFrom: "handshake",
    twoSided: true,
    memo: undefined,
  };
}

const LEAF: Certificate = {
  fingerprint: "ab".repeat(32),
  subject: "CN=pay.example",
  issuer: "CN=Example CA",
  san: ["pay.example", "10.0.0.2"],
  serialNumber: "0A",
  notBeforeSeconds: -62_167_219_200,
  notAfterSeconds: 253_402_300_799,
  key: "EC P-256",
  keyBits: 256,
  signatureAlgorithm: "ecdsa-with-SHA256",
  extendedKeyUsages: ["serverAuth"],
  isAuthority: false,
  isSelfIssued: false,
  isMalformed: false,
};

function handshake(verdict: ClientAuthVerdict, more: Partial<Handshake> = {}): Handshake {
  return {
    kind: "handshake",
    flow: flow(),
    atMicros: START,
    version: "1.3",
    cipher: "TLS_AES_128_GCM_SHA256",
    curve: undefined,
    serverName: undefined,
    nextProtocol: undefined,
    established: true,
    resumed: false,
    ja3: undefined,
    ja3s: undefined,
    ja4: undefined,
    clientAuth: { verdict, basis: "messages", confidence: 1, reason: `because ${verdict}` },
    serverChain: [],
    clientChain: [],
    alert: undefined,
    alertFrom: undefined,
    offersEncryptedHello: false,
    offersEarlyData: false,
    offersPostHandshakeAuth: false,
    isPostQuantum: false,
    complete: true,
    ...more,
  };
}

type Seen = ClientAuthVerdict | "http1" | "nothing" | "failed";

function postureOf(seen: readonly Seen[]): readonly [string, Record<string, number>] {
  const made = inventory();
  for (const what of seen) {
    if (what === "failed") made.message(handshake("presented", { established: false }));
    else if (what === "http1" || what === "nothing") {
      const protocol = what === "http1" ? "http1" : undefined;
      made.message({ kind: "connection", flow: flow(), atMicros: START, protocol });
    } else made.message(handshake(what));
  }
  const [edge] = made.edges();
  return [edge?.posture ?? "-", { ...edge?.postureCounts }];
}

t.test("an edge's posture is the sum of its connections, and partial is not full", (t) => {
  const rows: readonly (readonly [readonly Seen[], string, Record<string, number>])[] = [
    [["http1"], "cleartext", { cleartext: 1 }],
    [["presented", "presented"], "mtls", { mtls: 2 }],
    [["not-requested", "declined"], "tls", { tls: 2 }],
    [["presented", "declined"], "mixed", { mtls: 1, tls: 1 }],
    [["presented", "http1"], "mixed", { cleartext: 1, mtls: 1 }],
    [["presented", "unknown"], "mixed", { mtls: 1, "tls-unknown": 1 }],
    [["not-requested", "unknown"], "mixed", { tls: 1, "tls-unknown": 1 }],
    [["unknown"], "unknown", { "tls-unknown": 1 }],
    [["nothing"], "unknown", { unknown: 1 }],
    [["http1", "nothing"], "cleartext", { cleartext: 1, unknown: 1 }],
    [["failed"], "unknown", { failed: 1 }],
    [["failed", "presented"], "mtls", { failed: 1, mtls: 1 }],
  ];
  for (const [seen, posture, counts] of rows) t.same(postureOf(seen), [posture, counts], seen.join(" and "));
  t.end();
});

t.test("a certificate is kept with who presents it, and goes on counting after a restart", (t) => {
  const before = inventory();
  const client = { ...LEAF, fingerprint: "cd".repeat(32), subject: "CN=client" };
  before.message(
    handshake("presented", { serverChain: [LEAF, LEAF], clientChain: [client], serverName: "pay.example" }),
  );
  const { rows } = before.takeDelta(100);
  t.same(before.takeDelta(100).rows, [], "what was taken has not changed since");
  const after = inventory();
  after.restore(JSON.parse(JSON.stringify(rows)));
  after.message(
    handshake("presented", { flow: flow("10.0.0.9"), serverChain: [LEAF], clientChain: [client], atMicros: START + 5 }),
  );
  const [server, presented] = after.certificates.records();
  t.match(server, {
    kind: "certificate",
    subject: "CN=pay.example",
    chainLength: 2,
    services: ["pay.example"],
    serviceCount: 1,
    clients: [],
    handshakes: 2,
    firstMicros: START,
    lastMicros: START + 5,
  });
  t.match(presented, { subject: "CN=client", services: [], clients: ["10.0.0.1", "10.0.0.9"], clientCount: 2 });
  const [edge] = after.edges();
  t.same(
    [edge?.posture, edge?.postureCounts, edge?.clientAuthReasons],
    ["mtls", { mtls: 1 }, { "because presented": 1 }],
  );
  t.end();
});

t.test("certificates that find no room are counted", (t) => {
  const made = inventory({ maxCertificates: 1 });
  made.message(
    handshake("presented", { serverChain: [LEAF], clientChain: [{ ...LEAF, fingerprint: "ef".repeat(32) }] }),
  );
  t.same(made.certificates.counters, { certificates: 1, certificates_refused: 1 });
  t.end();
});

t.test("handshakes and certificates come through the wire as they were, absent fields absent", (t) => {
  const full = handshakeRecord(
    handshake("presented", { serverChain: [LEAF], clientChain: [LEAF], ja3: "a", alert: "x" }),
    undefined,
  );
  const bare = handshakeRecord(
    handshake("unknown", { version: undefined, cipher: undefined, established: undefined, resumed: undefined }),
    undefined,
  );
  const made = inventory();
  made.message(handshake("presented", { serverChain: [{ ...LEAF, notAfterSeconds: undefined }] }));
  const events = [full, bare, ...made.certificates.records(), ...made.edges()];
  for (const event of events) t.same(decodeEvent(encodeEvent(event)), event, event.kind);
  t.end();
});

t.test("a line of handshakes.ndjson has the contract's keys and none that was not seen", (t) => {
  const seen = handshake("presented", { clientChain: [LEAF, LEAF], serverName: 'a"b', established: undefined });
  t.same(JSON.parse(handshakeLine(handshakeRecord(seen, undefined))), {
    time: "2023-11-14T22:13:20.000000Z",
    "flow.id": "00000000000000cc",
    "client.address": "10.0.0.1",
    "client.port": 40_000,
    "server.address": "10.0.0.2",
    "server.port": 8_443,
    "tls.protocol.version": "1.3",
    "tls.cipher": "TLS_AES_128_GCM_SHA256",
    "tls.server_name": 'a"b',
    "tls.resumed": false,
    "tls.client_auth.verdict": "presented",
    "tls.client_auth.basis": "messages",
    "tls.client_auth.confidence": 1,
    "tls.client.certificate": {
      subject: "CN=pay.example",
      issuer: "CN=Example CA",
      san: ["pay.example", "10.0.0.2"],
      serial_number: "0A",
      not_before: "0000-01-01T00:00:00Z",
      not_after: "9999-12-31T23:59:59Z",
      key: "EC P-256",
      signature_algorithm: "ecdsa-with-SHA256",
      fingerprint_sha256: "ab".repeat(32),
      chain_length: 2,
    },
  });
  t.end();
});
