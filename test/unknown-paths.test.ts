import t from "tap";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import { UnknownPaths } from "../sensor/inventory/endpoint/unknown-paths.js";
import type { InventoryRow } from "../sensor/inventory/row.js";
import { mulberry32 } from "./bench/random.js";
import { strictSettings } from "./support/analysis-run.js";
import { TcpDialog } from "./support/frame-builder.js";
import { guess, wordOf } from "./support/scanner.js";
import { Scene } from "./support/scene.js";
import { frameOf } from "./support/timed-frame.js";

const HOUR = 3_600e6;
const START = 1_700_000_000_000_000;
const NAMES = "alice bob carol dave erin frank grace heidi ivan judy".split(" ");

function restarted(scene: Scene): Scene {
  const after = new Scene();
  after.inventory.restore(JSON.parse(JSON.stringify(scene.inventory.takeDelta(1_000).rows)));
  return after;
}

t.test("what was never found is no endpoint until it is, and then has its history", (t) => {
  const scene = new Scene({}, 24 * 3_600);
  scene.get("/orders/17", { atMicros: START });
  scene.get("/coming", { status: 404, client: "10.0.0.7", atMicros: START + 1 });
  scene.get("/coming", { status: 404, client: "10.0.0.8", atMicros: START + 2 });
  scene.get("/orders/18", { status: 404, atMicros: START + 3 });
  scene.exchange({ path: "/orders/18", method: "BREW", status: 501, atMicros: START + 4 });
  scene.exchange({ path: "/orders/18", method: "PUT", status: 405, atMicros: START + 5 });
  t.same(scene.templates(), ["GET /orders/{orderId} ×2"], "one that is there may say that one value is not");
  t.same([...scene.inventory.services()][0].unknownPaths, {
    calls: 4,
    statuses: { 404: 2, 405: 1, 501: 1 },
    callers: ["10.0.0.1", "10.0.0.7", "10.0.0.8"],
    callerCount: 3,
    often: { "GET /coming": 2 },
    firstMicros: START + 1,
    lastMicros: START + 5,
  });
  t.match(scene.inventory.counters, { calls_of_unknown_paths: 4, unknown_paths_not_kept: 0, endpoints: 1 });

  const rows = scene.inventory.takeDelta(1_000).rows;
  const restarted = new Scene({}, 24 * 3_600);
  restarted.inventory.restore(JSON.parse(JSON.stringify(rows)));
  t.same([...restarted.inventory.services()], [...scene.inventory.services()], "nor is it over a restart");
  restarted.get("/coming", { client: "10.0.0.9", atMicros: START + 30 * HOUR });
  const [coming] = restarted.endpoints();
  t.match(coming, { template: "/coming", calls: 3, statuses: { 200: 1, 404: 2 }, firstMicros: START + 1 });
  t.same(coming.callers, ["10.0.0.7", "10.0.0.8", "10.0.0.9"]);
  t.equal(coming.state, "new", "it is new when it answers, however long it was called for");
  t.match([...restarted.inventory.services()][0].unknownPaths, { calls: 2, statuses: { 405: 1, 501: 1 }, often: {} });
  t.end();
});

t.test("a file of before, in which what was never found is an endpoint, is put right", (t) => {
  const scene = new Scene();
  scene.get("/there").get("/nowhere", { status: 401 });
  const rows: InventoryRow[] = JSON.parse(JSON.stringify(scene.inventory.takeDelta(1_000).rows));
  for (const { record } of rows)
    if (record.kind === "endpoint" && record.template === "/nowhere") Object.assign(record, { statuses: { 404: 1 } });
  const after = new Scene();
  after.inventory.restore(rows);
  t.same(after.templates(), ["GET /there ×1"]);
  t.match(after.inventory.takeDelta(10).removals, [{ kind: "removal", method: "GET", template: "/nowhere" }]);
  after.get("/nowhere");
  t.same(after.templates(), ["GET /nowhere ×2", "GET /there ×1"]);
  t.end();
});

