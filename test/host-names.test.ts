import t from "tap";
import type { InventoryRow } from "../sensor/inventory/row.js";
import { identityOf } from "../shared/record-identity.js";
import { declaredFindings, readDeclared, states } from "./support/declared-files.js";
import { placed } from "./support/placed.js";
import { Scene } from "./support/scene.js";

const PETS = JSON.stringify({
  swagger: "2.0",
  info: { title: "Pets", version: "1" },
  host: "pets.test",
  basePath: "/v2",
  schemes: ["http"],
  paths: { "/pets/{petId}": { get: { responses: { 200: { description: "ok" } } } } },
});
const STORE = `openapi: 3.1.0
info: { title: Store, version: 1 }
servers: [{ url: "http://store.test/" }]
paths:
  /orders/latest: { get: { responses: { "200": { description: ok } } } }
`;
const PAGES = `openapi: 3.1.0
info: { title: Pages, version: 1 }
servers: [{ url: "http://pages.test/" }]
paths:
  /{page}: { get: { responses: { "200": { description: ok } } } }
`;
t.test("a file holds for calls by a host name of its own, however few they are at their address", async (t) => {
  const { declared } = await readDeclared(t, { "store.yaml": STORE, "pets.json": PETS, "pages.yaml": PAGES });
  for (const times of [0, 1, 5, 20, 40]) {
    const scene = new Scene({ declared });
    for (let pet = 0; pet < 12; pet++) {
      scene.get(`/v2/pets/${pet}`, { host: "pets.test" });
      for (let call = 0; call < times; call++) scene.get("/orders/latest", { host: "store.test" });
    }
    const expected = times === 0 ? [] : [`GET /orders/latest active ×${12 * times}`];
    t.same(states(scene), [...expected, "GET /v2/pets/{petId} active ×12"], `${times} to one`);
    t.same(declaredFindings(scene), [], `${times} to one`);
    const restored = new Scene({ declared });
    restored.inventory.restore(scene.inventory.takeDelta(1_000).rows);
    t.same(restored.endpoints(), scene.endpoints(), "kept over a restart");
  }
});
t.test("what a file has of a host name that few ask for is nothing that the others may be called for", async (t) => {
  const files = { "store.yaml": STORE, "pets.json": PETS, "pages.yaml": PAGES };
  const { declared } = await readDeclared(t, files);
  const scene = new Scene({ declared });
  for (let call = 0; call < 40; call++) scene.get("/orders/latest", { host: "store.test" });
  // A scanner tries names, and one that is answered by whoever answers all.
  for (let name = 0; name < 100; name++) scene.get("/", { host: `n${name}.test`, status: 404 });
  scene.get("/v2/none", { host: "pets.test" }).get("/v2/pets/1", { host: "pets.test", status: 404 });
  scene.get("/about", { host: "pages.test" }).get("/debug", { host: "store.test" });
  scene.get("/v2/pets/7", { host: "store.test" }).get("/v2/pets/8", { host: "pets.test" });
  scene.get("/v2/pets/9", { host: "store.test" }).get("/v2/pets/debug/dump", { host: "pets.test" });
  t.same(states(scene), [
    "GET /debug shadow ×1",
    "GET /orders/latest active ×40",
    "GET /v2/none shadow ×1",
    "GET /v2/pets/debug/dump shadow ×1",
    "GET /v2/pets/{petId} shadow ×4",
    "GET /{page} active ×1",
  ]);
  const told = scene.endpoints().map(({ template, hosts, declaration }) => `${template} ${hosts} ${declaration?.file}`);
  t.same(told, [
    "/debug store.test store.yaml",
    "/orders/latest store.test store.yaml",
    "/v2/none pets.test pets.json",
    "/v2/pets/debug/dump pets.test pets.json",
    "/v2/pets/{petId} pets.test,store.test store.yaml",
    "/{page} pages.test pages.yaml",
  ]);
  const restored = new Scene({ declared });
  restored.inventory.restore(scene.inventory.takeDelta(1_000).rows);
  t.same(restored.endpoints(), scene.endpoints(), "kept over a restart");
  const later = new Scene();
  for (const { template, hosts = [] } of scene.endpoints())
    later.get(template.replace(/\{\w+\}/, "7"), { host: hosts[0] });
  later.inventory.declare(declared);
  t.equal(
    later.endpoints().find(({ template }) => template === "/v2/pets/{petId}")?.state,
    "active",
    "files that come later",
  );
});

