import t from "tap";
import { serversOf } from "../sensor/declared/server-url.js";
import { matchName } from "../sensor/detect/certificate/reference-name.js";
import type { InventoryRow } from "../sensor/inventory/row.js";
import type { Certificate } from "../sensor/protocol/message.js";
import { csv } from "../sensor/report/csv.js";
import { html } from "../sensor/report/html.js";
import type { Report } from "../sensor/report/report.js";
import { identityOf } from "../shared/record-identity.js";
import { declaredFindings, readDeclared, states } from "./support/declared-files.js";
import { enter, NO_BROWSER, shot } from "./support/page.js";
import { placed } from "./support/placed.js";
import { told } from "./support/reviewed.js";
import { Scene } from "./support/scene.js";
import { consoleWithSensor } from "./support/teller.js";

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
t.test("a name that comes to be asked for by many is held against its own file from its first call on", async (t) => {
  const { declared } = await readDeclared(t, { "store.yaml": STORE, "pets.json": PETS });
  for (let before = 1; before <= 12; before++) {
    const scene = new Scene({ declared });
    for (let pet = 0; pet < before; pet++) scene.get(`/v2/pets/${pet}`, { host: "pets.test" });
    scene.get("/orders/latest", { host: "store.test" });
    t.same(declaredFindings(scene), [], `behind ${before} calls by the other`);
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
  for (let time = 0; time < 3; time++)
    scene.get("/about", { host: "pages.test" }).get("/v2/pets/8", { host: "pets.test" });
  scene.get("/debug", { host: "store.test" }).get("/v2/pets/7", { host: "store.test" });
  scene.get("/v2/pets/9", { host: "store.test" }).get("/v2/pets/debug/dump", { host: "pets.test" });
  t.same(states(scene), [
    "GET /debug shadow ×1",
    "GET /orders/latest active ×40",
    "GET /v2/none shadow ×1",
    "GET /v2/pets/debug/dump shadow ×1",
    "GET /v2/pets/{petId} shadow ×6",
    "GET /{page} active ×3",
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

t.test(
  "one call by an invented name to what only its file has neither makes that file speak nor is told as a shadow",
  async (t) => {
    const { declared } = await readDeclared(t, { "api.yaml": API, "bank.yaml": BANK });
    const called = (...hosts: readonly (string | undefined)[]): Scene => {
      const scene = new Scene({ declared: { ...declared, windowSeconds: 0 } });
      for (let time = 0; time < 50; time++) scene.get(`/items/${time}`, { host: "api.test" });
      for (const host of hosts) scene.get("/accounts", host === undefined ? {} : { host });
      return scene;
    };
    const told = (scene: Scene): string[] =>
      scene
        .endpoints()
        .filter(({ template }) => template !== "/items/{id}" && template !== "/health")
        .map(({ template, state, declaration }) => `${template} ${state} ${declaration?.file}`);
    const bank = (calls: number): string[] => new Array(calls).fill("bank.test");
    const spoken = [
      "/accounts active bank.yaml",
      "/admin/secret dormant bank.yaml",
      "/items/{name} deprecated bank.yaml",
    ];
    const own = ["api.test", ...bank(2)];
    for (const [hosts, expected, findings] of [
      [bank(1), ["/accounts active undefined"], []],
      [bank(2), ["/accounts active undefined"], []],
      [bank(3), spoken, []],
      [own, ["/accounts shadow api.yaml"], ["shadow-endpoint medium GET /accounts ×3"]],
      [["other.test", "bank.test"], ["/accounts shadow api.yaml"], ["shadow-endpoint medium GET /accounts ×2"]],
    ] as const) {
      const scene = called(...hosts);
      t.same(told(scene), expected, hosts.join());
      t.same(declaredFindings(scene), findings, hosts.join());
      const restored = new Scene({ declared: { ...declared, windowSeconds: 0 } });
      restored.inventory.restore(scene.inventory.takeDelta(1_000).rows);
      t.same(told(restored), expected, "kept over a restart");
    }
  },
);

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
  const bank = ["bank.test", "/accounts"] as const;
  const own = made(bank, bank, bank, ["other.test", "/accounts"]);
  t.ok(states(own).includes("GET /accounts active ×4"), "what its own file has, also by a name of which none speaks");
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
      "10.1.0.6 from 10.1.0.4 (b.test is called by the same name there, and silent for 63 seconds before)",
    ],
  });
});

