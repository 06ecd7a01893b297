import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import { NOT_REPEATED } from "../sensor/report/counted-once.js";
import { joinedEndpoint } from "../sensor/report/joined-rows.js";
import { openapi } from "../sensor/report/openapi.js";
import type { EndpointRecord } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { readDeclared } from "./support/declared-files.js";
import { feed } from "./support/dialog.js";
import { Scene } from "./support/scene.js";

const json = "application/json: {}";
const content = (types: string): string => `{ description: d, content: { ${types} } }`;
const get = (responses: string): string => `openapi: 3.0.3
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths: { /x: { get: { responses: { ${responses} } } } }
`;

/** What is told of an endpoint. */
function drift(scene: Scene): readonly string[] | undefined {
  return scene.endpoints().find((one) => one.template === "/x")?.drift;
}

t.test("answers are held against the media types that the file has for their status", async (t) => {
  const old = (root: string, own: string): string => `swagger: "2.0"
info: { title: Shop, version: "1" }
host: shop.internal
${root}
paths: { /x: { get: { ${own} responses: { "200": { description: ok, schema: {} }, "404": { description: none } } } } }
`;
  const html = "text/html; charset=utf-8";
  const cases: readonly (readonly [file: string, answers: readonly (readonly [number, string])[], told: string])[] = [
    [get(`"200": ${content(json)}`), [[200, "application/json; charset=utf-8"]], ""],
    [get(`"200": ${content(json)}`), [[200, html]], "200 text/html"],
    [
      get(`"200": ${content(json)}`),
      [
        [200, "Text/CSV"],
        [200, html],
      ],
      "200 text/csv, 200 text/html",
    ],
    [
      get(`"200": ${content(json)}`),
      [
        [201, html],
        [404, html],
        [503, html],
      ],
      "",
    ],
    [
      get(`"200": ${content(json)}, 2XX: ${content("text/csv: {}")}`),
      [
        [201, "text/csv"],
        [202, html],
      ],
      "202 text/html",
    ],
    [
      get(`default: ${content(json)}`),
      [
        [200, html],
        [302, html],
        [404, html],
        [500, html],
      ],
      "200 text/html",
    ],
    [
      get(`"404": ${content(json)}, 5XX: ${content(json)}`),
      [
        [404, html],
        [500, html],
        [502, html],
      ],
      "404 text/html, 500 text/html",
    ],
    [get(`"503": ${content(json)}`), [[503, html]], "503 text/html"],
    [get(`"200": ${content('"*/*": {}')}`), [[200, html]], ""],
    [
      get(`"200": ${content('"text/*": {}')}`),
      [
        [200, html],
        [200, "application/pdf"],
      ],
      "200 application/pdf",
    ],
    [
      get(`"200": ${content('"application/*+json": {}')}`),
      [
        [200, "application/hal+json"],
        [200, "application/json"],
      ],
      "200 application/json",
    ],
    [get(`"404": ${content(json)}`), [[404, "application/problem+json"]], ""],
    [get(`"200": ${content("application/hal+json: {}")}`), [[200, "application/json"]], "200 application/json"],
    [get(`"200": ${content('"application/json;v=2": {}')}`), [[200, "application/json"]], ""],
    [
      get(`"200": ${content("application/xml: {}")}`),
      [
        [200, "text/xml"],
        [200, "application/rss+xml"],
      ],
      "",
    ],
    [get('"200": { description: nothing is said of it }'), [[200, html]], ""],
    [
      old("produces: [application/json]", ""),
      [
        [200, html],
        [404, html],
      ],
      "200 text/html",
    ],
    [
      old("produces: [application/json]", "produces: [text/html],"),
      [
        [200, html],
        [200, "application/json"],
      ],
      "200 application/json",
    ],
    [old("", ""), [[200, html]], ""],
  ];
  for (const [file, answers, told] of cases) {
    const { declared, broken } = await readDeclared(t, { "shop.yaml": file });
    t.same(broken, []);
    const scene = new Scene({ declared });
    for (let time = 0; time < 4; time++) {
      scene.exchange({ path: "/x", answerFields: "Content-Type: application/json\r\n", status: 500 });
      for (const [status, type] of answers)
        scene.exchange({ path: "/x", status, answerFields: `Content-Type: ${type}\r\n`, body: "a,b" });
    }
    const expected =
      told === ""
        ? undefined
        : told.split(", ").map((one) => `response ${one.replace(" ", ": a body of ")} is not declared`);
    const seen = drift(scene)?.filter((one) => one.includes("a body of"));
    t.same(seen?.length === 0 ? undefined : seen, expected, `${file} ${answers.join(" ")}`);
  }
});

