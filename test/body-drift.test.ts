import t from "tap";
import { readDeclared } from "./support/declared-files.js";
import type { Step } from "./support/dialog.js";
import { data, HELLO, Http2Peers, settings } from "./support/http2-builder.js";
import { Scene } from "./support/scene.js";

const BODY = "requestBody: { required: true, content: { application/json: { schema: { type: object } } } }";
const ANY = "responses: { default: { description: any } }";
const SHOP = `openapi: 3.0.3
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths:
  /orders: { post: { ${BODY}, ${ANY} } }
  /named: { put: { requestBody: { $ref: "#/components/requestBodies/Order" }, ${ANY} } }
  /free: { post: { requestBody: { content: { application/json: {} } }, ${ANY} } }
components: { requestBodies: { Order: { required: true, content: { application/json: {} } } } }
`;
const SWAGGER = `swagger: "2.0"
info: { title: Shop, version: "1" }
host: shop.internal
paths:
  /orders: { post: { parameters: [{ in: body, name: order, required: true, schema: { type: object } }], ${ANY} } }
  /forms: { post: { parameters: [{ in: formData, name: note, required: true, type: string }], ${ANY} } }
`;
const ANSWER = "HTTP/1.1 201 X\r\nContent-Length: 0\r\n\r\n";
const HEAD = "POST /orders HTTP/1.1\r\nHost: shop.internal\r\n";

/** What is told of an endpoint's requests. */
function drift(scene: Scene, template = "/orders"): readonly string[] | undefined {
  return scene.endpoints().find((one) => one.template === template)?.drift;
}

const missing = (figures: string): string =>
  `request: a body is required and was missing in ${figures} calls looked at`;

