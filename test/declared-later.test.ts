import t from "tap";
import { newRoute, RouteTable } from "../sensor/inventory/declared/route-table.js";
import { valuesIn } from "../sensor/inventory/declared/template-values.js";
import { openapi } from "../sensor/report/openapi.js";
import type { StoredRow } from "../sensor/store/stored-row.js";
import type { EndpointRecord } from "../shared/event.js";
import { declaredFindings, readDeclared, SHOP, states } from "./support/declared-files.js";
import { Scene } from "./support/scene.js";

const DAY_MICROS = 86_400e6;
const START = 1_700_000_000_000_000;

function rowOf(record: EndpointRecord): StoredRow {
  return { record, sensor: undefined };
}

t.test("what answers said of their end is taken back once they say it no more", (t) => {
  const scenes = [new Scene()];
  const answer = (days: number, answerFields = "", status = 200): void =>
    void scenes[0].get("/w", { answerFields, status, atMicros: START + days * DAY_MICROS });
  const state = (): string | undefined => states(scenes[0])[0];
  const mark = `Deprecation: @${START / 1e6 - 10}\r\n`;
  answer(0, mark);
  for (let time = 0; time < 9; time++) answer(0.5);
  t.equal(state(), "GET /w zombie ×10", "another server behind the address may say it still");
  for (let time = 0; time < 5; time++) answer(2, mark);
  for (let time = 0; time < 5; time++) answer(4, "", 503);
  for (let time = 0; time < 2; time++) answer(4);
  t.equal(state(), "GET /w zombie ×22");
  const later = new Scene();
  later.inventory.restore(scenes[0].inventory.takeDelta(1_000).rows);
  scenes[0] = later;
  answer(4);
  t.equal(state(), "GET /w active ×23");
  answer(5, mark);
  t.equal(state(), "GET /w zombie ×24");
  t.end();
});

t.test("a word that a file comes to declare beside a parameter gets the calls that it had", async (t) => {
  const users = (more: string): string => `openapi: 3.0.3
info: { title: a, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
${more}  /users/{id}: { get: { responses: { "200": { description: ok } } } }
`;
  const word = (path: string): string => `  ${path}: { get: { responses: { "200": { description: ok } } } }\n`;
  const before = await readDeclared(t, { "a.yaml": users("") });
  const after = await readDeclared(t, { "a.yaml": users(`${word("/users/me")}${word("/users/export")}`) });
  const call = (scene: Scene, from: number): void => {
    for (let time = from; time < from + 100; time++) {
      scene.get(`/users/${time}`).get("/users/me", { status: time % 2 === 0 ? 200 : 404 });
      // Names fill what there is room for.
      scene.get(`/users/${String.fromCharCode(97 + (time % 26), 97 + ((time / 26) % 26))}name`);
    }
    for (let time = 0; time < 5; time++) scene.get("/users/export");
  };
  const first = new Scene({ declared: before.declared });
  call(first, 0);
  t.same(states(first), ["GET /users/{id} active ×305"]);
  const restarted = new Scene({ declared: after.declared });
  restarted.inventory.restore(first.inventory.takeDelta(1_000).rows);
  first.inventory.declare(after.declared);
  for (const [name, scene] of Object.entries({ reloaded: first, restarted })) {
    t.same(
      states(scene),
      ["GET /users/export active ×5", "GET /users/me active ×100", "GET /users/{id} active ×200"],
      name,
    );
    t.match(scene.endpoints()[1].statuses, { 200: 50, 404: 50 });
    call(scene, 1_000);
    t.same(states(scene).at(1), "GET /users/me active ×200", name);
    scene.inventory.declare(before.declared);
    t.same(states(scene), ["GET /users/{id} active ×610"], "and gives them back");
  }
});

