import t from "tap";
import { readDeclared } from "./support/declared-files.js";
import { Scene } from "./support/scene.js";

const CARTS = `openapi: 3.1.0
info: { title: Carts, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /carts:
    parameters:
      - { name: X-Tenant, in: header, required: true, schema: { type: string } }
      - { name: X-Page-Size, in: header, schema: { type: integer } }
      - { name: Authorization, in: header, required: true, schema: { type: string } }
      - { name: X-Api-Key, in: header, required: true, schema: { type: string } }
      - { name: X-Request-Id, in: header, required: true, schema: { type: string } }
      - { name: X-Csrf-Token, in: header, required: true, schema: { type: string } }
      - { name: theme, in: cookie, required: true, schema: { type: string } }
      - { name: sid, in: cookie, required: true, schema: { type: string } }
      - { name: page, in: query, required: true, schema: { type: integer } }
    get:
      responses:
        "200":
          description: all
          headers:
            X-Total-Count: { required: true, schema: { type: integer } }
            X-Reset: { schema: { type: integer } }
            Link: { $ref: "#/components/headers/Link" }
            Set-Cookie: { required: true, schema: { type: string } }
        "201": { description: none told of }
        default: { description: else, headers: { Retry-After: { required: true, schema: { type: integer } } } }
components:
  headers: { Link: { required: true, content: { text/plain: { schema: { type: string } } } } }
`;
const SWAGGER = `swagger: "2.0"
info: { title: Carts, version: "1" }
host: shop.internal
paths:
  /carts:
    get:
      parameters: [{ name: X-Tenant, in: header, required: true, type: integer }]
      responses: { "200": { description: all, headers: { X-Total-Count: { type: integer } } } }
`;

function drift(scene: Scene): (readonly [string, readonly string[] | undefined])[] {
  return scene.endpoints().map(({ method, drift }) => [method, drift]);
}

/** Asks for nothing but what its file requires. */
const NEEDY = `openapi: 3.0.3
info: { title: Needy, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /list:
    get:
      parameters: [{ name: page, in: query, required: true, schema: { type: integer } }]
      responses: { default: { description: any } }
`;

t.test("calls without any query lack the parameters that are required, but not where they were refused", async (t) => {
  const { declared } = await readDeclared(t, { "needy.yaml": NEEDY });
  const scene = new Scene({ declared });
  for (let page = 0; page < 4; page++) scene.get(`/list?page=${page}`);
  for (let times = 0; times < 3; times++) scene.get("/list", { status: 400 });
  t.same(drift(scene), [["GET", undefined]]);
  scene.get("/list");
  const expected = (figures: string) => [["GET", [`query parameter page is required and was missing in ${figures}`]]];
  t.same(drift(scene), expected("1 of 5 calls looked at"));
  const again = new Scene({ declared });
  again.inventory.restore(scene.inventory.takeDelta(100).rows);
  t.same(drift(again), expected("1 of 5 calls looked at"));
  const bare = new Scene({ declared });
  for (let times = 0; times < 3; times++) bare.get("/list");
  t.same(drift(bare), expected("3 of 3 calls looked at"));
});

const GOOD = "X-Tenant: acme\r\nCookie: theme=dark; sid=abcdefgh\r\nAuthorization: Bearer abcdefgh12345\r\n";
const ANSWER = "X-Total-Count: 3\r\nLink: </carts?page=2>; rel=next\r\nETag: W/7\r\nX-Amzn-RequestId: 1\r\n";