t.test("an answer without a body is of no media type, and a page in a thousand answers is told", async (t) => {
  const { declared } = await readDeclared(t, {
    "shop.yaml": get(`"200": ${content(json)}, "304": { description: none }`),
  });
  const scene = new Scene({ declared });
  const html = "Content-Type: text/html\r\n";
  for (let time = 0; time < 4; time++)
    for (const [method, status] of [
      ["HEAD", 200],
      ["GET", 200],
      ["GET", 304],
    ] as const)
      scene.exchange({ path: "/x", method, status, answerFields: html, body: "" });
  t.same(drift(scene), undefined);
  const head = `HTTP/1.1 200 OK\r\n${html}Content-Length: 90\r\n\r\n`;
  const asked = feed([
    ["client", "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n"],
    ["server", head],
  ]);
  t.equal((asked.at(-1) as Call).responseBodySize, 0, "what HEAD tells of a length is no body");
  for (let time = 0; time < 400; time++) {
    const page = { answerFields: html, body: "<p>log in" };
    scene.get("/x", time === 333 ? page : { answerFields: "Content-Type: application/json\r\n", body: "{}" });
  }
  t.same(drift(scene), ["response 200: a body of text/html is not declared"]);
});

interface Told {
  readonly content?: Readonly<
    Record<string, { readonly schema?: { readonly properties: Readonly<Record<string, object>> } }>
  >;
}

/** Responses of the one operation that a document has. */
function documented(rows: readonly EndpointRecord[]): Readonly<Record<string, Told>> {
  const text = [
    ...openapi.write(
      rows.map((record) => ({ record, sensor: undefined })),
      [],
    ),
  ].join("");
  return JSON.parse(text).paths["/x"].post.responses;
}

/** Media types of each, and the names that the schema under each has. */
function contents(rows: readonly EndpointRecord[]): Record<string, Record<string, string>> {
  const ofAnswer = ({ content = {} }: Told): Record<string, string> =>
    Object.fromEntries(
      Object.entries(content).map(([type, { schema }]) => [type, Object.keys(schema?.properties ?? {}).join(" ")]),
    );
  return Object.fromEntries(Object.entries(documented(rows)).map(([status, answer]) => [status, ofAnswer(answer)]));
}

const PROBLEM = "application/problem+json";
const EACH = { "201": { "application/json": "id total" }, "204": {}, "422": { [PROBLEM]: "detail title" } };

function orders(): Scene {
  const scene = new Scene();
  const answer = (status: number, type: string, body: string): Scene =>
    scene.exchange({ path: "/x", method: "POST", status, answerFields: `Content-Type: ${type}\r\n`, body });
  for (let time = 0; time < 6; time++) {
    answer(201, "application/json; charset=utf-8", '{"id":1,"total":2}');
    answer(422, PROBLEM, '{"title":"a","detail":"b"}');
    answer(204, "application/json", "");
  }
  return scene;
}

t.test("each status has the media types of its own answers in documents, over the wire and after a restart", (t) => {
  const rows = orders().endpoints();
  t.same(contents(rows), EACH);
  const [sent] = rows.map((row) => decodeEvent(encodeEvent(row)) as EndpointRecord);
  t.same(sent.responseContentTypesByStatus, {
    "201": ["application/json; charset=utf-8"],
    "204": ["application/json"],
    "422": [PROBLEM],
  });
  t.same(sent.responseContentTypes, ["application/json", "application/json; charset=utf-8", PROBLEM]);
  const [never] = rows.map(({ responseContentTypesByStatus: _, ...row }) => decodeEvent(encodeEvent(row)));
  t.notOk("responseContentTypesByStatus" in never);
  const again = new Scene();
  again.inventory.restore(JSON.parse(JSON.stringify(orders().inventory.takeDelta(100).rows)));
  t.same(contents(again.endpoints()), EACH);
  const joined = joinedEndpoint(
    [rows[0], { ...rows[0], responseContentTypesByStatus: { "201": ["text/csv"] } }],
    NOT_REPEATED,
  );
  t.same(joined.responseContentTypesByStatus?.["201"], ["application/json; charset=utf-8", "text/csv"]);
  t.same(joined.responseContentTypesByStatus?.["422"], [PROBLEM]);
  t.end();
});

