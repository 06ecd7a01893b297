import * as zlib from "node:zlib";
import t from "tap";
import { NOT_REPEATED } from "../sensor/report/counted-once.js";
import { joinedEndpoint } from "../sensor/report/joined-rows.js";
import { defaultSettings } from "../shared/config/settings.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { look } from "./support/body-look.js";
import { told } from "./support/compliance-view.js";
import { exported, inventoryFile } from "./support/inventory-file.js";
import { temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";

const MAIL = '{"email":"ada@example.com"}';

t.test(
  "that nothing was found in a part of a body says nothing of the rest, and is told wherever the classes are",
  (t) => {
    const answerFields = "Content-Type: application/json\r\n";
    const { maxBodyBytes } = defaultSettings().data;
    const late = JSON.stringify({ pad: "x".repeat(maxBodyBytes), email: "ada@example.com" });
    const scene = new Scene();
    scene.get("/late", { answerFields, body: late }).get("/late", { answerFields, body: MAIL }).get("/late");
    const upload = { method: "POST", fields: "Content-Type: application/json\r\n", requestBody: late };
    scene.get("/upload", { ...upload, answerFields, body: MAIL });
    const expected = [
      {
        template: "/late",
        requestBodiesCut: 0,
        responseBodiesRead: 3,
        responseBodiesCut: 1,
        responseClasses: { email: 1 },
      },
      { template: "/upload", requestBodiesRead: 1, requestBodiesCut: 1, requestClasses: {}, responseBodiesCut: 0 },
    ];
    t.match(scene.endpoints(), expected);
    const restarted = new Scene();
    restarted.inventory.restore(scene.inventory.takeDelta(100).rows);
    t.match(restarted.endpoints(), expected);
    const [first] = scene.endpoints();
    t.match(decodeEvent(encodeEvent(first)), expected[0]);
    t.match(joinedEndpoint([first, first], NOT_REPEATED), { responseBodiesCut: 2 }, "of a fleet");

    const file = inventoryFile(temporaryFolder(t), scene.endpoints());
    const [row] = exported(file, "ndjson").split("\n");
    t.match(JSON.parse(row), {
      "data.response.bodies_read": 3,
      "data.request.bodies_cut": 0,
      "data.response.bodies_cut": 1,
    });
    const [head, cells] = exported(file, "csv").split("\r\n");
    t.match([head, cells], [/,data\.request\.bodies_cut,data\.response\.bodies_cut,repeated_calls,/, /,0,1,,,,.*,$/]);
    const words = /Of 2 bodies of 2 endpoints only a part was looked at, .* which data the rest held is not known\./;
    t.match(exported(file, "html"), words);
    const { frameworks, evidence } = told(file);
    t.match(evidence["sensitive-answers"], { could_not_be_told: 2, not_visible: [words] });
    const control = frameworks.flatMap(({ controls }) => controls).find(({ id }) => id === "owasp-api:2023-API3");
    t.match(control?.not_visible, [words]);
    t.end();
  },
);

t.test("a body counts as looked at in part wherever a part of it was not: at the bound, coded, framed", (t) => {
  const bytes = Buffer.from(JSON.stringify({ pad: "x".repeat(998), email: "ada@example.com" }));
  const cutAt = (maxBodyBytes: number, ...pieces: Buffer[]) =>
    look(pieces, undefined, undefined, { maxBodyBytes }).isCut;
  t.equal(cutAt(bytes.length + 1, bytes), false, "shorter than the bound");
  t.equal(cutAt(1_024, bytes), true, "longer");
  t.equal(cutAt(512, bytes.subarray(0, 512), bytes.subarray(512)), true, "in a piece that is as long as the bound");
  t.equal(look([bytes.subarray(0, 500), 20, bytes.subarray(520)]).isCut, true, "with a hole");
  // What the first of it grows to is not what the rest does: fewer coded bytes are decoded than would fit.
  t.equal(
    look([Buffer.from(JSON.stringify(["x ".repeat(3_000)]))]).isCut,
    true,
    "a value longer than values are compared",
  );
  const text = Buffer.concat([
    Buffer.from("ab\n".repeat(10_000)),
    randomWords(14_000),
    Buffer.from("\nada@example.com"),
  ]);
  for (const [coding, encode] of [["gzip", zlib.gzipSync] as const, ["br", zlib.brotliCompressSync] as const]) {
    const coded = encode(text);
    t.ok(coded.length > 8_192, "more than is tried at first");
    const outcomes = new Set<string>();
    for (let maxBodyBytes = coded.length; maxBodyBytes < 80_000; maxBodyBytes += 1_000) {
      const { classes, isCut } = look([coded], "text/plain", coding, { maxBodyBytes });
      if (classes === undefined) continue;
      outcomes.add(`${classes.includes("email") ? "found" : "not found"}, ${isCut ? "in part" : "whole"}`);
    }
    t.same([...outcomes], ["not found, in part", "found, whole"], coding);
  }
  t.end();
});

/** Lines of letters that no coding makes much shorter. */
function randomWords(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length }, (_, at) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return at % 64 === 0 ? 10 : 97 + ((state >>> 16) % 26);
    }),
  );
}