t.test("heads other than declared: in the inventory and as findings, of parameters and of messages", async (t) => {
  const { declared, broken, notices } = await readDeclared(t, { "carts.yaml": CARTS });
  t.same([...broken, ...notices], []);
  const scene = new Scene({ declared });
  const ask = (fields: string, answerFields: string, more: object = {}): void =>
    void scene.get("/carts?page=1", { fields, answerFields, ...more });
  for (let times = 0; times < 4; times++) ask(`${GOOD}X-Datadog-Trace-Id: 7\r\nX-Page-Size: 50\r\n`, ANSWER);
  t.same(drift(scene), [["GET", undefined]], "what everybody adds, credentials and what is optional are no drift");
  ask("", "", { status: 400 });
  ask("X-Page-Size: all\r\n", "Retry-After: 1\r\n", { status: 422 });
  ask("X-Page-Size: all\r\nX-Try: 1\r\n", "", { status: 400 });
  t.same(drift(scene), [["GET", undefined]], "what a server rejects as wrong is nobody's departure from the file");
  ask("X-Page-Size: all\r\n", "", { status: 403 });
  const refused = [["GET", ["request header x-page-size is string, declared integer"]]];
  t.same(drift(scene), refused, "a request that was refused lacks nothing that it should have had");
  for (let times = 0; times < 3; times++) ask("X-Debug: on\r\n", "X-Reset: soon\r\nX-Backend: a7\r\n");
  for (let times = 0; times < 3; times++) scene.get(`/carts?size=${times}`, { fields: GOOD, answerFields: ANSWER });
  for (let times = 0; times < 3; times++) ask(GOOD, "X-Backend: a7\r\n", { status: 201 });
  for (let times = 0; times < 3; times++) ask(GOOD, "", { status: 503 });
  const expected = [
    "credential in header authorization is required and was missing in 3 of 13 calls answered with success",
    "query parameter size is not declared",
    "query parameter page is required and was missing in 3 of 13 calls looked at",
    "request header x-tenant is required and was missing in 3 of 13 calls looked at",
    "request header x-page-size is string, declared integer",
    "cookie theme is required and was missing in 3 of 13 calls looked at",
    "request header x-debug is not declared",
    "response 200: header x-total-count is required and was missing in 3 of 10 answers looked at",
    "response 200: header x-reset is string, declared integer",
    "response 200: header link is required and was missing in 3 of 10 answers looked at",
    "response 200: header x-backend is not declared",
    "response 503: header retry-after is required and was missing in 3 of 3 answers looked at",
  ];
  t.same(drift(scene), [["GET", expected]]);
  const found = scene.detection.all().filter(({ rule }) => rule === "schema-drift" || rule === "undeclared-parameter");
  t.same(found.map(({ rule, summary, evidence }) => [rule, summary, evidence.differences]).sort(), [
    [
      "schema-drift",
      "Messages of GET /carts of shop.internal are other than carts.yaml:16 declares.",
      expected.slice(7),
    ],
    [
      "undeclared-parameter",
      "Parameters and credentials of GET /carts of shop.internal are other than carts.yaml:16 declares.",
      expected.slice(0, 7),
    ],
  ]);
  const again = new Scene({ declared });
  again.inventory.restore(scene.inventory.takeDelta(100).rows);
  t.same(drift(again), drift(scene), "and the same after a restart");
});

const CREDENTIALS =
  "X-VTEX-API-AppKey AppKey App-Key X-App-Key X-Hmac X-Merchant-Key X-License-Key X-Consumer-Key User-Key X-Sig X-Auth X-Jwt".split(
    " ",
  );

t.test("a required header that is a credential by its name is left out, and not told as missing", async (t) => {
  const parameter = (name: string) => `{ name: ${name}, in: header, required: true, schema: { type: string } }`;
  const headers = CREDENTIALS.map((name) => `${name}: { required: true, schema: { type: string } }`);
  const { declared, broken } = await readDeclared(t, {
    "keys.yaml": `${CARTS.slice(0, CARTS.indexOf("paths:"))}paths:
  /carts:
    get:
      parameters: [${["X-Tenant", ...CREDENTIALS].map(parameter).join(", ")}]
      responses: { "200": { description: all, headers: { ${headers.join(", ")} } } }
`,
  });
  t.same(broken, []);
  const fields = CREDENTIALS.map((name) => `${name}: abcde\r\n`).join("");
  const scene = new Scene({ declared });
  for (let times = 0; times < 4; times++)
    scene.get("/carts", { fields: `${fields}X-Tenant: acme\r\n`, answerFields: fields });
  t.same(drift(scene), [["GET", undefined]]);
  t.same(scene.endpoints()[0].schemas?.header?.required, ["x-tenant"]);
  const bare = new Scene({ declared });
  for (let times = 0; times < 4; times++) bare.get("/carts");
  const missing = ["request header x-tenant is required and was missing in 4 of 4 calls looked at"];
  t.same(drift(bare), [["GET", missing]], "nor where it is: whether it stands there is not looked at");
});

t.test("OpenAPI 2.0 declares heads as well, and a file that names no header says nothing of them", async (t) => {
  const { declared, broken } = await readDeclared(t, { "carts.yaml": SWAGGER });
  t.same(broken, []);
  const scene = new Scene({ declared });
  for (let times = 0; times < 3; times++)
    scene.get("/carts", { fields: "X-Tenant: acme\r\n", answerFields: "X-Total-Count: many\r\nX-Backend: a7\r\n" });
  t.same(drift(scene), [
    [
      "GET",
      [
        "request header x-tenant is string, declared integer",
        "response 200: header x-total-count is string, declared integer",
        "response 200: header x-backend is not declared",
      ],
    ],
  ]);
  const bare = await readDeclared(t, {
    "carts.yaml": SWAGGER.replace(/parameters: \[.*\]/, "produces: []").replace(/, headers: .* } } } }/, " } }"),
  });
  t.same(bare.broken, []);
  const silent = new Scene({ declared: bare.declared });
  for (let times = 0; times < 3; times++)
    silent.get("/carts", { fields: "X-Tenant: acme\r\n", answerFields: "X-Backend: a7\r\n" });
  t.same(drift(silent), [["GET", undefined]]);
  const broken2 = await readDeclared(t, {
    "carts.yaml": SWAGGER.replace("{ X-Total-Count: { type: integer } }", "[]"),
  });
  t.match(broken2.broken.join("\n"), /carts\.yaml:8.*"headers" must be a mapping of names/);
});

