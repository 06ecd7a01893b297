import t from "tap";
import { littleOf, SURE } from "../sensor/inventory/endpoint/little-told.js";
import { Sieve } from "../sensor/inventory/endpoint/sieve.js";
import type { PathNode } from "../sensor/inventory/path/path-node.js";
import { PathTree } from "../sensor/inventory/path/path-tree.js";
import { addUse, addUses, type ValueUse } from "../sensor/inventory/path/value-use.js";
import type { InventoryRow } from "../sensor/inventory/row.js";
import { mulberry32 } from "./bench/random.js";
import { GUESSES, guess, wordOf } from "./support/scanner.js";
import { type Exchanged, Scene } from "./support/scene.js";

const HTML = "Content-Type: text/html\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";
const RESOURCES =
  "orders carts users items bills trips rooms seats cards plans tasks files notes pages links shops".split(" ");

const NAMES = "alice bob carol dave erin frank grace heidi ivan judy".split(" ");

const OPERATIONS = RESOURCES.flatMap((one) => ["start", "stop", "list"].map((verb) => `/v1/${one}/${verb}`));

function unknownCalls(scene: Scene): number {
  return [...scene.inventory.services()][0].unknownPaths?.calls ?? 0;
}

/** Keeps rows as a store does. */
class Kept {
  readonly #rows = new Map<string, InventoryRow>();