const API = `openapi: 3.0.3
info: { title: api, version: "1" }
servers: [{ url: "http://api.test" }]
paths:
  /health: { get: { responses: { "200": { description: ok } } } }
  /items/{id}: { get: { responses: { "200": { description: ok } } } }
`;
const BANK = `openapi: 3.0.3
info: { title: bank, version: "1" }
servers: [{ url: "http://bank.test" }]
paths:
  /health: { get: { responses: { "200": { description: ok } } } }
  /items/{name}: { get: { deprecated: true, responses: { "200": { description: ok } } } }
  /accounts: { get: { responses: { "200": { description: ok } } } }
  /admin/secret: { get: { responses: { "200": { description: ok } } } }
`;
t.test("an invented host name hides no endpoint that the file of the service does not have", async (t) => {
  const { declared } = await readDeclared(t, { "api.yaml": API, "bank.yaml": BANK });
  const made = (...invented: readonly (readonly [host: string, path: string])[]): Scene => {
    const scene = new Scene({ declared });
    const call = (path: string, host = "api.test") => void scene.get(path, { host });
    for (let time = 0; time < 50; time++) {
      call(`/items/${time}`);
      call("/health");
    }
    for (const [host, path] of invented) call(path, host);
    for (let time = 0; time < 6; time++) call("/admin/secret");
    return scene;
  };
  const usual = ["GET /health active", "GET /items/{id} active ×50"];
  const health = made(["bank.test", "/health"]);
  t.same(states(health), ["GET /admin/secret shadow ×6", `${usual[0]} ×51`, usual[1]], "nor brings what another has");
  t.same(declaredFindings(health), ["shadow-endpoint medium GET /admin/secret ×6"]);
  const names = ["bank.test", "a", "b", "c", "d", "e", "f", "g", "h"].map((host) => [host, "/admin/secret"] as const);
  for (const invented of [names.slice(0, 1), names]) {
    const scene = made(...invented);
    const secret = () => states(scene).find((one) => one.includes("/admin/secret"));
    t.equal(secret(), `GET /admin/secret shadow ×${6 + invented.length}`, `${invented.length} names`);
    const restored = new Scene({ declared });
    restored.inventory.restore(scene.inventory.takeDelta(1_000).rows);
    t.same(restored.endpoints(), scene.endpoints(), "kept over a restart");
  }
  const own = made(["bank.test", "/accounts"], ["other.test", "/accounts"]);
  t.ok(states(own).includes("GET /accounts active ×2"), "what its own file has, also by a name of which none speaks");
});

t.test(
  "of an address that another service was given only what is the old one's goes, and each has its name",
  async (t) => {
    const AT = 1_700_000_000_000_000;
    const scene = new Scene();
    const call = (server: string, host: string, path: string, second: number) =>
      scene.get(path, { server, host, atMicros: AT + second * 1e6 });
    const names = (one: Scene) =>
      [...one.inventory.services()].map(({ address, name, nameConfidence }) => `${address} ${name} ${nameConfidence}`);
    for (let second = 0; second < 20; second++) {
      call("10.1.0.4", "m2.test", `/m2/${second}`, second);
      call("10.1.0.4", "m2.test", "/health", second);
      call("10.1.0.3", "idle.test", "/idle", second);
    }
    for (let second = 100; second < 140; second++) {
      call("10.1.0.4", "other.test", `/other/${second}`, second);
      call("10.1.0.4", "other.test", "/health", second);
      call("10.1.0.3", "next.test", "/next", second);
    }
    t.strictSame(names(scene), ["10.1.0.3 next.test 0.9", "10.1.0.4 other.test 0.9"], "before it is seen elsewhere");
    const kept = new Map<string, InventoryRow>();
    for (const row of scene.inventory.takeDelta(1_000).rows) kept.set(identityOf(row.record), row);
    const restored = new Scene();
    restored.inventory.restore([...kept.values()]);
    for (const one of [scene, restored]) {
      for (let second = 140; second < 160; second++) {
        const atMicros = AT + second * 1e6;
        one.get(`/m2/${second}`, { server: "10.1.0.5", host: "m2.test", atMicros });
        one.get("/health", { server: "10.1.0.4", host: "other.test", atMicros });
      }
      t.strictSame(names(one), ["10.1.0.3 next.test 0.9", "10.1.0.4 other.test 0.9", "10.1.0.5 m2.test 0.9"]);
      t.strictSame(placed(one), {
        endpoints: [
          "10.1.0.3 next.test /idle ×20",
          "10.1.0.3 next.test /next ×40",
          "10.1.0.4 other.test /health ×13",
          "10.1.0.4 other.test /other/{otherId} ×40",
          "10.1.0.5 m2.test /health ×67",
          "10.1.0.5 m2.test /m2/{m2Id} ×40",
        ],
        moves: [
          "m2.test of 10.1.0.4 to 10.1.0.5 (host 0.6)",
          "10.1.0.5 from 10.1.0.4 (m2.test is called by the same name there, and silent for 128 seconds before)",
        ],
      });
    }
  },
);

t.test("one of several names of an address that goes to its own takes along what was called by it alone", async (t) => {
  const AT = 1_700_000_000_000_000;
  const scene = new Scene();
  for (let second = 0; second < 200; second++) {
    const atMicros = AT + second * 1e6;
    const server = second < 90 ? "10.1.0.4" : "10.1.0.6";
    scene.get("/a", { server: "10.1.0.4", host: "a.test", atMicros });
    scene.get("/both", { server: "10.1.0.4", host: "a.test", atMicros });
    for (const path of ["/b", "/both"]) scene.get(path, { server, host: "b.test", atMicros });
  }
  t.strictSame(placed(scene), {
    endpoints: [
      "10.1.0.4 a.test /a ×200",
      "10.1.0.4 a.test /both ×290",
      "10.1.0.6 b.test /b ×200",
      "10.1.0.6 b.test /both ×110",
    ],
    moves: [
      "b.test of 10.1.0.4 to 10.1.0.6 (host 0.6)",
      "10.1.0.6 from 10.1.0.4 (b.test is called by the same name there, and silent for 64 seconds before)",
    ],
  });
});
