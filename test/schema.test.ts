import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "@readme/openapi-parser";
import t from "tap";
import { loadDeclared } from "../sensor/command/declared-files.js";
import { SchemaBudget } from "../sensor/inventory/schema/schema-budget.js";
import { WordCount } from "../sensor/inventory/schema/word-count.js";
import { defaultSettings } from "../shared/config/settings.js";
import type { EndpointSchemas } from "../shared/endpoint-facts.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { delta, sensorStore } from "./support/delivery.js";
import { run, temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";

const JSON_FIELD = "Content-Type: application/json\r\n";

function answer(scene: Scene, value: unknown, more: { path?: string; status?: number } = {}): void {
  const body = typeof value === "string" ? value : JSON.stringify(value);
  scene.get(more.path ?? "/things", { answerFields: JSON_FIELD, body, status: more.status ?? 200 });
}

function schemas(scene: Scene, template = "/things"): EndpointSchemas | undefined {
  return scene.endpoints().find((endpoint) => endpoint.template === template)?.schemas;
}

t.test("answers by status: types, formats, what is always there, nesting and lists, merged", (t) => {
  const scene = new Scene();
  answer(scene, {
    ...{ id: 1, ratio: 0.5, name: "x", on: true, none: null, when: "2024-05-06T07:08:09Z", day: "2024-05-06" },
    ...{
      key: "0b0f2f6e-6a3f-4c7e-9b8a-1d2e3f405162",
      link: "https://a.example/b",
      lines: [{ sku: "a", count: 1 }, { sku: "b" }],
    },
    ...{ matrix: [[1, 2], []], empty: [] },
  });
  answer(scene, {
    id: 2,
    ratio: 3,
    name: "y",
    on: false,
    none: "z",
    when: "2024-05-06T07:08:09+02:00",
    extra: {},
    lines: [],
  });
  answer(scene, { error: { code: 7 } }, { status: 500 });
  t.same(schemas(scene)?.responses, {
    "200": {
      type: "object",
      properties: {
        day: { type: "string", format: "date" },
        empty: { type: "array", items: {} },
        extra: { type: "object" },
        id: { type: "integer" },
        key: { type: "string", format: "uuid" },
        lines: {
          type: "array",
          items: {
            type: "object",
            properties: { count: { type: "integer" }, sku: { type: "string" } },
            required: ["sku"],
          },
        },
        link: { type: "string", format: "uri" },
        matrix: { type: "array", items: { type: "array", items: { type: "integer" } } },
        name: { type: "string" },
        none: { type: ["string", "null"] },
        on: { type: "boolean" },
        ratio: { type: "number" },
        when: { type: "string", format: "date-time" },
      },
      required: ["id", "lines", "name", "none", "on", "ratio", "when"],
    },
    "500": {
      type: "object",
      properties: { error: { type: "object", properties: { code: { type: "integer" } }, required: ["code"] } },
      required: ["error"],
    },
  });
  t.end();
});

t.test("queries and bodies of requests: JSON, forms and multipart; optional where a call was without", (t) => {
  const scene = new Scene();
  scene.get("/q?page=1&all=true&name=a%20b&ids[]=x&empty=").get("/q?page=2&name=7&ids[]=y&empty=");
  t.same(schemas(scene, "/q")?.query, {
    type: "object",
    properties: {
      all: { type: "boolean" },
      empty: { type: "string" },
      "ids[]": { type: "string" },
      name: { type: ["string", "integer"] },
      page: { type: "integer" },
    },
    required: ["empty", "ids[]", "name", "page"],
  });
  scene.get("/q");
  t.equal(schemas(scene, "/q")?.query?.required, undefined);
  for (const state of ["open", "shut"])
    scene.get(`/encoded?filter%5Bstate%5D=${state}&%24top=1&na%6De=x&%69sAdmin=1&p%2531=1&a+%3C=2`);
  t.same(Object.keys(schemas(scene, "/encoded")?.query?.properties ?? {}), [
    "$top",
    "filter[state]",
    "isAdmin",
    "name",
  ]);

  const post = (path: string, type: string, body: string): void => {
    scene.exchange({ path, method: "POST", fields: `Content-Type: ${type}\r\n`, requestBody: body });
  };
  for (let page = 0; page < 2; page++)
    post("/sent", "application/x-www-form-urlencoded", `post%5Btitle%5D=x&n%6F=${page}`);
  t.same(schemas(scene, "/sent")?.request?.required, ["no", "post[title]"]);
  post("/json", "application/json", '{"a":{"b":[1,2.5]}}');
  post("/form", "application/x-www-form-urlencoded", "a=1&b=two&c=%C3%A9");
  const parts = ['name="a"\r\n\r\n1', 'name="f"; filename="x.png"\r\nContent-Type: image/png\r\n\r\nPNG'];
  const typed = 'name="j"\r\nContent-Type: application/json\r\n\r\n{"k":true}';
  const lines = [...parts, typed].map((part) => `--XX\r\nContent-Disposition: form-data; ${part}\r\n`);
  post("/parts", "multipart/form-data; boundary=XX", `${lines.join("")}--XX--\r\n`);
  t.same(schemas(scene, "/json")?.request, {
    type: "object",
    properties: {
      a: { type: "object", properties: { b: { type: "array", items: { type: "number" } } }, required: ["b"] },
    },
    required: ["a"],
  });
  t.same(schemas(scene, "/form")?.request?.properties, {
    ...{ a: { type: "integer" }, b: { type: "string" }, c: { type: "string" } },
  });
  t.same(schemas(scene, "/parts")?.request, {
    type: "object",
    properties: {
      a: { type: "integer" },
      f: { type: "string" },
      j: { type: "object", properties: { k: { type: "boolean" } }, required: ["k"] },
    },
    required: ["a", "f", "j"],
  });
  t.end();
});

t.test("names that are values are not kept, and words only where a program gives out a few", (t) => {
  const scene = new Scene({}, 86_400, { firstBodies: 65_535 });
  const people = [
    "ada",
    "grace",
    "alan",
    "edsger",
    "barbara",
    "donald",
    "tony",
    "leslie",
    "john",
    "ken",
    "dennis",
    "niklaus",
    "kay",
  ];
  for (let call = 0; call < 60; call++) {
    const owner = people[call % people.length];
    answer(scene, {
      status: call % 3 === 0 ? "pending" : "shipped",
      kind: ["a", "Mixed", "x1"][call % 3],
      author: "ada",
      state: call === 20 ? "never-again" : "done",
      mode: `m-${"abcdefghijklmnopqrstuvwxyz"[call % 26]}`,
      sessionStatus: "ok",
      byMail: { "ada@example.com": 1 },
      byNumber: { [`4711${call}`]: 1 },
      byPerson: { [owner]: { role: "user" }, total: 1 },
      password: { type: "secretword" },
    });
  }
  const told = schemas(scene)?.responses["200"];
  t.same(told?.properties?.status, { type: "string", enum: ["pending", "shipped"] });
  t.same(told?.properties?.sessionStatus, { type: "string", enum: ["ok"] });
  for (const name of ["kind", "author", "state", "mode"]) t.same(told?.properties?.[name], { type: "string" }, name);
  t.same(told?.properties?.byMail, { type: "object", additionalProperties: { type: "integer" } });
  t.same(told?.properties?.byNumber, { type: "object", additionalProperties: { type: "integer" } });
  t.same(Object.keys(told?.properties?.byPerson?.properties ?? {}), ["total"]);
  t.match(told?.properties?.byPerson?.additionalProperties, {
    type: "object",
    properties: { role: { type: "string" } },
  });
  const kept = JSON.stringify(scene.inventory.takeDelta(1_000));
  for (const word of ["ada", "grace", "never-again", "4711", "Mixed", "m-a"])
    t.notOk(kept.includes(word), `${word} is not kept`);
  t.end();
});

t.test("what is cut, lost, malformed or beyond measure teaches what can be told, in bounded room", (t) => {
  const scene = new Scene({}, 86_400, { firstBodies: 65_535 });
  answer(scene, '{"a":1,"b":{"c":tru', { path: "/cut" });
  t.match(schemas(scene, "/cut")?.responses["200"], {
    properties: { a: { type: "integer" }, b: { properties: { c: { type: "boolean" } } } },
    required: undefined,
  });
  answer(scene, "}}]]{,,:1}", { path: "/odd" });
  answer(scene, `${"[".repeat(5_000)}1`, { path: "/deep" });
  answer(scene, `{${Array.from({ length: 5_000 }, (_, at) => `"${letters(at)}":1`).join()}}`, { path: "/wide" });
  const wide = schemas(scene, "/wide")?.responses["200"];
  t.ok(Object.keys(wide?.properties ?? {}).length <= 65);
  t.ok(JSON.stringify(schemas(scene, "/deep")).length < 2_000);
  const budget = new SchemaBudget(3);
  t.same([budget.take(), budget.take(), budget.take(), budget.take()], [true, true, true, false]);
  t.equal(budget.counters.schema_places_refused, 1);
  const words = new WordCount();
  for (let at = 0; at < 17; at++) words.add(letters(at));
  t.ok(words.isSpoilt);
  const small = new Scene({ maxSchemaPlaces: 2 });
  answer(small, { a: 1, b: 2 });
  t.same(schemas(small)?.responses["200"], { type: "object", properties: { a: { type: "integer" } }, required: ["a"] });
  t.ok(small.inventory.schemaCounters.schema_places_refused > 0);
  t.end();
});

/** `a`, `b` … `ba`: names without digits. */
function letters(number: number): string {
  const rest = Math.floor(number / 26);
  return `${rest === 0 ? "" : letters(rest)}${"abcdefghijklmnopqrstuvwxyz"[number % 26]}`;
}

t.test("schemas outlive a restart and a merge, travel, and stand in a valid OpenAPI document", async (t) => {
  const folder = temporaryFolder(t);
  const scene = new Scene();
  answer(scene, { id: 1, lines: [] }, { path: "/orders/17?expand=all" });
  answer(scene, { id: 2, note: "x", tags: ["a"] }, { path: "/orders/18?expand=none&page=1" });
  answer(scene, { message: "no" }, { path: "/orders/19", status: 404 });
  scene.exchange({
    path: "/orders",
    method: "POST",
    fields: JSON_FIELD,
    requestBody: '{"sku":"a","count":1}',
    status: 201,
    body: "",
  });
  const { rows, removals } = scene.inventory.takeDelta(1_000);
  const restored = new Scene();
  restored.inventory.restore(rows);
  t.same(restored.endpoints(), scene.endpoints());
  t.same(restored.inventory.schemaCounters, scene.inventory.schemaCounters);
  const order = scene.endpoints().find(({ template }) => template === "/orders/{orderId}");
  if (order === undefined) throw new Error("no such endpoint");
  t.same((decodeEvent(encodeEvent(order)) as typeof order).schemas, order.schemas);

  const store = sensorStore(folder);
  store.apply(delta({ inventory: { rows, removals } }));
  store.close();
  const out = join(folder, "openapi.json");
  run(["export", "--format", "openapi", "--database", join(folder, "sensor.sqlite"), "--out", out]);
  const document = JSON.parse(readFileSync(out, "utf8"));
  t.match(await validate(structuredClone(document)), { valid: true });
  const { get } = document.paths["/orders/{orderId}"];
  t.match(get.parameters, [
    { name: "orderId", in: "path" },
    { name: "expand", in: "query", schema: { type: "string" }, required: undefined },
    { name: "page", in: "query", schema: { type: "integer" } },
  ]);
  t.match(get.responses["200"].content["application/json"].schema, {
    properties: { id: { type: "integer" }, lines: { type: "array", items: {} }, tags: { items: { type: "string" } } },
    required: ["id"],
  });
  t.same(get.responses["404"].content["application/json"].schema.properties, { message: { type: "string" } });
  t.match(document.paths["/orders"].post.requestBody.content["application/json"].schema.required, ["count", "sku"]);
});

t.test("a key that stands where a name belongs is no name", (t) => {
  const scene = new Scene();
  const keys = [
    "AKIA6DLJOX5JQEXTSLTP",
    "sk_live_zVcZHHaGLQzC5zXlSduFNzT9",
    "q7Xb2Wn9KdRtLsVmHyJc",
    "AKIAQWERTYUIOPLKJHG2",
  ];
  for (const [index, key] of keys.entries())
    for (let times = 0; times < 3; times++) {
      const path = `/k${"abcd"[index]}`;
      scene.get(`${path}?${key}=1&f[${key}]=2&by.${key}=3&page=2`, {
        fields: `X-${key}: 1\r\nX-Tenant: a\r\n`,
        answerFields: `${JSON_FIELD}${key}: 2\r\n`,
        body: JSON.stringify({ id: 1, [key]: 2, inner: { [key]: { address1line2: "x" } } }),
      });
      scene.exchange({ path, method: "POST", fields: JSON_FIELD, requestBody: JSON.stringify({ [key]: 1 }), body: "" });
    }
  const { rows } = scene.inventory.takeDelta(1_000);
  const kept = JSON.stringify(rows).toLowerCase();
  for (const key of keys) t.notOk(kept.includes(key.toLowerCase()), key);
  for (const name of ["page", "x-tenant", "address1line2"]) t.ok(kept.includes(name), name);
  t.end();
});

t.test("what a server rejects as wrong teaches nothing; what it refuses for another reason does", (t) => {
  const scene = new Scene();
  const post = (value: object, status: number): void =>
    void scene.exchange({
      ...{ path: "/orders?limit=x", method: "POST", fields: JSON_FIELD, requestBody: JSON.stringify(value) },
      ...{ status, answerFields: JSON_FIELD, body: '{"error":"no"}' },
    });
  for (const status of [400, 413, 415, 422]) post({ junk: true, count: "many" }, status);
  t.equal(schemas(scene, "/orders")?.request, undefined);
  t.equal(schemas(scene, "/orders")?.query, undefined);
  t.same(
    Object.keys(schemas(scene, "/orders")?.responses ?? {}),
    ["400", "413", "415", "422"],
    "its answers are its own",
  );
  post({ count: 1 }, 403);
  post({ count: 2 }, 201);
  t.match(schemas(scene, "/orders")?.request, { properties: { count: { type: "integer" }, junk: undefined } });
  t.end();
});

const DECLARED = `openapi: 3.0.3
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /things:
    get:
      parameters:
        - { name: page, in: query, schema: { type: integer } }
        - { name: filter, in: query, style: deepObject, schema: { type: object } }
        - { name: ids, in: query, schema: { type: array, items: { type: string } } }
      responses:
        "200":
          description: all
          content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } }
        default: { description: any }
    post:
      requestBody:
        content: { application/json: { schema: { type: object, properties: { a: { type: number } }, required: [a, z] } } }
      responses: { default: { description: any } }
components:
  schemas:
    Thing:
      allOf:
        - { type: object, required: [id, gone], properties: { id: { type: integer }, gone: { type: string } } }
        - { type: object, properties: { part: { $ref: "#/components/schemas/Thing" }, map: { type: object, additionalProperties: true }, list: { type: array, items: { type: string, nullable: true } } } }
`;

t.test(
  "parameters and fields other than declared: in the inventory and as findings, deep, for schemas that hold themselves",
  async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, "d.yaml"), DECLARED);
    const files = [join(folder, "d.yaml")];
    const troubles: string[] = [];
    const tell = (text: string): void => void troubles.push(text);
    const loaded = await loadDeclared({ ...defaultSettings().declared, files }, { broken: tell, notice: tell });
    t.same(troubles, []);
    const scene = new Scene(loaded === undefined ? {} : { declared: loaded.declared });
    const thing = (more: object): object => ({ id: 1, gone: "x", ...more });
    answer(scene, thing({ map: { a: 1 }, list: ["a", null] }), { path: "/things?page=1&filter[state]=a&ids[]=1" });
    t.same(scene.endpoints()[0].drift, undefined, "as declared");
    answer(scene, thing({ part: { id: "7", gone: "x", hidden: 1, part: thing({ secret: true }) } }), {
      path: "/things?page=all&debug=1",
    });
    for (let times = 0; times < 2; times++) answer(scene, { id: 1 });
    scene.exchange({ path: "/things", method: "POST", fields: JSON_FIELD, requestBody: '{"a":"1","b":2}' });
    t.same(
      scene.endpoints().map(({ method, drift }) => [method, drift]),
      [
        [
          "GET",
          [
            "query parameter debug is not declared",
            "query parameter page is string, declared integer",
            "response 200: part.hidden is not declared",
            "response 200: part.id is string, declared integer",
            "response 200: part.part.secret is not declared",
            "response 200: gone is required and was missing in 2 of 4 objects looked at",
          ],
        ],
        ["POST", ["request: a is string, declared number", "request: b is not declared"]],
      ],
    );
    const hidden = new Scene(loaded === undefined ? {} : { declared: loaded.declared });
    for (let times = 0; times < 2; times++) hidden.get("/things?p%61ge=all&%69sAdmin=1&filter%5Bstate%5D=a");
    t.same(
      hidden.endpoints()[0].drift,
      ["query parameter isAdmin is not declared", "query parameter page is string, declared integer"],
      "whoever encodes a name does not hide it",
    );
    const found = scene.detection
      .all()
      .filter(({ rule }) => rule === "schema-drift" || rule === "undeclared-parameter");
    t.same(
      found
        .map(({ rule, method, count, evidence }) => [rule, method, count, (evidence.differences as string[]).length])
        .sort(),
      [
        ["schema-drift", "GET", 3, 4],
        ["schema-drift", "POST", 1, 2],
        ["undeclared-parameter", "GET", 3, 2],
      ],
    );
    t.match(found[0].evidence.declared, /d\.yaml:6$/);
  },
);
