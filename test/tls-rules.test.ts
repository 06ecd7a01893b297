import t from "tap";
import { matchName } from "../sensor/detect/certificate/reference-name.js";
import type { Certificate } from "../sensor/protocol/message.js";
import { toldHost } from "../sensor/protocol/tls/told-name.js";
import { certificate, START_MICROS, START_SECONDS, TlsScene } from "./support/tls-scene.js";

const DAY = 86_400;
const HOUR_MICROS = 3_600e6;
const OTHER = "bb".repeat(32);

/** Findings over one handshake in which the server shows this certificate. */
function server(fields: Partial<Certificate>, more: Parameters<TlsScene["handshake"]>[0] = {}): TlsScene {
  return new TlsScene().handshake({ serverChain: [certificate(fields)], ...more });
}

t.test("a sound handshake with sound certificates at both ends finds nothing", (t) => {
  const serverChain = [certificate(), certificate({ fingerprint: OTHER, serialNumber: "02", isAuthority: true })];
  const clientChain = [certificate({ fingerprint: "cc".repeat(32), serialNumber: "03" })];
  const scene = new TlsScene();
  for (const established of [true, undefined, false] as const)
    scene.handshake({ serverChain, clientChain, established, clientAuth: { verdict: "presented" } });
  t.same(scene.lines(), []);
  t.end();
});

t.test("a declined certificate: one finding an edge, none where the server refused or nothing could be told", (t) => {
  const scene = new TlsScene();
  const declined = { verdict: "declined", basis: "record-sizes", confidence: 0.97, reason: "an empty one" } as const;
  scene.handshake({ clientAuth: declined }).handshake({ clientAuth: declined });
  scene.handshake({ client: "10.0.0.7", clientAuth: declined, established: undefined });
  scene.handshake({ client: "10.0.0.8", clientAuth: declined, established: false });
  for (const verdict of ["unknown", "not-requested", "presented"] as const)
    scene.handshake({ client: "10.0.0.9", clientAuth: { verdict } });
  t.same(scene.lines(), ["client-auth-declined medium 10.0.0.1 10.0.0.2:443 ×2"]);
  t.match(scene.detection.all()[0], {
    summary: "shop.internal asked 10.0.0.1 for a certificate, got none, and did not refuse the connection.",
    evidence: { basis: "record-sizes", confidence: 0.97, reason: "an empty one" },
  });
  t.end();
});

t.test("obsolete versions: one finding an edge and version, by what the server chose", (t) => {
  const scene = new TlsScene();
  for (const version of ["3", "1.0", "1.0", "1.1", "1.2", "1.3", undefined]) scene.handshake({ version });
  scene.handshake({ version: "1.0", client: "10.0.0.7", established: false });
  scene.handshake({ version: "1.0", client: "10.0.0.8", cipher: undefined, established: false });
  scene.handshake({ version: "1.0", client: "10.0.0.9", cipher: undefined, established: undefined });
  t.same(scene.lines(), [
    "obsolete-tls-version high 10.0.0.1 10.0.0.2:443 ×1",
    "obsolete-tls-version medium 10.0.0.1 10.0.0.2:443 ×2",
    "obsolete-tls-version medium 10.0.0.1 10.0.0.2:443 ×1",
    "obsolete-tls-version medium 10.0.0.7 10.0.0.2:443 ×1",
  ]);
  t.end();
});

t.test("weak ciphers: graded by the worst in their names", (t) => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["TLS_RSA_WITH_NULL_MD5", "high", ["nothing is encrypted", "MD5 for integrity", "no forward secrecy"]],
    ["TLS_SHA256_SHA256", "high", ["nothing is encrypted"]],
    ["TLS_DH_anon_WITH_AES_128_GCM_SHA256", "high", ["the server is not authenticated"]],
    [
      "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
      "high",
      ["export-grade keys of 40 or 56 bits", "DES with 56 bits or fewer", "CBC with SHA-1"],
    ],
    ["TLS_ECDHE_RSA_WITH_RC4_128_SHA", "high", ["RC4, prohibited by RFC 7465"]],
    ["TLS_DHE_RSA_WITH_DES_CBC_SHA", "high", ["DES with 56 bits or fewer", "CBC with SHA-1"]],
    ["TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", "medium", ["64-bit blocks (Sweet32)", "CBC with SHA-1"]],
    ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "low", ["CBC with SHA-1"]],
    ["TLS_RSA_WITH_AES_128_GCM_SHA256", "low", ["no forward secrecy"]],
    ["TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256", "low", ["no forward secrecy"]],
  ];
  for (const [cipher, severity, reasons] of cases) {
    const scene = new TlsScene().handshake({ cipher }).handshake({ cipher });
    t.same(scene.lines(), [`weak-cipher ${severity} 10.0.0.1 10.0.0.2:443 ×2`], cipher);
    t.same(scene.detection.all()[0].evidence, { cipher, reasons, version: "1.2" });
  }
  for (const cipher of [
    "TLS_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256",
    "0x1a1a",
    undefined,
  ])
    t.same(new TlsScene().handshake({ cipher }).lines(), [], String(cipher));
  t.end();
});

