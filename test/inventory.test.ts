import fc from "fast-check";
import t from "tap";
import { ConnectionTally } from "../sensor/inventory/connection/connection-tally.js";
import { QuantileSketch } from "../sensor/inventory/count/quantile-sketch.js";
import { addValue, newEvidence } from "../sensor/inventory/path/evidence.js";
import type { InventoryRow } from "../sensor/inventory/row.js";
import { BlindTimes } from "../shared/blind-times.js";
import type { RemovalRecord } from "../shared/event.js";
import { COMPOSED } from "./support/composed-cases.js";
import { Scene } from "./support/scene.js";
import { SIBLINGS } from "./support/sibling-cases.js";
import { NAMES, TEMPLATES } from "./support/template-cases.js";
import { UNIFORM } from "./support/uniform-cases.js";

const HOUR = 3_600e6;
const START = 1_700_000_000_000_000;

t.test("paths become templates as the evidence comes in", (t) => {
  for (const { name, paths, expected } of [...TEMPLATES, ...COMPOSED, ...SIBLINGS, ...UNIFORM]) {
    const scene = new Scene();
    for (const path of paths) scene.get(path);
    t.same(
      scene.templates(),
      expected.map((template) => `GET ${template}`),
      name,
    );
    const counted = new Set(scene.endpoints().map(({ template }) => template));
    const found = new Set(paths.map((path) => scene.inventory.templateOf("10.0.0.2", 80, path)));
    t.same([...found].sort(), [...counted].sort(), `${name}: found where it is counted`);
  }
  const kept = new Scene({ literalSegments: ["alice", "17"] });
  for (const name of NAMES) kept.get(`/users/${name}`);
  kept.get("/orders/17").get("/orders/18");
  t.same(kept.templates(), [
    "GET /orders/17 ×1",
    "GET /orders/{orderId} ×1",
    "GET /users/alice ×1",
    "GET /users/{userId} ×9",
  ]);
  t.end();
});

t.test("a parameter that had more values than it remembers takes no later one for new, whatever left it", (t) => {
  const evidence = newEvidence("word", "different values");
  for (let value = 0; value < 64; value++) t.ok(addValue(evidence, `v${value}`, "word"));
  t.notOk(addValue(evidence, "more", "word"));
  evidence.values.delete("v7");
  t.notOk(addValue(evidence, "more", "word"), "it was counted before, where nothing tells its calls apart");
  t.end();
});

t.test("a value asked for far more often than the others is a word after all, and takes its calls along", (t) => {
  const scene = new Scene();
  for (const name of NAMES) scene.get(`/users/${name}`);
  scene.get("/users/zebra", { status: 401 }).get("/users/nobody", { status: 404 });
  t.same(scene.templates(), ["GET /users/{userId} ×12"]);
  scene.inventory.takeDelta(1_000);
  for (let more = 0; more < 200; more++) scene.get("/users/zebra");
  scene.get("/users/mallory");
  t.same(scene.templates(), ["GET /users/zebra ×201", "GET /users/{userId} ×12"]);
  const [zebra, others] = scene.endpoints();
  t.same(
    [zebra.statuses, others.statuses],
    [
      { 200: 200, 401: 1 },
      { 200: 11, 404: 1 },
    ],
  );
  t.end();
});

t.test("a word that alone answers a method is no value of the others, though words like it are", (t) => {
  const scene = new Scene();
  const values = [...NAMES, "kenzo", "luis", "mona", "market", "basket"];
  for (let round = 0; round < 3; round++) for (const value of values) scene.get(`/messages/${value}`);
  for (let round = 0; round < 8; round++) scene.get("/messages/flag", { method: "POST" });
  t.same(scene.templates(), ["POST /messages/flag ×8", `GET /messages/{messageId} ×${3 * values.length}`]);
  t.end();
});

t.test("words that are called far more often than the numbers beside them are no values of theirs", (t) => {
  const scene = new Scene();
  for (let id = 100; id < 108; id++) scene.get(`/users/${id}`);
  for (const name of NAMES) scene.get(`/users/${name}`);
  t.same(scene.templates(), ["GET /users/{userId} ×18"], "once each they may be");
  for (let more = 0; more < 15; more++) for (const name of NAMES) scene.get(`/users/${name}`);
  t.same(scene.templates(), [...NAMES.map((name) => `GET /users/${name} ×16`), "GET /users/{userId} ×8"]);
  t.end();
});

t.test("a file's name inside of a path is looked up as it was counted", (t) => {
  const scene = new Scene();
  for (const name of ["Skill%20music%206.pdf", "Riot%20thrive%2013.pdf", "Rabbit%20where%203.pdf"])
    scene.get(`/folders/${name}`).get(`/folders/${name}/owner`);
  scene.get("/folders/Divide%20relax%204.pdf/owner", { status: 404 });
  t.same(scene.templates(), ["GET /folders/{folderId}.pdf ×3", "GET /folders/{folderId}/owner ×4"]);
  t.end();
});

