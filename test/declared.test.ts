import t from "tap";
import { declaredFindings, PROTO, readDeclared, SHOP, states } from "./support/declared-files.js";
import { Scene } from "./support/scene.js";

const DAY_MICROS = 86_400e6;
const START = 1_700_000_000_000_000;

t.test("what is called takes the declared template; shadow, zombie, dormant and statuses are told", async (t) => {
  const { declared, broken, notices } = await readDeclared(t, { "shop.yaml": SHOP });
  t.same([...broken, ...notices], []);
  const scene = new Scene({ declared });
  scene.get("/v1/orders/alpha").get("/v1/orders/beta", { status: 404 }).get("/v1/orders/search");
  scene.get("/v1/orders/alpha", { status: 500 }).get("/v1/orders/a/items/b.json", { status: 418 });
  scene.exchange({ path: "/v1/orders/x1", method: "DELETE", status: 204, body: "", client: "10.0.0.7" });
  scene.exchange({ path: "/v1/orders/x2", method: "DELETE", status: 204, body: "", client: "10.0.0.8" });
  scene.get("/v1/orders/alpha/debug").get("/v1/nothing", { status: 404 }).get("/v1/secret", { status: 401 });
  scene.exchange({ path: "/v1/orders/alpha", method: "PUT" }).exchange({ path: "/v1/orders/a", method: "OPTIONS" });
  scene.exchange({ path: "/v1/orders/a", method: "HEAD", body: "" });
  t.same(states(scene), [
    "GET /v1/orders/alpha/debug shadow ×1",
    "GET /v1/orders/search active ×1",
    "DELETE /v1/orders/{id} zombie ×2",
    "GET /v1/orders/{id} active ×3",
    "HEAD /v1/orders/{id} active ×1",
    "OPTIONS /v1/orders/{id} active ×1",
    "PUT /v1/orders/{id} shadow ×1",
    "GET /v1/orders/{orderId}/items/{name}.json active ×1",
    "POST /v1/refunds dormant ×0",
    "GET /v1/secret active ×1",
  ]);
  t.same(declaredFindings(scene).sort(), [
    "shadow-endpoint medium GET /v1/orders/alpha/debug ×1",
    "shadow-endpoint medium PUT /v1/orders/{id} ×1",
    "undeclared-parameter low DELETE /v1/orders/{id} ×2",
    "undeclared-parameter low GET /v1/orders/{id} ×3",
    "undeclared-parameter low HEAD /v1/orders/{id} ×1",
    "undeclared-status low GET /v1/orders/{id} ×1",
    "zombie-endpoint medium DELETE /v1/orders/{id} ×2",
  ]);
  const zombie = scene.detection.all().find(({ rule }) => rule === "zombie-endpoint");
  t.match(zombie, { evidence: { callers: ["10.0.0.7", "10.0.0.8"], markedBy: ["file"], declared: "shop.yaml:13" } });
  const status = scene.detection.all().find(({ rule }) => rule === "undeclared-status");
  t.same(status?.evidence, { declared: "shop.yaml:9", statuses: ["200", "4XX"], "status.500": 1 });
  const order = scene.endpoints().find(({ method, template }) => method === "GET" && template === "/v1/orders/{id}");
  t.match(order, {
    parameters: [{ name: "id", type: "uuid", reason: "declared in shop.yaml:9" }],
    declaration: { isDeclared: true, file: "shop.yaml", title: "Shop", place: "shop.yaml:9" },
    drift: ["status 500 is not declared", "path parameter id is string of another format, declared uuid"],
  });
});

t.test("of tenants with the same addresses each has its own findings of what is declared", async (t) => {
  const { declared } = await readDeclared(t, { "shop.yaml": SHOP });
  const scene = new Scene({ declared });
  for (const virtualNetwork of ["vxlan 7", "vxlan 8"]) {
    scene.get("/v1/orders/alpha", { virtualNetwork, status: 500 }).get("/v1/orders/alpha/debug", { virtualNetwork });
    scene.exchange({ path: "/v1/orders/x1", method: "DELETE", status: 204, body: "", virtualNetwork });
  }
  t.same(
    scene.detection
      .all()
      .filter(({ rule }) => /^(shadow|zombie|undeclared-status)/.test(rule))
      .map(({ rule, serverAddress, virtualNetwork, count }) => `${rule} ${virtualNetwork} ${serverAddress} ×${count}`)
      .sort(),
    ["shadow-endpoint", "undeclared-status", "zombie-endpoint"].flatMap((rule) =>
      ["vxlan 7", "vxlan 8"].map((network) => `${rule} ${network} 10.0.0.2 ×1`),
    ),
  );
});

