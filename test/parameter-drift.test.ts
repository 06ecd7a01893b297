import t, { type Test } from "tap";
import type { Declared } from "../sensor/declared/declared-api.js";
import { readDeclared } from "./support/declared-files.js";
import { Scene } from "./support/scene.js";

const FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
const JSON_FIELD = "Content-Type: application/json\r\n";
const HEAD = `openapi: 3.0.3
info: { title: Orders, version: "1" }
servers: [{ url: "http://shop.internal" }]
`;

/** One operation whose parameters these are, and what else the file holds. */
function fileOf(parameters: readonly string[], more = ""): string {
  const list = parameters.map((one) => `        - { in: query, ${one} }\n`).join("");
  return `${HEAD}paths:
  /orders:
    get:
      parameters:
${list}      responses: { default: { description: any } }
${more}`;
}

async function declaredIn(test: Test, text: string): Promise<Declared> {
  const { declared, broken } = await readDeclared(test, { "orders.yaml": text });
  test.same(broken, []);
  return declared;
}

/** What is told once each query came a few times. */
function told(declared: Declared, queries: readonly string[], times = 4): readonly string[] {
  const scene = new Scene({ declared });
  for (let time = 0; time < times; time++) for (const query of queries) scene.get(`/orders?${query}`);
  return scene.endpoints()[0].drift ?? [];
}

const PAGEABLE = `components:
  schemas:
    Sorted: { type: object, properties: { sort: { type: array, items: { type: string } } } }
    Pageable:
      allOf:
        - { $ref: "#/components/schemas/Sorted" }
        - type: object
          required: [page]
          properties: { page: { type: integer }, size: { type: integer }, day: { type: string, format: date } }
`;

t.test("an object in a query is written as its properties, unless the file says otherwise", async (t) => {
  const pageable = 'name: pageable, required: true, schema: { $ref: "#/components/schemas/Pageable" }';
  const declared = await declaredIn(t, fileOf([pageable], PAGEABLE));
  t.same(told(declared, ["page=0&size=20&sort=name,asc&sort=age", "page=1&day=2024-05-06"]), []);
  t.same(told(declared, ["page=x&size=20&evil=1", "size=all"]), [
    "query parameter evil is not declared",
    "query parameter page is string, declared integer",
    "query parameter size is string, declared integer",
    "query parameter page is required and was missing in 4 of 8 calls looked at",
  ]);
  const nothing = await declaredIn(t, fileOf([pageable.replace("required: true, ", "")], PAGEABLE));
  t.same(told(nothing, ["size=20"]), [], "what an optional object must have need not be there");
  const open = (schema: string): Promise<Declared> => declaredIn(t, fileOf([`name: filter, schema: ${schema}`]));
  t.same(told(await open("{ type: object }"), ["a=1&b[c]=x"]), [], "an object of which no property is told");
  t.same(told(await open("{ type: object, additionalProperties: true, properties: { a: {} } }"), ["b=x"]), []);
  const integers = await open("{ type: object, properties: { a: {} }, additionalProperties: { type: integer } }");
  t.same(told(integers, ["a=x&b=1&c=y"]), ["query parameter c is string, declared integer"]);
  const either = await open("{ oneOf: [{ type: string }, { type: object, properties: { from: { type: integer } } }] }");
  t.same(told(either, ["filter=all", "from=1", "from=x&to=1"]), [
    "query parameter from is string, declared integer",
    "query parameter to is not declared",
  ]);
});