t.test("a row of before types were kept by status shows what it had, until its answers say more", (t) => {
  const old = orders()
    .inventory.takeDelta(100)
    .rows.map(({ record, ...row }) => {
      if (record.kind !== "endpoint") return { record, ...row };
      const { responseContentTypesByStatus: _, ...rest } = record;
      return { record: rest, ...row };
    });
  const again = new Scene();
  again.inventory.restore(JSON.parse(JSON.stringify(old)));
  t.same(contents(again.endpoints()), {
    "201": { "application/json": "id total", [PROBLEM]: "id total" },
    "204": {},
    "422": { "application/json": "detail title" },
  });
  const answerFields = `Content-Type: ${PROBLEM}\r\n`;
  again.exchange({ path: "/x", method: "POST", status: 422, answerFields, body: '{"title":"a","detail":"b"}' });
  t.same(contents(again.endpoints()), EACH);
  t.end();
});

t.test("statuses whose types are told apart are bounded, and none of the types is lost", (t) => {
  const scene = new Scene();
  for (let status = 200; status < 230; status++)
    scene.exchange({ path: "/x", status, answerFields: `Content-Type: text/${status < 229 ? "csv" : "html"}\r\n` });
  const [{ responseContentTypes, responseContentTypesByStatus }] = scene.endpoints();
  t.equal(Object.keys(responseContentTypesByStatus ?? {}).length, 16);
  t.same(responseContentTypes, ["text/csv", "text/html"]);
  t.end();
});

t.test("a body of a type that is not declared is held against no schema of another", async (t) => {
  const fields = "a b c".split(" ").map((name) => `${name}: { type: string }`);
  const schema = `{ schema: { type: object, additionalProperties: false, required: [a], properties: { ${fields.join(", ")} } } }`;
  const { declared, broken } = await readDeclared(t, {
    "shop.yaml": `openapi: 3.0.3
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /x:
    post:
      requestBody: { content: { application/json: ${schema} } }
      responses: { default: ${content(`${PROBLEM}: ${schema}`)} }
`,
  });
  t.same(broken, []);
  const form = "application/x-www-form-urlencoded";
  const send = (scene: Scene, type: string, requestBody: string, status: number, sent: string, body: string): Scene =>
    scene.exchange({
      ...{ path: "/x", method: "POST", fields: `Content-Type: ${type}\r\n`, requestBody },
      ...{ status, answerFields: `Content-Type: ${sent}\r\n`, body },
    });
  const scene = new Scene({ declared });
  for (let time = 0; time < 4; time++) {
    send(scene, form, "x=1&y=2", 202, "application/json", '{"id":1,"state":2}');
    // Of an error the type may be a gateway's: nothing is told of it, nor of what stands in it.
    send(scene, form, "x=1&y=2", 400, "application/json", '{"error":1}');
  }
  t.same(drift(scene), [
    `request: a body of ${form} is not declared`,
    "response 202: a body of application/json is not declared",
  ]);
  const own = new Scene({ declared });
  for (let time = 0; time < 4; time++) send(own, "application/json", '{"d":1}', 202, PROBLEM, '{"e":1}');
  const missing = "is required and was missing in 4 of 4 objects looked at";
  t.same(drift(own), [
    "request: d is not declared",
    `request: a ${missing}`,
    "response 202: e is not declared",
    `response 202: a ${missing}`,
  ]);
  send(own, "application/json", '{"d":1}', 202, "application/json", '{"e":1}');
  t.same(
    drift(own)?.filter((one) => one.startsWith("response")),
    ["response 202: a body of application/json is not declared"],
  );
});

t.test("on how many bodies schemas rest is not told where a version before did not count some of them", (t) => {
  const scene = new Scene();
  const call = (of: Scene) =>
    of.get("/orders", { answerFields: "Content-Type: application/json\r\n", body: '{"id":1}' });
  for (let calls = 0; calls < 5; calls++) call(scene);
  const [told] = scene.endpoints();
  t.same(told.schemas?.bodiesRead, { responses: { 200: 5 } });
  const rows = scene.inventory.takeDelta(100).rows.map(({ record, state }) => {
    const { bodies, ...schemas } = JSON.parse(state).schemas ?? {};
    return { record, state: JSON.stringify({ ...JSON.parse(state), ...(bodies === undefined ? {} : { schemas }) }) };
  });
  const restored = (given: readonly (typeof rows)[number][]): Scene => {
    const again = new Scene();
    again.inventory.restore(given);
    return call(again);
  };
  const later = restored(rows);
  const [{ schemas }] = later.endpoints();
  t.same([schemas?.bodiesRead, schemas?.responses["200"]?.required], [undefined, ["id"]]);
  const [{ schemas: again }] = restored(later.inventory.takeDelta(100).rows).endpoints();
  t.equal(again?.bodiesRead, undefined, "nor after another restart");
  t.end();
});