t.test("what could not be seen is not told as missing", async (t) => {
  const { declared } = await readDeclared(t, {
    "carts.yaml": `${CARTS.slice(0, CARTS.indexOf("paths:"))}paths:
  /carts:
    get:
      parameters: [{ name: X-Tenant, in: header, required: true, schema: { type: string } }]
      responses:
        "200":
          description: all
          content: { application/json: { schema: { type: object, additionalProperties: true, required: ["Größe", p99], properties: { "Größe": {}, p99: {} } } } }
`,
  });
  const secret = new Scene({ declared });
  for (let times = 0; times < 4; times++)
    secret.get("/carts", { fields: "X-Tenant: Qm7k2LpX9sT4vB1nZ8cR5wYqKf3H\r\n" });
  t.same(drift(secret), [["GET", undefined]], "a value that looks like a secret stands there all the same");
  const [{ schemas }] = secret.endpoints();
  t.same(schemas?.header, { type: "object", properties: { "x-tenant": { type: "string" } }, required: ["x-tenant"] });
  t.notMatch(JSON.stringify(secret.inventory.takeDelta(100).rows), /Qm7k2LpX/);

  const many = new Scene({ declared });
  const fields = Array.from(
    { length: 130 },
    (_, at) => `X-${"abcdefghij"[at % 10]}${"klmnopqrstuvw"[Math.floor(at / 10)]}: 1\r\n`,
  );
  for (let times = 0; times < 4; times++) many.get("/carts", { fields: `${fields.join("")}X-Tenant: acme\r\n` });
  t.notMatch(drift(many), [["GET", [/missing/]]], "of more fields than are looked at any may be the one");

  const named = new Scene({ declared });
  const wide = Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`p${at + 1}`, at]));
  for (let times = 0; times < 4; times++)
    named.get("/carts", {
      fields: "X-Tenant: acme\r\n",
      answerFields: "Content-Type: application/json\r\n",
      body: JSON.stringify({ ...wide, "Gr\u00f6\u00dfe": 1 }),
    });
  const told = named.endpoints()[0]?.drift ?? [];
  t.same(
    told.filter((text) => text.includes("missing")),
    [],
    "nor a property behind those that are looked at, or with letters that no field's name has",
  );
});

const JSON_FIELD = "Content-Type: application/json\r\n";

const ORDER = `openapi: 3.1.0
info: { title: Orders, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /orders:
    post:
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
      responses: { "201": { description: made, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } }
components:
  schemas:
    Id: { type: integer }
    Order:
      type: object
      required: [id, when, total, secret, lines, tag]
      properties:
        id: { $ref: "#/components/schemas/Id", readOnly: true }
        when: { type: string, readOnly: true }
        secret: { type: string, writeOnly: true }
        total: { type: integer }
        tag: { type: string }
        lines: { type: array, items: { type: object, required: [sku], properties: { sku: { type: string }, n: { type: integer } } } }
`;

t.test("what a body must have and lacks is told of calls that succeeded, deep, and not of those refused", async (t) => {
  const { declared, broken } = await readDeclared(t, { "orders.yaml": ORDER });
  t.same(broken, []);
  const make = (): Scene => new Scene({ declared });
  const post = (scene: Scene, times: number, body: object, status = 201): void => {
    const answered = {
      fields: JSON_FIELD,
      answerFields: JSON_FIELD,
      body: '{"id":1,"when":"x","total":1,"lines":[],"tag":"a"}',
    };
    for (let time = 0; time < times; time++)
      scene.exchange({ path: "/orders", method: "POST", requestBody: JSON.stringify(body), status, ...answered });
  };
  const whole = { total: 1, secret: "s", tag: "a", lines: [{ sku: "a", n: 1 }] };
  const { tag: _, ...tagless } = { ...whole, lines: [{ n: 1 }] };
  const scene = make();
  post(scene, 4, whole);
  for (const status of [400, 409, 503]) post(scene, 1, tagless, status);
  t.same(
    scene.endpoints()[0].drift?.filter((text) => text.startsWith("request")) ?? [],
    [],
    "it may be why they failed",
  );
  post(scene, 3, tagless);
  const missing = ["lines[].sku", "tag"].map(
    (name) => `request: ${name} is required and was missing in 1 of 5 objects looked at`,
  );
  const told = (one: Scene) => one.endpoints()[0].drift?.filter((text) => text.includes("required"));
  t.same(told(scene), missing, "what only answers have lacks in no request, and the other way round");
  t.match(
    scene.detection.all().filter(({ rule }) => rule === "schema-drift"),
    [{ method: "POST", evidence: { differences: missing } }],
  );
  const again = make();
  again.inventory.restore(scene.inventory.takeDelta(100).rows);
  t.same(told(again), missing, "after a restart as well");
  const alone = make();
  post(alone, 5, tagless, 409);
  t.same(told(alone), [], "nothing but refused");
  t.same(alone.endpoints()[0].schemas?.request?.required, undefined);
});