t.test("of a zombie it is told who still calls it, and until when others did", async (t) => {
  const { declared } = await readDeclared(t, { "shop.yaml": SHOP });
  const remaining = (scene: Scene) => {
    const found = scene.detection.all().find(({ rule }) => rule === "zombie-endpoint")?.evidence;
    return { callers: found?.callers, gone: found?.gone };
  };
  const first = new Scene({ declared });
  const call = (scene: Scene, days: number, ...clients: readonly string[]): void => {
    for (const client of clients)
      scene.exchange({
        ...{ path: "/v1/orders/x1", method: "DELETE", status: 204, body: "" },
        ...{ client, atMicros: START + days * DAY_MICROS },
      });
  };
  call(first, 0, "10.3.0.1", "10.3.0.2", "10.3.0.3");
  t.same(remaining(first), { callers: ["10.3.0.1", "10.3.0.2", "10.3.0.3"], gone: undefined });
  call(first, 10, "10.3.0.2");
  const at = "last 2023-11-14T22:13:20.000000Z";
  t.same(remaining(first), { callers: ["10.3.0.2"], gone: [`10.3.0.1 ${at}`, `10.3.0.3 ${at}`] });
  const second = new Scene({ declared });
  second.inventory.restore(first.inventory.takeDelta(1_000).rows);
  second.detection.restore(first.detection.all(), START);
  call(second, 60, "10.3.0.4");
  const gone = [`10.3.0.1 ${at}`, "10.3.0.2 last 2023-11-24T22:13:20.000000Z", `10.3.0.3 ${at}`];
  t.same(remaining(second), { callers: ["10.3.0.4"], gone });
  const blind = new Scene({ declared });
  call(blind, 0, "10.3.0.1", "10.3.0.2");
  blind.inventory.blindTimes.note({
    ...{ kind: "blind", interfaceName: "eth0", reason: "the sensor was not running" },
    ...{ fromMicros: START + DAY_MICROS, untilMicros: START + 50 * DAY_MICROS },
  });
  call(blind, 51, "10.3.0.2");
  t.same(remaining(blind), { callers: ["10.3.0.1", "10.3.0.2"], gone: undefined }, "two days were watched");
  t.equal(blind.endpoints().find(({ method }) => method === "DELETE")?.deprecation?.gone, undefined);
  const row = second.endpoints().find(({ method }) => method === "DELETE");
  t.same(row?.deprecation?.gone, ["10.3.0.1", "10.3.0.2", "10.3.0.3"]);
  t.same(row?.deprecation?.lastCalls, {
    "10.3.0.1": START,
    "10.3.0.2": START + 10 * DAY_MICROS,
    "10.3.0.3": START,
    "10.3.0.4": START + 60 * DAY_MICROS,
  });
});

t.test(
  "services are found by name, by the setting, by address and by procedure; scope and ignore narrow",
  async (t) => {
    const files = { "shop.yaml": SHOP, "deep/cart.proto": PROTO };
    const mapped = await readDeclared(t, files, {
      services: ["shop.yaml=10.0.0.9:81", "shop.yaml=*.mesh"],
      windowSeconds: DAY_MICROS,
    });
    const scene = new Scene({ declared: mapped.declared });
    scene.get("/v1/orders/7", { host: "elsewhere" }).get("/v1/orders/7", { server: "10.0.0.9", port: 81, host: "x" });
    scene
      .get("/v1/orders/7", { server: "10.0.0.9", host: "x" })
      .get("/v1/orders/7", { server: "10.0.0.3", host: "a.mesh" });
    const grpc = { method: "POST", fields: "Content-Type: application/grpc\r\n" };
    for (const name of ["shop.v1.Cart/Add", "shop.v1.Cart/Old", "shop.v1.Cart/Hidden", "other.Thing/Do"])
      scene.get(`/${name}`, { server: "10.0.0.4", host: "rpc", ...grpc });
    scene.get("/healthz", { server: "10.0.0.4", host: "rpc" });
    t.same(
      scene.endpoints().map(({ service, template, state }) => `${service} ${template} ${state}`),
      [
        "elsewhere /v1/orders/{orderId} active",
        "a.mesh /v1/orders/{id} active",
        "rpc /healthz active",
        "rpc /other.Thing/Do shadow",
        "rpc /shop.v1.Cart/Add active",
        "rpc /shop.v1.Cart/Hidden shadow",
        "rpc /shop.v1.Cart/Old zombie",
        "x /v1/orders/{orderId} active",
        "x /v1/orders/{id} active",
      ],
    );

    const narrowed = await readDeclared(t, files, {
      scope: "base-path",
      ignore: ["GET /v1/debug/*"],
      windowSeconds: DAY_MICROS,
    });
    const shop = new Scene({ declared: narrowed.declared });
    shop.get("/v1/debug/pprof/heap").get("/v1/hidden").get("/metrics").get("/v1").get("/v12/x");
    t.same(states(shop), [
      "GET /metrics active ×1",
      "GET /v1 shadow ×1",
      "GET /v1/debug/pprof/heap active ×1",
      "GET /v1/hidden shadow ×1",
      "GET /v12/x active ×1",
    ]);
    await t.rejects(readDeclared(t, files, { services: ["shop.yaml"] }), {
      message: /declared.services is "shop.yaml"; allowed: FILE=NAME/,
    });
    await t.rejects(readDeclared(t, files, { files: ["/nowhere.yaml"] }), {
      message: /declared.files "\/nowhere.yaml" can't be read/,
    });
    const unknown = await readDeclared(t, files, { services: ["none.yaml=a"] });
    t.same(unknown.notices, ['declared.services "none.yaml=a" names no file that is read; there is no "none.yaml"']);
  },
);