t.test("weak keys and signatures, those of authorities too, but not a root's own signature", (t) => {
  const weak = "weak-certificate-key high - 10.0.0.2:443 ×1";
  t.same(server({ key: "RSA 1024", keyBits: 1_024 }).lines(), [weak]);
  t.same(server({ key: "EC P-192", keyBits: 192 }).lines(), [weak]);
  t.same(server({ key: "DSA 3072", keyBits: 3_072 }).lines(), [weak]);
  for (const [key, keyBits] of [
    ["RSA 2048", 2_048],
    ["EC P-224", 224],
    ["Ed25519", undefined],
    ["RSA", undefined],
  ] as const)
    t.same(server({ key, keyBits }).lines(), [], key);
  for (const signatureAlgorithm of ["sha1WithRSAEncryption", "md5WithRSAEncryption", "ecdsa-with-SHA1"])
    t.same(server({ signatureAlgorithm }).lines(), ["weak-certificate-signature medium - 10.0.0.2:443 ×1"]);
  for (const signatureAlgorithm of ["sha512WithRSAEncryption", "ecdsa-with-SHA384", "Ed25519", "rsassaPss"])
    t.same(server({ signatureAlgorithm }).lines(), []);
  const authority = {
    fingerprint: OTHER,
    serialNumber: "02",
    isAuthority: true,
    signatureAlgorithm: "ecdsa-with-SHA1",
  };
  const chain = (fields: Partial<Certificate>) => [certificate(), certificate({ ...authority, ...fields })];
  t.same(new TlsScene().handshake({ serverChain: chain({}) }).lines().length, 1);
  t.same(new TlsScene().handshake({ serverChain: chain({ isSelfIssued: true }) }).lines(), []);
  t.end();
});

t.test("dates: by the packet's time, and expired only where the handshake was completed", (t) => {
  const ended = { notAfterSeconds: START_SECONDS - 3 * DAY };
  const scene = server(ended).handshake({ serverChain: [certificate(ended)], resumed: true });
  t.same(scene.lines(), ["certificate-expired high - 10.0.0.2:443 ×2"]);
  t.match(scene.detection.all()[0], {
    summary:
      'The server certificate "shop.internal" of shop.internal ended on 2023-11-11T22:13:20Z, 3 days before a handshake with it was completed.',
    evidence: { presentedBy: "server", fingerprint: "aa".repeat(32), notAfter: "2023-11-11T22:13:20Z" },
  });
  t.same(server(ended, { established: undefined }).lines(), []);
  t.same(server(ended, { established: false }).lines(), []);
  t.same(server({ notAfterSeconds: START_SECONDS + 29 * DAY }).lines(), ["certificate-expiring low - 10.0.0.2:443 ×1"]);
  t.same(server({ notAfterSeconds: START_SECONDS + 31 * DAY }).lines(), []);
  t.same(server({ notAfterSeconds: 253_402_300_799 }).lines(), [], "the year 9999");
  t.same(server({ notAfterSeconds: undefined, notBeforeSeconds: undefined }).lines(), []);
  const mesh = { notBeforeSeconds: START_SECONDS - 3_600, notAfterSeconds: START_SECONDS + 23 * 3_600 };
  t.same(server(mesh).lines(), [], "a certificate of a day that has most of it left");
  t.same(server(mesh, { atMicros: START_MICROS + 20 * HOUR_MICROS }).lines().length, 1);
  t.same(server({ notBeforeSeconds: START_SECONDS + 60 }).lines(), [
    "certificate-not-yet-valid medium - 10.0.0.2:443 ×1",
  ]);
  const inverted = { notBeforeSeconds: START_SECONDS + DAY, notAfterSeconds: START_SECONDS - DAY };
  t.same(server(inverted).lines(), ["certificate-dates-inverted medium - 10.0.0.2:443 ×1"]);
  const client = new TlsScene().handshake({ clientChain: [certificate(ended)] });
  t.same(client.lines(), ["certificate-expired high 10.0.0.1 10.0.0.2:443 ×1"], "at the client's end too");
  t.end();
});