/** `hosts` of its only endpoint, most used first, and how many more. */
function hostsOf(scene: Scene): string {
  const [{ hosts = [], moreHosts = 0 }] = scene.endpoints();
  return `${hosts.join(" ")} +${moreHosts}`;
}

t.test("of names that whoever calls chooses those used most are told, whenever they come", (t) => {
  const scene = new Scene();
  const call = (host: string, times = 1, status = 200) => {
    for (let one = 0; one < times; one++) scene.get("/", { host, status });
  };
  for (let name = 0; name < 20; name++) call(`refused${name}.test`, 3, [400, 404, 421][name % 3]);
  call("a.test");
  t.equal(hostsOf(scene), "a.test +0", "names that were refused do not enter");
  for (let name = 0; name < 30; name++) call(`junk${name}.test`, 2);
  for (let round = 0; round < 40; round++) for (const name of ["b.test", "c.test"]) call(name);
  call("b.test");
  t.match(hostsOf(scene), /^b\.test c\.test junk\d+\.test .* \+2[45]$/, "of 33 names");
  t.equal([...scene.inventory.services()][0].name, "b.test", "the service has a name");
  const { rows } = scene.inventory.takeDelta(1_000);
  const restored = new Scene();
  restored.inventory.restore(rows);
  t.same(restored.endpoints(), scene.endpoints(), "kept over a restart");
  for (const one of [scene, restored]) one.get("/", { host: "late.test" });
  t.equal(hostsOf(restored), hostsOf(scene), "with what is counted");
  const size = () => Math.max(...scene.inventory.takeDelta(1_000).rows.map(({ state }) => state.length));
  const before = size();
  for (let name = 0; name < 5_000; name++) {
    call(`storm-${name}.test`);
    if (name % 4 === 0) call("c.test");
  }
  t.match(hostsOf(scene), /^c\.test /, "one call in five is enough");
  const more = Number(hostsOf(scene).split("+")[1]);
  t.ok(more > 4_700 && more < 5_300, `about 5,026 more: ${more}`);
  t.ok(size() < before + 500, "and the store keeps no more of it");
  t.end();
});

t.test("a name of which a part is masked names its service, and hosts that differ in that alone are one name", (t) => {
  const scene = new Scene();
  for (const person of ["4539578763621486", "4556737586899855"])
    for (let call = 0; call < 4; call++) scene.get("/a", { host: `acct-${person}.staff.test` });
  scene.get("/a", { host: "4539578763621486" });
  t.equal([...scene.inventory.services()][0].name, "acct-***.staff.test");
  t.equal(hostsOf(scene), "acct-***.staff.test +0", "what is masked as a whole is no name");
  t.end();
});

t.test("a name with the dot of the root is the same name, by whoever writes it so", (t) => {
  const scene = new Scene({ identities: { named: [], gateways: ["Shop.test."] } });
  for (const host of ["shop.test", "Shop.Test.", "shop.test.:80"]) scene.get("/a", { host });
  const [service] = [...scene.inventory.services()];
  t.strictSame([service.names, service.gateway?.ground], [["shop.test"], "configured"]);
  t.equal(hostsOf(scene), "shop.test +0");
  t.match(serversOf("https://Shop.test.:8443/v1"), [{ host: "shop.test", port: 8443, basePath: "/v1" }]);
  t.equal(matchName({ san: ["shop.test."] } as unknown as Certificate, "shop.test"), "match");
  t.end();
});

t.test("files of before names were counted say which there were", (t) => {
  const scene = new Scene();
  for (const host of ["a.test", "b.test", "a.test"]) scene.get("/", { host });
  const rows = scene.inventory.takeDelta(1_000).rows.map((row) => {
    const { hosts, ...state } = JSON.parse(row.state);
    return { ...row, state: JSON.stringify(state) };
  });
  const restored = new Scene();
  restored.inventory.restore(rows);
  restored.get("/", { host: "b.test" });
  t.equal(hostsOf(restored), "b.test a.test +0");
  t.end();
});

