import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import { loadDeclared } from "../sensor/command/declared-files.js";
import type { Declared, DeclaredApi } from "../sensor/declared/declared-api.js";
import { RouteTable } from "../sensor/inventory/declared/route-table.js";
import { defaultSettings } from "../shared/config/settings.js";
import { temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";

const DAY_MICROS = 86_400e6;
const START = 1_700_000_000_000_000;

const SHOP = `openapi: 3.0.3
info: { title: Shop, version: "1" }
servers:
  - url: http://shop.internal/v1
paths:
  /orders/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string, format: uuid } }
    get:
      responses:
        "200": { description: one order }
        4XX: { description: none }
    delete:
      deprecated: true
      responses: { "204": { description: gone } }
  /orders/{orderId}/items/{name}.json:
    get:
      parameters:
        - { name: orderId, in: path, required: true, schema: { type: string } }
        - { name: name, in: path, required: true, schema: { type: string } }
      responses: { default: { description: anything } }
  /orders/search:
    get:
      responses: { "200": { description: found } }
  /refunds:
    post:
      responses: { "201": { description: made } }
`;

/** Reads files given by name and text; what is told of them. */
async function read(t: { teardown(action: () => void): void }, files: Readonly<Record<string, string | Buffer>>, settings: Partial<Given> = {}) {
  const folder = temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const broken: string[] = [];
  const notices: string[] = [];
  const loaded = await loadDeclared(
    { ...defaultSettings().declared, files: [folder], ...settings },
    { broken: (text) => broken.push(text), notice: (text) => notices.push(text) },
  );
  const declared: Declared = loaded?.declared ?? { apis: [], scope: "service", ignore: [], windowSeconds: 0, filesBroken: 0 };
  return { declared: { ...declared, windowSeconds: settings.windowSeconds ?? 0 }, broken, notices };
}

type Given = ReturnType<typeof defaultSettings>["declared"];

/** `GET /v1/orders/{id} shadow ×3` for each row. */
function states(scene: Scene): string[] {
  return scene.endpoints().map(({ method, template, state, calls }) => `${method} ${template} ${state} ×${calls}`);
}

function findings(scene: Scene): string[] {
  return scene.detection
    .all()
    .filter(({ rule }) => /^(shadow|zombie|undeclared)/.test(rule))
    .map(({ rule, severity, method, template, count }) => `${rule} ${severity} ${method} ${template} ×${count}`);
}

function outline({ file, kind, version, servers, operations }: DeclaredApi): string[] {
  const places = servers.map(({ host, port, basePath }) => `${host ?? "-"}:${port ?? "-"}${basePath}`);
  return [
    `${file} ${kind} ${version} at ${places.join(" ")}`,
    ...operations.map(
      ({ method, template, place, isDeprecated, responses }) =>
        `${method} ${template} ${place}${isDeprecated ? " deprecated" : ""} ${Object.keys(responses).join()}`,
    ),
  ];
}

t.test("what is called takes the declared template; shadow, zombie, dormant and statuses are told", async (t) => {
  const { declared, broken, notices } = await read(t, { "shop.yaml": SHOP });
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
    "GET /v1/nothing active ×1",
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
  t.same(findings(scene).sort(), [
    "shadow-endpoint medium GET /v1/orders/alpha/debug ×1",
    "shadow-endpoint medium PUT /v1/orders/{id} ×1",
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
    drift: ["status 500 is not declared"],
  });
});