t.test("self-signed: alone and self-issued, not a chain, not two empty names", (t) => {
  const own = { isSelfIssued: true, isAuthority: true, issuer: "CN=shop.internal,O=Shop" };
  t.same(server(own).lines(), ["self-signed-certificate medium - 10.0.0.2:443 ×1"]);
  const chain = [certificate(own), certificate({ fingerprint: OTHER, serialNumber: "02" })];
  t.same(new TlsScene().handshake({ serverChain: chain }).lines(), []);
  t.same(server({ isSelfIssued: true, issuer: "", isMalformed: true }).lines(), []);
  t.same(server(own, { established: false }).lines(), [], "a handshake that failed shows no use");
  t.end();
});

t.test("names: SAN, wildcard of one label, addresses, common name only without SAN", (t) => {
  const cases: readonly (readonly [readonly string[], string, string])[] = [
    [["shop.internal"], "shop.internal", "match"],
    [["SHOP.Internal."], "shop.internal", "match"],
    [["*.internal"], "shop.internal", "match"],
    [["*.internal"], "a.shop.internal", "mismatch"],
    [["*.internal"], "internal", "mismatch"],
    [["sh*.internal"], "shop.internal", "mismatch"],
    [["*"], "shop", "mismatch"],
    [["10.0.0.2"], "10.0.0.2", "match"],
    [["*.0.0.2"], "10.0.0.2", "mismatch"],
    [["2001:db8::1"], "2001:DB8:0:0:0:0:0:1", "match"],
    [["other.internal"], "cn.internal", "mismatch"],
    [[], "cn.internal", "match"],
    [[], "shop.internal", "mismatch"],
    [["spiffe://cluster.local/ns/shop/sa/pay"], "shop.internal", "untold"],
    [["jane@shop.internal"], "shop.internal", "untold"],
  ];
  for (const [san, name, expected] of cases)
    t.equal(matchName(certificate({ san, subject: "CN=cn.internal" }), name), expected, `${san} for ${name}`);
  const scene = server({ san: ["pay.internal"] });
  scene.handshake({ serverChain: [certificate({ san: ["pay.internal"] })], serverName: "else.internal" });
  scene.handshake({ serverChain: [certificate({ san: ["pay.internal"] })], serverName: "pay.internal" });
  t.same(scene.lines(), ["certificate-name-mismatch medium - 10.0.0.2:443 ×2"]);
  t.match(scene.detection.all()[0].evidence, { serverName: "shop.internal", names: ["pay.internal"] });
  t.same(server({ san: ["pay.internal"] }, { serverName: undefined }).lines(), []);
  t.same(server({ san: [], subject: "", isMalformed: true }).lines(), []);
  t.end();
});

t.test("the same certificate at both ends, and one certificate at several hosts", (t) => {
  const chain = [certificate()];
  const both = new TlsScene().handshake({ serverChain: chain, clientChain: chain });
  t.same(both.lines(), ["same-certificate-both-ends medium 10.0.0.1 10.0.0.2:443 ×1"]);
  const from = (...clients: string[]) => {
    const scene = new TlsScene();
    for (const client of clients) scene.handshake({ client, clientChain: [certificate()] });
    return scene;
  };
  t.same(from("10.0.0.1", "10.0.0.1").lines(), []);
  t.same(from("10.0.0.1", "fd00::1").lines(), [], "two families may be one host");
  const shared = from("10.0.0.1", "10.0.0.5", "10.0.0.1", "10.0.0.6");
  t.same(shared.lines(), ["shared-client-certificate medium - - ×3"]);
  t.match(shared.detection.all()[0].evidence, { addresses: ["10.0.0.1", "10.0.0.5"] });
  const failed = new TlsScene();
  for (const client of ["10.0.0.1", "10.0.0.5"])
    failed.handshake({ client, clientChain: [certificate()], established: false });
  t.same(failed.lines(), [], "whoever likes can send a certificate");
  const full = new TlsScene({ maxRemembered: 1 });
  for (const fingerprint of ["01", "02"])
    full.handshake({ clientChain: [certificate({ fingerprint, serialNumber: fingerprint })] });
  t.equal(full.detection.counters.remembered_refused, 2, "an issuer's number and a certificate found no room");
  t.end();
});

