import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
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
