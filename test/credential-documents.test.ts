import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import t from "tap";
import { complianceObject } from "../sensor/report/compliance/document.js";
import { complianceView } from "../sensor/report/compliance/view.js";
import { cyclonedx } from "../sensor/report/cyclonedx.js";
import { openapi } from "../sensor/report/openapi.js";
import type { StoredRow } from "../sensor/store/stored-row.js";
import { CATALOGUE, referencesOf } from "../shared/catalogue.js";
import type { EdgeRecord, EndpointRecord, FindingRecord } from "../shared/event.js";
import type { Review } from "../shared/review.js";
import { endpoint, type Told } from "./support/compliance-view.js";
import { Scene } from "./support/scene.js";
import { edge, NOW } from "./support/teller.js";

const BEARER = "Authorization: Bearer aGVsbG93b3JsZGhlbGxvd29ybGQx\r\n";
const SESSION = "Cookie: lang=en; JSESSIONID=AABBCCDDEEFF00112233\r\n";
const VISIT = "Cookie: lang=en; theme=dark\r\n";
const ANY = "Cookie: visitor=8f1b\r\n";
const RECORD = '{"id":1,"nhsNumber":"9434765919","diagnosis_code":"E11.9"}';
const ASKING = ["nist:800-204:MS-SS-1", "owasp-api:2023-API2", "hipaa:164.312(a)(1)", "hipaa:164.312(d)"] as const;

interface Asked {
  readonly calls?: number;
  readonly fields?: (at: number) => string;
  readonly body?: (at: number) => string;
  readonly status?: (at: number) => number;
  readonly client?: string;
}

/** Patients' records that are asked for, as `fields` and the others say of each call. */
function records(asked: Asked, scene = new Scene()): StoredRow[] {
  const { calls = 60, fields = () => "", body = () => RECORD, status = () => 200, client = "10.3.0.3" } = asked;
  for (let at = 0; at < calls; at++)
    scene.get(`/patients/${2_000 + at}`, {
      ...{ client, server: "10.1.0.2", host: "ehr.test", fields: fields(at), body: body(at), status: status(at) },
      answerFields: "Content-Type: application/json\r\n",
    });
  return rowsOf(scene);
}

function rowsOf(scene: Scene): StoredRow[] {
  const rows = scene.inventory.takeDelta(1_000).rows.map(({ record }) => record);
  return [...rows, ...scene.detection.all()].map((record) => ({ record, sensor: undefined }));
}

function told(rows: readonly StoredRow[]): Told {
  return JSON.parse(JSON.stringify(complianceObject(complianceView(rows, []))));
}

function control(rows: readonly StoredRow[], wanted: string) {
  const found = told(rows)
    .frameworks.flatMap(({ controls }) => controls)
    .find(({ id }) => id === wanted);
  if (found === undefined) throw new Error(wanted);
  return found;
}

t.test("answers with sensitive data to calls without a credential are a gap, however many others had one", (t) => {
  const some = records({ fields: (at) => (at < 2 ? BEARER : "") });
  for (const id of ASKING) {
    const { status, gaps } = control(some, id);
    t.equal(status, "gap-seen", id);
    t.match(
      gaps[0],
      /^1 endpoint gives (sensitive|health) data without a credential of a known kind: 58 of 60 calls answered so, such data in 24 of 24 answers looked at\.$/,
    );
  }
  const visits = records({ fields: () => VISIT });
  for (const id of ASKING) t.match(control(visits, id), { status: "gap-seen", gaps: [/: 60 of 60 calls/] }, id);
  t.match(control(visits, "hipaa:164.312(a)(2)(i)").to_be_judged, [
    "1 endpoint answers without a credential of a known kind, 60 of 60 calls: meant for everyone?",
  ]);
  t.ok(CATALOGUE["authentication-not-enforced"].references.includes("hipaa:164.312(a)(1)"));
  t.end();
});