t.test("a word in a format is looked up as it was counted, whatever letters it has", (t) => {
  const scene = new Scene().get("/casts/Mon%20Mothma.json").get("/casts/Dorm%C3%A9.json");
  t.same(scene.templates(), ["GET /casts/{castId} ×1", "GET /casts/{castId}.json ×1"]);
  t.equal(scene.inventory.templateOf("10.0.0.2", 80, "/casts/Dorm%C3%A9.json"), "/casts/{castId}");
  t.end();
});

t.test("a refused call counts where the longest fixed text behind its value says", (t) => {
  const scene = new Scene();
  for (const id of ["17", "18", "19"]) scene.get(`/records/${id}.jsonld`).get(`/records/${id}.schema.jsonld`);
  scene.get("/records/20.schema.jsonld", { status: 404 });
  t.same(scene.templates(), ["GET /records/{recordId}.jsonld ×3", "GET /records/{recordId}.schema.jsonld ×4"]);
  t.end();
});

t.test("words before a verb are no values of the words beside them, answered or refused", (t) => {
  const scene = new Scene();
  for (const name of NAMES) scene.get(`/users/${name}`);
  scene.get("/users/acme:cancel").get("/users/globex:cancel", { status: 404 });
  t.same(scene.templates(), ["GET /users/acme:cancel ×1", "GET /users/{userId} ×10"]);
  const earlier = new Scene().get("/users/acme:cancel");
  for (const name of NAMES) earlier.get(`/users/${name}`);
  t.same(earlier.templates(), scene.templates(), "whichever came first");
  t.end();
});

t.test("what was merged keeps its counts, and the reason is kept with it", (t) => {
  const scene = new Scene();
  const removals: RemovalRecord[] = [];
  for (const [index, name] of NAMES.entries()) {
    removals.push(...scene.inventory.takeDelta(1_000).removals);
    scene.get(`/users/${name}`, {
      client: `10.0.1.${index}`,
      status: index % 2 === 0 ? 200 : 404,
      tookMicros: 1_000 * (index + 1),
    });
    scene.exchange({ path: `/users/${name}/repos`, method: "POST" });
  }
  const [user, repos] = scene.endpoints();
  t.match(user, {
    template: "/users/{userId}",
    calls: 10,
    callerCount: 10,
    statuses: { 200: 5, 404: 5 },
    // Of those called before anything answered there it is not known how long they took.
    durationMillis: { count: 8, max: 10 },
    parameters: [{ name: "userId", type: "word", reason: '4 different values behind "users"', distinctValues: 10 }],
  });
  t.match(repos, { template: "/users/{userId}/repos", method: "POST", calls: 10 });
  removals.push(...scene.inventory.takeDelta(1_000).removals);
  t.ok(
    removals.some(
      (removal) => removal.template === "/users/alice/repos" && removal.mergedInto === "/users/{userId}/repos",
    ),
  );
  const untold = new Scene();
  for (const name of NAMES) untold.get(`/users/${name}`);
  t.same(untold.inventory.takeDelta(1_000).removals, [], "a row that was never told need not be taken back");
  t.end();
});

t.test("services, edges and both ends' fingerprints", (t) => {
  const scene = new Scene();
  const answerFields = "Server: nginx/1.22\r\nX-Powered-By: Express\r\nSet-Cookie: JSESSIONID=1234; Path=/\r\n";
  const fields = "User-Agent: curl/8\r\nAuthorization: Basic dXNlcjpwYXNz\r\n";
  scene.get("/a", { host: "shop.internal:8080", fields, answerFields, port: 8080 });
  scene.get("/b", { client: "8.8.8.8", host: "10.0.0.2", port: 8080 });
  scene.get("/c", { client: "10.0.0.2", server: "10.0.0.3", host: "db.internal" });
  t.match([...scene.inventory.services()][0], {
    name: "shop.internal",
    names: ["shop.internal"],
    software: ["Express", "nginx/1.22"],
    frameworks: ["Java servlet"],
    protocols: ["http1"],
    connections: 2,
    calls: 2,
    headerOrders: [/^[0-9a-f]{8}$/, /^[0-9a-f]{8}$/],
  });
  const edges = [...scene.inventory.edges()].map(
    ({ clientAddress, clientService, serverService, scope, posture, credentials, clientSoftware }) => [
      clientAddress,
      clientService,
      serverService,
      scope,
      posture,
      Object.keys(credentials).join(),
      clientSoftware.join(),
    ],
  );
  t.same(edges, [
    ["10.0.0.1", undefined, "shop.internal", "east-west", "cleartext", "basic", "curl/8"],
    ["10.0.0.2", "shop.internal", "db.internal", "east-west", "cleartext", "", ""],
    ["8.8.8.8", undefined, "shop.internal", "north-south", "cleartext", "", ""],
  ]);
  t.end();
});

