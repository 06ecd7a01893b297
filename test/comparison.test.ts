import t from "tap";
import { PastRecords } from "../console/store/past-records.js";
import { Reviews } from "../console/store/reviews.js";
import { cyclonedx } from "../sensor/report/cyclonedx.js";
import { differenceOf, type InventoryRecord } from "../shared/difference.js";
import { noteSentences } from "../shared/difference-notes.js";
import type { HealthRecord } from "../shared/health.js";
import type { MovedService } from "../shared/moved-service.js";
import { endpointIdentity } from "../shared/record-identity.js";
import { compareFacts, keptFacts, type ReviewedFacts } from "../shared/reviewed-facts.js";
import { run } from "./support/program.js";
import { FACTS } from "./support/review-cases.js";
import { reviewed, told } from "./support/reviewed.js";
import { Scene } from "./support/scene.js";
import { consoleWithSensor, NOW } from "./support/teller.js";

const DAY = 86_400e6;
const AT = NOW - 30 * DAY;
const BEARER = "Authorization: Bearer abcdefgh\r\n";
const dayOf = (micros: number): string => new Date(micros / 1_000).toISOString().slice(0, 10);

t.test("a comparison tells callers that came and went, and calls that carry less", async (t) => {
  const scene = new Scene();
  scene.get("/orders", { fields: BEARER, atMicros: AT });
  const { console, sensor } = await reviewed(t, scene);
  const { database } = console.store;
  const before = `${database.name}.before`;
  database.prepare("VACUUM INTO ?").run(before);
  scene.get("/orders", { client: "10.0.0.9", atMicros: NOW });
  await sensor.tell(told(scene));
  const diff = (...flags: string[]): string | undefined =>
    run(["diff", before, database.name, ...flags])
      .out.split("\n")
      .find((line) => line.startsWith("~ endpoint"));
  const rest = "calls with a credential → with a credential, without one of a known kind; access unseen → mixed";
  const place = "~ endpoint 10.0.0.2:80 GET /orders";
  t.equal(diff(), `${place}: callers 10.0.0.1 → 10.0.0.1, 10.0.0.9; ${rest}`);
  t.equal(diff("--gone-after", "7"), `${place}: callers 10.0.0.1 → 10.0.0.9; ${rest}`, "whose edge has gone is gone");
  t.equal(diff("--by", "name"), `~ endpoint shop.internal GET /orders: ${rest}`, "by name they are who they were");
  for (let at = 0; at < 80; at++) scene.get("/orders", { client: `10.0.3.${at}`, atMicros: NOW });
  await sensor.tell(told(scene));
  t.match(diff(), /; callers 10\.0\.0\.1 → 10\.0\.0\.1, 10\.0\.0\.9, .*, 18 more; |: callers .*, 18 more; /);
});

t.test("who was not seen while the sensor was not running has not gone", async (t) => {
  const scene = new Scene();
  scene.get("/orders", { atMicros: AT - 10 * DAY }).get("/orders", { client: "10.0.0.9", atMicros: AT - 10 * DAY });
  const { console, sensor, history } = await reviewed(t, scene);
  const file = console.store.database.name;
  scene.get("/orders", { client: "10.0.0.9", atMicros: NOW });
  const off = { kind: "blind", interfaceName: "eth0", reason: "the sensor was not running" } as const;
  await sensor.tell([...told(scene), { ...off, fromMicros: AT - 10 * DAY + 1, untilMicros: NOW - 5 * DAY }]);
  t.same((await history("/orders")).gone, []);
  t.match(run(["diff", file, file, "--gone-after", "7"]).out, /^no difference/);
  const before = `${file}.before`;
  console.store.database.prepare("VACUUM INTO ?").run(before);
  const diff = (days: string) => run(["diff", before, file, "--gone-after", days]).out;
  t.match(diff("7"), /^no difference/);
  scene.get("/orders", { client: "10.0.0.9", atMicros: NOW + 3 * DAY });
  await sensor.tell(told(scene));
  t.same((await history("/orders")).gone, ["10.0.0.1"], "eight days were watched");
  t.match(diff("7"), /^- edge 10\.0\.0\.1 > 10\.0\.0\.2:80/);
});

