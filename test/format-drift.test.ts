import t from "tap";
import { formsFitting, textFormOf } from "../sensor/protocol/text-form.js";
import { readDeclared } from "./support/declared-files.js";
import { Scene } from "./support/scene.js";

function drift(scene: Scene): (readonly [string, readonly string[] | undefined])[] {
  return scene.endpoints().map(({ method, drift }) => [method, drift]);
}

const UUID = "0b6f1c5e-8a53-4c1e-9d3b-2f1f6a7d9c10";
const FORMED = `openapi: 3.1.0
info: { title: Formed, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /list:
    get:
      parameters:
        - { name: limit, in: query, schema: { type: string, format: uuid } }
        - { name: since, in: query, schema: { type: string, format: date-time } }
        - { name: link, in: query, schema: { type: string, format: uri } }
        - { name: either, in: query, schema: { type: [string, integer], format: uuid } }
        - { name: status, in: query, schema: { anyOf: [{ const: cancelled }, { enum: [failed] }], type: string } }
        - { name: state, in: query, schema: { type: string, enum: [open, closed] } }
        - { name: kind, in: query, schema: { type: string, enum: ["7", shut] } }
        - { name: X-Id, in: header, schema: { type: string, format: uuid } }
      responses:
        "200":
          description: all
          headers: { X-Trace: { schema: { type: string, format: uuid } } }
          content:
            application/json:
              schema:
                type: object
                properties:
                  id: { type: [string, "null"], format: uuid }
                  mail: { type: string, format: email }
                  at: { type: string, format: date-time }
                  day: { type: string, format: date }
                  status: { $ref: "#/components/schemas/Status" }
components: { schemas: { Status: { type: string, enum: [cancelled] } } }
`;

t.test("formats and values that were never those declared are drift, and what is not known is none", async (t) => {
  const { declared, broken, notices } = await readDeclared(t, { "formed.yaml": FORMED });
  t.same([...broken, ...notices], []);
  const ask = (scene: Scene, query: string, id: string, body: object): Scene =>
    scene.get(`/list?${query}`, {
      fields: `X-Id: ${id}\r\n`,
      answerFields: `Content-Type: application/json\r\nX-Trace: ${id}\r\n`,
      body: JSON.stringify(body).replaceAll("+", "\\u002B"),
    });
  const good = { id: UUID, mail: "ada@example.com", at: "2024-05-06T07:08:09+02:00", day: "2024-05-06" };
  const fitting = new Scene({ declared });
  for (let times = 0; times < 6; times++) {
    const query = `limit=${UUID}&since=2024-05-06T07%3A08%3A09Z&link=urn:a:b&either=5&status=failed&state=open&kind=7`;
    ask(fitting, query, UUID, { ...good, status: "cancelled" });
  }
  ask(fitting, "limit=&link=mailto:a@b.example&either=6", UUID, { ...good, id: null, mail: "root@localhost" });
  t.same(drift(fitting), [["GET", undefined]], "what fits, and what may be of a form that is known too narrowly");

  const wrong = new Scene({ declared });
  const other = (status: string): void =>
    void ask(wrong, `limit=5&since=2024-05-06&link=7&status=${status}&state=12&kind=12`, "17", {
      ...{ id: "x1", mail: UUID, at: "soon", day: good.at, status },
    });
  for (let times = 0; times < 3; times++) other("active");
  const formats = [
    "query parameter limit is integer, declared uuid",
    "query parameter link is integer, declared uri",
    "query parameter since is date, declared date-time",
    "query parameter state is integer, declared open or closed",
    "request header x-id is integer, declared uuid",
    "response 200: at is string of another format, declared date-time",
    "response 200: day is date-time, declared date",
    "response 200: id is string of another format, declared uuid",
    "response 200: mail is uuid, declared email",
    "response 200: header x-trace is integer, declared uuid",
  ];
  t.same(drift(wrong), [["GET", formats]], "a word is known only once it came again and again");
  other("active");
  const words = [
    "query parameter status is active, declared cancelled or failed",
    "response 200: status is active, declared cancelled",
  ];
  const all = [...formats.slice(0, 4), words[0], ...formats.slice(4, 9), words[1], formats[9]];
  t.same(drift(wrong), [["GET", all]]);
  const again = new Scene({ declared });
  again.inventory.restore(wrong.inventory.takeDelta(100).rows);
  t.same(drift(again), drift(wrong), "and the same after a restart");
  const found = wrong.detection.all().filter(({ rule }) => rule === "schema-drift" || rule === "undeclared-parameter");
  t.same(found.map(({ rule, evidence }) => [rule, evidence.differences]).sort(), [
    ["schema-drift", all.filter((text) => text.startsWith("response"))],
    ["undeclared-parameter", all.filter((text) => !text.startsWith("response"))],
  ]);
  other(UUID);
  t.same(drift(wrong), [["GET", formats]], "where anything may stand no value is known");
});

