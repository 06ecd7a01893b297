import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parsePathRules } from "../sensor/command/path-rules-file.js";
import { run, temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";
import { ruled, Sensor } from "./support/sensor.js";
import { SINKS } from "./support/sibling-cases.js";
import { NAMES } from "./support/template-cases.js";

const RULES = `services:
  - service: shop.internal
    pin:
      - /reports/{report}/download
    merge: ["/teams/{team}"]
    split:
      /users/{user}: [settings]
      /users: [me, search, frank]
`;

function refusal(text: string): string {
  try {
    parsePathRules(text, "rules.yaml");
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
}

const PATHS = [
  ...["/reports/q1/download", "/reports/q2/download", "/reports/download", "/teams/red", "/teams/search/members"],
  ...["/users/me", "/users/search", "/users/alice", "/users/alice/settings", "/users/17/settings"],
];

t.test("what an operator says of paths holds from the first call on, and says why", (t) => {
  const scene = new Scene(ruled(RULES));
  for (const path of PATHS) scene.get(path);
  for (let number = 0; number < 40; number++) scene.get(`/users/me/x${number}q`).get(`/teams/t-${number}`);
  scene.get("/teams/nobody", { status: 404 });
  const templates = scene.templates();
  for (const template of [
    ...["GET /reports/{report} ×1", "GET /reports/{report}/download ×2", "GET /teams/{team} ×42"],
    ...["GET /teams/{team}/members ×1", "GET /users/me ×1", "GET /users/search ×1", "GET /users/{user} ×1"],
    "GET /users/{user}/settings ×2",
  ])
    t.ok(templates.includes(template), `${template} among ${templates.join(", ")}`);
  const [pinned] = scene.endpoints().filter(({ template }) => template === "/teams/{team}");
  t.match(pinned.parameters, [{ name: "team", type: "word", reason: "pinned in rules.yaml:5", distinctValues: 42 }]);
  const other = new Scene(ruled(RULES));
  other.get("/teams/red", { host: "else.internal" }).get("/teams/blue", { host: "else.internal" });
  t.same(other.templates(), ["GET /teams/blue ×1", "GET /teams/red ×1"], "of other services it says nothing");
  for (const service of ["10.0.0.2", "10.0.0.2:80", "*.internal", "SHOP.internal:80"]) {
    const one = new Scene(ruled(RULES.replace("shop.internal", `"${service}"`)));
    t.same(one.get("/teams/red").templates(), ["GET /teams/{team} ×1"], service);
  }
  const elsewhere = new Scene(ruled(RULES.replace("shop.internal", "shop.internal:81")));
  t.same(elsewhere.get("/teams/red").templates(), ["GET /teams/red ×1"]);
  t.end();
});

t.test("another rule and a restart: what was counted goes on under the templates that now hold", (t) => {
  const sensor = new Sensor({});
  const { scene } = sensor;
  for (const team of ["red", "blue", "green"]) scene.get(`/teams/${team}`, { client: `10.0.1.${team.length}` });
  const names = "alice bob carol dave erin frank grace heidi ivan".split(" ");
  for (const name of names) scene.get(`/users/${name}`).get(`/users/${name}/repos`);
  scene.get("/users/frank", { status: 503 });
  scene.exchange({ path: "/teams/red", method: "DELETE", status: 204, body: "" });
  t.ok(scene.templates().includes("GET /users/{userId} ×10"));
  t.same(sensor.restart(ruled(RULES)), [
    "DELETE /teams/red → /teams/{team}",
    "GET /teams/blue → /teams/{team}",
    "GET /teams/green → /teams/{team}",
    "GET /teams/red → /teams/{team}",
    "GET /users/{userId} → /users/{user}",
    "GET /users/{userId}/repos → /users/{user}/repos",
  ]);
  const templates = [
    "DELETE /teams/{team} ×1",
    "GET /teams/{team} ×3",
    "GET /users/frank ×2",
    "GET /users/frank/repos ×1",
    "GET /users/{user} ×8",
    "GET /users/{user}/repos ×8",
  ];
  t.same(sensor.scene.templates(), templates);
  const [, teams, frank, , user] = sensor.scene.endpoints();
  t.same([teams.callers, teams.statuses], [["10.0.1.3", "10.0.1.4", "10.0.1.5"], { 200: 3 }]);
  t.same([frank.statuses, user.statuses], [{ 200: 1, 503: 1 }, { 200: 8 }], "a word takes its calls along");
  t.same(sensor.restart(ruled(RULES)), []);
  t.same(sensor.scene.templates(), templates, "the same rules change nothing more");
  sensor.scene.get("/teams/yellow").get("/users/frank").get("/users/zoe");
  t.same(sensor.restart({}), []);
  sensor.scene.get("/teams/red");
  t.match(
    sensor.scene.endpoints().find(({ method, template }) => method === "GET" && template === "/teams/{team}"),
    {
      calls: 5,
      parameters: [{ reason: "pinned by a rule before" }],
    },
  );
  t.end();
});

const rules = (what: string) => ruled(`services:\n  - service: shop.internal\n    ${what}\n`);
const TEAMS = rules('merge: ["/teams/{team}"]');
const SEARCH = rules('merge: ["/teams/{team}"]\n    split: { "/teams": [search, blue] }');

t.test("a word split off takes along what it was called for while a rule had it as a value, and before", (t) => {
  const call = (scene: Scene): void => {
    for (let time = 0; time < 6; time++) {
      for (const team of ["red", "blue", "search", "7"]) scene.get(`/teams/${team}/members`).get(`/teams/${team}`);
      scene.get("/teams/search", { status: 503 });
    }
  };
  const split = [
    ...["GET /teams/blue ×12", "GET /teams/blue/members ×12", "GET /teams/search ×24", "GET /teams/search/members ×12"],
    ...["GET /teams/{team} ×24", "GET /teams/{team}/members ×24"],
  ];
  const live = new Scene();
  call(live);
  live.inventory.rule(TEAMS.pathRules ?? []);
  call(live);
  t.same(live.templates(), ["GET /teams/{team} ×60", "GET /teams/{team}/members ×48"]);
  live.inventory.rule(SEARCH.pathRules ?? []);
  t.same(live.templates(), split, "live");
  const [, , search] = live.endpoints();
  t.same(search.statuses, { 200: 12, 503: 12 });
  call(live);
  t.ok(live.templates().includes("GET /teams/search ×36"), "and goes on");

  const sensor = new Sensor({});
  call(sensor.scene);
  sensor.restart(TEAMS);
  call(sensor.scene);
  sensor.restart(TEAMS);
  sensor.restart(SEARCH);
  t.same(sensor.scene.templates(), split, "over restarts");

  const ruledFirst = new Scene(TEAMS);
  call(ruledFirst);
  ruledFirst.inventory.rule([]);
  ruledFirst.inventory.rule(SEARCH.pathRules ?? []);
  t.same(
    ruledFirst.templates(),
    split.map((one) => one.replace(/\d+$/, (calls) => `${Number(calls) / 2}`)),
    "with no rule in between",
  );
  t.end();
});

t.test("a number split off begins anew, for its calls were not told apart: they stay, and none is lost", (t) => {
  const scene = new Scene();
  for (let time = 0; time < 5; time++)
    for (const team of ["7", "8", "9"]) scene.get(`/teams/${team}`).get(`/teams/${team}/members`);
  const rules = { segments: ["teams"], words: ["7"], place: "paths.yaml:3" };
  scene.inventory.rule([{ host: "10.0.0.2", port: undefined, rules: [rules] }]);
  const kept = ["GET /teams/{teamId} ×15", "GET /teams/{teamId}/members ×15"];
  t.same(scene.templates(), kept);
  scene.get("/teams/7").get("/teams/7/members").get("/teams/8");
  t.same(scene.templates(), [
    ...["GET /teams/7 ×1", "GET /teams/7/members ×1"],
    ...["GET /teams/{teamId} ×16", "GET /teams/{teamId}/members ×15"],
  ]);
  t.end();
});

t.test("what is known of values below a word goes along when a rule makes the word a value, each call once", (t) => {
  const scene = new Scene();
  for (const name of "alice bob carol dave erin frank grace heidi ivan".split(" ")) scene.get(`/teams/red/of/${name}`);
  for (let time = 0; time < 4; time++) scene.get("/teams/red/of/alice").get("/teams/red/of/17");
  t.same(scene.templates(), ["GET /teams/red/of/{ofId} ×17"]);
  scene.inventory.rule(TEAMS.pathRules ?? []);
  t.same(scene.templates(), ["GET /teams/{team}/of/{ofId} ×17"]);
  scene.get("/teams/red/of/alice").get("/teams/blue/of/18");
  const below = rules('merge: ["/teams/{team}"]\n    split: { "/teams/{team}/of": [alice] }');
  scene.inventory.rule(below.pathRules ?? []);
  t.same(scene.templates(), ["GET /teams/{team}/of/alice ×6", "GET /teams/{team}/of/{ofId} ×13"]);
  const red = rules('split: { "/teams": [red] }');
  scene.inventory.rule(red.pathRules ?? []);
  const total = scene.endpoints().reduce((sum, { calls }) => sum + calls, 0);
  t.equal(total, 19, scene.templates().join());
  t.end();
});

t.test("what each word was called for is known over a restart, so that it may be told apart later", (t) => {
  const sensor = new Sensor({});
  for (const name of "alice bob carol dave erin frank grace heidi ivan judy".split(" "))
    sensor.scene.get(`/users/${name}`);
  for (let more = 0; more < 5; more++) sensor.scene.get("/users/zebra");
  t.same(sensor.scene.templates(), ["GET /users/{userId} ×15"]);
  sensor.restart({});
  for (let more = 0; more < 200; more++) sensor.scene.get("/users/zebra");
  sensor.scene.get("/users/mallory");
  t.same(sensor.scene.templates(), ["GET /users/zebra ×205", "GET /users/{userId} ×11"]);
  t.end();
});

t.test("a file that can't be used is told with line, value and what is allowed", (t) => {
  const at = (line: string) => refusal(`services:\n  - service: shop.internal\n    ${line}\n`);
  t.match(
    [
      at("pin: [reports]"),
      at("merge: [/teams/red]"),
      at('split: { "/users": ["a/b"] }'),
      at("pni: []"),
      at('pin: ["/a/{x}/{x}"]'),
      refusal("services:\n  - pin: []\n"),
      refusal("services: [\n"),
      refusal("services:\n  - service: a/b\n"),
      at('pin: ["/a/{x}/b"]\n    merge: ["/a/{y}"]'),
      at('pin: ["/a/{x+}/{y}"]'),
      at('merge: ["/a/{x+}/b/{y+}"]'),
      at('pin: ["/a/{x}/b"]\n    merge: ["/a/{x+}"]'),
    ],
    [
      'rules.yaml:3:11: services[0].pin[0] is "reports"; allowed: a template such as /reports/{name}/pages, each segment fixed or one parameter in braces',
      'rules.yaml:3:13: services[0].merge[0] is "/teams/red"; allowed: a template that ends with the parameter, such as /teams/{team}',
      'is "a/b"; allowed: one segment that is no value, such as me',
      'rules.yaml:3:5: unknown key "services[0].pni"; allowed: service, pin, merge, split',
      'is "/a/{x}/{x}"; allowed: a template such as',
      "rules.yaml:2:5: services[0].service is missing; allowed: a host name",
      /^rules.yaml:2:1: .*; within \[ \] put templates in quotes: \["\/teams\/\{team\}"\]$/,
      'rules.yaml:2:14: services.service is "a/b"; allowed: a host name',
      'rules.yaml:4: the parameter behind "/a" is {y}, and {x} in rules.yaml:3; call it the same in both',
      'is "/a/{x+}/{y}"; allowed: a template such as /reports/{name}/pages, each segment fixed or one parameter in braces, one of them {key+}',
      'is "/a/{x+}/b/{y+}"; allowed: a template that ends with the parameter, such as /teams/{team}, or /kv/{key+}',
      'rules.yaml:4: the parameter behind "/a" is {x+}, and {x} in rules.yaml:3; call it the same in both',
    ],
  );
  t.same(parsePathRules("", "rules.yaml"), []);
  t.match(parsePathRules('{"services":[{"service":"a.b:8080","merge":["/x/{y}"]}]}', "rules.json"), [
    { host: "a.b", port: 8080, rules: [{ segments: ["x", "{y}"], words: [], place: "rules.json:1" }] },
  ]);
  const folder = temporaryFolder(t);
  const file = join(folder, "rules.yaml");
  const flags = ["analyze", "-", "--out", join(folder, "out"), "--path-rules", file];
  t.match(run(flags), {
    code: 2,
    error: `eastwatch: inventory.pathRulesFile "${file}" can't be read: there is no such file`,
  });
  writeFileSync(file, "services: 7\n");
  t.match(run(flags), { code: 2, error: `eastwatch: ${file}:1:11: services is 7; allowed: a list of services` });
  t.match(run(["check-config", "--set", `inventory.pathRulesFile=${file}`]), { code: 2, error: "services is 7" });
  t.end();
});

t.test("other rules hold once they are told, and counts go on under them", (t) => {
  const scene = new Scene(ruled("services:\n  - service: shop.internal\n    merge: ['/teams/{team}']\n"));
  scene.get("/teams/red").get("/teams/blue").get("/shelves/a").get("/shelves/b");
  t.strictSame(scene.templates(), ["GET /shelves/a ×1", "GET /shelves/b ×1", "GET /teams/{team} ×2"]);
  scene.inventory.rule(
    parsePathRules("services:\n  - service: shop.internal\n    merge: ['/shelves/{shelf}']\n", "r.yaml"),
  );
  t.match(scene.templates().slice(0, 1), ["GET /shelves/{shelf} ×2"]);
  scene.inventory.rule([]);
  scene.get("/shelves/c");
  t.equal(
    scene.endpoints().reduce((sum, { calls }) => sum + calls, 0),
    5,
    "nothing is lost without rules either",
  );
  t.end();
});

t.test("of the words that look fixed those speak for each other that are called as the values are", (t) => {
  const scene = new Scene();
  const paths = [...NAMES, "kenzo", "none", "none", "none", "none", "demo"].map((name) => `/epics/${name}/issue`);
  for (const path of paths) scene.get(path);
  for (let more = 0; more < 12; more++) scene.get("/epics/none/issue");
  t.same(scene.templates(), ["GET /epics/none/issue ×16", "GET /epics/{epicId}/issue ×12"]);
  t.end();
});

t.test(
  "words below which values of different kinds stand from the first are never one, and keep their callers",
  (t) => {
    const scene = new Scene();
    for (const [at, sink] of SINKS.entries())
      for (let digit = 1; digit < 5; digit++) {
        const id = at % 2 === 0 ? `47${digit}1` : `5f0c8e2${digit}-7d3a-4c1b-9a44-0242ac120002`;
        scene.get(`/logging/${sink}/${id}`, { client: `10.7.0.${at + 1}` });
      }
    scene.get("/logging/zipkin", { client: "10.7.0.99" });
    t.same(
      scene.endpoints().map(({ template, callers }) => `${template} ${callers.join()}`),
      [...SINKS.map((sink, at) => `/logging/${sink}/{${sink}Id} 10.7.0.${at + 1}`).sort(), "/logging/zipkin 10.7.0.99"],
    );
    t.end();
  },
);
