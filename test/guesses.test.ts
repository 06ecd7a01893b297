import t from "tap";
import { mulberry32 } from "./bench/random.js";
import { GUESSES, guess, wordOf } from "./support/scanner.js";
import { type Exchanged, Scene } from "./support/scene.js";

const NAMES = "alice bob carol dave erin frank grace heidi ivan judy".split(" ");

const HTML = "Content-Type: text/html\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";

/** How services answer what is not there, beside 404: to where one signs in, in words of their own, or with the same page for everything. */
const NOTHING: readonly (readonly [string, Partial<Exchanged>])[] = [
  ["sent to where one signs in", { status: 302, answerFields: "Location: /login\r\n", body: "" }],
  ["told that it is gone", { status: 410 }],
  ["answered by a server that fails", { status: 500 }],
  ["refused by a firewall for applications", { status: 406 }],
  ["told that it must pay", { status: 402 }],
  ["told that it is a teapot", { status: 418 }],
  ["answered with nothing", { status: 204, body: "" }],
  ["answered with one page", { answerFields: HTML, body: "<html><app-root/></html>" }],
];

/** Answers of whoever looked at what is there, but for some services. */
const SOUND: readonly (readonly [string, Partial<Exchanged>])[] = [
  ["answered that all is well", { answerFields: JSON_TYPE, body: '{"ok":true}' }],
  ["told that something was made", { status: 201, answerFields: JSON_TYPE, body: '{"ok":true}' }],
  ["told that it is not the time", { status: 409 }],
];

const DOCUMENTS = "getting-started api-keys rate-limits webhooks errors pagination sdks changelog".split(" ");

/** What clients with credentials call, and what is open to all. */
function work(scene: Scene, round: number): void {
  const client = `10.0.0.${1 + (round % 5)}`;
  const fields = "Authorization: Bearer 9f3KxQ2vLm7Tz\r\n";
  const id = 4_000 + round * 37;
  for (const path of ["/api/orders", `/api/orders/${id}`, `/api/orders/${id}/items`, `/api/customers/${id}`])
    scene.get(path, { client, fields });
  scene.exchange({ method: "DELETE", path: `/api/orders/${id}`, status: 204, body: "", client, fields });
  scene.exchange({ method: "POST", path: "/login", status: 303, body: "", client });
  scene.get(`/docs/${DOCUMENTS[round % 8]}`, { client }).get("/health", { client });
}

/** Paths that a scanner asks for, which are neither orders nor asked for before. */
function* guesses(below: readonly string[], random: () => number, seen: Set<string>): Generator<string> {
  for (let made = 0; made < 60; made++) {
    const path = `${below[made % below.length]}${guess(random)}`;
    // Orders have numbers: what has none by such a one says so, and that is no news.
    if (seen.has(path) || /^\/api\/orders(\/(\d+|[0-9a-f]{32}))?$/.test(path)) continue;
    seen.add(path);
    yield path;
  }
}

function unknownCalls(scene: Scene): number {
  return [...scene.inventory.services()][0].unknownPaths?.calls ?? 0;
}

/** A service that clients use, and from some round on somebody scans below some paths; and the same one without the scanner. */
function scanned(answer: Partial<Exchanged>, below: readonly string[], seed: number, addresses = 1) {
  const [scene, alone] = [new Scene(), new Scene()];
  const random = mulberry32(seed);
  const seen = new Set<string>();
  for (let round = 0; round < 40; round++) {
    work(scene, round);
    work(alone, round);
    if (round < 5) continue;
    for (const path of guesses(below, random, seen))
      scene.get(path, { ...answer, client: `10.9.9.${9 + (seen.size % addresses)}` });
  }
  return { scene, alone, seen };
}

/** After a restart. */
function scannedAgain(scene: Scene, nothing: Partial<Exchanged>): Scene {
  const restarted = new Scene();
  restarted.inventory.restore(JSON.parse(JSON.stringify(scene.inventory.takeDelta(1_000).rows)));
  for (let number = 0; number < 300; number++)
    restarted.get(`/${wordOf(number * 7_919)}q/list`, { ...nothing, client: "10.9.9.9" });
  return restarted;
}

