import t from "tap";
import { readDeclared, SHOP, states } from "./support/declared-files.js";
import { Scene } from "./support/scene.js";

const DAY_MICROS = 86_400e6;
const START = 1_700_000_000_000_000;

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