t.test("objects in brackets, in one text and in content", async (t) => {
  const declared = await declaredIn(
    t,
    fileOf([
      "name: filter, style: deepObject, explode: true, schema: { type: object, properties: { age: { type: integer }, tags: { type: array, items: { type: integer } }, in: { type: object, properties: { city: { type: string } } } } }",
      "name: point, explode: false, required: true, schema: { type: object, properties: { x: { type: integer } } }",
      "name: where, content: { application/json: { schema: { type: object, properties: { a: { type: integer } } } } }",
      'name: "page[number]", schema: { type: integer }',
      'name: "ids[]", schema: { type: array, items: { type: integer } }',
    ]),
  );
  const good = "filter[age]=7&filter%5Bin%5D%5Bcity%5D=x&filter[tags][]=1&filter[tags][]=2&filter[tags][3]=4";
  t.same(
    told(declared, [`${good}&point=x,1&where={"a":"b"}&page[number]=2&ids[]=1&ids[]=2`, "point=x,1&ids[0]=1&ids=3,4"]),
    [],
  );
  t.same(
    told(declared, ["filter[age]=old&filter[evil]=1&filter[in][street]=y&filter[tags][]=a&page[size]=1&ids[1]=a"]),
    [
      "query parameter filter[age] is string, declared integer",
      "query parameter filter[evil] is not declared",
      "query parameter filter[in][street] is not declared",
      "query parameter filter[tags][] is string, declared integer",
      "query parameter ids[1] is string, declared integer",
      "query parameter page[size] is not declared",
    ],
  );
});

t.test("lists are held against what their entries are, however they are parted", async (t) => {
  const list = (name: string, more = ""): string =>
    `name: ${name}, ${more}schema: { type: array, items: { type: integer } }`;
  const declared = await declaredIn(
    t,
    fileOf([
      list("multi"),
      list("csv", "explode: false, "),
      list("pipes", "style: pipeDelimited, explode: false, "),
      list("spaced", "style: spaceDelimited, explode: false, "),
      "name: state, explode: false, schema: { type: array, items: { type: string, enum: [open, shut] } }",
    ]),
  );
  t.same(
    told(declared, [
      "multi=1&multi=2&csv=1,2&pipes=1%7C2&spaced=1%202&state=open,shut",
      "multi=1,2&csv=3&csv=&pipes=",
      "state=open",
    ]),
    [],
  );
  t.same(told(declared, ["multi=1&multi=b&csv=1,b&pipes=1%7Cb&spaced=1%20b&state=open,ajar", "multi=2"]), [
    "query parameter csv[] is string, declared integer",
    "query parameter multi[] is string, declared integer",
    "query parameter pipes[] is string, declared integer",
    "query parameter state[] is another word, declared open or shut",
  ]);
  const flag = await declaredIn(t, fileOf(["name: all, allowEmptyValue: true, schema: { type: boolean }"]));
  t.same(told(flag, ["all", "all=", "all=true"]), [], "a name alone is what the file takes");
  t.same(told(declared, ["csv=b"]), ["query parameter csv[] is string, declared integer"], "a list of one");
  const swagger = await declaredIn(
    t,
    `swagger: "2.0"
info: { title: Orders, version: "1" }
host: shop.internal
paths:
  /orders:
    get:
      parameters:
${["", "csv", "multi", "pipes", "ssv", "tsv"].map((format) => `        - { name: l${format}, in: query, type: array, items: { type: integer }${format === "" ? "" : `, collectionFormat: ${format}`} }\n`).join("")}        - { name: X-List, in: header, type: array, items: { type: integer } }
      responses: { default: { description: any } }
`,
  );
  t.same(told(swagger, ["l=1,2&lcsv=1,2&lmulti=1&lmulti=2&lpipes=1|2&lssv=1+2&ltsv=1%092"]), []);
  t.same(told(swagger, ["l=1,b&lcsv=b&lmulti=1&lmulti=b&lpipes=1|b&lssv=1+b&ltsv=b"]), [
    "query parameter l[] is string, declared integer",
    "query parameter lcsv[] is string, declared integer",
    "query parameter lmulti[] is string, declared integer",
    "query parameter lpipes[] is string, declared integer",
  ]);
  const head = (value: string): readonly string[] | undefined => {
    const scene = new Scene({ declared: swagger });
    for (let times = 0; times < 4; times++) scene.get("/orders", { fields: `X-List: ${value}\r\n` });
    return scene.endpoints()[0].drift;
  };
  t.same(
    [head("1, 2"), head("1"), head("1, b")],
    [undefined, undefined, ["request header x-list[] is string, declared integer"]],
  );
});

