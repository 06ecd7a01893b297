import t from "tap";
import { healthFlows, personalFlows, sensitiveAnswers } from "../sensor/report/compliance/evidence/data-flows.js";
import { inbound, outbound } from "../sensor/report/compliance/evidence/landscape.js";
import { factsOf } from "../sensor/report/compliance/facts.js";
import { complianceView } from "../sensor/report/compliance/view.js";
import { NOT_REPEATED } from "../sensor/report/counted-once.js";
import { html } from "../sensor/report/html.js";
import { joinedEndpoint } from "../sensor/report/joined-rows.js";
import type { SensorCoverage } from "../sensor/store/stored-row.js";
import type { EdgeRecord, EndpointRecord, FindingRecord } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { endpoint, told } from "./support/compliance-view.js";
import { exported, inventoryFile, type Row } from "./support/inventory-file.js";
import { temporaryFolder } from "./support/program.js";
import { bearer } from "./support/protection-cases.js";
import { CLAIMS } from "./support/protection-scene.js";
import { Scene } from "./support/scene.js";
import { certificate, DAY, edge, NOW, SECONDS } from "./support/teller.js";

t.test("what is no card is no gap of card numbers, a list of flows lacks nothing by their being in the clear", (t) => {
  const found = (id: string, group: string, classes: readonly string[]) =>
    ({
      ...{ kind: "finding", id, rule: "sensitive-data-cleartext", severity: "high", count: 2, title: "In the clear" },
      ...{ firstMicros: NOW, lastMicros: NOW, summary: id, references: ["pci-dss:4.2.1", "gdpr:32"] },
      evidence: { group, ...Object.fromEntries(classes.map((name) => [`response.${name}`, 2])) },
    }) as FindingRecord;
  const clear = edge("192.0.2.7", "shop.internal", "cleartext", { cleartext: 4 });
  const bank = endpoint("/iban", { dataClasses: ["iban"], responseClasses: { iban: 2 } });
  const card = endpoint("/card", {
    ...{ dataClasses: ["payment-card"], responseClasses: { "payment-card": 2 } },
    callers: ["192.0.2.7"],
  });
  const mail = endpoint("/mail", { dataClasses: ["email"], responseClasses: { email: 2 } });
  const findings = [
    found("iban", "financial", ["iban"]),
    found("mail", "personal", ["email"]),
    found("card", "financial", ["payment-card", "iban"]),
  ];
  const control = (rows: readonly Row[], wanted: string) =>
    told(inventoryFile(temporaryFolder(t), rows))
      .frameworks.flatMap(({ controls }) => controls)
      .find(({ id }) => id === wanted);
  const withoutCards = [clear, bank, mail, findings[0], findings[1]];
  t.match(control(withoutCards, "pci-dss:4.2.1"), { status: "to-be-judged", gaps: [], findings: [] });
  t.match(control(withoutCards, "pci-dss:1.2.4"), { gaps: [] });
  const withCards = [clear, bank, card, mail, ...findings];
  t.match(control(withCards, "pci-dss:4.2.1"), { status: "gap-seen", findings: [{ findings: 1, examples: ["card"] }] });
  t.match(control(withCards, "pci-dss:1.2.4"), {
    status: "to-be-judged",
    gaps: [],
    to_be_judged: [/^1 endpoint carries such data: does the diagram have each of these flows\?$/],
  });
  t.match(control(withCards, "gdpr:30"), {
    status: "to-be-judged",
    gaps: [],
    to_be_judged: [/: do the records have each of these flows\?$/],
  });
  t.match(control(withCards, "gdpr:32"), { status: "gap-seen", findings: [{ findings: 3 }] });
  t.end();
});