t.test("a service is called by a name that one in ten asks for, whatever a few requests claim", (t) => {
  const scene = new Scene();
  const nameAfter = (calls: number, host: string): string | undefined => {
    for (let call = 0; call < calls; call++) scene.get("/a", { host });
    return [...scene.inventory.services()][0]?.name;
  };
  t.equal(nameAfter(123, "10.0.0.2"), "10.0.0.2:80");
  t.equal(nameAfter(6, "crafted"), "10.0.0.2:80");
  t.equal(nameAfter(15, "shop.internal"), "shop.internal");
  t.equal(nameAfter(5, "crafted"), "shop.internal", "the one asked for most");
  t.equal(nameAfter(100, "10.0.0.2"), "10.0.0.2:80", "its share is gone");
  const [service] = scene.inventory.services();
  t.same(service?.names, ["shop.internal", "crafted"], "all are kept");
  t.end();
});

t.test("bounds hold, and what found no room is counted", (t) => {
  const scene = new Scene({ maxServices: 2, maxEdges: 3, maxEndpoints: 4, maxCallersPerEndpoint: 2 });
  for (let client = 1; client <= 6; client++) scene.get("/x", { client: `10.0.0.${client}` });
  for (let server = 2; server <= 6; server++) scene.get(`/word${"abcdef"[server]}`, { server: `10.0.1.${server}` });
  for (const word of ["aa-b", "cc-d", "ee-f", "gg-h"]) scene.get(`/${word}`);
  const { counters } = scene.inventory;
  t.match(counters, {
    calls: 15,
    services: 2,
    edges: 3,
    endpoints: 4,
    services_refused: 4,
    edges_refused: 4,
    endpoints_refused: 2,
  });
  t.match(
    scene.endpoints().find(({ template }) => template === "/x"),
    { callers: ["10.0.0.1", "10.0.0.2"], callerCount: 6 },
  );
  t.end();
});

t.test("states follow packet time", (t) => {
  const scene = new Scene({ dormantSeconds: 48 * 3_600 }, 24 * 3_600);
  scene.get("/old", { atMicros: START }).get("/new", { atMicros: START + 30 * HOUR });
  const states = () => scene.endpoints().map(({ template, state }) => `${template} ${state}`);
  t.same(states(), ["/new new", "/old active"]);
  scene.get("/now", { atMicros: START + 60 * HOUR });
  t.same(states(), ["/new active", "/now new", "/old dormant"]);
  t.end();
});

t.test("counting goes on after a restart as if there had been none", (t) => {
  const steps = (scene: Scene, from: number): void => {
    for (let index = from; index < from + 6; index++) {
      scene.get(`/users/${NAMES[index % 10]}`, {
        client: `10.0.2.${index}`,
        atMicros: START + index,
        fields: "User-Agent: a\r\n",
      });
      scene.get(`/orders/${index}/items`, {
        status: 200 + (index % 2),
        atMicros: START + index,
        tookMicros: index * 700,
      });
    }
  };
  const whole = new Scene();
  steps(whole, 0);
  const before = new Scene();
  steps(before, 0);
  const rows: InventoryRow[] = [];
  for (let taken = before.inventory.takeDelta(3); taken.rows.length > 0; taken = before.inventory.takeDelta(3))
    rows.push(...taken.rows);
  const after = new Scene();
  after.inventory.restore(JSON.parse(JSON.stringify(rows)));
  t.same([...after.inventory.services()], [...whole.inventory.services()]);
  t.same(after.endpoints(), whole.endpoints());
  steps(whole, 6);
  steps(after, 6);
  t.same([...after.inventory.edges()], [...whole.inventory.edges()]);
  const noted = (scene: Scene) => scene.templates();
  t.same(noted(after), noted(whole));
  t.end();
});

t.test("quantiles are within 1.6 % of a value really seen, also merged and restored", (t) => {
  const sketch = new QuantileSketch();
  const other = new QuantileSketch();
  const values: number[] = [];
  let state = 12_345;
  for (let index = 0; index < 20_000; index++) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const value = Math.floor(2 ** ((state / 2 ** 31) * 45));
    values.push(value);
    (index % 2 === 0 ? sketch : other).add(value);
  }
  values.sort((a, b) => a - b);
  const restored = new QuantileSketch();
  restored.restore(sketch.state());
  restored.merge(other);
  const told = restored.quantiles();
  for (const [share, value] of [
    [0.5, told?.p50],
    [0.9, told?.p90],
    [0.99, told?.p99],
  ] as const) {
    const exact = values[Math.ceil(share * values.length) - 1];
    t.ok(Math.abs((value ?? 0) - exact) <= exact * 0.016 + 1, `${share}: ${value} for ${exact}`);
  }
  t.equal(told?.max, values.at(-1));
  t.equal(told?.count, 20_000);
  t.equal(new QuantileSketch().quantiles(), undefined);
  t.end();
});

