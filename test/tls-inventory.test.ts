import t from "tap";
import { FeedSampler } from "../sensor/analysis/feed-sampler.js";
import { handshakeRecord } from "../sensor/analysis/handshake-record.js";
import { Inventory } from "../sensor/inventory/inventory.js";
import type { ObservationSink } from "../sensor/inventory/observation.js";
import type { InventorySettings } from "../sensor/inventory/settings.js";
import type { Call, ClientAuthVerdict } from "../sensor/protocol/message.js";
import { defaultSettings } from "../shared/config/settings.js";
import type { EdgeRecord } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { handshakeLine } from "../shared/handshake-json.js";
import { formatSeconds } from "../shared/time.js";
import { flow, handshake, LEAF, START } from "./support/handshake-builder.js";

const DEAF: ObservationSink = { call() {}, anomaly() {}, connection() {}, handshake() {}, settled() {} };

function inventory(settings: Partial<InventorySettings> = {}): Inventory {
  return new Inventory({ ...defaultSettings().inventory, learningSeconds: 1, ...settings }, DEAF);
}

type Seen = ClientAuthVerdict | "http1" | "nothing" | "failed";

function postureOf(seen: readonly Seen[]): readonly [string, Record<string, number>] {
  const made = inventory();
  for (const what of seen) {
    if (what === "failed") made.message(handshake("presented", { established: false }));
    else if (what === "http1" || what === "nothing") {
      const protocol = what === "http1" ? "http1" : undefined;
      made.message({ kind: "connection", flow: flow(), atMicros: START, protocol, isCleartext: what === "http1" });
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
    [["not-requested", "http1"], "mixed", { cleartext: 1, tls: 1 }],
    [["presented", "not-requested", "http1"], "mixed", { cleartext: 1, mtls: 1, tls: 1 }],
    [["presented", "nothing"], "mixed", { mtls: 1, unknown: 1 }],
    [["http1", "unknown"], "mixed", { cleartext: 1, "tls-unknown": 1 }],
    [["http1", "nothing"], "cleartext", { cleartext: 1, unknown: 1 }],
    [["failed"], "unknown", { failed: 1 }],
    [["failed", "http1"], "cleartext", { cleartext: 1, failed: 1 }],
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

t.test("an edge counts how its handshakes failed, on which groups they agreed and what else they showed", (t) => {
  const before = inventory();
  const failed = { established: false, curve: undefined } as const;
  for (const more of [
    { curve: "x25519" },
    { curve: "X25519MLKEM768", isPostQuantum: true, offersEncryptedHello: true },
    { ...failed, alert: "unknown_ca", alertFrom: "client" },
    { ...failed, alert: "protocol_version" },
    failed,
    { established: undefined, alert: "close_notify" },
  ] as const)
    before.message(handshake("not-requested", more));
  const after = inventory();
  after.restore(JSON.parse(JSON.stringify(before.takeDelta(100).rows)));
  after.message(handshake("presented", { offersEarlyData: true, tookEarlyData: true, curve: "x25519" }));
  after.message(handshake("presented", { offersEarlyData: true, tookEarlyData: false, offersPostHandshakeAuth: true }));
  after.message(handshake("presented", { offersEarlyData: true }));
  const [edge] = after.edges();
  t.same(
    [edge?.keyExchangeGroups, edge?.handshakeFailures, edge?.handshakeTraits],
    [
      { X25519MLKEM768: 1, x25519: 2 },
      { "closed without an alert": 1, protocol_version: 1, "unknown_ca from the client": 1 },
      {
        "early-data-offered": 3,
        "early-data-refused": 1,
        "early-data-taken": 1,
        "encrypted-hello-offered": 1,
        "late-auth-offered": 1,
        "post-quantum": 1,
      },
    ],
  );
  t.end();
});

t.test("an edge's posture goes on from what a store kept", (t) => {
  const before = inventory();
  before.message({ kind: "connection", flow: flow(), atMicros: START, protocol: "http1", isCleartext: true });
  before.message(handshake("presented", { established: false }));
  const after = inventory();
  after.restore(JSON.parse(JSON.stringify(before.takeDelta(100).rows)));
  t.match([...after.edges()], [{ posture: "cleartext", postureCounts: { cleartext: 1, failed: 1 } }]);
  after.message(handshake("presented"));
  t.match(
    [...after.edges()],
    [
      {
        posture: "mixed",
        postureCounts: { cleartext: 1, failed: 1, mtls: 1 },
        clientAuthReasons: { "because presented": 2 },
        handshakes: 2,
      },
    ],
  );
  t.end();
});

t.test("a service counts once for its certificate, before and after its name is known", (t) => {
  const made = inventory();
  const named = (clientAddress: string) =>
    handshake("declined", { flow: flow(clientAddress), serverChain: [LEAF], serverName: "pay.example" });
  made.message(handshake("declined", { serverChain: [LEAF] }));
  t.match([...made.certificates.records()], [{ services: ["pay.example"], serviceCount: 1 }]);
  made.message(named("10.0.0.1"));
  t.match([...made.certificates.records()], [{ services: ["pay.example"], serviceCount: 1 }]);
  const after = inventory();
  after.restore(JSON.parse(JSON.stringify(made.takeDelta(100).rows)));
  after.message(named("10.0.0.9"));
  t.match([...after.certificates.records()], [{ services: ["pay.example"], serviceCount: 1, handshakes: 3 }]);
  t.end();
});

t.test("an inventory without room for the service keeps its certificate", (t) => {
  const made = inventory({ maxServices: 1 });
  made.message(handshake("declined"));
  made.message(handshake("declined", { flow: flow("10.0.0.1", "fd00::7"), serverChain: [LEAF] }));
  t.equal(made.counters.services_refused, 1);
  t.match([...made.certificates.records()], [{ services: ["[fd00::7]:8443"], serviceCount: 1, handshakes: 1 }]);
  t.end();
});

t.test(
  "a certificate carries the blind intervals between its first and last handshake, over a restart as well",
  (t) => {
    const before = inventory();
    const blind = { kind: "blind", interfaceName: "eth0", reason: "r" } as const;
    before.message(handshake("presented", { serverChain: [LEAF], atMicros: START }));
    before.blindTimes.note({ ...blind, fromMicros: START + 1e6, untilMicros: START + 3e6 });
    const [{ record: early }] = before.takeDelta(10).rows.filter(({ record }) => record.kind === "certificate");
    t.match(early, { blindIntervals: 0, blindMillis: 0 }, "none before it was seen last");
    before.message(handshake("presented", { serverChain: [LEAF], atMicros: START + 9e6 }));
    const { rows } = before.takeDelta(10);
    const [{ record }] = rows.filter((row) => row.record.kind === "certificate");
    t.match(record, { blindIntervals: 1, blindMillis: 2_000 });
    t.match(decodeEvent(encodeEvent(record)), { blindIntervals: 1, blindMillis: 2_000 }, "and on the wire");
    const after = inventory();
    after.restore(JSON.parse(JSON.stringify(rows)));
    after.blindTimes.note({ ...blind, fromMicros: START + 1e6, untilMicros: START + 4e6 });
    t.match([...after.certificates.records()], [{ blindIntervals: 1, blindMillis: 3_000 }]);
    t.end();
  },
);

t.test("who presents a certificate is listed up to a bound and counted beyond, also after a restart", (t) => {
  const before = inventory();
  for (let client = 0; client < 150; client++)
    before.message(handshake("presented", { flow: flow(`10.1.0.${client}`), clientChain: [LEAF] }));
  const [told] = before.certificates.records();
  t.equal(told?.clients.length, 100);
  t.ok(Math.abs((told?.clientCount ?? 0) - 150) <= 5, `${told?.clientCount} is within some 3 % of 150`);
  t.equal(told?.handshakes, 150);
  const after = inventory();
  after.restore(JSON.parse(JSON.stringify(before.takeDelta(1_000).rows)));
  t.same([...after.certificates.records()], [told]);
  after.message(handshake("presented", { flow: flow("10.1.0.149"), clientChain: [LEAF] }));
  t.match([...after.certificates.records()], [{ clientCount: told?.clientCount, handshakes: 151 }]);
  t.end();
});

t.test("certificates come in deltas of the size asked for, each once", (t) => {
  const made = inventory();
  for (let number = 10; number < 30; number++)
    made.message(handshake("declined", { serverChain: [{ ...LEAF, fingerprint: String(number).repeat(32) }] }));
  const sizes: number[] = [];
  const seen: string[] = [];
  for (let taken = made.takeDelta(7); taken.rows.length > 0; taken = made.takeDelta(7)) {
    sizes.push(taken.rows.length);
    for (const { record } of taken.rows) if (record.kind === "certificate") seen.push(record.fingerprint.slice(0, 2));
  }
  t.same(sizes, [7, 7, 7, 1]);
  t.same(
    seen,
    Array.from({ length: 20 }, (_, index) => String(index + 10)),
  );
  t.end();
});

t.test("a certificate presented again is told again", (t) => {
  const made = inventory();
  for (const handshakes of [1, 2, 3]) {
    made.message(handshake("declined", { serverChain: [LEAF] }));
    const told = made.takeDelta(100).rows.map(({ record }) => record);
    t.match(
      told.filter(({ kind }) => kind === "certificate"),
      [{ handshakes }],
    );
  }
  t.end();
});

t.test("the feed has its share of handshakes, and what it does not show is counted", (t) => {
  const sampler = new FeedSampler(3);
  const push = (count: number): void => {
    for (let number = 0; number < count; number++)
      sampler.handshake(handshake("declined", { atMicros: START - number }), undefined);
  };
  push(2);
  const { handshakes, calls, callsNotSampled } = sampler.take();
  t.same([handshakes.map(({ atMicros }) => atMicros), calls, callsNotSampled], [[START - 1, START], [], 0]);
  push(10);
  const more = sampler.take();
  t.same([more.handshakes.length, more.callsNotSampled], [3, 7]);
  t.same(sampler.take(), { calls: [], handshakes: [], callsNotSampled: 0 }, "what was taken is not told again");
  const closed = new FeedSampler(0);
  for (const verdict of ["declined", "unknown"] as const) closed.handshake(handshake(verdict), undefined);
  closed.call({} as Call, undefined, undefined);
  t.same(closed.take(), { calls: [], handshakes: [], callsNotSampled: 3 });
  t.end();
});

t.test("dates of certificates are written however far away", (t) => {
  const rows: readonly (readonly [number, string])[] = [
    [0, "1970-01-01T00:00:00Z"],
    [-1, "1969-12-31T23:59:59Z"],
    [-2_208_988_800, "1900-01-01T00:00:00Z"],
    [9_007_199_255, "2255-06-05T23:47:35Z"],
    [253_402_300_799, "9999-12-31T23:59:59Z"],
    [1e18, "9999-12-31T23:59:59Z"],
    [-1e18, "0000-01-01T00:00:00Z"],
  ];
  for (const [seconds, text] of rows) t.equal(formatSeconds(seconds), text);
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

t.test("an edge has the certificates that its client showed, also after a restart and on the wire", (t) => {
  const before = inventory();
  const own = { ...LEAF, fingerprint: "ab".repeat(32), subject: "CN=orders", san: ["spiffe://m/ns/shop/sa/orders"] };
  const other = { ...LEAF, fingerprint: "cd".repeat(32), subject: "CN=batch", san: [] };
  for (const clientChain of [[own], [own], [other], []]) before.message(handshake("presented", { clientChain }));
  const shown = { "CN=batch (cdcdcdcdcdcdcdcd)": 1, "spiffe://m/ns/shop/sa/orders (abababababababab)": 2 };
  const [told] = before.edges();
  t.strictSame({ ...told?.clientCertificates }, shown);
  const after = inventory();
  after.restore(JSON.parse(JSON.stringify(before.takeDelta(1_000).rows)));
  const [again] = after.edges();
  t.strictSame({ ...again?.clientCertificates }, shown);
  if (again !== undefined)
    t.strictSame({ ...(decodeEvent(encodeEvent(again)) as EdgeRecord).clientCertificates }, shown);
  const bare = inventory();
  bare.message(handshake("declined"));
  const [none] = bare.edges();
  t.ok(
    none !== undefined && !("clientCertificates" in none) && !("clientCertificates" in decodeEvent(encodeEvent(none))),
  );
  t.end();
});
