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