t.test("issuers that are none", (t) => {
  for (const [issuer, issuerIs] of [
    ["", "nobody"],
    ["O=Internet Widgits Pty Ltd,ST=Some-State,C=AU", "OpenSSL's default Internet Widgits Pty Ltd"],
    ["O=Default Company Ltd,L=Default City,C=XX", "OpenSSL's default Default Company Ltd"],
    ["CN=localhost", "localhost"],
    ["CN=ca.example.com", "a name reserved for examples (RFC 2606)"],
    ["CN=Dummy CA,O=Shop", 'a name with the word "dummy"'],
    ["CN=Test-CA", 'a name with the word "test"'],
    ["O=Acme Co", "Go's example Acme Co"],
  ] as const) {
    const scene = server({ issuer });
    t.same(scene.lines(), ["dummy-issuer medium - 10.0.0.2:443 ×1"], issuer);
    t.match(scene.detection.all()[0].evidence, { issuerIs });
  }
  for (const issuer of ["CN=Contest Authority", "CN=Latest Roots\\, Inc.", "CN=localhost-services.shop.internal"])
    t.same(server({ issuer }).lines(), [], issuer);
  t.same(server({ issuer: "", isMalformed: true }).lines(), []);
  t.end();
});

t.test("one serial number twice, purposes that do not fit", (t) => {
  const scene = server({}).handshake({ server: "10.0.0.3", serverChain: [certificate({ fingerprint: OTHER })] });
  scene.handshake({ server: "10.0.0.3", serverChain: [certificate({ fingerprint: OTHER })] });
  t.same(scene.lines(), ["serial-collision medium - 10.0.0.3:443 ×2"]);
  t.match(scene.detection.all()[0].evidence, { serialNumber: "1A2B3C4D", other: "aa".repeat(32) });
  const elsewhere = certificate({ fingerprint: OTHER, issuer: "CN=Another Authority" });
  t.same(
    server({})
      .handshake({ serverChain: [elsewhere] })
      .lines(),
    [],
    "another issuer counts for itself",
  );
  const purpose = "certificate-purpose-mismatch medium";
  t.same(server({ extendedKeyUsages: ["clientAuth"] }).lines(), [`${purpose} - 10.0.0.2:443 ×1`]);
  const client = (extendedKeyUsages: readonly string[] | undefined) =>
    new TlsScene().handshake({ clientChain: [certificate({ extendedKeyUsages })] }).lines();
  t.same(client(["serverAuth"]), [`${purpose} 10.0.0.1 10.0.0.2:443 ×1`]);
  for (const fitting of [["clientAuth"], ["anyExtendedKeyUsage"], undefined]) t.same(client(fitting), []);
  t.end();
});

t.test("personal data: its attributes are named, its values stay nowhere", (t) => {
  const subject = "CN=jane.doe@shop.io+GN=Jane,SN=Doe,serialNumber=PNOEE-38001085718,O=Shop";
  const san = ["shop.internal", "jane.doe@shop.io"];
  const ended = START_SECONDS - DAY;
  const issuer = "CN=Internal Authority";
  const scene = new TlsScene().handshake({
    clientChain: [certificate({ subject, san, issuer, notAfterSeconds: ended })],
  });
  t.same(
    scene.lines(),
    [
      "certificate-expired high 10.0.0.1 10.0.0.2:443 ×1",
      "personal-data-in-certificate low 10.0.0.1 10.0.0.2:443 ×1",
    ].sort(),
  );
  t.same(scene.found("personal-data-in-certificate")[0].evidence.attributes, [
    "CN",
    "givenName",
    "serialNumber",
    "subjectAltName e-mail",
    "surname",
  ]);
  t.notMatch(JSON.stringify(scene.detection.all()), /jane|doe|38001085718/i);
  for (const sound of [
    "emailAddress=webmaster@shop.io,CN=shop.internal",
    "emailAddress=sales@shop.io,CN=shop.internal",
    "emailAddress=no-reply@shop.io,CN=shop.internal",
    "emailAddress=server@shop.io,CN=shop.internal",
    "CN=shop.internal,serialNumber=4711",
    "CN=a\\,SN\\=b",
  ])
    t.same(server({ subject: sound }).lines(), [], sound);
  t.end();
});