t.test("100,000 random paths of a scanner leave the endpoints exactly as they were", (t) => {
  const pipeline = new Pipeline(strictSettings(), {}, 1);
  const random = mulberry32(11);
  let atMicros = START;
  let clientPort = 20_000;
  const speak = (client: string, exchanges: Iterable<readonly [string, number]>): void => {
    const dialog = new TcpDialog({ client, clientPort: clientPort++ }, (bytes) =>
      pipeline.frame(frameOf({ bytes, atMicros: atMicros++ })),
    ).open();
    for (const [line, status] of exchanges) {
      dialog.send("client", `${line} HTTP/1.1\r\nHost: shop.internal\r\n\r\n`, "silent");
      dialog.send("server", `HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nok`, "silent");
    }
    dialog.close();
  };
  const real = NAMES.flatMap((name, at): [string, number][] => [
    [`GET /users/${name}`, 200],
    [`GET /api/orders/${at}/items`, 200],
    [`POST /api/orders`, 201],
    [`GET /users/${name}/repos/site-${at}`, at === 7 ? 404 : 200],
  ]);
  speak("10.0.0.1", real);
  const endpoints = (): string => JSON.stringify([...pipeline.inventory.endpoints()]);
  const before = endpoints();
  t.equal(JSON.parse(before).length, 4);
  pipeline.inventory.takeDelta(1_000);

  const seen = new Set<string>();
  while (seen.size < 100_000) {
    const lines: [string, number][] = [];
    for (let count = 0; count < 1_000 && seen.size < 100_000; count++) {
      const path = guess(random);
      if (seen.has(path)) continue;
      seen.add(path);
      // Below the users there are names: what has none says so, and that is no news.
      if (!/^\/(users|api\/orders)\//.test(path)) lines.push([`${random() < 0.9 ? "GET" : "POST"} ${path}`, 404]);
    }
    speak("10.9.9.9", lines);
  }
  t.equal(endpoints(), before);
  t.same(
    pipeline.inventory.takeDelta(1_000).rows.filter(({ record }) => record.kind === "endpoint"),
    [],
  );
  const [{ unknownPaths, calls }] = pipeline.inventory.services();
  t.match(unknownPaths, { calls: calls - real.length, callers: ["10.9.9.9"], callerCount: 1 });
  t.ok(calls > 99_000, `${calls} calls`);
  t.ok([...pipeline.inventory.services()].length === 1 && JSON.stringify(unknownPaths).length < 1_000);
  speak("10.0.0.1", real);
  pipeline.finish();
  t.same(
    [...pipeline.inventory.endpoints()].map(({ method, template, calls }) => `${method} ${template} ×${calls}`),
    [
      "POST /api/orders ×20",
      "GET /api/orders/{orderId}/items ×20",
      "GET /users/{userId} ×20",
      "GET /users/{userId}/repos/{repoId} ×20",
    ],
    "and what is called goes on as it did",
  );
  t.end();
});

for (const status of [401, 403])
  t.test(`100,000 random paths answered ${status} leave no endpoint, and what always answers so is one`, (t) => {
    const scene = new Scene();
    const random = mulberry32(status);
    for (let call = 0; call < 4; call++) scene.get("/vault/keys", { status, client: "10.0.0.2" });
    scene.get("/users/me").get("/orders/17", { status, client: "10.0.0.2" });
    scene.get("/orders/18", { status, client: "10.0.0.3" });
    const seen = new Set<string>();
    while (seen.size < 100_000) seen.add(guess(random));
    for (const path of seen) if (!path.startsWith("/orders/")) scene.get(path, { status, client: "10.9.9.9" });
    t.same(scene.templates(), ["GET /orders/{orderId} ×2", "GET /users/me ×1", "GET /vault/keys ×4"]);
    for (let call = 0; call < 3; call++) scene.get("/late/vault", { status, client: "10.0.0.2" });
    t.ok(scene.templates().includes("GET /late/vault ×3"), "called again and again it is told, scanner or not");
    t.end();
  });

t.test("what a scanner asks for and all looks like values of one parameter is no endpoint either", (t) => {
  for (const status of [401, 403]) {
    const scene = new Scene();
    for (let id = 0; id < 10; id++) scene.get("/v1/users").get(`/v1/users/${id}`);
    for (let made = 0; made < 300; made++)
      scene.get(`/${NAMES[made % 10]}-${1_000 + made * 7}`, { status, client: "10.0.9.9" });
    t.same(scene.templates(), ["GET /v1/users ×10", "GET /v1/users/{userId} ×10"], `${status}`);
    t.equal([...scene.inventory.services()][0].unknownPaths?.calls, 300, "all of them are told as unknown");
  }
  t.end();
});

t.test("a scanner's once refused paths are taken back when there are too many, and the row with them", (t) => {
  const scene = new Scene();
  scene.get("/there");
  for (let number = 0; number < 6; number++) scene.get(`/${wordOf(number * 7_919)}q/list`, { status: 401 });
  const told = scene.inventory.takeDelta(1_000).rows.filter(({ record }) => record.kind === "endpoint").length;
  for (let number = 6; number < 1_000; number++) scene.get(`/${wordOf(number * 7_919)}q/list`, { status: 401 });
  t.ok(told > 1, `${told} were told`);
  t.equal(scene.inventory.takeDelta(1_000).removals.length, told - 1);
  const { calls = 0 } = [...scene.inventory.services()][0].unknownPaths ?? {};
  t.equal(
    scene.endpoints().reduce((sum, endpoint) => sum + endpoint.calls, calls),
    1_001,
  );
  t.end();
});

t.test("answers that tell little make a bounded number of endpoints, and the others once they tell more", (t) => {
  const scene = new Scene();
  for (let number = 0; number < 1_000; number++) scene.get(`/${wordOf(number)}q/${wordOf(number)}z`, { status: 401 });
  const most = scene.templates().length;
  t.ok(most <= 200, `${most} endpoints`);
  const { calls = 0 } = [...scene.inventory.services()][0].unknownPaths ?? {};
  t.equal(
    scene.endpoints().reduce((sum, endpoint) => sum + endpoint.calls, calls),
    1_000,
    "and none is lost",
  );
  scene.get("/late/login", { status: 401 }).get("/late/login", { status: 200 });
  t.equal(
    scene.endpoints().reduce((sum, endpoint) => sum + (endpoint.statuses[200] ?? 0), 0),
    1,
  );
  const { calls: unknown = 0 } = [...scene.inventory.services()][0].unknownPaths ?? {};
  t.equal(
    scene.endpoints().reduce((sum, endpoint) => sum + endpoint.calls, unknown),
    1_002,
  );
  t.end();
});

t.test("templates that are taken back keep since when and how often they were called, over a restart as well", (t) => {
  for (const status of [401, 403]) {
    let scene = new Scene();
    let atMicros = START;
    const ask = (path: string): void => {
      atMicros += 1_000_000;
      scene.get(path, { status, client: "10.9.9.9", atMicros });
    };
    const unknown = () => [...scene.inventory.services()][0].unknownPaths;
    for (let id = 1; id <= 4; id++) ask(`/v1/orders/${id * 37}`);
    for (let number = 0; number < 60; number++) ask(`/${wordOf(number * 7_919)}q/list`);
    t.same(scene.templates(), [], "so few calls are guesses as the others are");
    t.match(unknown(), { calls: 64, often: {} }, "no template is told as a path that is called again and again");
    if (status === 403) scene = restarted(scene);
    for (let number = 60; number < 100; number++) ask(`/${wordOf(number * 7_919)}q/list`);
    for (let id = 1; id <= 40; id++) ask(`/v1/orders/${id * 41}`);
    const [orders, ...others] = scene.endpoints();
    t.match(orders, { template: "/v1/orders/{orderId}", calls: 44, statuses: { [status]: 44 } });
    t.equal(orders.firstMicros, START + 1_000_000);
    t.equal(orders.callerCount, 1);
    t.same(others, []);
    t.equal(unknown()?.calls, 100);
  }
  t.end();
});

t.test("a path that is taken back again and again keeps all of its history", (t) => {
  const paths = new UnknownPaths();
  const history = { method: "GET", path: "/vault", isFixed: false, calls: 2, statuses: { 401: 2 } };
  const times = { firstMicros: START, lastMicros: START + 5 };
  for (let caller = 1; caller <= 2; caller++)
    paths.takeBack({ ...history, callers: [`10.0.0.${caller}`], ...times, lastMicros: START + 5 * caller });
  for (let number = 0; number < 100; number++)
    paths.takeBack({ ...history, path: `/${wordOf(number)}`, calls: 1, statuses: { 401: 1 }, callers: [], ...times });
  paths.takeBack({ ...history, path: "/late", callers: [], ...times });
  const kept = [...paths.histories()];
  t.match(
    kept.find(({ path }) => path === "/vault"),
    { calls: 4, statuses: { 401: 4 }, callers: ["10.0.0.1", "10.0.0.2"], firstMicros: START, lastMicros: START + 10 },
  );
  t.ok(kept.some(({ path }) => path === "/late") && kept.length === 64, "what was called once gives way");
  t.equal(paths.record()?.calls, 106);
  t.end();
});