for (const [name, nothing] of NOTHING)
  t.test(`a scanner that is ${name} leaves what others call as it is`, (t) => {
    const { scene, alone, seen } = scanned(nothing, ["", "/api", "/docs", "/api/orders"], name.length);
    const told = (one: Scene) => one.endpoints().map((row) => [row.method, row.template, row.calls, row.statuses]);
    t.same(told(scene), told(alone));
    t.equal(unknownCalls(scene), seen.size, "all of them are told as unknown");
    for (let call = 0; call < 3; call++) scene.get("/late/page", { ...nothing, client: "10.0.0.2" });
    t.equal(
      scene.templates().includes("GET /late/page ×3"),
      nothing.status !== 410,
      "called again and again it is told",
    );
    const before = scene.endpoints().length;
    t.equal(scannedAgain(scene, nothing).endpoints().length, before, "nor does it after a restart");
    t.end();
  });

for (const [name, answer] of SOUND)
  t.test(`a scanner that is ${name}, as others are, makes no endpoint, from however many addresses`, (t) => {
    for (const addresses of [1, 30]) {
      const { scene, alone, seen } = scanned(answer, ["", "/api", "/v1"], name.length, addresses);
      const told = (one: Scene) => one.endpoints().map(({ method, template }) => [method, template]);
      t.same(told(scene), told(alone), `${addresses}`);
      t.ok(unknownCalls(scene) > 0.95 * seen.size, "some may have looked like values of what is there");
      const before = told(scene).length;
      t.ok(told(scannedAgain(scene, answer)).length <= before + 1, "values of one parameter after a restart, at most");
    }
    t.end();
  });

t.test("pages of a site are each its own, and so is what is answered with nothing to who shows a credential", (t) => {
  const scene = new Scene();
  for (let number = 0; number < 12; number++) {
    scene.get(`/${wordOf(number * 7_919)}q/about`, { answerFields: HTML, body: "x".repeat(100 + number) });
    const path = `/api/${wordOf(number * 7_919)}q/stop`;
    scene.exchange({ method: "POST", path, status: 204, body: "", fields: "Authorization: Bearer 9f3KxQ2vLm7Tz\r\n" });
  }
  const calls = scene.endpoints().reduce((sum, endpoint) => sum + endpoint.calls, 0);
  t.equal(calls, 24);
  t.equal([...scene.inventory.services()][0].unknownPaths, undefined);
  t.end();
});

const RESOURCES =
  "orders carts users items bills trips rooms seats cards plans tasks files notes pages links shops".split(" ");

/** What services really do, each answered in a way that some have for everything: endpoints, and the calls that `n` rounds make. */
const REAL: readonly (readonly [
  string,
  number,
  (call: (path: string, client?: string, method?: string) => void) => void,
])[] = [
  [
    "operations by numbers, each number once",
    16,
    (call) => {
      for (let id = 0; id < 40; id++) for (const one of RESOURCES) call(`/v1/${one}/${1_000 + id * 37}`);
    },
  ],
  [
    "operations without values",
    48,
    (call) => {
      for (let round = 0; round < 40; round++)
        for (const one of RESOURCES)
          for (const verb of ["start", "stop", "list"]) call(`/v1/${one}/${verb}`, `10.0.0.${1 + (round % 2)}`);
    },
  ],
  [
    "both",
    32,
    (call) => {
      for (let id = 0; id < 40; id++)
        for (const one of RESOURCES) for (const path of [`/v1/${one}`, `/v1/${one}/${id * 37}`]) call(path);
    },
  ],
  [
    "many clients of few calls",
    30,
    (call) => {
      for (let client = 0; client < 10; client++)
        for (const one of RESOURCES.slice(1))
          for (const verb of ["start", "stop"]) call(`/v1/${one}/${verb}`, `10.0.1.${client}`);
    },
  ],
  ["few operations", 8, (call) => RESOURCES.slice(0, 8).forEach((one) => void call(`/v1/${one}`))],
];

/** All but one that says that nothing is there. */
const ANSWERS = [...NOTHING, ...SOUND, ["refused", { status: 401 }] as const]
  .map(([, answer]) => answer)
  .filter(({ status }) => status !== 410);

t.test("services whose operations are all answered alike keep every one of them", (t) => {
  for (const answer of ANSWERS)
    for (const [name, endpoints, work] of REAL) {
      const scene = new Scene();
      let made = 0;
      work((path, client = "10.0.0.1") => {
        made++;
        scene.exchange({ method: "POST", path, client, ...answer });
      });
      t.equal(scene.templates().length, endpoints, `${name}, ${answer.status ?? answer.body}`);
      t.equal(
        scene.endpoints().reduce((sum, endpoint) => sum + endpoint.calls, unknownCalls(scene)),
        made,
      );
    }
  t.end();
});