t.test(
  "what falls short at one service is no gap of data that another carries, and beside them it is a question",
  (t) => {
    const ill = {
      ...endpoint("/ill", { dataClasses: ["health-code"], responseClasses: { "health-code": 9 }, credentials: {} }),
      ...{ serverAddress: "10.0.0.9", service: "ward.internal", callers: ["10.0.1.1"] },
    };
    const beside = { ...ill, template: "/menu", dataClasses: [], responseClasses: {}, callers: ["10.0.1.2"] };
    const bank = endpoint("/bank", { credentials: { basic: 10 } });
    const to = (row: EdgeRecord): EdgeRecord => ({ ...row, serverAddress: "10.0.0.9" });
    const edges = [
      edge("10.0.1.1", "shop.internal", "cleartext", { cleartext: 4 }),
      edge("10.0.1.2", "shop.internal", "cleartext", { cleartext: 4 }),
      to(edge("10.0.1.1", "ward.internal", "cleartext", { cleartext: 2 })),
      to(edge("10.0.1.2", "ward.internal", "cleartext", { cleartext: 2 })),
    ];
    const ended = {
      ...{ ...certificate("CN=shop.internal", SECONDS - 3 * DAY), kind: "certificate", handshakes: 1 },
      ...{ firstMicros: NOW, lastMicros: NOW, services: ["shop.internal"], serviceCount: 1, clients: [] },
      ...{ clientCount: 0, extendedKeyUsages: [], isSelfIssued: false },
    } as Row;
    const found = (id: string, where: Partial<FindingRecord>, title = "Unsigned"): FindingRecord => ({
      ...{
        kind: "finding",
        id,
        rule: "unsigned-token",
        severity: "critical",
        count: 2,
        evidence: {},
        summary: id,
        title,
      },
      ...{ firstMicros: NOW, lastMicros: NOW, references: ["hipaa:164.312(d)"], serverPort: 8443, method: "GET" },
      ...where,
    });
    const findings = [
      found("of-bank", { serverAddress: "10.0.0.13", template: "/bank" }),
      found("of-menu", { serverAddress: "10.0.0.9", template: "/menu" }),
      found("of-ill", { serverAddress: "10.0.0.9", template: "/ill" }),
    ];
    const rows = [ill, beside, bank, ...edges, ended];
    const control = (all: readonly Row[], wanted: string) =>
      told(inventoryFile(temporaryFolder(t), all))
        .frameworks.flatMap(({ controls }) => controls)
        .find(({ id }) => id === wanted);
    t.match(control([...rows, findings[0]], "hipaa:164.312(d)"), {
      ...{ status: "gap-seen", confidence: "high", findings: [] },
      gaps: [
        /^1 endpoint gives health data without a credential of a known kind: 10 of 10 calls answered so, such data in 9 of 9/,
      ],
      evidence: [{ name: "required-credentials-health-flows", seen: 1 }],
    });
    const served = { ...ill, credentials: { bearer: 10 } };
    const others = [served, ...rows.slice(1), findings[0]];
    t.match(control(others, "hipaa:164.312(d)"), { status: "no-gap-seen", gaps: [], findings: [], to_be_judged: [] });
    t.match(control([...others, findings[1]], "hipaa:164.312(d)"), {
      ...{ status: "to-be-judged", gaps: [], findings: [{ examples: ["of-menu"] }] },
      to_be_judged: [
        "Unsigned: 1 finding, 2 occurrences. Not told of a place where such data were seen: do any cross it?",
      ],
    });
    t.match(control([...others, ...findings], "hipaa:164.312(d)"), { gaps: ["Unsigned: 1 finding, 2 occurrences."] });
    const clear = "one edge of four carries such data, and no certificate of another's";
    t.match(control(rows, "hipaa:164.312(e)(1)"), { status: "gap-seen", gaps: { length: 2 } }, clear);
    // 45 CFR 164.312: policies and procedures, and what is addressable, may be met by what is not on the wire.
    for (const [id, length] of [
      ["(c)(1)", 2],
      ["(e)(2)(i)", 1],
      ["(e)(2)(ii)", 2],
    ] as const)
      t.match(
        control(rows, `hipaa:164.312${id}`),
        { status: "to-be-judged", gaps: [], to_be_judged: { length } },
        clear,
      );
    const unproven = (id: string): string => `${control(rows, `hipaa:164.312${id}`)?.cannot_prove}`;
    t.match(
      unproven("(c)(1)"),
      /policies and procedures, .*: cleartext is a question to it, and a gap of 164\.312\(e\)\(1\)/,
    );
    for (const id of ["(e)(2)(i)", "(e)(2)(ii)"])
      t.match(
        unproven(id),
        /addressable \(164\.306\(d\)\(3\)\).*; cleartext is a question to it, and a gap of 164\.312\(e\)\(1\)/,
      );
    t.match(control(rows, "hipaa:164.312(e)(2)(i)")?.to_be_judged, [/^1 edge has connections in the clear, 0 of them/]);
    t.same(control([served, ...rows.slice(1)], "hipaa:164.312(a)(1)")?.gaps, []);
    // Two endpoints of a service with cards: the certificate that ended is another's.
    const card = {
      ...beside,
      template: "/card",
      dataClasses: ["payment-card"],
      responseClasses: { "payment-card": 2 },
    };
    t.match(control([card, ...rows], "pci-dss:4.2.1")?.to_be_judged, { length: 3 });
    const many = { ...ill, callerCount: 70 };
    t.match(control([many, ...rows.slice(1)], "hipaa:164.312(e)(2)(i)"), {
      not_visible: [
        /^Encryption between hosts below IP/,
        "Of 1 endpoint more callers were counted than are kept by address.",
      ],
    });
    const text = exported(inventoryFile(temporaryFolder(t), rows), "compliance-markdown");
    t.match(text, /### Encryption on the way, where health data were seen/);
    t.end();
  },
);

t.test("a class of the operator's own is of the group that it was given, in the console too", (t) => {
  const rules = ["mrn health patient_no: [0-9]{8}", "staff-id personal: E-[0-9]{6}", "rack network: R-[0-9]{4}"];
  const scene = new Scene({}, undefined, { rules });
  const answerFields = "Content-Type: application/json\r\n";
  scene.get("/patient", { answerFields, body: '{"patient_no":"12345678"}' });
  scene.get("/staff", { answerFields, body: '{"who":"E-123456"}' });
  scene.get("/rack", { answerFields, body: '{"where":"R-1234","mail":"ada@example.com"}' });
  scene.get("/plain", { answerFields, body: '{"n":1}' });
  const rows = scene.endpoints().map((record) => ({ record: decodeEvent(encodeEvent(record)) as EndpointRecord }));
  t.same(Object.fromEntries(rows.map(({ record }) => [record.template, record.ownClasses])), {
    "/patient": { mrn: "health" },
    "/staff": { "staff-id": "personal" },
    "/rack": { rack: "network" },
    "/plain": undefined,
  });
  const flows = (told: readonly { record: EndpointRecord }[]) => {
    const facts = factsOf(
      told.map(({ record }) => ({ record, sensor: undefined })),
      [],
    );
    return [healthFlows, personalFlows, sensitiveAnswers].map((gather) => gather(facts).counts);
  };
  t.same(flows(rows), [{ mrn: 1 }, { email: 1, mrn: 1, "staff-id": 1 }, { email: 1, mrn: 1, "staff-id": 1 }]);
  const [{ record }] = rows;
  const { ownClasses: _, ...before } = record;
  const ownOf = (...views: readonly EndpointRecord[]) => joinedEndpoint(views, NOT_REPEATED).ownClasses;
  t.same(ownOf(before, record), { mrn: "health" }, "of two sensors one may be of a version that told none");
  t.same(ownOf({ ...before, ownClasses: { rack: "network" } }, record), { mrn: "health", rack: "network" });
  t.equal(ownOf(before, before), undefined);
  const untold = rows.map(({ record: { ownClasses: _, ...record } }) => ({ record }));
  t.same(flows(untold)[0], { mrn: 1, rack: 1, "staff-id": 1 }, "of a version that told no groups");
  t.end();
});

t.test("what stays within one host crosses no network: it is told as a note, and falls short of nothing", (t) => {
  const answerFields = "Content-Type: application/json\r\n";
  const ill = { answerFields, fields: "Authorization: Basic YTpi\r\n", body: '{"diagnosis":"E11.9","icd10":"E11.9"}' };
  const gaps = (...clients: readonly string[]) => {
    const scene = new Scene();
    for (const client of clients) scene.get("/ill", { client, server: "127.0.0.1", ...ill });
    const rows = [...scene.inventory.takeDelta(100).rows.map(({ record }) => record), ...scene.detection.all()];
    const { frameworks } = complianceView(
      rows.map((record) => ({ record, sensor: undefined })),
      [],
    );
    const views = frameworks.flatMap(({ controls }) => controls);
    const of = (id: string) => views.find(({ control }) => control.id === id);
    const findings = scene.detection.all().map(({ rule, severity, summary }) => `${rule} ${severity} ${summary}`);
    return {
      findings: findings.filter((text) => /^(basic|cleartext|sensitive)/.test(text)).sort(),
      gaps: Object.fromEntries(
        ["hipaa:164.312(e)(1)", "gdpr:32", "nist:800-204:MS-SS-4", "hipaa:164.312(d)"].map((id) => [id, of(id)?.gaps]),
      ),
      unknowns: of("hipaa:164.312(e)(1)")?.unknowns,
    };
  };
  const within = gaps("127.0.0.1");
  t.same(within.findings, [
    "basic-credentials-in-cleartext info 127.0.0.1 sends a user name and password to shop.internal without TLS, within one host.",
    "cleartext-http info 127.0.0.1 talks to shop.internal over HTTP without TLS, within one host.",
    "sensitive-data-cleartext info Calls to GET /ill of shop.internal carry health data (health-code) without TLS, within one host.",
  ]);
  t.same(Object.values(within.gaps), [[], [], [], []]);
  t.match(
    `${within.unknowns}`,
    /1 endpoint carries such data within one host alone.*1 edge stays within one host: it is/,
  );
  const both = gaps("127.0.0.1", "10.0.0.8");
  t.match(both.findings, { length: 6 }, "each is told by itself");
  t.match(both.findings[5], /^sensitive-data-cleartext info .* within one host\.$/);
  t.match(both.findings[4], /^sensitive-data-cleartext high .* without TLS\.$/);
  t.match(both.gaps["hipaa:164.312(e)(1)"], [
    "1 endpoint carries such data over connections that were read: in the clear.",
    "1 edge has connections in the clear, 0 of them with addresses outside.",
    "Sensitive data is sent in the clear: 1 finding.",
    "Services talk over HTTP without TLS: 1 finding.",
  ]);
  t.match(both.gaps["hipaa:164.312(d)"], [
    /^1 edge carries credentials in the clear/,
    /^Basic credentials are sent in the clear: 1/,
  ]);
  t.match(both.gaps["nist:800-204:MS-SS-4"]?.[0], "1 east-west edge has connections without mutual TLS, of 1 seen.");
  t.end();
});

t.test("who is outside is known of a host that is watched alone: it calls out, and is not called", (t) => {
  const crossing = (...edges: readonly (readonly [client: string, server: string])[]) => {
    const scene = new Scene();
    for (const [client, server] of edges) scene.get("/a", { client, server, host: `of-${server}.test` });
    const rows = [...scene.inventory.edges()].map((record) => ({ record, sensor: undefined }));
    const facts = factsOf(rows, []);
    return [outbound(facts), inbound(facts)].map(({ seen, rows, unknowns }) => ({
      ...{ seen, unknowns, ends: rows.map(([, address, , , who]) => `${who} > ${address}`) },
    }));
  };
  const nothing = { seen: 0, unknowns: [], ends: [] };
  const out = { seen: 1, unknowns: [], ends: ["10.0.0.5 > 93.184.216.34:80"] };
  t.same(crossing(["10.0.0.5", "93.184.216.34"]), [out, nothing]);
  t.same(crossing(["93.184.216.34", "fd00::5"]), [
    nothing,
    { seen: 1, unknowns: [], ends: ["93.184.216.34 > [fd00::5]:80"] },
  ]);
  // Who takes part in traffic between own addresses is inside, wherever its address is.
  t.same(crossing(["10.0.0.5", "10.0.0.6"], ["10.0.0.5", "93.184.216.34"]), [out, nothing]);
  const unknowns = ["Of 1 edge with an address outside it was not seen which end is outside."];
  t.same(crossing(["203.0.113.5", "93.184.216.34"]), [
    { ...nothing, unknowns },
    { ...nothing, unknowns },
  ]);
  t.end();
});

t.test("an answer that was not captured is not said to have been none", (t) => {
  const scene = new Scene();
  scene.speak([
    ["client", `GET /orders/17 HTTP/1.1\r\nHost: shop.internal\r\n${bearer({ alg: "none" }, CLAIMS)}\r\n`],
    ["server", 300],
  ]);
  const rows = [...scene.inventory.takeDelta(100).rows.map(({ record }) => record), ...scene.detection.all()];
  const [unsigned] = scene.detection.all().filter(({ rule }) => rule === "unsigned-token");
  t.match(unsigned, {
    summary: /, and whether it was accepted was not seen\.$/,
    evidence: { status: "no answer seen" },
  });
  const page = [
    ...html.write(
      rows.map((record) => ({ record, sensor: undefined })),
      [],
    ),
  ].join("");
  t.match(page, /no answer seen ×1/);
  t.notMatch(page, /no answer ×/);
  t.end();
});

t.test(
  "what was missing in connections, or not followed, limits what may be believed as much as what was dropped",
  (t) => {
    const scene = new Scene().get("/a");
    const rows = [...scene.inventory.services()].map((record) => ({ record, sensor: undefined }));
    const confidence = (counters: Readonly<Record<string, number>>, dropped = 0) => {
      const interfaces = [{ name: "eth0", state: "capturing" as const, frames: 100, dropped, restarts: 0 }];
      const health = {
        ...{ kind: "health" as const, atMicros: NOW, startedMicros: NOW - 5e6, version: "1", interfaces },
      };
      const run = { ...health, ...{ counters, undecoded: {}, lagMillis: 0, rssBytes: 1, cpuPercent: 0 } };
      const coverage = { sensor: undefined, runs: [run], blindIntervals: [], callsNotSampled: 0, eventsDropped: 0 };
      const { frameworks } = complianceView(rows, [coverage as unknown as SensorCoverage]);
      const views = frameworks.flatMap(({ controls }) => controls);
      const { level, reasons } = views.find(({ control }) => control.id === "nist:800-204:MS-SS-3")?.confidence ?? {};
      return [level, ...(reasons ?? []).slice(1)];
    };
    t.same(confidence({ bytes: 1_000, gap_bytes: 10, flows: 100, flows_refused: 1 }), ["medium"]);
    t.same(confidence({ bytes: 1_000, gap_bytes: 100 }), ["medium", "9 % of the bytes were missing in connections."]);
    t.same(confidence({ bytes: 1_000, gap_bytes: 900 }), ["low", "47 % of the bytes were missing in connections."]);
    t.same(confidence({ flows: 30, flows_refused: 30 }, 1), [
      "low",
      "50 % of the connections were refused, and not followed.",
    ]);
    t.same(confidence({}, 40), ["low", "29 % of the frames were dropped before they were looked at."]);
    t.end();
  },
);

t.test(
  "of what no call was seen one is said to be possible where calls can't be read, and what is new is no version",
  (t) => {
    const [old, fresh] = [endpoint("/old", { state: "dormant" }), endpoint("/fresh", { state: "new" })];
    const control = (rows: readonly EdgeRecord[], id: string) =>
      complianceView(
        [old, fresh, ...rows].map((record) => ({ record, sensor: undefined })),
        [],
      )
        .frameworks.flatMap(({ controls }) => controls)
        .find(({ control }) => control.id === id);
    const clear = edge("10.0.1.1", "shop.internal", "cleartext", { cleartext: 4 });
    t.same(control([clear], "owasp-api:2023-API9")?.unknowns, []);
    const told = control([clear, edge("10.0.1.2", "shop.internal", "tls", { tls: 1 })], "owasp-api:2023-API9");
    t.same(told?.unknowns, [
      "1 edge is encrypted or not recognised, wholly or in part: what is called over it is not seen, and may be what no call was seen of.",
    ]);
    t.match(`${told?.questions}`, /1 endpoint is not seen to be called for long: still needed\?/);
    t.match(
      `${control([clear], "nist:800-204:MS-SS-9")?.questions}`,
      /^1 endpoint is new to the sensors or about to go/,
    );
    t.end();
  },
);

t.test("a certificate that more services present than are kept with it may be of any of the others", (t) => {
  const wild = (serviceCount: number) =>
    ({
      ...{ ...certificate("CN=*.internal", SECONDS - 3 * DAY), kind: "certificate", handshakes: 1, serviceCount },
      ...{ firstMicros: NOW, lastMicros: NOW, services: ["other.internal"], clients: [] },
      ...{ clientCount: 0, extendedKeyUsages: [], isSelfIssued: false },
    }) as unknown as Row;
  const service = {
    kind: "service",
    name: "shop.internal",
    address: "10.0.0.13",
    port: 8443,
    protocols: ["tls"],
  } as unknown as Row;
  const card = endpoint("/card", { dataClasses: ["payment-card"], responseClasses: { "payment-card": 2 } });
  const unknowns = (serviceCount: number) =>
    complianceView(
      [service, card, wild(serviceCount)].map((record) => ({ record, sensor: undefined })),
      [],
    )
      .frameworks.flatMap(({ controls }) => controls)
      .flatMap(({ control, unknowns }) =>
        /^(pci-dss:4.2.1|owasp-api:2023-API8)$/.test(control.id) ? [unknowns.join(" ")] : [],
      );
  const [few, any] = unknowns(100);
  t.match(few, /no certificate of it was visible: TLS 1\.3/);
  t.notMatch(few, /than are kept with it/);
  t.match(any, /no certificate of it was visible: TLS 1\.3/);
  const [many, all] = unknowns(101);
  t.match(many, /1 certificate is presented by more services than are kept with it/);
  t.match(
    all,
    /no certificate of it is listed: of those that more than 100 present not all of these are kept, TLS 1\.3 encrypts/,
  );
  t.end();
});