const LOG = `openapi: 3.0.3
info: { title: Log, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /log:
    get:
      parameters: [{ name: n, in: query, schema: { type: integer, format: int32 } }]
      responses:
        "200":
          description: all
          content:
            application/json:
              schema:
                type: object
                properties:
                  at: { type: string, format: date-time }
                  day: { type: string, format: date }
                  small: { type: integer, format: int32 }
                  large: { type: integer, format: int64 }
                  ip: { type: string, format: ipv4 }
                  id: { type: string, format: uuid }
`;

t.test(
  "a format is what its specification has: RFC 3339 with its zone, days that there are, numbers that fit",
  async (t) => {
    const { declared } = await readDeclared(t, { "log.yaml": LOG });
    const seen = (bodies: readonly string[], query = "n=1"): Scene => {
      const scene = new Scene({ declared });
      for (let times = 0; times < 4; times++)
        for (const body of bodies)
          scene.get(`/log?${query}`, { answerFields: "Content-Type: application/json\r\n", body });
      return scene;
    };
    const told = (bodies: readonly string[], query?: string): readonly string[] =>
      seen(bodies, query).endpoints()[0].drift ?? [];
    const at = (text: string): string => JSON.stringify({ at: text });
    for (const time of [
      "2024-02-29T23:59:60Z",
      "2026-11-30t12:00:00.123456789012z",
      "2026-11-30 12:00:00-03:30",
      "2026-11-30T12:00:00+0200",
    ])
      t.same(told([at(time)]), [], time);
    for (const [time, form] of [
      ["2026-11-30T12:00:00", "date and time without zone"],
      ["2026-11-30 12:00:00.5", "date and time without zone"],
      ["2026-11-30", "date"],
      ["2026-13-01T00:00:00Z", "string of another format"],
      ["2026-02-30T00:00:00Z", "string of another format"],
      ["2026-11-30T24:00:00Z", "string of another format"],
    ])
      t.same(told([at(time)]), [`response 200: at is ${form}, declared date-time`]);
    t.same(told([at("2026-11-30T12:00:00"), at("2026-11-30T12:00:00Z")]), [], "only where none of them was one");
    t.same(
      told(
        [
          '{"day":"2026-02-30","small":5000000000,"large":9223372036854775808,"ip":"1.2.3.256","id":"urn:uuid:0b6f1c5e-8a53-4c1e-9d3b-2f1f6a7d9c10"}',
        ],
        "n=-2147483649",
      ),
      [
        "query parameter n is integer beyond int32, declared int32",
        "response 200: day is string of another format, declared date",
        "response 200: ip is string of another format, declared ipv4",
        "response 200: large is integer beyond int64, declared int64",
        "response 200: small is integer beyond int32, declared int32",
      ],
    );
    t.same(
      told(['{"day":"2024-02-29","small":-2147483648,"large":-9223372036854775808,"ip":"10.0.0.255"}'], "n=2147483647"),
      [],
    );

    const format = (body: object): unknown => {
      const scene = seen([JSON.stringify(body)]);
      const schema = scene.endpoints()[0].schemas?.responses?.["200"] as {
        properties: Record<string, { format?: string }>;
      };
      return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, one.format]));
    };
    const known = {
      at: "2026-11-30T12:00:00Z",
      link: "https://a.example/b?c=%20",
      mail: "a.b+c@d.example",
      ip: "10.0.0.1",
    };
    t.same(format(known), { at: "date-time", link: "uri", mail: "email", ip: "ipv4" });
    const unknown = {
      at: "2026-11-30T12:00:00",
      link: "https://a.example/{b}",
      mail: "a@-d.example",
      ip: "10.0.0.300",
    };
    t.same(format(unknown), { at: undefined, link: undefined, mail: undefined, ip: undefined });
  },
);