t.test("virtual hosts of one address are one service, and documents say what is called by which name", (t) => {
  const scene = new Scene();
  for (let order = 0; order < 5; order++) scene.get("/orders", { host: "orders.local" });
  scene.get("/bills", { host: "billing.local" }).get("/health", { host: "billing.local" });
  scene.get("/health", { host: "orders.local" }).get("/only", { host: "alone.test", server: "10.0.0.77" });
  const rows = scene.inventory.takeDelta(1_000).rows.map(({ record }) => ({ record, sensor: undefined }));
  const document = (report: Report) => [...report.write(rows, [])].join("");
  const page = document(html);
  const [, after = ""] = page.split('<h2 id="addresses-of-several-host-names">');
  const [part] = after.split("<h2");
  t.same(
    [...part.matchAll(/<tr>(<td.*)<\/tr>/g)].map(([, cells]) => cells.replace(/<[^>]*>/g, "|").replace(/\|+/g, "|")),
    ["|orders.local|10.0.0.2 80|orders.local|2|GET /orders|", "|orders.local|10.0.0.2 80|billing.local|2|GET /bills|"],
  );
  t.notMatch(part, "alone.test", "where an address has one name there is nothing to say");
  t.match(document(csv), /,GET,\/health,.*,"?billing\.local[ ;,]+orders\.local/);
  const alone = new Scene();
  alone.get("/only", { host: "alone.test" });
  const others = alone.inventory.takeDelta(1_000).rows.map(({ record }) => ({ record, sensor: undefined }));
  t.notMatch([...html.write(others, [])].join(""), "several host names");
  t.end();
});

t.test("the page finds an endpoint by any name that it is called by", { skip: NO_BROWSER }, async (t) => {
  const scene = new Scene();
  for (let order = 0; order < 5; order++) scene.get("/orders", { host: "orders.local" });
  scene.get("/bills", { host: "billing.local" });
  const { console, sensor } = await consoleWithSensor(t);
  await sensor.tell(told(scene));
  const { page, troubles } = await enter(t, console.setupLink ?? "");
  await page.click('nav button:text-is("Endpoints")');
  await page.fill("input[placeholder=Filter]", "billing");
  const rows = page.locator("main tbody tr");
  await rows.filter({ hasText: "/orders" }).waitFor({ state: "detached" });
  t.match(await rows.allTextContents(), [/^orders\.local\s*billing\.local.*\/bills/]);
  await shot(page, "endpoints-by-host");
  t.same(troubles, []);
});

t.test("virtual hosts are one service, by whatever name a file gives it", (t) => {
  const shop = { name: "shop", ground: "configured" as const, at: "10.0.0.2", ports: [80] };
  const scene = new Scene({ identities: { named: [shop] } });
  for (const host of ["shop.internal", "www.shop.internal", "cart.internal"])
    for (let time = 0; time < 4; time++) scene.get("/cart", { host });
  t.match([...scene.inventory.services()], [{ name: "shop", calls: 12 }]);
  t.match(scene.endpoints(), [{ service: "shop", template: "/cart", calls: 12 }]);
  t.end();
});

t.test("many host names push no column of the list out of sight", { skip: NO_BROWSER }, async (t) => {
  const { console, sensor } = await consoleWithSensor(t);
  const scene = new Scene();
  for (let at = 0; at < 8; at++) scene.get("/accounts", { host: `tenant-${at}.accounts.example.internal` });
  await sensor.tell(told(scene));
  const { page } = await enter(t, console.setupLink ?? "");
  await page.click('nav button:text-is("Endpoints")');
  await page.locator("main tbody tr").first().click();
  await page.locator("aside.detail").waitFor();
  const table = "document.querySelector('.scroll')";
  t.ok(await page.evaluate(`${table}.scrollWidth <= ${table}.clientWidth`));
});