t.test(
  "a name is of its service where a fair share asks for it; counts go on when files come, change and go",
  async (t) => {
    const { declared } = await readDeclared(t, { "shop.yaml": SHOP });
    const scene = new Scene();
    for (const id of ["alpha", "beta", "gamma"]) scene.get(`/v1/orders/${id}`);
    scene.get("/v1/orders/17").get("/v1/hidden").get("/v1/orders/search");
    const before = states(scene);
    t.ok(before.includes("GET /v1/orders/alpha active ×1"));
    const services = scene.inventory.takeDelta(1_000).rows.filter(({ record }) => record.kind === "service");
    scene.inventory.declare(declared);
    t.same(states(scene), [
      "GET /v1/hidden shadow ×1",
      "GET /v1/orders/search active ×1",
      "DELETE /v1/orders/{id} deprecated ×0",
      "GET /v1/orders/{id} active ×4",
      "GET /v1/orders/{orderId}/items/{name}.json dormant ×0",
      "POST /v1/refunds dormant ×0",
    ]);
    const { rows, removals } = scene.inventory.takeDelta(1_000);
    t.same(
      removals.map(({ template, mergedInto }) => `${template} > ${mergedInto}`).sort(),
      ["alpha", "beta", "gamma", "{orderId}"].map((name) => `/v1/orders/${name} > /v1/orders/{id}`),
    );
    t.equal(rows.filter(({ record }) => record.kind === "endpoint").length, 6);
    const restarted = new Scene({ declared });
    restarted.inventory.restore([...services, ...rows]);
    t.same(restarted.endpoints(), scene.endpoints(), "the same after a restart");
    t.equal(restarted.inventory.counters.endpoints, 3);
    restarted.get("/v1/refunds", { method: "POST", status: 201 });
    const after = restarted.inventory.takeDelta(1_000);
    t.same(after.removals, [], "a row that an endpoint has now is replaced");
    t.ok(
      after.rows.some(
        ({ record }) => record.kind === "endpoint" && record.template === "/v1/refunds" && record.calls === 1,
      ),
    );

    scene.inventory.declare({ ...declared, apis: [] });
    t.same(states(scene), [
      "GET /v1/hidden active ×1",
      "GET /v1/orders/search active ×1",
      "GET /v1/orders/{id} active ×4",
    ]);
    t.same(
      scene.inventory
        .takeDelta(1_000)
        .removals.map(({ method, template }) => `${method} ${template}`)
        .sort(),
      ["DELETE /v1/orders/{id}", "GET /v1/orders/{orderId}/items/{name}.json", "POST /v1/refunds"],
    );

    const forged = new Scene({ declared });
    for (let times = 0; times < 63; times++) forged.get("/v1/hidden", { host: "10.0.0.2" });
    forged.get("/v1/hidden").get("/v1/hidden", { host: "10.0.0.2" });
    t.same(states(forged), ["GET /v1/hidden active ×65"], "one of many may send any Host");
  },
);

const PASSED_ON = `openapi: 3.0.1
info: { title: Edge, version: "1" }
servers: [{ url: "http://shop.internal/prod" }]
paths:
  /files/{proxy+}:
    x-amazon-apigateway-any-method:
      parameters: [{ name: proxy, in: path, required: true, schema: { type: string } }]
      responses: { default: { description: x } }
  /files/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { default: { description: x } }
  /never/{rest+}:
    x-amazon-apigateway-any-method: { responses: { default: { description: x } } }
    get:
      parameters: [{ name: rest, in: path, required: true, schema: { type: string } }]
      responses: { default: { description: x } }
`;

