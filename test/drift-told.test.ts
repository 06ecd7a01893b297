import t from "tap";
import { NOT_REPEATED } from "../sensor/report/counted-once.js";
import { joinedEndpoint } from "../sensor/report/joined-rows.js";
import { comparedText, differenceOf } from "../shared/difference.js";
import type { EndpointRecord } from "../shared/event.js";
import { presentFindings } from "../shared/present-findings.js";
import { compareFacts, reviewedFacts } from "../shared/reviewed-facts.js";
import { readDeclared } from "./support/declared-files.js";
import { Scene } from "./support/scene.js";

const path = (template: string, ...parameters: readonly string[]): string =>
  `  ${template}:\n    parameters:\n${parameters.map((one) => `      - { in: path, required: true, ${one} }\n`).join("")}    get: { responses: { default: { description: any } } }\n`;

/** One parameter for each way in which a value may be other than declared. */
const SHOP = `openapi: 3.0.3
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal/v1" }]
paths:
${[
  path("/orders/{id}", "name: id, schema: { type: integer, minimum: 1, maximum: 100 }"),
  path("/items/{id}", "name: id, schema: { type: string, format: uuid }"),
  path("/days/{day}", "name: day, schema: { type: string, format: date }"),
  path("/states/{state}", "name: state, schema: { type: string, enum: [open, closed] }"),
  path("/codes/{code}", "name: code, schema: { type: string, minLength: 3, maxLength: 4, pattern: '^[A-Z]+$' }"),
  path("/small/{id}", "name: id, schema: { type: integer, format: int32 }"),
  path("/open/{id}", "name: id, schema: { type: number, minimum: 0, exclusiveMinimum: true }"),
  path("/slow/{id}", "name: id, schema: { type: string, pattern: '^(a+)+$' }"),
  path("/slower/{id}", "name: id, schema: { type: string, pattern: '^a*a*a*b$' }"),
  path("/label/{id}", "name: id, style: label, schema: { type: integer }"),
  path("/lists/{ids}", "name: ids, schema: { type: array, items: { type: integer } }"),
  path("/mail/{who}", "name: who, schema: { type: string, maxLength: 2 }"),
  path(
    "/files/{name}.{ending}",
    "name: name, schema: { type: integer }",
    "name: ending, schema: { type: string, enum: [json] }",
  ),
  path("/teams/{team}/users/{id}", "name: team, schema: { type: integer }", "name: id, schema: { type: integer }"),
].join("")}`;

/** What is told of each endpoint that was called. */
function drift(scene: Scene): Record<string, readonly string[]> {
  return Object.fromEntries(
    scene
      .endpoints()
      .filter(({ calls }) => calls > 0)
      .map(({ template, drift = [] }) => [template, drift.map((text) => text.replace(/^path parameter /, ""))]),
  );
}

t.test(
  "values of paths are held against what a file declares of them: types, forms, enumerations and limits",
  async (t) => {
    const { declared, broken, notices } = await readDeclared(t, { "shop.yaml": SHOP });
    t.same([...broken, ...notices], []);
    const told = (...paths: readonly string[]): readonly string[] => {
      const scene = new Scene({ declared });
      for (const one of paths) scene.get(`/v1${one}`);
      return Object.values(drift(scene)).flat();
    };
    t.same(told("/orders/7", "/orders/100", "/orders/1"), []);
    t.same(told("/orders/7", "/orders/abc", "/orders/true"), ["id is boolean or string, declared integer"]);
    t.same(told("/orders/null"), ["id is string, declared integer"], "what a program writes that has none");
    t.same(told("/orders/7.5"), ["id is number, declared integer"]);
    t.same(told("/orders/0", "/orders/101"), [
      "id is a number beyond that, declared minimum 1",
      "id is a number beyond that, declared maximum 100",
    ]);
    const uuid = "7f9c24e8-3b1d-4c70-9f0e-5d2a8e6b1c3d";
    t.same(told("/items/7", "/items/x-1"), ["id is integer or string of another format, declared uuid"]);
    t.same(told("/items/7", `/items/${uuid}`), [], "a form is a guess where some have it");
    t.same(told(`/items/${uuid}`, "/items/7"), []);
    t.same(told("/days/2026-11-30"), []);
    t.same(told("/days/today"), ["day is string of another format, declared date"]);
    t.same(told("/states/open", "/states/lost"), ["state is another value, declared open or closed"]);
    t.same(told("/codes/ABC"), []);
    t.same(told("/codes/AB", "/codes/ABCDE", "/codes/abc"), [
      "code is a shorter text, declared minLength 3",
      "code is a longer text, declared maxLength 4",
      "code is a text of another form, declared pattern ^[A-Z]+$",
    ]);
    t.same(told("/codes/%41BC"), [], "values are compared decoded");
    t.same(told("/small/2147483648"), ["id is a number beyond that, declared int32"]);
    t.same(told("/small/-2147483648"), []);
    t.same(told("/open/0.0"), ["id is a number beyond that, declared exclusive minimum 0"]);
    t.same(told(`/slow/${"a".repeat(40)}!`), [], "a pattern that may take for ever is none to hold a value against");
    t.same(told(`/slower/${"a".repeat(40)}`), []);
    t.same(told("/label/.5", "/lists/1,2,x"), [], "what is written in another way is not cut");
  },
);