t.test("of a date and time that an earlier build learned nobody knows whether it had a zone", async (t) => {
  const { declared } = await readDeclared(t, { "log.yaml": LOG });
  const scene = new Scene({ declared });
  const ask = (one: Scene, at: string): void =>
    void one.get("/log", { answerFields: "Content-Type: application/json\r\n", body: JSON.stringify({ at }) });
  for (let times = 0; times < 4; times++) ask(scene, "2026-11-30T12:00:00");
  const { rows } = scene.inventory.takeDelta(100);
  const earlier = JSON.parse(
    JSON.stringify(rows)
      .replaceAll(/\[4,256,/g, "[4,4,")
      .replaceAll("[12292,256,", "[4,4,"),
  );
  t.notSame(earlier, rows);
  const again = new Scene({ declared });
  again.inventory.restore(earlier);
  t.same(drift(again), [["GET", undefined]]);
  ask(again, "2026-11-30T12:00:00Z");
  const schema = again.endpoints()[0].schemas?.responses?.["200"] as { properties: { at: { format?: string } } };
  t.same([drift(again), schema.properties.at.format], [[["GET", undefined]], "date-time"], "what comes now decides");
});

const NUMBERED = `openapi: 3.1.0
info: { title: t, version: "1" }
servers: [{ url: http://shop.internal }]
paths:
  /numbered:
    get:
      parameters:
        - { name: size, in: query, schema: { enum: [1, 2, 3] } }
      responses:
        "200":
          description: all
          content:
            application/json:
              schema:
                type: object
                properties:
                  level: { enum: [1, 2, 3] }
                  typed: { type: integer, enum: [1, 2, null] }
                  rate: { const: 1.5 }
                  on: { const: true }
                  word: { enum: [open, shut] }
                  any: { enum: [1, open, null] }
`;

t.test("values of numbers and truths are not kept: only what can be none of those declared is drift", async (t) => {
  const { declared, broken, notices } = await readDeclared(t, { "numbered.yaml": NUMBERED });
  t.same([...broken, ...notices], []);
  const drifts = (size: string, body: object): readonly string[] | undefined => {
    const scene = new Scene({ declared });
    for (let times = 0; times < 4; times++)
      scene.get(`/numbered?size=${size}`, {
        answerFields: "Content-Type: application/json\r\n",
        body: JSON.stringify(body),
      });
    return drift(scene)[0][1] as readonly string[] | undefined;
  };
  const fitting = { level: 2, typed: 1, rate: 1.5, on: true, word: "open", any: null };
  t.same(drifts("2", fitting), undefined);
  t.same(
    drifts("9", { ...fitting, level: 9, typed: 9, rate: 2, on: false, any: 9 }),
    undefined,
    "which number it was can't be told: nothing is said, neither yes nor no",
  );
  t.same(drifts("big", { level: "high", typed: 4e9, rate: "no", on: 1, word: 7, any: true }), [
    "query parameter size is string, declared number",
    "response 200: any is boolean, declared number or string or null",
    "response 200: level is string, declared number",
    "response 200: on is integer, declared boolean",
    "response 200: rate is string, declared number",
    "response 200: typed is integer beyond int32, declared 1 or 2 or null",
    "response 200: word is integer, declared string",
  ]);
});

t.test(
  "whole numbers are integers however they are written, and learned as the numbers that they look like",
  async (t) => {
    const names = "one thousand exponent zero tenth small half".split(" ");
    const { declared } = await readDeclared(t, {
      "shop.yaml": `openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /x:
    get:
      responses:
        "200":
          description: d
          content: { application/json: { schema: { type: object, properties: { ${names.map((name) => `${name}: { type: integer }`).join(", ")} } } } }
`,
    });
    const scene = new Scene({ declared });
    const answer = (half: string): Scene =>
      scene.get("/x", {
        answerFields: "Content-Type: application/json\r\n",
        body: `{"one":1.0,"thousand":-2e3,"exponent":1.50E+1,"zero":0.00,"tenth":10e-1,"small":1e-400,"half":${half}}`,
      });
    for (let time = 0; time < 4; time++) answer("1.0");
    t.same(drift(scene), [["GET", ["response 200: small is number, declared integer"]]]);
    const told = scene.endpoints()[0].schemas?.responses["200"]?.properties;
    t.same(told?.one, { type: "number" });
    t.same(told?.half, { type: "number" });
    answer("1.5");
    t.same(drift(scene)[0][1]?.at(0), "response 200: half is number, declared integer");
  },
);

t.test(
  "mail addresses without an at sign, and values that an enumeration has not, are drift, in heads and forms too, in fields whose words are kept",
  async (t) => {
    const words = "schema: { type: string, enum: [DE, FR] }";
    const { declared, broken } = await readDeclared(t, {
      "shop.yaml": `openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /x:
    get:
      parameters: [{ name: X-Country, in: header, ${words} }, { name: region, in: query, ${words} }]
      responses:
        "200":
          description: d
          content:
            application/json:
              schema:
                type: object
                properties:
                  mail: { type: string, format: email }
                  odd: { type: string, format: email }
                  nation: { type: string, enum: [DE, FR] }
                  carrier: { type: string, enum: [DE, FR] }
                  strange: { type: string, enum: [DE, zzyzx] }
                  owner: { type: string, enum: [DE, FR] }
`,
    });
    t.same(broken, []);
    const scene = new Scene({ declared });
    for (let time = 0; time < 8; time++)
      scene.get(`/x?region=${["IT", "FR"][time % 2]}`, {
        fields: "X-Country: IT\r\n",
        answerFields: "Content-Type: application/json\r\n",
        body: JSON.stringify({
          ...{ mail: ["nomail", "none", ""][time % 3], odd: ["müller@example.com", "a@b"][time % 2] },
          ...{ nation: ["DE", "IT"][time % 2], carrier: "okonkwo", strange: "okonkwo", owner: "okonkwo" },
        }),
      });
    t.same(drift(scene)[0][1], [
      "request header x-country is IT, declared DE or FR",
      "response 200: mail is string of another format, declared email",
      "response 200: nation is IT, declared DE or FR",
    ]);
    t.notMatch(JSON.stringify(scene.inventory.takeDelta(100)), /okonkwo|nomail|müller/);
  },
);

t.test("what earlier builds called a string of another format may be a mail address", (t) => {
  t.ok(((formsFitting("email") ?? 0) & 64) !== 0);
  t.equal((formsFitting("email") ?? 0) & textFormOf("nomail"), 0);
  t.not((formsFitting("email") ?? 0) & textFormOf('"a b"@example.com'), 0);
  t.end();
});

t.test("each line is held against what a file declares of lines", async (t) => {
  const line = "{ type: object, additionalProperties: false, required: [id], properties: { id: { type: integer } } }";
  const cases = [
    ["application/x-ndjson", `schema: ${line}`],
    ["application/jsonl", `schema: { type: array, items: ${line} }`],
    ["application/ndjson", `itemSchema: ${line}`],
  ];
  for (const [type, schema] of cases) {
    const { declared, broken } = await readDeclared(t, {
      "shop.yaml": `openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths: { /x: { get: { responses: { "200": { description: d, content: { ${type}: { ${schema} } } } } } } }
`,
    });
    t.same(broken, []);
    const scene = new Scene({ declared });
    const answer = (body: string): Scene => scene.get("/x", { answerFields: `Content-Type: ${type}\r\n`, body });
    for (let time = 0; time < 4; time++) answer('{"id":1}\n{"id":2}\n');
    t.same(drift(scene), [["GET", undefined]], type);
    answer('{"id":1}\n{"id":"2","more":1}\n{"id":3,"more":2}\n{}\n');
    t.same(
      drift(scene)[0][1],
      [
        "response 200: id is string, declared integer",
        "response 200: more is not declared",
        "response 200: id is required and was missing in 1 of 12 objects looked at",
      ],
      type,
    );
  }
});