t.test(
  "operations that differ in values are none of many guesses, and those called often stand out from many names",
  (t) => {
    for (const answer of [{ status: 204, body: "" }, { status: 401 }]) {
      const [values, names] = [new Scene(), new Scene()];
      for (let id = 0; id < 20; id++)
        for (const one of RESOURCES) {
          values.exchange({ method: "POST", path: `/v1/${one}/${1_000 + id * 37}`, ...answer });
          for (const path of [`/v1/${one}/start`, `/v1/names/${one}${wordOf(7_919 * (id + 1))}`])
            names.exchange({ method: "POST", path, ...answer });
        }
      t.equal(unknownCalls(values), 0, `${answer.status}: the first call is of an endpoint`);
      const fixed = names.endpoints().filter(({ template }) => template.endsWith("/start"));
      t.equal(fixed.length, RESOURCES.length, `${answer.status}: 16 of 336 paths were called often`);
    }
    t.end();
  },
);

t.test("who asks for everything once and is told the same of all learns to know an API, and does not guess", (t) => {
  for (const [, answer] of SOUND) {
    const scene = new Scene();
    const verbs = ["start", "stop", "list", "pause", "resume", "count", "export"];
    for (const one of RESOURCES)
      for (const verb of verbs) scene.exchange({ method: "POST", path: `/v1/${one}/${verb}`, ...answer });
    t.equal(scene.endpoints().length, RESOURCES.length * verbs.length, `${answer.status ?? 200}`);
    t.equal(unknownCalls(scene), 0);
  }
  t.end();
});

t.test("what is put and answered with nothing is there", (t) => {
  const scene = new Scene();
  for (const one of RESOURCES)
    for (const name of NAMES) scene.exchange({ method: "PUT", path: `/v1/${one}/${name}`, status: 204, body: "" });
  t.equal(scene.templates().length, 16);
  t.equal([...scene.inventory.services()][0].unknownPaths, undefined);
  t.end();
});

t.test("a client that knows what is there is counted beside a scanner, and after it", (t) => {
  for (const answer of ANSWERS) {
    const scene = new Scene();
    const random = mulberry32(5);
    for (let number = 0; number < 1_000; number++) scene.get(guess(random), { ...answer, client: "10.9.9.9" });
    for (let id = 0; id < 12; id++)
      for (const one of RESOURCES)
        for (const path of [`/v1/${one}`, `/v1/${one}/${id * 37}`]) scene.exchange({ method: "POST", path, ...answer });
    t.equal(scene.templates().length, 32, `${answer.status ?? answer.body}`);
  }
  t.end();
});

t.test("a scanner finds nothing where each answer has in it what was asked for", (t) => {
  const scan = (echo: (path: string) => Partial<Exchanged>): number => {
    const scene = new Scene();
    scene.get("/v1/orders").get("/v1/orders/17");
    for (let number = 0; number < 1_000; number++) {
      const path = `/${GUESSES[number % 17]}-${GUESSES[Math.floor(number / 17) % 17]}/${GUESSES[number % 7]}.${["php", "bak", "aspx", "sql"][number % 4]}`;
      scene.get(path, { ...echo(path), client: "10.9.9.9" });
    }
    return scene.templates().length;
  };
  t.equal(
    scan((path) => ({ answerFields: JSON_TYPE, body: `{"error":"no route ${path}"}` })),
    2,
  );
  const ofPages = scan((path) => ({ answerFields: HTML, body: `<a href="${path}">${path}</a>` }));
  t.ok(ofPages < 30, `${ofPages}: a few of each size`);
  t.end();
});

const LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

function redirect(scene: Scene, path: string, location: string, client: string): void {
  scene.get(path, { status: 302, answerFields: `Location: ${location}\r\n`, body: "", client });
}