t.test("names of forms that say what they are part of are declared with it", async (t) => {
  const schema = `{ type: object, required: [amount, card, items], properties: {
                amount: { type: integer },
                card: { type: object, properties: { month: { type: integer } } },
                expand: { type: array, items: { type: string } },
                items: { type: array, items: { type: object, properties: { sku: { type: string }, n: { type: integer } } } },
                metadata: { type: object, additionalProperties: { type: string } } } }`;
  const declared = await declaredIn(
    t,
    `${HEAD}paths:
  /orders:
    post:
      requestBody: { content: { application/x-www-form-urlencoded: { schema: ${schema} } } }
      responses: { default: { description: any } }
`,
  );
  const post = (body: string): readonly string[] | undefined => {
    const scene = new Scene({ declared });
    for (let times = 0; times < 4; times++)
      scene.exchange({ path: "/orders", method: "POST", fields: FORM, requestBody: body });
    return scene.endpoints()[0].drift;
  };
  const good = "amount=1&card%5Bmonth%5D=7&expand%5B%5D=a&items[0][sku]=x&items[0][n]=1&metadata[order]=67";
  t.same(post(good), undefined);
  t.same(post("amount=1&card[month]=soon&card[cvc]=1&items[0][n]=x&items[1][m]=x"), [
    "request: card[cvc] is not declared",
    "request: card[month] is string, declared integer",
    "request: items[0][n] is string, declared integer",
    "request: items[1][m] is not declared",
  ]);
});

t.test("what maps and tuples hold is held against what they may", async (t) => {
  const declared = await declaredIn(
    t,
    `${HEAD.replace("3.0.3", "3.1.0")}paths:
  /orders:
    get:
      responses:
        "200":
          description: all
          content:
            application/json:
              schema:
                type: object
                properties:
                  counts: { type: object, additionalProperties: { type: integer } }
                  named: { type: object, properties: { a: { type: string } }, additionalProperties: { type: integer } }
                  pair: { type: array, prefixItems: [{ type: string }, { type: integer }], items: false }
                  open: { type: array, prefixItems: [{ type: string }] }
`,
  );
  const get = (body: object): readonly string[] | undefined => {
    const scene = new Scene({ declared });
    for (let times = 0; times < 4; times++)
      scene.get("/orders", { answerFields: JSON_FIELD, body: JSON.stringify(body) });
    return scene.endpoints()[0].drift;
  };
  t.same(get({ counts: { a: 1, b: 2 }, named: { a: "x", b: 1 }, pair: ["x", 1], open: ["x", {}] }), undefined);
  t.same(get({ counts: { a: "x" }, named: { a: "x", b: "y" }, pair: ["x", true] }), [
    "response 200: counts.a is string, declared integer",
    "response 200: named.b is string, declared integer",
    "response 200: pair[] is boolean, declared string or integer",
  ]);
});

const utf8 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("latin1");