t.test("a request without the body that its file requires is told, however it says that it has none", async (t) => {
  for (const [version, file] of [
    ["3.0", SHOP],
    ["2.0", SWAGGER],
  ]) {
    const { declared, broken } = await readDeclared(t, { "shop.yaml": file });
    t.same(broken, []);
    const scene = new Scene({ declared });
    for (let time = 0; time < 3; time++) scene.exchange({ path: "/orders", method: "POST", requestBody: "{}" });
    t.same(drift(scene), undefined, version);
    scene.speak([
      ["client", `${HEAD}\r\n`],
      ["server", ANSWER],
    ]);
    t.same(drift(scene), [missing("1 of 4")]);
    scene.speak([
      ["client", `${HEAD}Content-Length: 0\r\n\r\n`],
      ["server", ANSWER],
    ]);
    scene.speak([
      ["client", `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
      ["server", ANSWER],
    ]);
    t.same(drift(scene), [missing("3 of 6")]);
    const found = scene.detection.all().filter(({ rule }) => rule === "schema-drift");
    t.match(found, [{ template: "/orders", evidence: { differences: [missing("3 of 6")] } }]);
    const again = new Scene({ declared });
    again.inventory.restore(scene.inventory.takeDelta(100).rows);
    t.same(drift(again), [missing("3 of 6")], "after a restart as well");
  }
});

t.test("a body that is referred to is required too; one that may be left out and a form are not", async (t) => {
  const { declared } = await readDeclared(t, { "shop.yaml": SHOP });
  const scene = new Scene({ declared });
  for (let time = 0; time < 3; time++) {
    scene.exchange({ path: "/named", method: "PUT" }).exchange({ path: "/free", method: "POST" });
  }
  t.same([drift(scene, "/named"), drift(scene, "/free")], [[missing("3 of 3")], undefined]);
  const swagger = await readDeclared(t, { "shop.yaml": SWAGGER });
  const old = new Scene({ declared: swagger.declared });
  for (let time = 0; time < 3; time++) old.exchange({ path: "/forms", method: "POST" });
  t.same(drift(old, "/forms"), undefined);
});

t.test("a body that was cut, missed, withheld or refused is none that was seen to be missing", async (t) => {
  const { declared } = await readDeclared(t, { "shop.yaml": SHOP });
  const scene = new Scene({ declared });
  const three = (...steps: readonly Step[]): void => {
    for (let time = 0; time < 3; time++) scene.speak(steps);
    t.same(drift(scene), undefined);
  };
  three(["client", `${HEAD}Content-Length: 5\r\n\r\n`], ["server", ANSWER]);
  three(["client", `${HEAD}Content-Length: 5\r\n\r\n`], ["client", 5], ["server", ANSWER]);
  three(["client", `${HEAD}Transfer-Encoding: chunked\r\n\r\n`], ["client", 20], ["server", ANSWER]);
  three(["client", `${HEAD}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`], ["server", ANSWER]);
  three(["client", `${HEAD}\r\n`], ["server", ANSWER.replace("201 X", "400 X")]);
});

t.test(
  "of HTTP/2 a stream that ends with the head of its request has no body; one whose rest was lost may have",
  async (t) => {
    const { declared } = await readDeclared(t, { "shop.yaml": SHOP.replace("shop.internal", "h") });
    const told = (...pieces: readonly ((peers: Http2Peers, stream: number) => Step)[]) => {
      const [peers, scene] = [new Http2Peers(), new Scene({ declared })];
      const steps: Step[] = [
        ["client", HELLO],
        ["server", settings()],
      ];
      for (let stream = 1; stream <= 5; stream += 2) steps.push(...pieces.map((piece) => piece(peers, stream)));
      scene.speak(steps);
      return drift(scene);
    };
    const head =
      (ends: boolean) =>
      (peers: Http2Peers, stream: number): Step => [
        "client",
        peers.request(stream, "/orders", [], { method: "POST", ends }),
      ];
    const answer = (peers: Http2Peers, stream: number): Step => [
      "server",
      peers.answer(stream, 201, [], { ends: true }),
    ];
    const content =
      (text: string) =>
      (_: Http2Peers, stream: number): Step => ["client", data(stream, text, "ends")];
    t.same(told(head(true), answer), [missing("3 of 3")]);
    t.same(told(head(false), content(""), answer), [missing("3 of 3")]);
    t.same(told(head(false), content("{}"), answer), undefined);
    t.same(told(head(false), answer), undefined, "its end was not seen");
    t.same(
      told(head(false), () => ["client", 13], answer),
      undefined,
      "nor what stood in it",
    );
  },
);

/** How bodies of answers and requests of one path differ, each sent so often that what is missing is told. */
async function differences(
  t: Parameters<typeof readDeclared>[0],
  file: string,
  sent: {
    readonly answers?: readonly unknown[];
    readonly requests?: readonly (readonly [type: string, body: string])[];
  },
): Promise<readonly string[]> {
  const { declared, broken } = await readDeclared(t, { "shop.yaml": file });
  if (broken.length > 0) throw new Error(broken.join());
  const scene = new Scene({ declared });
  for (let time = 0; time < 4; time++) {
    for (const answer of sent.answers ?? [])
      scene.get("/x", { answerFields: "Content-Type: application/json\r\n", body: JSON.stringify(answer) });
    for (const [type, requestBody] of sent.requests ?? [])
      scene.exchange({ path: "/x", method: "POST", fields: `Content-Type: ${type}\r\n`, requestBody });
  }
  return scene.endpoints().flatMap((one) => one.drift ?? []);
}

const V3 = (operations: string, schemas = "{}", version = "3.0.3"): string => `openapi: ${version}
info: { title: Shop, version: "1" }
servers: [{ url: "http://shop.internal" }]
paths: { /x: ${operations} }
components: { schemas: ${schemas} }
`;
const answering = (schema: string): string =>
  `{ get: { responses: { "200": { description: ok, content: { application/json: { schema: ${schema} } } } } } }`;

t.test(
  "what a subtype has by its discriminator is declared where its base is, and not where a sibling is",
  async (t) => {
    const cat = "{ type: object, required: [lives], properties: { lives: { type: integer } } }";
    const dog = "{ type: object, properties: { pack: { type: integer } } }";
    const pets = (root: string, discriminator: string): string =>
      `{ Pet: { type: object, required: [kind], ${discriminator}, properties: { kind: { type: string } } }, ` +
      `Cat: { allOf: [{ $ref: "${root}/Pet" }, ${cat}] }, Dog: { allOf: [{ $ref: "${root}/Pet" }, ${dog}] }, ` +
      `Lion: { allOf: [{ $ref: "${root}/Cat" }, { type: object, properties: { mane: { type: boolean } } }] } }`;
    const old = (schema: string): string => `swagger: "2.0"
info: { title: Shop, version: "1" }
host: shop.internal
paths: { /x: { get: { responses: { "200": { description: ok, schema: ${schema} } } } } }
definitions: ${pets("#/definitions", "discriminator: kind")}
`;
    const now = (schema: string): string =>
      V3(answering(schema), pets("#/components/schemas", "discriminator: { propertyName: kind }"));
    const answers = [
      { kind: "Cat", lives: 9 },
      { kind: "Dog", pack: 2 },
      { kind: "Lion", lives: 1, mane: true, odd: 1 },
    ];
    const odd = ["response 200: odd is not declared"];
    t.same(await differences(t, old('{ $ref: "#/definitions/Pet" }'), { answers }), odd);
    t.same(await differences(t, now('{ $ref: "#/components/schemas/Pet" }'), { answers }), odd);
    const list = '{ type: array, items: { $ref: "#/components/schemas/Pet" } }';
    t.same(await differences(t, now(list), { answers: [answers] }), ["response 200: [].odd is not declared"]);
    const sibling = await differences(t, now('{ $ref: "#/components/schemas/Cat" }'), { answers: answers.slice(1, 2) });
    t.match(sibling, [/lives is required/, "response 200: pack is not declared"].reverse());
  },
);

t.test("names by patterns and under conditions are declared", async (t) => {
  const schema =
    "{ type: object, properties: { kind: { type: string } }, patternProperties: { '^x-': { type: string } }, " +
    "if: { properties: { kind: { const: a } } }, then: { properties: { av: { type: integer } } }, " +
    "else: { properties: { bv: { type: integer } } }, dependentSchemas: { kind: { properties: { kk: { type: string } } } } }";
  const answers = [
    { kind: "a", av: 1, kk: "k", "x-foo": "y" },
    { kind: "b", bv: "2", kk: "k", "x-bar": 7, other: 1 },
  ];
  t.same(await differences(t, V3(answering(schema), "{}", "3.1.0"), { answers }), [
    "response 200: bv is string, declared integer",
    "response 200: other is not declared",
    "response 200: x-bar is integer, declared string",
  ]);
  const slow =
    "{ type: object, properties: { a: { type: string } }, patternProperties: { '^(x+)+$': { type: string } } }";
  t.same(
    await differences(t, V3(answering(slow), "{}", "3.1.0"), { answers: [{ a: "", xx: 1, b: 1 }] }),
    [],
    "a pattern that is not held against names may fit any",
  );
});

t.test("alternatives that have the same name each in its own way are both declared", async (t) => {
  const schema =
    "{ oneOf: [{ type: object, properties: { size: { type: integer }, in: { type: object, properties: { a: { type: string } } } } }, " +
    "{ type: object, properties: { size: { type: string }, in: { type: object, properties: { b: { type: string } } } } }] }";
  const answers = [
    { size: 1, in: { a: "" } },
    { size: "xl", in: { b: "", c: true } },
    { size: true, in: {} },
  ];
  t.same(await differences(t, V3(answering(schema)), { answers }), [
    "response 200: in.c is not declared",
    "response 200: size is boolean, declared integer or string",
  ]);
});

t.test("what is only sent one way is told where it goes the other", async (t) => {
  const schema =
    "{ type: object, properties: { id: { type: string, readOnly: true }, password: { type: string, writeOnly: true } } }";
  const file =
    V3(`{ get: { responses: { "200": { description: ok, content: { application/json: { schema: ${schema} } } } } },
    post: { requestBody: { content: { application/json: { schema: ${schema} } } }, ${ANY} } }`);
  const both = { id: "1", password: "x" };
  t.same(await differences(t, file, { answers: [both], requests: [["application/json", JSON.stringify(both)]] }), [
    "response 200: password is there, declared writeOnly",
    "request: id is there, declared readOnly",
  ]);
});

t.test("null is declared by x-nullable, and by nullable beside allOf", async (t) => {
  const old = `swagger: "2.0"
info: { title: Shop, version: "1" }
host: shop.internal
paths: { /x: { get: { responses: { "200": { description: ok, schema: { type: object,
  properties: { a: { type: string, x-nullable: true }, b: { type: string } } } } } } } }
`;
  t.same(await differences(t, old, { answers: [{ a: null, b: null }] }), ["response 200: b is null, declared string"]);
  const schema = '{ type: object, properties: { a: { nullable: true, allOf: [{ $ref: "#/components/schemas/A" }] } } }';
  const file = V3(answering(schema), "{ A: { type: object, properties: { b: { type: string } } } }");
  t.same(await differences(t, file, { answers: [{ a: null }] }), []);
});

t.test("a body is told where the file declares none, and one of a media type that it does not have", async (t) => {
  const json = "application/json: { schema: { type: object, properties: { x: { type: integer } } } }";
  const form = "application/x-www-form-urlencoded: { schema: { type: object, properties: { y: { type: integer } } } }";
  const declaring = (content: string): string => V3(`{ post: { ${content} ${ANY} } }`);
  const evil = ["application/json; charset=utf-8", '{"isAdmin":true}'] as const;
  t.same(await differences(t, declaring(""), { requests: [evil] }), [
    "request: a body is not declared",
    "request: isAdmin is not declared",
  ]);
  const { declared } = await readDeclared(t, { "shop.yaml": declaring("") });
  const refused = new Scene({ declared });
  for (let time = 0; time < 4; time++)
    refused.exchange({
      path: "/x",
      method: "POST",
      status: 403,
      fields: `Content-Type: ${evil[0]}\r\n`,
      requestBody: evil[1],
    });
  t.same(drift(refused, "/x"), undefined, "what was refused is nothing that it takes");
  const two = declaring(`requestBody: { content: { ${json}, ${form} } },`);
  const requests = [
    ["application/json", '{"x":"s"}'],
    ["application/x-www-form-urlencoded", "y=1&z=2"],
  ] as const;
  t.same(await differences(t, two, { requests }), [
    "request: x is string, declared integer",
    "request: z is not declared",
  ]);
  const other = [["text/plain", "hello"]] as const;
  t.same(await differences(t, two, { requests: other }), ["request: a body of text/plain is not declared"]);
  const any = declaring("requestBody: { content: { text/*: {} } },");
  t.same(await differences(t, any, { requests: other }), []);
});

t.test("what OData says of properties beside them is no property that a file has to declare", async (t) => {
  const schema = "{ type: object, additionalProperties: false, properties: { Photo: { type: string } } }";
  const shop = SHOP.replace("schema: { type: object }", `schema: ${schema}`);
  const { declared, broken } = await readDeclared(t, { "shop.yaml": shop });
  t.same(broken, []);
  const after = (...entries: object[]): readonly string[] | undefined => {
    const scene = new Scene({ declared });
    const more = { path: "/orders", method: "POST", fields: "Content-Type: application/json\r\n" };
    for (let time = 0; time < 6; time++)
      for (const entry of entries) scene.exchange({ ...more, requestBody: JSON.stringify(entry) });
    return drift(scene);
  };
  const long = { "@odata.context": "$metadata#Photos", Photo: "x", "Photo@odata.mediaContentType": "image/png" };
  t.same(after(long, { "@context": "$metadata#Photos", Photo: "x", "Photo@mediaEtag": "7" }), undefined);
  t.same(after({ Photo: "x", extra: "x" }), ["request: extra is not declared"]);
});