t.test("what leads to many places is there, though each path is asked for once", (t) => {
  for (const below of ["", "/r"])
    for (const clients of [1, 200]) {
      const scene = new Scene();
      const random = mulberry32(clients);
      for (let number = 0; number < 400; number++) {
        const code = Array.from({ length: 7 }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join("");
        const place = `https://${wordOf(number * 77)}.example/${wordOf(number * 991)}?utm=${number}`;
        redirect(scene, `${below}/${code}`, place, `10.0.1.${number % clients}`);
      }
      t.ok(scene.templates().length <= 4, `${scene.templates()}: the first ones may be words`);
      t.equal(unknownCalls(scene), 0);
    }
  t.end();
});

t.test("a scanner finds nothing where redirects lead to few places, or back to what was asked for", (t) => {
  const places: readonly ((path: string, number: number) => string)[] = [
    (path) => `/login?next=${path}`,
    (path) => `https://shop.internal${path}`,
    (path) => `${path}/`,
    (path) => `/en${path}`,
    (path) => path.replace(/\/[^/]*$/, "") || "/",
    (_, number) => `/interaction/${(number * 7_919 + 1e9).toString(36)}xK9dPqZw2Lm4Rt`,
    (_, number) => `/place/${wordOf(1_000 + (number % 5))}`,
  ];
  for (const place of places) {
    let scene = new Scene();
    const random = mulberry32(3);
    for (let number = 0; number < 1_000; number++) {
      const path = guess(random);
      redirect(scene, path, place(path, number), "10.9.9.9");
      if (number < 200)
        redirect(scene, `/go/${wordOf(number * 7_919)}`, `https://${wordOf(number)}x.example/`, "10.0.0.1");
    }
    t.same(scene.templates(), ["GET /go/{goId} ×200"], place("/x", 1));
    t.equal(unknownCalls(scene), 1_000);
    scene = scannedAgain(scene, { status: 302, answerFields: "Location: /login\r\n", body: "" });
    t.same(scene.templates(), ["GET /go/{goId} ×200"], "nor after a restart");
  }
  t.end();
});

t.test("who asks for many paths again and again still guesses, who asks for one does not", (t) => {
  const scene = new Scene();
  const paths = Array.from({ length: 60 }, (_, number) => `/${wordOf(number * 7_919)}q/list`);
  for (let round = 0; round < 6; round++)
    for (const path of paths) scene.get(path, { status: 403, client: `10.9.9.${round % 2}` });
  t.same(scene.templates(), []);
  for (let call = 0; call < 3; call++) scene.get("/backup", { status: 403, client: "10.0.0.1" });
  t.same(scene.templates(), ["GET /backup ×3"]);
  t.end();
});

t.test("a list that scanners go over again and again tells nothing new, whoever else calls from where they do", (t) => {
  const files = ["", ".php", ".bak", ".sql", ".json"];
  const list = Array.from({ length: 200 }, (_, at) => `/${wordOf(Math.floor(at / 5) * 7_919)}q${files[at % 5]}`);
  // Some stand in the list more than once.
  list.push(...list.slice(40, 70), ...list.slice(50, 60));
  for (const answer of [{ status: 403 }, { status: 204, body: "" }]) {
    const [again, many, gateway] = [new Scene(), new Scene(), new Scene()];
    for (let round = 0; round < 12; round++) {
      for (const path of list) {
        again.get(path, { ...answer, client: "10.9.9.9" });
        many.get(path, { ...answer, client: `10.9.9.${round}` });
        gateway.get(path, { ...answer, client: "10.0.0.1" });
      }
      for (let call = 0; call < 10; call++)
        for (const one of RESOURCES) gateway.exchange({ method: "POST", path: `/v1/${one}`, ...answer });
    }
    const name = `${answer.status}`;
    t.same(again.templates(), [], name);
    t.same(many.templates(), [], `${name}, from many addresses`);
    t.equal(gateway.templates().length, RESOURCES.length, `${name}, and who calls`);
  }
  t.end();
});

t.test("a scanner of several addresses that is told 404 first and refused then leaves no endpoint", (t) => {
  for (const seeds of [
    [7, 7],
    [7, 99],
  ]) {
    const scene = new Scene();
    for (let id = 0; id < 10; id++) scene.get(`/v1/users/${id}`);
    for (const [at, status] of [404, 403].entries()) {
      const random = mulberry32(seeds[at]);
      const segment = (): string =>
        Array.from({ length: 3 + Math.floor(random() * 7) }, () => Math.floor(random() * 36).toString(36)).join("");
      for (let call = 0; call < 3_000; call++) {
        const path = Array.from({ length: 1 + Math.floor(random() * 4) }, segment).join("/");
        scene.get(`/${path}`, { status, client: `10.9.9.${call % 4}` });
      }
    }
    t.same(scene.templates(), ["GET /v1/users/{userId} ×10"]);
    t.equal([...scene.inventory.services()][0].unknownPaths?.calls, 6_000);
  }
  t.end();
});