t.test("each row tells how long between its first and last seen an interface was not captured", (t) => {
  const scene = new Scene();
  const { blindTimes } = scene.inventory;
  const blind = { kind: "blind", interfaceName: "eth0", reason: "gone" } as const;
  scene.get("/a", { atMicros: START }).get("/b", { atMicros: START + 1e6 });
  blindTimes.note({ ...blind, fromMicros: START + 2e6 });
  blindTimes.note({ ...blind, fromMicros: START + 2.5e6, isPartial: true });
  blindTimes.note({ ...blind, fromMicros: START + 2e6, untilMicros: START + 4e6 });
  blindTimes.note({ ...blind, fromMicros: START + 2.5e6, untilMicros: START + 3.5e6, isPartial: true });
  blindTimes.note({ ...blind, fromMicros: START + 3e6, untilMicros: START + 5e6, interfaceName: "eth1" });
  blindTimes.note({ ...blind, fromMicros: START + 9e6, interfaceName: "eth1" });
  blindTimes.note({ ...blind, fromMicros: START + 9.2e6, interfaceName: "eth1", isPartial: true });
  blindTimes.note({
    ...blind,
    fromMicros: START + 9.2e6,
    untilMicros: START + 9.4e6,
    interfaceName: "eth1",
    isPartial: true,
  });
  scene.get("/a", { atMicros: START + 10e6 });
  const told = { blindIntervals: 2, blindMillis: 4_000 };
  t.match([...scene.inventory.services()], [told]);
  t.match([...scene.inventory.edges()], [told]);
  t.match(scene.endpoints(), [
    { template: "/a", ...told },
    { template: "/b", blindIntervals: 0, blindMillis: 0 },
  ]);
  t.end();
});

t.test("blind times are added up as if each second were looked at", (t) => {
  const pair = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 20 }));
  const open = fc.integer({ min: 0, max: 320 });
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 30 }), fc.option(open), pair, (ended, since, [first, length]) => {
      const times = new BlindTimes();
      const blind = { kind: "blind", interfaceName: "a", reason: "r" } as const;
      for (const [from, more] of ended)
        times.note({ ...blind, fromMicros: from * 1_000, untilMicros: (from + more) * 1_000 });
      if (since !== null) times.note({ ...blind, interfaceName: "b", fromMicros: since * 1_000 });
      let blindMillis = 0;
      for (let at = first; at < first + length; at++) {
        const isBlind = ended.some(([from, more]) => at >= from && at < from + more) || (since ?? 1_000) <= at;
        if (isBlind) blindMillis++;
      }
      t.equal(times.within(first * 1_000, (first + length) * 1_000).blindMillis, blindMillis);
    }),
    { seed: 11, numRuns: 300 },
  );
  const many = new BlindTimes();
  for (let second = 0; second < 5_000; second++) {
    const fromMicros = second * 1e6;
    many.note({ kind: "blind", interfaceName: "a", reason: "r", fromMicros, untilMicros: fromMicros + 1_000 + second });
  }
  const { blindIntervals, blindMillis } = many.within(0, 5_000e6);
  t.equal(blindIntervals, 1_000, "bounded");
  t.ok(blindMillis > 5_000, `${blindMillis} ms: more than there were, never less`);
  t.end();
});

t.test("an edge's connections are counted by what they were, of however many kinds, asked for at any time", (t) => {
  const tally = new ConnectionTally();
  const kinds = Array.from({ length: 12 }, (_none, at) => ({
    posture: at % 2 === 0 ? "mtls" : "tls",
    reason: `reason ${at}`,
    group: "x25519",
    failure: undefined,
    traits: at === 3 ? (["post-quantum"] as const) : [],
  }));
  for (const kind of [...kinds, ...kinds.slice(0, 4)]) tally.add(kind);
  const first = {
    posture: "mixed",
    postureCounts: { mtls: 8, tls: 8 },
    // The first eight reasons: there is room for no more.
    clientAuthReasons: Object.fromEntries(kinds.slice(0, 8).map(({ reason }, at) => [reason, at < 4 ? 2 : 1])),
    keyExchangeGroups: { x25519: 16 },
    handshakeFailures: {},
    handshakeTraits: { "post-quantum": 2 },
  };
  t.strictSame(tally.record(), first);
  t.strictSame(tally.record(), first, "asked for again");
  tally.add(kinds[0]);
  const restored = new ConnectionTally();
  restored.restore(tally.record());
  restored.add(kinds[1]);
  t.strictSame(restored.record().postureCounts, { mtls: 9, tls: 9 });
  t.end();
});