t.test("both ends of a time within one minute are told with their seconds", async (t) => {
  const one = (fromMicros: number, untilMicros: number): string[] =>
    noteSentences({
      unwatched: [
        {
          ...{
            interfaceName: "eth0",
            fromMicros,
            untilMicros,
            unwatchedMicros: untilMicros - fromMicros,
            isAtLeast: false,
          },
          longest: { fromMicros, untilMicros, reason: "the interface is down" },
        },
      ],
    });
  const at = Date.UTC(2026, 10, 30, 23, 44, 5) * 1_000;
  t.same(one(at, at + 9e6), [
    "Nothing was watched on eth0 between 2026-11-30T23:44:05Z and 2026-11-30T23:44:14Z: the interface is down",
  ]);
  t.same(one(at, at + 60e6), [
    "Nothing was watched on eth0 between 2026-11-30T23:44Z and 2026-11-30T23:45Z: the interface is down",
  ]);
});

t.test("two days between which nothing was watched can't be compared, and what was not watched is told", async (t) => {
  const scene = new Scene().get("/orders", { atMicros: AT });
  const { console, sensor } = await reviewed(t, scene);
  const { database } = console.store;
  for (const table of ["service", "edge", "endpoint", "finding"])
    database.exec(`UPDATE ${table} SET since_micros = ${AT}`);
  database.exec(`UPDATE history SET began_micros = ${AT}`);
  const endOf = (days: number): number => (Math.floor(AT / DAY) + days + 1) * DAY;
  const eth0 = { name: "eth0", state: "capturing", frames: 9, dropped: 0, restarts: 0 } as const;
  const health = (startedMicros: number, atMicros: number): HealthRecord => ({
    ...{ kind: "health", startedMicros, atMicros, version: "1", lagMillis: 0, rssBytes: 1, cpuPercent: 0 },
    ...{ undecoded: {}, interfaces: [eth0], counters: {} },
  });
  const off = { kind: "blind", interfaceName: "eth0", reason: "the sensor was not running" } as const;
  const [wentMicros, cameMicros] = [endOf(1) + DAY / 2, endOf(4) - DAY / 4];
  await sensor.tell([health(AT, wentMicros), health(cameMicros, NOW)]);
  await sensor.tell([{ ...off, fromMicros: wentMicros, untilMicros: cameMicros }]);
  const diff = (oldDay: number, newDay: number, ...more: string[]) => {
    const days = ["--old-at", dayOf(endOf(oldDay) - 1), "--new-at", dayOf(endOf(newDay) - 1)];
    return run(["diff", database.name, database.name, ...days, "--fail-on", "any", ...more]);
  };
  const nothing =
    /--new-at "20.*": nothing was watched between 20.*T23:59Z and 20.*T23:59Z \(the sensor was not running\): .*; name/;
  t.match(diff(2, 3), { code: 2, out: "", error: nothing });
  t.match(diff(3, 2), { code: 2, out: "", error: nothing });
  t.match(diff(0, 1), { code: 0, out: "no difference\n" }, "all of it was watched");
  t.match(diff(3, 3), { code: 0, out: "no difference\n" }, "a day is as itself");
  const words =
    /^! Nothing was watched on eth0 of node-1 for 54\.0 h of 72\.0 h between 20.*, the longest from 20.* until 20.*: the sensor was not running\nno difference\n$/;
  t.match(diff(1, 4), { code: 0, out: words });
  t.match(diff(1, 4, "--format", "markdown").out, /^\*\*Nothing was watched on eth0 of node-1 for 54\.0 h/);
  t.match(JSON.parse(diff(1, 4, "--format", "json").out), {
    ...{ changes: [], notes: { length: 1 } },
    unwatched: [{ sensor: "node-1", interface: "eth0", seconds: 54 * 3_600, reason: "the sensor was not running" }],
  });
  const empty = await consoleWithSensor(t);
  const blank = empty.console.store.database.name;
  t.match(run(["diff", database.name, blank]), {
    code: 2,
    out: "",
    error: /has not seen a frame: .*; name one of a sensor/,
  });
  t.match(run(["diff", blank, database.name]), { code: 2, out: "", error: /has not seen a frame/ });
  await empty.sensor.tell([health(AT, NOW)]);
  t.match(run(["diff", database.name, blank]), { code: 0, out: /\n0 added, 3 removed, 0 changed\n$/ }, "it saw frames");
});

