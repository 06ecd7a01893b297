import { validate } from "@readme/openapi-parser";
import t from "tap";
import { exported, inventoryFile } from "./support/inventory-file.js";
import { temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";

t.test(
  "fields and cookies of requests are learned as parameters, and neither what HTTP has there nor a credential",
  async (t) => {
    const scene = new Scene();
    const ask = (fields: string) =>
      scene.get("/carts", {
        fields: `Accept: text/html\r\nAuthorization: Bearer abcdefghijkl\r\nX-Api-Key: k-93847562\r\nX-Internal-Token: zzz\r\n${fields}`,
      });
    for (let times = 0; times < 12; times++) {
      ask(
        "X-Tenant: 7b1e2a90-11f4-4f2a-9c53-0a4b8f3f2c11\r\nX-Platform: ios\r\nX-Page-Size: 50\r\nX-Contact: anna@example.org\r\n" +
          "Cookie: platform=dark; session=s3cr3tcanary; visits=12; seen_by_7f3a=1\r\n",
      );
      ask("X-Tenant: 7b1e2a90-11f4-4f2a-9c53-0a4b8f3f2c12\r\nX-Platform: android\r\nCookie: platform=light\r\n");
    }
    const [{ schemas }] = scene.endpoints();
    t.strictSame(schemas?.header, {
      type: "object",
      properties: {
        "x-contact": { type: "string", format: "email" },
        "x-page-size": { type: "integer" },
        "x-platform": { type: "string", enum: ["android", "ios"] },
        "x-tenant": { type: "string", format: "uuid" },
      },
      required: ["x-platform", "x-tenant"],
    });
    t.strictSame(schemas?.cookie, {
      type: "object",
      properties: { platform: { type: "string" }, visits: { type: "integer" } },
      required: ["platform"],
    });
    const rows = scene.inventory.takeDelta(100).rows;
    t.notMatch(
      JSON.stringify(rows),
      /s3cr3tcanary|k-93847562|zzz|anna@|0a4b8f3f2c1|dark|light|7f3a/,
      "no value is kept",
    );
    const again = new Scene();
    again.inventory.restore(rows);
    t.strictSame(again.endpoints()[0]?.schemas, schemas, "they are known after a restart");
    const file = inventoryFile(
      temporaryFolder(t),
      rows.map(({ record }) => record),
    );
    const document = JSON.parse(exported(file, "openapi"));
    t.equal((await validate(structuredClone(document))).valid, true);
    const { parameters } = document.paths["/carts"].get;
    t.strictSame(
      parameters.map((one: { in: string; name: string; required?: true }) => [one.in, one.name, one.required]),
      [
        ["header", "x-contact", undefined],
        ["header", "x-page-size", undefined],
        ["header", "x-platform", true],
        ["header", "x-tenant", true],
        ["cookie", "platform", true],
        ["cookie", "visits", undefined],
      ],
    );
  },
);

t.test("a field that only later calls have is no parameter of all of them", async (t) => {
  const scene = new Scene();
  for (let times = 0; times < 3; times++) scene.get("/carts");
  t.equal(scene.endpoints()[0]?.schemas, undefined, "plain heads teach nothing");
  for (let times = 0; times < 3; times++) scene.get("/carts", { fields: "X-Mode: fast\r\n" });
  t.strictSame(scene.endpoints()[0]?.schemas?.header?.required, undefined);
  const alone = new Scene();
  for (let times = 0; times < 3; times++) alone.get("/carts", { fields: "X-Mode: fast\r\n" });
  t.strictSame(alone.endpoints()[0]?.schemas?.header?.required, ["x-mode"]);
});

t.test("heads that had none of a field are counted in what their endpoint became part of", (t) => {
  const scene = new Scene();
  for (const box of ["box-1", "box-2", "box-3"])
    for (let times = 0; times < 3; times++)
      scene.get(`/boxes/${box}`, { fields: box !== "box-2" ? "X-Platform: ios\r\nCookie: visits=3\r\n" : "" });
  const [{ template, schemas }] = scene.endpoints();
  t.equal(template, "/boxes/{boxId}");
  t.strictSame(
    [schemas?.header, schemas?.cookie].map((schema) => [Object.keys(schema?.properties ?? {}), schema?.required]),
    [
      [["x-platform"], undefined],
      [["visits"], undefined],
    ],
    "what one of three boxes had not is optional",
  );
  t.end();
});
