import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ConsoleStore } from "../console/store/console-store.js";
import { StoredTokens } from "../console/store/sensor-tokens.js";
import { inOrder } from "../sensor/report/html-findings.js";
import { referencesOf } from "../shared/catalogue.js";
import type { FindingRecord, SensorEvent, ServiceRecord, Severity } from "../shared/event.js";
import { PcapOutput } from "./bench/pcap-output.js";
import { delta, sensorStore } from "./support/delivery.js";
import { TcpDialog } from "./support/frame-builder.js";
import { run, temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";

const FORMER = [1, 2].map((user) => `/users/user-${user}`);
const ANSWER = { answerFields: "Content-Type: application/json\r\n", body: '{"email":"ada@example.com"}' };

/** Findings of paths that became values of one parameter once enough of them had come. */
function scene(users: number, made = new Scene()): Scene {
  for (let user = 1; user <= users; user++) made.get(`/users/user-${user}`, ANSWER);
  return made;
}

function told(made: Scene): SensorEvent[] {
  const { rows, removals } = made.inventory.takeDelta(1_000);
  return [...rows.map(({ record }) => record), ...removals, ...made.detection.all()];
}

function exposures<T extends Pick<FindingRecord, "rule">>(findings: readonly T[]): T[] {
  return findings.filter(({ rule }) => rule === "sensitive-data-cleartext");
}

t.test("the console lists findings under the endpoints of today, and keeps what they were told as", (t) => {
  const store = new ConsoleStore({
    ...{ database: join(temporaryFolder(t), "c.sqlite"), maxCalls: 100, maxFindings: 1_000, maxConnections: 100 },
  });
  t.teardown(() => store.close());
  const tokens = new StoredTokens(store.database);
  for (const name of ["node-1", "node-2"]) tokens.create(name);
  const ids = store.sensors().map(({ id }) => id);
  let sequence = 0;
  const tell = (sensor: string, events: readonly SensorEvent[]): void =>
    store.accept(sensor, {
      events: events.map((event) => ({ sequence: ++sequence, event })),
      droppedTotal: 0,
      callsNotSampledTotal: 0,
    });
  const growing = scene(2);
  tell(ids[0], told(growing));
  t.strictSame(
    exposures(store.findings(100).items)
      .map(({ template, count }) => `${template} ${count}`)
      .sort(),
    ["/users/user-1 1", "/users/user-2 1"],
    "while these are endpoints, nothing is renamed",
  );
  tell(ids[0], told(scene(5, growing)));
  // Another sensor's inventory has nothing to say of the first one's.
  tell(ids[1], told(scene(1)));
  const { items, total } = store.findings(100);
  const [own, other] = ["node-1", "node-2"].map((name) => exposures(items.filter(({ sensor }) => sensor === name)));
  t.match(own, [{ template: "/users/{userId}", count: 7, evidence: { "response.email": 7 } }]);
  t.strictSame([...(own[0].evidence.formerPaths as string[])].sort(), FORMER);
  t.match(own[0].summary, /^Calls to GET \/users\/\{userId\} of shop\.internal carry/);
  t.match(other, [{ template: "/users/user-1", count: 1 }]);
  t.equal(total, items.length, "those that became one are counted once");
  t.end();
});

t.test("diff names findings as both inventories are today: none was resolved by becoming one with others", (t) => {
  const file = (made: Scene): string => {
    const folder = temporaryFolder(t);
    const store = sensorStore(folder);
    store.apply(delta({ inventory: made.inventory.takeDelta(1_000), findings: made.detection.takeChanged(1_000) }));
    store.close();
    return join(folder, "sensor.sqlite");
  };
  const [before, after] = [file(scene(2)), file(scene(5))];
  for (const by of ["address", "name"]) {
    const { code, out } = run(["diff", before, after, "--by", by]);
    t.equal(code, 0);
    t.match(out, /^\+ endpoint .*GET \/users\/\{userId\}/m);
    t.notMatch(out, /finding sensitive-data/m, `by ${by}`);
  }
  t.match(run(["diff", file(new Scene().get("/x")), after]).out, /^\+ finding .*Calls to GET \/users\/\{userId\} of/m);
  t.end();
});

t.test("analyze: findings name endpoints that are in endpoints.ndjson", (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "c.pcap");
  const output = new PcapOutput(capture);
  const ends = { client: "10.0.0.1", clientPort: 40_000, server: "10.0.0.2", serverPort: 80 };
  const dialog = new TcpDialog({ ...ends, clientSequence: 1, serverSequence: 1, segmentBytes: 1_400 }, (frame) =>
    output.frame(frame),
  ).open();
  for (let user = 1; user <= 5; user++) {
    dialog.send("client", Buffer.from(`GET /users/user-${user} HTTP/1.1\r\nHost: shop.internal\r\n\r\n`));
    const head = `HTTP/1.1 200 OK\r\n${ANSWER.answerFields}Content-Length: ${ANSWER.body.length}\r\n\r\n`;
    dialog.send("server", Buffer.from(head + ANSWER.body));
  }
  dialog.close();
  output.close();
  t.equal(run(["analyze", capture, "--out", join(folder, "out")]).code, 0);
  const read = (name: string) => readFileSync(join(folder, "out", name), "utf8");
  const lines = (name: string) =>
    read(name)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  t.strictSame(
    lines("endpoints.ndjson").map((row) => row["url.template"]),
    ["/users/{userId}"],
  );
  const findings = lines("findings.ndjson");
  const found = exposures(findings);
  t.match(found, [{ "url.template": "/users/{userId}", count: 5 }]);
  t.ok(FORMER.every((path) => found[0].evidence.formerPaths.includes(path)));
  t.equal(JSON.parse(read("summary.json")).findings, findings.length);
  t.end();
});