t.test("Deprecation and Sunset on the wire: from their time on, whatever files say", (t) => {
  const scene = new Scene();
  const at = (path: string, answerFields: string, days = 0): void =>
    void scene.get(path, { answerFields, atMicros: START + days * DAY_MICROS });
  at("/since", `Deprecation: @${START / 1e6 - 10}\r\n`);
  at("/announced", `Deprecation: @${START / 1e6 + 86_400 * 100}\r\nSunset: Wed, 01 Jan 2025 00:00:00 GMT\r\n`);
  at("/draft", "Deprecation: true\r\n");
  at("/odd", "Deprecation: version=v1\r\nSunset: soon\r\n");
  at("/not", "Deprecation: false\r\nSunset: soon\r\n");
  at("/ended", "Sunset: Mon, 13 Nov 2023 00:00:00 GMT\r\n");
  at("/iso", "Deprecation: 2023-11-01T00:00:00Z\r\n");
  at("/quiet", "Deprecation: ?1\r\n");
  at("/ending", "Sunset: Wed, 01 Jan 2025 00:00:00 GMT\r\n");
  for (const path of ["/since", "/announced", "/draft", "/odd", "/not", "/ended", "/iso"]) at(path, "", 31);
  t.same(states(scene), [
    "GET /announced deprecated ×2",
    "GET /draft zombie ×2",
    "GET /ended zombie ×2",
    "GET /ending deprecated ×1",
    "GET /iso zombie ×2",
    "GET /not active ×2",
    "GET /odd zombie ×2",
    "GET /quiet deprecated ×1",
    "GET /since zombie ×2",
  ]);
  t.same(declaredFindings(scene).sort(), [
    "zombie-endpoint high GET /ended ×2",
    "zombie-endpoint medium GET /draft ×2",
    "zombie-endpoint medium GET /iso ×2",
    "zombie-endpoint medium GET /odd ×2",
    "zombie-endpoint medium GET /quiet ×1",
    "zombie-endpoint medium GET /since ×2",
  ]);
  t.equal(
    scene.detection.all().find(({ severity }) => severity === "high")?.summary,
    "GET /ended of shop.internal is deprecated, was to go away on 2023-11-13, and is still called.",
  );
  const announced = scene.endpoints().find(({ template }) => template === "/announced");
  t.same(announced?.deprecation, {
    marks: ["header"],
    fromMicros: START + 100 * DAY_MICROS,
    sunsetMicros: 1_735_689_600_000_000,
    lastCalls: { "10.0.0.1": START + 31 * DAY_MICROS },
  });
  const ending = scene.endpoints().find(({ template }) => template === "/ending");
  t.same(ending?.deprecation, {
    marks: ["header"],
    sunsetMicros: 1_735_689_600_000_000,
    lastCalls: { "10.0.0.1": START },
  });
  t.equal(scene.detection.all().find(({ template }) => template === "/ended")?.evidence?.since, undefined);
  const document = JSON.parse([...openapi.write(scene.endpoints().map(rowOf), [])].join(""));
  const marked = Object.keys(document.paths).filter((path) => document.paths[path].get.deprecated === true);
  t.same(marked.sort(), ["/draft", "/ended", "/ending", "/iso", "/odd", "/quiet", "/since"], "not what is to be later");
  const restored = new Scene();
  restored.inventory.restore(scene.inventory.takeDelta(1_000).rows);
  t.same(restored.endpoints(), scene.endpoints(), "kept over a restart");
  t.end();
});

t.test(
  "a declared operation that calls may have been for whose host was not read is not said to be dormant",
  async (t) => {
    const api = (host: string): string =>
      `openapi: 3.1.0\ninfo: { title: ${host}, version: 1 }\nservers: [{ url: "http://${host}.test/" }]\npaths:\n  /items/{id}: { get: { responses: { default: { description: ok } } } }\n`;
    const { declared } = await readDeclared(t, { "a.yaml": api("a"), "b.yaml": api("b") }, { windowSeconds: 0 });
    const told = (unread: string, ...names: readonly string[]): string[] => {
      const scene = new Scene({ declared });
      // The names of one address are called often, and one of them is at another address as well.
      for (let times = 0; times < 5; times++) for (const host of names) scene.get("/other", { host });
      scene.get("/other", { server: "10.0.0.3", host: "b.test" });
      const answer = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok";
      if (unread !== "")
        scene.speak([
          ["client", unread],
          ["server", answer],
        ]);
      const restored = new Scene({ declared });
      restored.inventory.restore(scene.inventory.takeDelta(1_000).rows);
      t.same(states(restored), states(scene), "kept over a restart");
      return states(scene).filter((state) => state.includes("dormant"));
    };
    const dormant = "GET /items/{id} dormant ×0";
    const item = "GET /items/7 HTTP/1.0\r\n";
    t.same(told("", "a.test", "b.test"), [dormant, dormant]);
    t.same(told(`${item}\r\n`, "a.test", "b.test"), [], "either's");
    t.same(told(`${item}\r\n`), [], "of no known name, and so of any");
    t.same(told(`${item}\r\n`, "a.test"), [dormant], "of another name");
    t.same(told(`${item}Host: a.test\r\n\r\n`, "a.test", "b.test"), [dormant], "it was read whose");
    t.same(told("DELETE /items/7 HTTP/1.0\r\n\r\n", "a.test", "b.test"), [dormant, dormant], "another method");
    t.same(told("GET /items/7/parts HTTP/1.0\r\n\r\n", "a.test", "b.test"), [dormant, dormant], "another path");
  },
);