t.test("what is said between two days is the same whenever it is asked", async (t) => {
  const scene = new Scene();
  const orders = (atMicros: number) => scene.get("/orders", { atMicros });
  const stock = (atMicros: number) => scene.get("/stock", { server: "10.0.0.5", host: "stock.internal", atMicros });
  orders(AT);
  stock(AT);
  const { console, sensor } = await reviewed(t, scene);
  const { database } = console.store;
  for (const table of ["service", "edge", "endpoint", "finding"])
    database.exec(`UPDATE ${table} SET since_micros = ${AT}`);
  database.exec(`UPDATE history SET began_micros = ${AT}, silences_micros = ${AT}`);
  const [old, then] = [dayOf(AT + DAY), dayOf(NOW - 3 * DAY)];
  const diff = (goneAfter: string, newAt = then) => {
    const days = ["--old-at", old, "--new-at", newAt, "--gone-after", goneAfter];
    return run(["diff", database.name, database.name, ...days, "--fail-on", "removed"]);
  };
  const seen = async (called: (atMicros: number) => unknown, atMicros: number) => {
    called(atMicros);
    await sensor.tell(told(scene));
  };
  await seen(orders, NOW - 4 * DAY);
  const first = diff("7");
  t.match(
    first.out,
    /^- service 10\.0\.0\.5:80: stock\.internal\n- edge [\s\S]*\n- endpoint 10\.0\.0\.5:80 GET \/stock/,
  );
  t.match(first, { code: 1, out: /\n0 added, \d removed, 0 changed\n$/ });
  await seen(stock, NOW);
  await seen(orders, NOW);
  t.same(diff("7"), first, "what came back later was gone then all the same");
  t.match(diff("7", dayOf(NOW)).out, /no difference/, "and it is back today");
  t.match(diff("27").out, /no difference/, "it was gone for less than that");
  t.match(diff("0.5"), { code: 2, error: /"0\.5" must be 1 or more with --old-at .* less than a day nothing is kept/ });

  const [record] = told(orders(NOW + 1)).filter(({ kind }) => kind === "endpoint") as InventoryRecord[];
  const [sensorId] = database.prepare<[], string>("SELECT id FROM sensor").pluck().all();
  const few = new PastRecords(database, new Reviews(database), 2);
  if (record.kind !== "endpoint") throw new Error("no endpoint");
  few.put({ kind: "endpoint", sensor: sensorId, identity: endpointIdentity(record) }, record, NOW);
  t.ok((database.prepare<[], number>("SELECT count(*) FROM silence").pluck().get() ?? 9) <= 2, "there is a bound");
  t.match(diff("7"), {
    code: 2,
    error: /--gone-after with --old-at .* was not kept then; this console has it from 20/,
  });
});

t.test("by name a service that moved is the one it was, and where it left nothing is no other", (t) => {
  const scene = new Scene();
  for (let times = 0; times < 3; times++) scene.get("/orders", { fields: BEARER, atMicros: AT + times });
  const before = scene.inventory.takeDelta(100).rows.map(({ record }) => record) as InventoryRecord[];
  const movedTo: MovedService = { address: "10.0.0.9", ground: "kubernetes", confidence: 1, reason: "", atMicros: AT };
  const elsewhere = before.map((record): InventoryRecord => {
    if (record.kind === "service") return { ...record, address: "10.0.0.9" };
    return record.kind === "certificate" ? record : { ...record, serverAddress: "10.0.0.9" };
  });
  const left = before.flatMap((record): InventoryRecord[] => {
    if (record.kind === "service") return [{ ...record, name: "was.internal", movedTo }];
    return record.kind === "endpoint" ? [] : [record];
  });
  const compare = (after: readonly InventoryRecord[]) => {
    const rows = (records: readonly InventoryRecord[]) => records.map((record) => ({ record }));
    return differenceOf(rows(before), rows(after), "name").map(({ change, kind, subject }) => [change, kind, subject]);
  };
  t.same(compare([...left, ...elsewhere]), []);
  const told = (records: readonly InventoryRecord[]): string[] =>
    JSON.parse(
      [
        ...cyclonedx.write(
          records.map((record) => ({ record, sensor: undefined })),
          [],
        ),
      ].join(""),
    ).services.map(({ name }: { readonly name: string }) => name);
  t.same(told([...left, ...elsewhere]), told(before), "nor is it one in CycloneDX");
  t.same(told(left), ["was.internal"], "but where it came nowhere");
  t.same(compare([...elsewhere, ...left]), [], "in whatever order they are told");
  const stays = before.filter(({ kind }) => kind === "endpoint");
  t.match(
    compare([...left, ...stays, ...elsewhere])[0],
    ["added", "service", "was.internal"],
    "something is left there",
  );
  const lost = compare(left);
  t.ok(
    lost.some(([change, , subject]) => change === "added" && subject === "was.internal"),
    "nor if it came nowhere",
  );
  t.end();
});