t.test("numbers of cards, accounts and persons in a certificate's names are masked, and told as a finding", (t) => {
  const scene = new TlsScene().handshake({
    clientChain: [
      certificate({
        subject: "CN=4111111111111111,OU=DE89 3704 0044 0532 0130 00+OU=536-90-4399,O=Shop,serialNumber=536-90-4399",
        san: ["4111-1111-1111-1111.shop.internal", "ada@example.com", "spiffe://shop/sa/DE89370400440532013000"],
        issuer: "CN=Internal Authority",
      }),
    ],
  });
  t.same(scene.lines(), ["personal-data-in-certificate low 10.0.0.1 10.0.0.2:443 ×1"]);
  t.same(scene.found("personal-data-in-certificate")[0].evidence.attributes, [
    ...["CN", "OU", "serialNumber", "subjectAltName", "subjectAltName e-mail"],
  ]);
  t.match(
    scene.found("personal-data-in-certificate")[0].summary,
    /tells of a person in the clear: OU, serialNumber, subjectAltName e-mail; it has the number of an account in the clear: OU, subjectAltName; it has the number of a payment card in the clear: CN, subjectAltName\.$/,
  );
  const [kept] = scene.certificates();
  t.equal(kept.subject, "CN=***,OU=***+OU=***,O=Shop,serialNumber=***");
  t.same(kept.san, ["***.shop.internal", "***@example.com", "spiffe://shop/sa/***"]);
  const name = "4111111111111111.shop.internal";
  t.same(
    server({ subject: `CN=${name}`, san: [name] }, { serverName: toldHost(name) }).lines(),
    ["personal-data-in-certificate low - 10.0.0.2:443 ×1"],
    "the name asked for is masked in the same way: they do not differ",
  );
  const [card] = server({ subject: `CN=${name}` }).found("personal-data-in-certificate");
  t.match(card.summary, /has the number of a payment card in the clear: CN\.$/);
  t.notMatch(card.summary, /person/, "a card alone tells of nobody");
  for (const [subject, ...san] of [
    ["CN=ip-10-0-12-34.eu-central-1.compute.internal", "a1b2c3d4e5f6a7b8c9d0.elb.amazonaws.com", "*.shop.internal"],
    ["CN=node-4711-12-2024.shop.internal,OU=4000000000000000", "20260101120000.backup.internal"],
    ["CN=system:node:worker-1,O=system:nodes", "spiffe://cluster.local/ns/pay/sa/ledger", "10.1.2.3"],
    ["CN=0b0f2f6e-6a3f-4c7e-9b8a-1d2e3f405162", "2001:db8:4111:1111::1", "admin@shop.internal"],
  ]) {
    const [whole] = new TlsScene().handshake({ clientChain: [certificate({ subject, san })] }).certificates();
    t.same([whole.subject, ...whole.san], [subject, ...san]);
  }
  t.end();
});

t.test("failures in a burst: one finding an edge, which counts bursts and names the alerts", (t) => {
  const scene = new TlsScene({ failedHandshakes: 3, failedHandshakeSeconds: 10 });
  const fail = (second: number, client: string, alert?: string) =>
    scene.handshake({
      client,
      atMicros: START_MICROS + second * 1e6,
      established: false,
      alert,
      alertFrom: alert === undefined ? undefined : "client",
    });
  fail(0, "10.0.0.1", "unknown_ca");
  fail(1, "10.0.0.1");
  fail(2, "10.0.0.1", "unknown_ca");
  for (const second of [3, 4, 5]) fail(second, "10.0.0.1", "unknown_ca");
  for (const second of [0, 8, 16, 24]) fail(second, "10.0.0.8", "unknown_ca");
  for (const second of [0, 1]) fail(second, "10.0.0.9", "unknown_ca");
  t.same(scene.lines(), ["handshake-failures low 10.0.0.1 10.0.0.2:443 ×2"]);
  t.same(scene.detection.all()[0].evidence, {
    failures: 3,
    withinSeconds: 10,
    alerts: ["unknown_ca from the client ×2", "closed without an alert ×1"],
  });
  t.end();
});

t.test("only resumed sessions: twenty in more than an hour and none full", (t) => {
  const over = (minutes: number, first: boolean | undefined) => {
    const scene = new TlsScene();
    for (let index = 0; index < 20; index++)
      scene.handshake({ atMicros: START_MICROS + (index * minutes * 60e6) / 19, resumed: index === 0 ? first : true });
    return scene.lines();
  };
  t.same(over(61, true), ["only-resumed-sessions info 10.0.0.1 10.0.0.2:443 ×1"]);
  t.same(over(59, true), [], "too short a time");
  t.same(over(61, false), [], "a full one was seen");
  t.same(over(61, undefined), [], "one that can't be told is not counted");
  t.end();
});