t.test("nothing is told of a value that could not be seen, nor of calls that were refused", async (t) => {
  const { declared } = await readDeclared(t, { "shop.yaml": SHOP });
  const scene = new Scene({ declared });
  for (const status of [400, 401, 404, 422, 500]) scene.get("/v1/orders/abc", { status });
  scene.get("/v1/mail/jane.doe@example.com").get("/v1/files/7.2.json").get("/v1/orders/7/");
  t.same(drift(scene), {
    "/v1/orders/{id}": [],
    "/v1/mail/{who}": [],
    "/v1/files/{name}.{ending}": [],
  });
  scene.get("/v1/files/a.json").get("/v1/files/8.xml").get("/v1/teams/7/users/x/");
  t.same(drift(scene)["/v1/files/{name}.{ending}"], [
    "name is string, declared integer",
    "ending is another value, declared json",
  ]);
  t.same(drift(scene)["/v1/teams/{team}/users/{id}"], ["id is string, declared integer"]);
});

t.test(
  "what paths were other than declared is a finding, outlasts a restart, and is told no more once the file allows it",
  async (t) => {
    const { declared, reload } = await readDeclared(t, { "shop.yaml": SHOP });
    const scene = new Scene({ declared });
    scene.get("/v1/orders/7").get("/v1/orders/abc").get("/v1/items/7");
    const found = scene.detection.all().filter(({ rule }) => rule === "undeclared-parameter");
    t.same(
      found.map(({ template, summary, evidence }) => [template, summary, evidence.differences]),
      [
        [
          "/v1/orders/{id}",
          "Parameters of GET /v1/orders/{id} of shop.internal are other than shop.yaml:8 declares.",
          ["path parameter id is string, declared integer"],
        ],
        [
          "/v1/items/{id}",
          "Parameters of GET /v1/items/{id} of shop.internal are other than shop.yaml:12 declares.",
          ["path parameter id is integer, declared uuid"],
        ],
      ],
    );
    const again = new Scene({ declared });
    again.inventory.restore(scene.inventory.takeDelta(100).rows);
    t.same(drift(again), drift(scene));
    again.get("/v1/items/7f9c24e8-3b1d-4c70-9f0e-5d2a8e6b1c3d");
    t.same(drift(again)["/v1/items/{id}"], [], "one of the form after a restart, too");
    const looser = SHOP.replace("type: integer, minimum: 1, maximum: 100", "type: string");
    scene.inventory.declare(await reload({ "shop.yaml": looser }));
    t.same(drift(scene)["/v1/orders/{id}"], []);
    scene.inventory.declare(await reload({ "shop.yaml": SHOP }));
    t.same(drift(scene)["/v1/orders/{id}"], ["id is string, declared integer"], "what was seen was seen");
  },
);

t.test("two files that call one parameter by two names each hold for their own methods", async (t) => {
  const other = SHOP.replaceAll("{id}", "{number}").replaceAll("name: id,", "name: number,").replaceAll("get:", "put:");
  const { declared } = await readDeclared(t, { "a.yaml": SHOP, "b.yaml": other });
  const scene = new Scene({ declared });
  scene.get("/v1/orders/abc").get("/v1/orders/abc", { method: "PUT" });
  t.same(
    scene.endpoints().flatMap(({ method, drift, calls }) => (calls === 0 ? [] : [[method, drift]])),
    [
      ["GET", ["path parameter id is string, declared integer"]],
      ["PUT", ["path parameter number is string, declared integer"]],
    ],
  );
});