t.test("what is compared of more than before is no change of rows that were kept before", async (t) => {
  const scene = new Scene();
  scene.get("/orders", { atMicros: AT });
  const { console, sensor, of } = await reviewed(t, scene);
  const { database } = console.store;
  const { version } = await of("/orders");
  database.exec("UPDATE endpoint SET compared = 'of a version before', since_micros = 1");
  await sensor.tell(told(scene.get("/orders", { atMicros: AT })));
  t.equal((await of("/orders")).version, version);
  t.equal(database.prepare("SELECT since_micros FROM endpoint").pluck().get(), 1);
  t.equal(database.prepare("SELECT count(*) FROM past WHERE kind = 'endpoint'").pluck().get(), 0);
});

t.test("all of a service that came after the first approval is new", async (t) => {
  const scene = new Scene();
  scene.get("/orders", { atMicros: AT }).get("/old", { server: "10.0.0.6", atMicros: AT });
  const { console, sensor, of, say } = await reviewed(t, scene);
  await say("/orders", { action: "approve" });
  const later = (Date.now() + 2_000) * 1_000;
  for (const path of ["/refunds", "/admin"]) scene.get(path, { server: "10.0.0.7", atMicros: later });
  await sensor.tell(told(scene));
  const status = async (path: string) => (await of(path)).review.status;
  t.same([await status("/refunds"), await status("/admin")], ["new", "new"]);
  t.equal(await status("/old"), "unreviewed", "it was there when somebody looked");
  await say("/refunds", { action: "own", text: "payments" });
  const out = run(["export", "--format", "ndjson", "--database", console.store.database.name]).out;
  t.match(out, /"review\.status":"new"[^\n]*"review\.owner":"payments"/, "exports say the same");
});

t.test("what a list at its bound can't tell is told to be so, and never to be as it was", (t) => {
  const compare = (seen: Partial<ReviewedFacts>, now: Partial<ReviewedFacts>) =>
    compareFacts(keptFacts({ ...FACTS, ...seen }), { ...FACTS, calls: 2, ...now });
  const many = (callerCount: number) => ({ hasMoreCallers: true, callerCount });
  const names = (from: number, until: number) => Array.from({ length: until - from }, (_, at) => `query.f${from + at}`);
  const fields = (from: number, until: number) => ({ fields: names(from, until), fieldCount: until - from });
  const drift = { drift: Array.from({ length: 32 }, (_, at) => `status ${at} is not declared`) };
  const { callerCount, ...beforeCounts } = { ...FACTS, hasMoreCallers: true };
  const { fieldCount, ...beforeFieldCounts } = { ...FACTS, fields: names(0, 300) };
  for (const [what, { changes, untold }, told] of [
    ["callers counted anew", compare(many(70), many(66)), /^whether others call it: of 70 callers not all were listed/],
    ["others on the list", compare(many(70), { ...many(70), callers: ["b"] }), /they are counted anew$/],
    ["more than marks tell apart", compare(many(5_000), many(5_000)), /a new one among 5,000 is not always counted/],
    ["approved before there was a count", compareFacts(beforeCounts, { ...FACTS, ...many(70), calls: 2 }), /not kept/],
    ["fewer fields", compare(fields(0, 400), fields(0, 350)), /^whether it has new fields: there were 400/],
    ["approved before fields were counted", compareFacts(beforeFieldCounts, { ...FACTS, calls: 2 }), /new fields: how/],
    ["as many differences as are told", compare(drift, drift), /^whether it differs from its files in more/],
  ] as const) {
    t.strictSame([changes, untold.length], [[], 1], what);
    t.match(untold[0], told, what);
  }
  t.strictSame(compare(many(70), { ...many(66), calls: 1 }), { changes: [], untold: [] }, "not called since");
  t.strictSame(compare(fields(0, 400), fields(0, 410)).changes, ["new fields: 10 beside the 400 of before"]);
  t.strictSame(compare(fields(0, 299), fields(0, 301)).changes, ["new fields: query.f299, query.f300"]);
  t.strictSame(compare(fields(0, 300), fields(1, 301)).changes, ["new fields: query.f300"]);
  const [cut] = compare(fields(0, 0), fields(0, 100)).changes;
  t.match(cut, /, query\.f63 and 36 more$/);
  t.end();
});