  /** What the sensor is after it was ended and begun again. */
  restart(scene: Scene): Scene {
    this.take(scene);
    const after = new Scene();
    after.inventory.restore([...this.#rows.values()].map((row) => JSON.parse(JSON.stringify(row))));
    return after;
  }

  /** Says which endpoints were taken back. */
  take(scene: Scene): string[] {
    const { rows, removals } = scene.inventory.takeDelta(100_000);
    for (const { method, template } of removals) this.#rows.delete(`endpoint ${method} ${template}`);
    for (const row of rows) this.#rows.set(keyOf(row), row);
    return removals.map(({ method, template }) => `${method} ${template}`);
  }

  endpoints(): string[] {
    return [...this.#rows.keys()].filter((key) => key.startsWith("endpoint")).sort();
  }
}

function keyOf({ record }: InventoryRow): string {
  if (record.kind === "endpoint") return `endpoint ${record.method} ${record.template}`;
  return record.kind === "edge" ? `edge ${record.clientAddress}` : record.kind;
}

t.test("a service that fails for an hour keeps what was found there, and what only failed comes when it is up", (t) => {
  const scene = new Scene();
  const ask = (paths: readonly string[], status: number): void =>
    paths.forEach((path) => void scene.exchange({ method: "POST", path, status, body: "" }));
  const known = OPERATIONS.slice(0, 15);
  for (let round = 0; round < 3; round++) ask(known, 204);
  for (let round = 0; round < 2; round++) ask(OPERATIONS, 503);
  t.same(
    scene
      .endpoints()
      .map(({ template, calls }) => `${template} ${calls}`)
      .sort(),
    known.map((path) => `${path} 5`).sort(),
  );
  ask(OPERATIONS, 201);
  t.equal(scene.templates().length, OPERATIONS.length);
  t.end();
});

t.test("what was deleted and answered with nothing is there after a restart, whoever asks for leave", (t) => {
  const scene = new Scene();
  for (const path of OPERATIONS) scene.exchange({ method: "DELETE", path, status: 204, body: "" });
  const after = new Kept().restart(scene);
  for (const path of OPERATIONS) after.exchange({ method: "OPTIONS", path: `${path}-all`, status: 204, body: "" });
  t.same(
    after
      .endpoints()
      .map(({ method, template }) => `${method} ${template}`)
      .sort(),
    OPERATIONS.map((path) => `DELETE ${path}`).sort(),
  );
  t.end();
});

t.test("a slow scanner leaves nothing either, however often the sensor is restarted", (t) => {
  const login = { status: 302, answerFields: "Location: /login\r\n", body: "" };
  for (const nothing of [{ status: 403 }, login, { answerFields: HTML, body: "<html><app-root/></html>" }]) {
    let scene = new Scene().get("/v1/orders").get("/v1/orders/17");
    const kept = new Kept();
    for (let number = 0; number < 200; number++) {
      scene.get(`/${wordOf(number * 7_919)}q/list`, { ...nothing, client: "10.9.9.9" });
      if (number % 12 === 11) scene = kept.restart(scene);
    }
    const left = scene.endpoints().length - 2;
    // That a path was answered with a page, and with which, is not kept of those that are no endpoints.
    t.ok(left <= (nothing.status === undefined ? 16 : 0), `${left} left`);
    t.equal(unknownCalls(scene), 200 - left);
    kept.take(scene);
    t.same(
      kept.endpoints(),
      scene
        .endpoints()
        .map((one) => `endpoint ${one.method} ${one.template}`)
        .sort(),
    );
  }
  t.end();
});

t.test("whoever asks for leave, for news or for the head of what is there does not guess", (t) => {
  const scene = new Scene();
  for (const [at, path] of OPERATIONS.entries()) {
    scene.exchange({ method: "OPTIONS", path, status: 204, body: "", client: "10.0.0.7" });
    scene.get(path, { answerFields: HTML, body: "x".repeat(100 + at) });
    for (const method of ["OPTIONS", "HEAD"])
      scene.exchange({ method, path, status: method === "HEAD" ? 200 : 204, answerFields: HTML, body: "" });
    scene.get(`${path}/late`, { status: 304, answerFields: HTML, body: "" });
  }
  for (const method of ["OPTIONS", "HEAD", "GET"])
    t.equal(
      scene.endpoints().filter((one) => one.method === method && !one.template.endsWith("late")).length,
      48,
      method,
    );
  t.equal(scene.endpoints().filter(({ template }) => template.endsWith("late")).length, 48, "nothing changed");
  t.end();
});

t.test("of a page whose size was not seen nobody says that it is the same as another", (t) => {
  t.equal(littleOf({ status: 200, method: "GET", credentials: [], responseContentType: "text/html" }), SURE);
  t.end();
});

t.test("of ways to answer a scanner a bounded number is kept, however many it guesses at", (t) => {
  const sieve = new Sieve();
  for (let way = 1; way <= 100; way++)
    for (let number = 0; number < 20; number++) sieve.sortOf(way, "GET", `/${wordOf(number * 7_919)}q`, "10.9.9.9");
  t.ok(sieve.guessesOf(100).hasGuessers);
  t.notOk(sieve.guessesOf(50).hasGuessers);
  t.end();
});

t.test("a scanner that goes deep has as many guesses as one that does not", (t) => {
  const scene = new Scene().get("/v1/orders");
  for (let number = 0; number < 100; number++)
    scene.get(`${"/a".repeat(20)}/${wordOf(number * 7_919)}q`, { status: 403, client: "10.9.9.9" });
  t.same(scene.templates(), ["GET /v1/orders ×1"]);
  t.end();
});

/** An answer that has what was asked for in it. */
function echoed(path: string, copies: number): Partial<Exchanged> {
  return { answerFields: JSON_TYPE, body: `{"status":0${`,"path":"${path}"`.repeat(copies)}}` };
}

t.test(
  "a scanner that asks with numbers leaves nothing where JSON has the asked path in it, nor after a restart",
  (t) => {
    for (const copies of [1, 2])
      for (const addresses of [1, 30]) {
        let scene = new Scene();
        const random = mulberry32(3);
        for (let number = 0; number < 1_500; number++) {
          const path = guess(random);
          scene.get(path, { ...echoed(path, copies), client: `10.9.9.${9 + (number % addresses)}` });
          const body = `{"id":${number},"name":"${wordOf(number * 7_919)}"}`;
          scene.get(`/shop/${RESOURCES[number % 16]}/${number}`, { answerFields: JSON_TYPE, body });
          if (number === 40) scene = new Kept().restart(scene);
        }
        const templates = scene.templates().map((line) => line.replace(/ ×.*/, ""));
        t.same(templates, RESOURCES.map((one) => `GET /shop/${one}/{${one.slice(0, -1)}Id}`).sort(), `${addresses}`);
      }
    t.end();
  },
);

t.test("whoever calls operations once each loses none to a scanner that is answered alike", (t) => {
  const scene = new Scene();
  const answer = { answerFields: JSON_TYPE, body: '{"ok":true}' };
  const called = RESOURCES.flatMap((one) => ["start", "stop", "lock", "open"].map((verb) => `/v1/${one}/${verb}`));
  for (const path of called) scene.exchange({ method: "POST", path, ...answer, client: "10.0.0.1" });
  const random = mulberry32(4);
  for (let number = 0; number < 600; number++) scene.get(guess(random), { ...answer, client: "10.9.9.9" });
  t.same(
    scene.endpoints().map(({ template }) => template),
    called.sort(),
  );
  t.end();
});

t.test("where a gateway carries the calls of all, what is called after a scan is found", (t) => {
  const scene = new Scene();
  const random = mulberry32(9);
  const nothing = { status: 204, body: "" };
  for (let number = 0; number < 1_000; number++) scene.get(guess(random), nothing);
  for (let round = 0; round < 150; round++)
    for (const path of OPERATIONS.slice(0, 20)) scene.exchange({ method: "POST", path, ...nothing });
  t.equal(scene.templates().length, 20);
  t.end();
});

t.test("what was called often once is no guess any more, though it was guessed before", (t) => {
  const scene = new Scene();
  const kept = new Kept();
  for (let round = 0; round < 60; round++) {
    for (const path of OPERATIONS) scene.exchange({ method: "POST", path, status: 204, body: "" });
    t.same(kept.take(scene), [], `round ${round}`);
  }
  t.equal(kept.endpoints().length, OPERATIONS.length);
  t.end();
});

/** Everything below a node that counts for another one, and what is counted itself. */
function below(node: PathNode<ValueUse[]>): { values: number; counted: PathNode<ValueUse[]>[] } {
  const all = { values: 0, counted: [] as PathNode<ValueUse[]>[] };
  for (const child of node.children()) {
    const { values, counted } = below(child);
    all.values += values + (child.alias === undefined ? 0 : 1);
    if (child.leaf !== undefined) counted.push(child);
    all.counted.push(...counted);
  }
  return all;
}

t.test("as many values are remembered as there are, whatever comes and is given back", (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = mulberry32(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
    const tree = new PathTree<ValueUse[]>(
      {
        uses: (leaf) => leaf,
        merge: (from, into) => {
          into.leaf ??= [];
          addUses(into.leaf, from);
          return from.map((use) => ({ ...use, statuses: new Map(use.statuses) }));
        },
        split: (uses, _, to) => {
          to.leaf ??= [];
          addUses(to.leaf, uses);
        },
      },
      new Set(),
    );
    const forms = [
      () => pick(GUESSES),
      () => pick(NAMES),
      () => String(Math.floor(random() * 500)),
      () => `${pick(NAMES)}-${pick(GUESSES)}`,
      () => wordOf(Math.floor(random() * 1e6)),
      () => `${pick(GUESSES)}.${pick(["json", "php", "xml"])}`,
      () => `${Math.floor(random() * 99)}${pick([".json", ":cancel", ".xml"])}`,
      () => `Things(${Math.floor(random() * 9)})`,
      () => Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join(""),
    ];
    for (let call = 0; call < 400; call++) {
      const length = 1 + Math.floor(random() * 4);
      const path = Array.from({ length }, (_, at) => (at === 0 && random() < 0.7 ? pick(GUESSES) : pick(forms)()));
      const use = { method: "GET", status: 200, atMicros: call };
      const found = tree.find(`/${path.join("/")}`);
      const { target } = found;
      target.leaf ??= [];
      addUse(target.leaf, use);
      if (found !== target) tree.count(found, use);
      if (random() >= (seed % 2 === 0 ? 0 : 0.02)) continue;
      for (const node of below(tree.root).counted) if (random() < 0.5) node.leaf = undefined;
      tree.prune();
    }
    t.equal(tree.values, below(tree.root).values, `${seed}`);
  }
  t.end();
});