/** Requires a parameter, a header, a member of its request and of what is in a list of it. */
const NEEDY = `openapi: 3.1.0
info: { title: Needy, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /orders:
    post:
      parameters:
        - { name: page, in: query, required: true, schema: { type: integer } }
        - { name: X-Tenant, in: header, required: true, schema: { type: string } }
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
      responses: { default: { description: any, headers: { X-Left: { required: true, schema: { type: integer } } } } }
components:
  schemas:
    Order:
      type: object
      required: [tag]
      properties:
        tag: { type: string }
        lines: { type: array, items: { type: object, required: [sku], properties: { sku: { type: string }, n: { type: integer } } } }
`;

t.test(
  "what is required and was missing is told with how often, and is no other difference when that grows",
  async (t) => {
    const { declared } = await readDeclared(t, { "needy.yaml": NEEDY });
    const scene = new Scene({ declared });
    const post = (times: number, what: "whole" | "lacking"): void => {
      const body = what === "whole" ? { tag: "a", lines: [{ sku: "b", n: 1 }] } : { lines: [{ sku: "b" }, { n: 1 }] };
      const fields = `Content-Type: application/json\r\n${what === "whole" ? "X-Tenant: acme\r\n" : ""}`;
      const answerFields = what === "whole" ? "X-Left: 7\r\n" : "";
      const path = what === "whole" ? "/orders?page=1" : "/orders";
      for (let time = 0; time < times; time++)
        scene.exchange({ path, method: "POST", fields, answerFields, requestBody: JSON.stringify(body) });
    };
    const told = (): EndpointRecord => scene.endpoints()[0];
    post(2, "whole");
    post(1, "lacking");
    const before = told();
    const findings = scene.detection.all();
    post(1, "lacking");
    const after = told();
    t.same(after.drift, [
      "query parameter page is required and was missing in 2 of 4 calls looked at",
      "request header x-tenant is required and was missing in 2 of 4 calls looked at",
      "request: lines[].sku is required and was missing in 2 of 6 objects looked at",
      "request: tag is required and was missing in 2 of 4 objects looked at",
      "response 200: header x-left is required and was missing in 2 of 4 answers looked at",
    ]);
    t.match(before.drift?.[0], / 1 of 3 calls looked at$/);
    t.same(
      scene.detection.all().map(({ id }) => id),
      findings.map(({ id }) => id),
    );
    const [drifting] = scene.detection.all().filter(({ rule }) => rule === "schema-drift");
    t.same(drifting.evidence.differences, after.drift?.slice(2), "the finding has the figures of the call seen last");
    const old = { ...before, drift: (before.drift ?? []).map((text) => text.replace(/ in \d.*/, "")) };
    for (const one of [before, old]) {
      t.same(compareFacts(reviewedFacts(one, []), reviewedFacts(after, [])).changes, [], "an approval covers it");
      t.same(differenceOf([{ record: one }], [{ record: after }]), []);
      t.equal(comparedText(one), comparedText(after));
    }
    const more = { ...after, drift: [...(after.drift ?? []), "status 500 is not declared"] };
    t.same(compareFacts(reviewedFacts(before, []), reviewedFacts(more, [])).changes, [
      "other than declared: status 500 is not declared",
    ]);
    t.match(differenceOf([{ record: before }], [{ record: more }]), [{ fields: [{ name: "drift" }] }]);
    t.match(joinedEndpoint([before, more], NOT_REPEATED).drift, [
      "query parameter page is required and was missing in 3 of 7 calls looked at",
      ...Array.from({ length: 4 }, () => / is required and was missing in \d of \d+ \w+ looked at$/),
      "status 500 is not declared",
    ]);
    t.equal(
      joinedEndpoint([old, after], NOT_REPEATED).drift?.[0],
      after.drift?.[0],
      "beside a sensor that tells no figures",
    );
    const named = (template: string) => ({ ...drifting, template, summary: `Messages of POST ${template} differ` });
    const twice = [named("/o/{id}"), { ...named("/o/{orderId}"), id: "f" }].map((record) => ({
      record,
      sensor: undefined,
    }));
    const [joined] = presentFindings(twice, () => new Set(["/o/{id}"]));
    t.match(joined.record, {
      evidence: { differences: [/ 4 of 12 objects looked at$/, / 4 of 8 objects/, / 4 of 8 answers/] },
    });
  },
);