t.test("where it could not be told what calls without were given, or what a cookie is, it is asked", (t) => {
  const others = records({ fields: (at) => (at < 2 ? BEARER : ""), body: (at) => (at < 2 ? RECORD : "{}") });
  const access = control(others, "hipaa:164.312(a)(1)");
  t.match(access, { status: "to-be-judged", gaps: [] });
  t.match(access.to_be_judged[0], /58 of 60 calls; that these answers held any was not shown/);
  const cookies = control(records({ fields: () => ANY }), "nist:800-204:MS-SS-1");
  t.match(cookies, { status: "to-be-judged", gaps: [] });
  t.match(cookies.to_be_judged, [/nothing but cookies, 60 of 60 calls, none of them a session's by its name: is one/]);
  const sessions = records({ fields: () => SESSION });
  t.match(control(sessions, "hipaa:164.312(a)(1)"), { status: "no-gap-seen", to_be_judged: [] });
  const asked = new Scene().get("/in", { method: "OPTIONS", server: "10.1.0.2" });
  t.same(control(rowsOf(asked), "owasp-api:2023-API2").to_be_judged, [], "browsers ask first, without credentials");
  t.end();
});

t.test("no gap before sensitive data rests on what could be read, and says so", (t) => {
  const digest = records({ fields: () => 'Authorization: Digest username="u", response="0"\r\n' });
  const tls: StoredRow = { record: edge("10.0.1.1", "crm.test", "tls", { tls: 4 }), sensor: undefined };
  const { status, confidence, confidence_reasons, not_visible } = control([...digest, tls], "nist:800-204:MS-SS-1");
  t.match([status, confidence], ["no-gap-seen", "low"]);
  t.ok(confidence_reasons.includes("Calls over 1 of 2 edges could not be read, wholly or in part."));
  t.match(not_visible[0], /^1 edge is encrypted or not recognised.*which credentials calls carry there is not seen\.$/);
  const gap = control([...records({}), tls], "nist:800-204:MS-SS-1");
  t.match([gap.status, gap.confidence], ["gap-seen", "high"]);
  t.ok(gap.confidence_reasons.includes("Calls over 1 of 2 edges could not be read, wholly or in part."));
  t.end();
});

t.test("credentials that cross in the clear are a gap of what asks who calls, with edges and endpoints", (t) => {
  const kinds: readonly (readonly [string, string])[] = [
    [BEARER, "bearer ×60"],
    ["Authorization: Basic dTpw\r\n", "basic ×60"],
    ["X-Api-Key: k9Lm2\r\n", "api-key ×60"],
    [SESSION, "cookie ×60"],
  ];
  for (const [fields, words] of kinds) {
    const rows = records({ fields: () => fields });
    for (const id of ["nist:800-204:MS-SS-1", "owasp-api:2023-API2", "hipaa:164.312(d)"]) {
      const { status, gaps } = control(rows, id);
      t.equal(status, "gap-seen", `${id} ${words}`);
      t.ok(
        gaps.includes(
          `1 edge carries credentials in the clear that whoever reads them can use (${words}): 10.3.0.3 to ehr.test (10.1.0.2:80); at GET /patients/{patientId} of ehr.test.`,
        ),
        `${id}: ${gaps.join(" ")}`,
      );
    }
  }
  for (const fields of ['Authorization: Digest username="u", response="0"\r\n', ANY])
    t.notMatch(control(records({ fields: () => fields }), "owasp-api:2023-API2").gaps.join(" "), /in the clear/);
  const own = records({ fields: () => BEARER, client: "10.1.0.2" });
  t.notMatch(control(own, "owasp-api:2023-API2").gaps.join(" "), /in the clear/, "a host that calls itself");
  t.end();
});

t.test("what is new or around a gateway is a question everywhere, until somebody approved it", (t) => {
  const found = (rule: string, more: Partial<FindingRecord> = {}): StoredRow => ({
    record: {
      ...{ kind: "finding", id: rule, rule, severity: "low", count: 1, evidence: {}, title: rule, summary: rule },
      ...{ firstMicros: NOW, lastMicros: NOW, references: CATALOGUE[rule].references },
      ...{ serverAddress: "10.0.0.13", serverPort: 8443, method: "GET", template: "/v2", ...more },
    } as FindingRecord,
    sensor: undefined,
  });
  const approved = (status: Review["status"], atMicros: number): Review =>
    ({
      status,
      changes: [],
      untold: [],
      opinion: { approved: { by: "ada", atMicros, seen: {} } },
    }) as unknown as Review;
  const reached = { gateways: [], around: ["10.0.1.9"], lastCalls: {}, untoldCallers: 0 };
  const added = endpoint("/v2", { state: "new", reached } as unknown as Partial<EndpointRecord>);
  const rows = (review?: Review): StoredRow[] => [
    { record: added, sensor: undefined, ...(review === undefined ? {} : { review }) },
    found("new-endpoint"),
    found("gateway-bypassed"),
  ];
  const inventory = control(rows(), "owasp-api:2023-API9");
  t.match(inventory, { status: "to-be-judged", gaps: [] });
  t.match(inventory.to_be_judged.join(" "), /1 endpoint is new since.*new-endpoint: 1 finding\./);
  t.match(control(rows(), "owasp-api:2023-API8"), { status: "to-be-judged", gaps: [] });
  const done = rows(approved("approved", NOW + 1));
  t.notMatch(control(done, "owasp-api:2023-API9").to_be_judged.join(" "), /is new|new-endpoint|gateway/);
  t.same(control(done, "nist:800-204:MS-SS-9").to_be_judged, []);
  t.notMatch(control(done, "nist:800-204:MS-SS-12").to_be_judged.join(" "), /around/);
  for (const [review, words] of [
    [approved("changed", NOW + 1), "it is not what was approved"],
    [approved("uncertain", NOW + 1), "whether it is could not be told"],
  ] as const)
    t.match(control(rows(review), "owasp-api:2023-API9").to_be_judged.join(" "), /is new.*gateway-bypassed/, words);
  const before = control(rows(approved("approved", NOW - 1)), "owasp-api:2023-API9").to_be_judged.join(" ");
  t.match(before, /gateway-bypassed: 1 finding/, "it was approved before that was seen");
  t.match(control([...rows(), found("shadow-endpoint")], "owasp-api:2023-API9"), { status: "gap-seen" });
  t.end();
});

t.test("a sign of what may have been tried, or was changed on purpose, is a question and no gap", (t) => {
  const signs: readonly (readonly [string, string])[] = [
    ["schema-drift", "owasp-api:2023-API3"],
    ["secret-in-response", "owasp-api:2023-API3"],
    ["http2-flood", "owasp-api:2023-API4"],
    ["http2-flood", "nist:800-204:MS-SS-8"],
    ["foreign-token-key", "owasp-api:2023-API7"],
    ["new-token-source", "owasp-api:2023-API2"],
    ["weaker-token", "nist:800-204:MS-SS-1"],
  ];
  for (const [rule, id] of signs) {
    const record = {
      ...{ kind: "finding", id: rule, rule, severity: "high", count: 1, evidence: {}, title: rule, summary: rule },
      ...{ firstMicros: NOW, lastMicros: NOW, references: [] },
    } as unknown as FindingRecord;
    const { status, gaps, to_be_judged } = control([{ record, sensor: undefined }], id);
    t.match(
      { status, gaps, to_be_judged },
      { status: "to-be-judged", gaps: [], to_be_judged: [`${rule}: 1 finding.`] },
    );
  }
  t.end();
});

t.test("data in the clear is a matter of transport, also where an older version found it", (t) => {
  const finding = {
    ...{ rule: "sensitive-data-cleartext", references: ["owasp-api:2023-API3", "gdpr:32"] },
    evidence: { group: "health" },
  } as unknown as FindingRecord;
  t.notOk(referencesOf(finding).includes("owasp-api:2023-API3"));
  t.ok(referencesOf(finding).includes("owasp-api:2023-API8"));
  const { status, gaps } = control(records({ calls: 20 }), "owasp-api:2023-API3");
  t.match([status, gaps], ["to-be-judged", []]);
  t.end();
});

interface Service {
  readonly name: string;
  readonly authenticated?: boolean;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

async function service(rows: readonly StoredRow[], name = "ehr.test"): Promise<Service | undefined> {
  const text = [...cyclonedx.write(rows, [])].join("");
  const wrong = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  if (wrong !== null) throw new Error(JSON.stringify(wrong));
  return (JSON.parse(text).services as Service[]).find((one) => one.name === name);
}

t.test("CycloneDX says of a service that it requires authentication only where something shows it", async (t) => {
  const said = async (asked: Asked, ...more: readonly StoredRow[]) =>
    (await service([...records(asked), ...more]))?.authenticated;
  const refusing = { fields: (at: number) => (at < 34 ? BEARER : ""), status: (at: number) => (at < 34 ? 200 : 401) };
  t.equal(await said({ ...refusing, calls: 41 }), true, "calls without were refused, and none answered");
  t.equal(await said({}), false, "it answers calls without any");
  t.equal(await said({ fields: (at) => (at < 2 ? BEARER : "") }), false, "nor does it where others have one");
  t.equal(await said({ fields: () => VISIT }), false, "what is kept of visits is no credential");
  t.equal(await said({ fields: () => BEARER }), undefined, "that calls carry one does not show that they must");
  t.equal(await said({ fields: () => ANY }), undefined, "any cookie may be a session's");
  const beside = () => new Scene().get("/healthz", { server: "10.1.0.2", host: "ehr.test" });
  t.equal(await said({ ...refusing, calls: 41 }, ...records({ calls: 0 }, beside())), undefined, "some of it is open");
  const mixed = await service(records({ ...refusing, calls: 41 }, beside()));
  t.notOk(mixed && "authenticated" in mixed);
  t.match(
    mixed?.properties,
    new Set([
      { name: "eastwatch:callsAnsweredWithoutCredential", value: "1 of 42" },
      { name: "eastwatch:callsRefusedWithoutCredential", value: "7 of 42" },
    ]),
  );
  const tls = { ...edge("10.0.1.1", "ehr.test", "tls", { tls: 4 }), serverAddress: "10.1.0.2", serverPort: 80 };
  t.equal(await said({}, { record: tls as EdgeRecord, sensor: undefined }), undefined, "part of it could not be read");
  const unread = records({ calls: 3 }).flatMap((row): StoredRow[] =>
    row.record.kind === "service"
      ? [row]
      : row.record.kind === "edge"
        ? [{ ...row, record: { ...row.record, posture: "tls" } }]
        : [],
  );
  t.notOk("authenticated" in ((await service(unread)) ?? { authenticated: 0 }), "nobody could read its calls");
});

t.test("OpenAPI names session cookies by their names, and says that anybody is let in where somebody was", (t) => {
  const documentOf = (asked: Asked) => {
    const document = JSON.parse([...openapi.write(records(asked), [])].join(""));
    const { get } = document.paths["/patients/{patientId}"];
    return { schemes: document.components.securitySchemes, ...get } as Record<string, unknown>;
  };
  const visits = documentOf({ fields: () => VISIT });
  t.same([visits.schemes, visits.security], [{}, undefined], "a language is no session");
  const any = documentOf({ fields: () => ANY });
  t.same([any.schemes, any.security, any["x-credentials-in-cookies"]], [{}, undefined, { cookie: 60 }]);
  const session = documentOf({ fields: () => SESSION });
  t.same(session.schemes, { "cookie-JSESSIONID": { type: "apiKey", in: "cookie", name: "JSESSIONID" } });
  t.same(session.security, [{ "cookie-JSESSIONID": [] }], "nobody was let in without");
  const refused = documentOf({ fields: (at) => (at < 34 ? SESSION : ""), status: (at) => (at < 34 ? 200 : 401) });
  t.same(refused.security, [{ "cookie-JSESSIONID": [] }]);
  const own = documentOf({ fields: () => "Cookie: shop_session=8f1b2c3d4e5f\r\n" });
  t.match(own.schemes, { "cookie-any-session": { name: "*-session" } }, "a name of one's own may hold a secret");
  t.same(documentOf({ fields: () => "Cookie: jsessionid=1\r\n" }).schemes, {}, "names of cookies differ by case");
  t.end();
});