t.test("HTML: findings stand by severity, service and time, and those of a rule that has many stand together", (t) => {
  const service = (address: string, name: string): ServiceRecord =>
    ({ kind: "service", address, port: 80, name }) as ServiceRecord;
  const finding = (id: string, rule: string, severity: Severity, server: string | undefined, lastMicros: number) =>
    ({
      ...{ kind: "finding", id, rule, severity, title: rule, summary: id, references: [], count: 1, evidence: {} },
      ...{ firstMicros: 1, lastMicros, ...(server === undefined ? {} : { serverAddress: server, serverPort: 80 }) },
    }) as FindingRecord;
  const many = Array.from({ length: 20 }, (_, at) =>
    finding(`clear-${at}`, "cleartext-http", "medium", at % 2 === 0 ? "10.0.0.1" : "10.0.0.2", 50 - at),
  );
  const few = [
    finding("none", "password-grant", "medium", undefined, 99),
    finding("late", "sensitive-data-cleartext", "medium", "10.0.0.1", 9),
    finding("first", "schema-drift", "medium", "10.0.0.2", 1),
    finding("early", "schema-drift", "medium", "10.0.0.1", 8),
    finding("worst", "unsigned-token", "critical", "10.0.0.1", 1),
    finding("high", "cleartext-http", "high", "10.0.0.1", 1),
  ];
  const ordered = inOrder([...many, ...few], [service("10.0.0.1", "zeta"), service("10.0.0.2", "alpha")]);
  const odd = many.filter((_, at) => at % 2 === 1).map(({ id }) => id);
  const even = many.filter((_, at) => at % 2 === 0).map(({ id }) => id);
  t.same(
    ordered.map(({ id }) => id),
    ["worst", "high", "first", "late", "early", "none", ...odd, ...even],
  );
  t.end();
});

t.test(
  "a finding refers to what is asked of the data that it is about, and cards are another matter than accounts",
  (t) => {
    const scene = new Scene({}, 86_400, { rules: ["ward health: WARD-[0-9]{2}"] });
    const answerFields = "Content-Type: application/json\r\n";
    const told = (path: string, body: string): string[] => {
      scene.get(path, { answerFields, body });
      const found = scene.detection.all().filter(({ rule, template }) => /^sens/.test(rule) && template === path);
      const about = /pci-dss|hipaa|gdpr/;
      return found.map(({ summary, references }) =>
        [/\((.+)\)/.exec(summary)?.[1], ...references.filter((reference) => about.test(reference))].join(" "),
      );
    };
    const iban = '{"iban":"DE89370400440532013000"}';
    const card = '{"iban":"DE89370400440532013000","card":"4111-1111-1111-1111","cvv":"123"}';
    t.same(told("/mail", ANSWER.body), ["email gdpr:32"]);
    t.same(told("/bank", iban), ["iban gdpr:32"]);
    t.same(told("/bank", card), ["iban gdpr:32", "card-verification, payment-card gdpr:32 pci-dss:4.2.1"]);
    t.same(told("/ill", '{"nhsNumber":"943 476 5919"}'), ["uk-nhs gdpr:32 hipaa:164.312(e)(1)"]);
    t.same(told("/key", '{"k":"AKIAIOSFODNN7EXAMPLE"}'), ["aws-key"]);
    t.same(
      scene.detection
        .all()
        .filter(({ template }) => template === "/bank")
        .map(({ count }) => count)
        .sort(),
      [1, 2],
      "calls with an account alone are none of cards",
    );
    // A finding of a version that told all of them of each.
    const [mail] = scene.detection.all().filter(({ template }) => template === "/mail");
    const before = { ...mail, references: [...mail.references, "pci-dss:4.2.1", "x:1"] };
    t.same(referencesOf(before), mail.references);
    t.end();
  },
);