t.test(
  "what a gateway passes on whole is one declared operation, whatever the method and the rest of the path",
  async (t) => {
    const { declared, broken, notices } = await readDeclared(t, { "edge.yaml": PASSED_ON });
    t.same([...broken, ...notices], []);
    const scene = new Scene({ declared });
    for (const path of ["a", "a/b", "a/b/c.json", "17/x/"]) scene.get(`/prod/files/${path}`);
    scene
      .exchange({ path: "/prod/files/a/b", method: "DELETE", status: 204, body: "" })
      .get("/prod/files", { status: 200 });
    scene.exchange({ path: "/prod/files/a", method: "PUT" });
    const expected = [
      "GET /prod/files shadow ×1",
      "GET /prod/files/{id} active ×1",
      "PUT /prod/files/{id} shadow ×1",
      "DELETE /prod/files/{proxy+} active ×1",
      "GET /prod/files/{proxy+} active ×3",
      "ANY /prod/never/{rest+} dormant ×0",
      "GET /prod/never/{rest+} dormant ×0",
    ];
    t.same(states(scene), expected);
    const rest = scene.endpoints().find(({ template, method }) => method === "GET" && template.endsWith("+}"));
    t.match(rest, { parameters: [{ name: "proxy", reason: "declared in edge.yaml:6" }], drift: undefined });
    const restored = new Scene({ declared });
    restored.inventory.restore(scene.inventory.takeDelta(1_000).rows);
    t.same(states(restored), expected);
    restored.inventory.declare({ ...declared, apis: [] });
    t.same(
      restored.endpoints().map(({ method, template, calls }) => `${method} ${template} ×${calls}`),
      [...["GET /prod/files ×1", "DELETE /prod/files/{id} ×1", "GET /prod/files/{id} ×4"], "PUT /prod/files/{id} ×1"],
      "no call is lost with the file",
    );
    t.end();
  },
);

t.test(
  "what is not declared below a declared parameter is one endpoint, and declared words are no values",
  async (t) => {
    const resources = Array.from(
      { length: 120 },
      (_, at) => `res${"abcdefghij"[at % 10]}${"klmnopqrstuv"[Math.floor(at / 10)]}`,
    );
    const paths = resources.map(
      (name) =>
        `  /${name}/{key}:\n    get:\n      parameters: [{ name: key, in: path, required: true, schema: { type: string } }]\n      responses: { default: { description: x } }\n`,
    );
    const head =
      'openapi: 3.0.3\ninfo: { title: A, version: "1" }\nservers: [{ url: "http://shop.internal" }]\npaths:\n';
    const { declared, broken, notices } = await readDeclared(
      t,
      { "many.yaml": head + paths.join("") },
      { windowSeconds: DAY_MICROS },
    );
    t.same([...broken, ...notices], []);
    const scene = new Scene({ declared });
    for (const word of ["alpha", "beta", "gamma"]) scene.get(`/${resources[0]}/${word}/debug`);
    for (const name of resources) scene.get(`/${name}`);
    const templates = scene.templates();
    t.ok(templates.includes(`GET /${resources[0]}/{key}/debug ×3`));
    t.equal(templates.length, 121);
    const restored = new Scene({ declared });
    restored.inventory.restore(scene.inventory.takeDelta(1_000).rows);
    t.same(restored.endpoints(), scene.endpoints());
    restored.get(`/${resources[0]}/delta/debug`);
    t.ok(restored.templates().includes(`GET /${resources[0]}/{key}/debug ×4`));
  },
);

t.test("declared operations are dormant after the window, of services whose calls can be read", async (t) => {
  const { declared } = await readDeclared(t, { "shop.yaml": SHOP }, { windowSeconds: 86_400 });
  const scene = new Scene({ declared });
  scene.get("/v1/orders/search", { atMicros: START });
  t.equal(scene.inventory.takeDelta(100).rows.filter(({ record }) => record.kind === "endpoint").length, 1);
  scene.get("/v1/orders/search", { atMicros: START + DAY_MICROS });
  t.equal(scene.inventory.takeDelta(100).rows.filter(({ record }) => record.kind === "endpoint").length, 5);
  t.equal(scene.inventory.takeDelta(100).rows.length, 0);
  t.equal(scene.inventory.declaredCounters.declared_never_seen, 4);
  const elsewhere = new Scene({ declared });
  elsewhere.get("/", { host: "else", atMicros: START }).get("/", { host: "else", atMicros: START + 9 * DAY_MICROS });
  t.same(states(elsewhere), ["GET / active ×2"]);
  const blind = new Scene({ declared });
  blind.get("/v1/orders/search", { atMicros: START });
  const when = { fromMicros: START + 1e6, untilMicros: START + 9 * DAY_MICROS };
  blind.inventory.blindTimes.note({
    kind: "blind",
    interfaceName: "eth0",
    reason: "the sensor was not running",
    ...when,
  });
  blind.get("/v1/orders/search", { atMicros: START + 9 * DAY_MICROS + 1e6 });
  t.same(states(blind), ["GET /v1/orders/search active ×2"], "two seconds of the window were watched");
});
