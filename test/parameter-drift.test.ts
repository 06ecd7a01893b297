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
    "query parameter state[] is ajar, declared open or shut",
  ]);
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