t.test("what was never found becomes an endpoint once it is declared, with its history", async (t) => {
  const { declared } = await readDeclared(t, { "shop.yaml": SHOP });
  const scene = new Scene();
  scene.get("/v1/orders/search", { status: 404 }).get("/v1/orders/search", { status: 404, client: "10.0.0.9" });
  scene.get("/v1/else", { status: 404 }).exchange({ path: "/v1/refunds", method: "BREW", status: 405 });
  t.same(states(scene), []);
  scene.inventory.declare(declared);
  t.match(
    scene.endpoints().filter(({ calls }) => calls > 0),
    [
      {
        method: "GET",
        template: "/v1/orders/search",
        calls: 2,
        callers: ["10.0.0.1", "10.0.0.9"],
        statuses: { 404: 2 },
      },
    ],
  );
  t.match([...scene.inventory.services()][0].unknownPaths, { calls: 2, statuses: { 404: 1, 405: 1 } });
  scene.inventory.declare({ ...declared, apis: [] });
  t.same(states(scene), [], "and none again without the file");
  const guessed = new Scene({ declared });
  for (let times = 0; times < 3; times++)
    guessed.exchange({ path: "/v1/orders/search", method: "HEAD", status: 404, body: "" });
  const called = (): string[] => states(guessed).filter((one) => !one.endsWith("×0"));
  t.same(called(), [], "no file has HEAD: what GET would answer is not known of a guess");
  guessed.exchange({ path: "/v1/orders/search", method: "HEAD", body: "" });
  t.same(called(), ["HEAD /v1/orders/search active ×4"]);
  t.match([...scene.inventory.services()][0].unknownPaths, { calls: 4, often: { "GET /v1/orders/search": 2 } });
});

t.test("paths fit the most concrete template, decoded, with a slash forgiven, in bounded work", (t) => {
  const table = new RouteTable<string>();
  const templates = [
    ...[
      "/",
      "/a/{x}/c",
      "/a/b/d",
      "/a/{x}",
      "/files/{name}.json",
      "/files/{name}",
      "/report({id})",
      "/t/{a}-{b}.{c}",
      "/caf%C3%A9",
      "/x/",
      "/r/{name+}",
      "/r/{name+}/tags/list",
      "/r/{name+}/blobs/{id}",
      "/r/{one}/{two}/only",
    ],
  ];
  for (const template of templates) table.add(template, (text) => newRoute(text, text));
  t.equal(table.add("/a/{other}/c", (text) => newRoute(text, "new")).template, "/a/{x}/c", "names tell nothing apart");
  const fits = (path: string): string => table.find(path)?.template ?? "-";
  t.same(
    ["/", "/a/b/c", "/a/b/d", "/a/b/e", "/a/", "/a/b/", "/files/x.json", "/files/.json", "/files/x", "/report(7)"].map(
      fits,
    ),
    [
      "/",
      "/a/{x}/c",
      "/a/b/d",
      "-",
      "-",
      "/a/{x}",
      "/files/{name}.json",
      "/files/{name}",
      "/files/{name}",
      "/report({id})",
    ],
  );
  t.same(["/t/1-2.3", "/t/1-2", "/t/-.", "/café", "/caf%c3%a9", "/x", "/a;v=1/b;w/c", "/%zz"].map(fits), [
    ...["/t/{a}-{b}.{c}", "-", "-", "/caf%C3%A9", "/caf%C3%A9", "/x/", "/a/{x}/c", "-"],
  ]);
  t.equal(fits(`/${"a/".repeat(200)}`), "-");
  t.same(
    ["/r/a", "/r/a/b/", "/r/", "/r/a/b/tags/list", "/r/a/tags", "/r/a/b/c/blobs/7", "/r/a/b/only", "/r/{name+}"].map(
      fits,
    ),
    [
      ...["/r/{name+}", "/r/{name+}", "-", "/r/{name+}/tags/list", "/r/{name+}", "/r/{name+}/blobs/{id}"],
      ...["/r/{one}/{two}/only", "/r/{name+}"],
    ],
  );
  t.same(
    [
      valuesIn("/r/{name+}", "/r/a/b/"),
      valuesIn("/r/{name+}/blobs/{id}", "/r/a/b/blobs/7"),
      valuesIn("/r/{name+}/tags", "/r/tags"),
    ],
    [["a/b/"], ["a/b", "7"], []],
  );
  t.end();
});