t.test(
  "names in the words of a language are names once many objects have them, and a map's keys are none",
  async (t) => {
    const record = {
      type: "object",
      required: ["First Name", "größe"],
      properties: { "First Name": { type: "integer" }, größe: {} },
    };
    const declared = await declaredIn(
      t,
      `${HEAD}paths:\n  /orders:\n    get:\n      responses: { "200": { description: all, content: { application/json: { schema: ${JSON.stringify(record)} } } } }\n`,
    );
    const get = (one: Scene, body: string): Scene => one.get("/orders", { answerFields: JSON_FIELD, body });
    const schemaOf = (one: Scene): unknown => one.endpoints()[0].schemas?.responses?.["200"];
    const scene = new Scene({ declared });
    const names = { "First Name": "x", größe: 1, "Straße (neu)": true, Age: 5 };
    for (let times = 0; times < 3; times++) get(scene, utf8(names));
    t.same(schemaOf(scene), { type: "object", properties: { Age: { type: "integer" } }, required: ["Age"] }, "not yet");
    t.same(
      scene.endpoints()[0].drift,
      ["Age"].map((name) => `response 200: ${name} is not declared`),
    );
    const early = new Scene({ declared });
    early.inventory.restore(scene.inventory.takeDelta(100).rows);
    for (let times = 0; times < 8; times++) get(early, utf8(names));
    t.notMatch(early.endpoints()[0].drift, [/missing/], "what was forgotten by a restart is not told as missing");
    get(scene, utf8(names).replace("g\u00c3\u00b6\u00c3\u009fe", "g\\u00f6\\u00dfe"));
    t.same(schemaOf(scene), {
      type: "object",
      properties: {
        Age: { type: "integer" },
        "First Name": { type: "string" },
        größe: { type: "integer" },
        "Straße (neu)": { type: "boolean" },
      },
      required: ["Age", "First Name", "Straße (neu)", "größe"],
    });
    get(scene, '{"Age":5}');
    t.same(scene.endpoints()[0].drift, [
      "response 200: Age is not declared",
      "response 200: First Name is string, declared integer",
      "response 200: Straße (neu) is not declared",
      "response 200: First Name is required and was missing in 1 of 5 objects looked at",
      "response 200: größe is required and was missing in 1 of 5 objects looked at",
    ]);
    const again = new Scene({ declared });
    again.inventory.restore(scene.inventory.takeDelta(100).rows);
    t.same(schemaOf(again), schemaOf(scene), "and the same after a restart");

    const map = new Scene();
    for (let times = 0; times < 12; times++) {
      const words = ["erste", "zweite", "dritte"].map((word) => [`${word} Straße ${"abcdefghijkl"[times]}`, { n: 1 }]);
      get(map, utf8({ id: 1, "Ada Lovelace": 1, byStreet: Object.fromEntries(words) }));
    }
    const rows = JSON.stringify(map.inventory.takeDelta(100).rows);
    t.notMatch(rows, /Lovelace|Stra/);
    t.match(schemaOf(map), { properties: { id: { type: "integer" } } });
    const many = new Scene();
    for (let times = 0; times < 30; times++)
      get(
        many,
        utf8(
          Object.fromEntries(
            ["a", "b", "c", "d", "e", "f"].map((word) => [
              `${word} ${"abcdefghijklmnopqrstuvwxyz"[times % 26]} ü${"xyz"[times % 3]}`,
              times,
            ]),
          ),
        ),
      );
    t.same(schemaOf(many), { type: "object", additionalProperties: { type: "integer" } });
  },
);

t.test("a parameter of the style matrix stands behind a semicolon, and one of label behind a dot", async (t) => {
  const at = (path: string, style: string): string => `  ${path}:
    get:
      parameters: [{ name: id, in: path, required: true, style: ${style}, schema: { type: integer } }]
      responses: { default: { description: any } }
`;
  const declared = await declaredIn(t, `${HEAD}paths:\n${at("/items{id}", "matrix")}${at("/lines/{id}", "label")}`);
  const scene = new Scene({ declared });
  for (let id = 1; id < 5; id++) scene.get(`/items;id=${id}`).get(`/lines/.${id}`);
  t.same(
    scene.endpoints().map(({ template, state, drift }) => [template, state, drift]),
    [
      ["/items", "active", undefined],
      ["/lines/{id}", "active", undefined],
    ],
  );
});

t.test("a reference below a schema with an address of its own is relative to that", async (t) => {
  const declared = await declaredIn(
    t,
    `${HEAD.replace("3.0.3", "3.1.0")}paths:
  /orders:
    get:
      responses:
        "200": { description: all, content: { application/json: { schema: { $ref: "#/components/schemas/P" } } } }
components:
  schemas:
    P:
      $id: https://shop.example/schemas/p
      type: object
      properties:
        a: { $ref: "#/$defs/Q" }
        b: { $ref: "https://shop.example/schemas/r" }
        c: { $ref: r }
        d: { $ref: "#named" }
        e: { $ref: "#/components/schemas/Q" }
      $defs: { Q: { type: integer }, N: { $anchor: named, type: boolean } }
    Q: { type: string }
    R: { $id: "https://shop.example/schemas/r", type: array }
`,
  );
  const get = (body: object): readonly string[] | undefined => {
    const scene = new Scene({ declared });
    for (let times = 0; times < 4; times++)
      scene.get("/orders", { answerFields: JSON_FIELD, body: JSON.stringify(body) });
    return scene.endpoints()[0].drift;
  };
  t.same(get({ a: 1, b: [], c: [], d: true, e: "x" }), undefined);
  t.same(get({ a: "x", b: 1, c: 1, d: 1, e: 1 }), [
    "response 200: a is string, declared integer",
    "response 200: b is integer, declared array",
    "response 200: c is integer, declared array",
    "response 200: d is integer, declared boolean",
    "response 200: e is integer, declared string",
  ]);
});
