import t from "tap";
import { feed, type Step } from "./support/dialog.js";
import { BlockEncoder, type Field, FLAG, frame, HELLO, Http2Peers, settings, TYPE } from "./support/http2-builder.js";
import { token } from "./support/protection-cases.js";
import { CLAIMS, SHOP } from "./support/protection-scene.js";
import { Scene } from "./support/scene.js";

/** What two dozen requests and answers teach. */
function taught(blocks: (peers: Http2Peers, stream: number) => readonly [request: Buffer, answer: Buffer]) {
  const peers = new Http2Peers();
  const steps: Step[] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  for (let stream = 1; stream <= 47; stream += 2) {
    const [request, answer] = blocks(peers, stream);
    steps.push(["client", request], ["server", answer]);
  }
  const scene = new Scene();
  scene.speak(steps);
  return scene.endpoints()[0].schemas;
}

/** `fields` go into no table, and are marked as never to be put into one (RFC 7541 §7.1.3). */
function neverIndexed(stream: number, block: Buffer, fields: readonly Field[]): Buffer {
  const encoder = new BlockEncoder();
  const more = fields.map(([name, value]) => encoder.literal(name, value));
  return frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream, stream, Buffer.concat([block.subarray(9), ...more]));
}

t.test("fields of HTTP/2 that are never indexed are told as being there, without any word of theirs", (t) => {
  const fields: readonly Field[] = [
    ["x-platform", "ios"],
    ["x-page-size", "50"],
    ["x-api-key", "k-93847562"],
    ["cookie", "visits=12"],
    ["cookie", "platform=dark"],
  ];
  const schemas = taught((peers, stream) => [
    neverIndexed(stream, peers.request(stream, "/carts", [["x-mode", "fast"]]), fields),
    neverIndexed(stream, peers.answer(stream, 200, [["x-mode", "fast"]]), fields),
  ]);
  const properties = {
    "x-mode": { type: "string", enum: ["fast"] },
    "x-page-size": { type: "integer" },
    "x-platform": { type: "string" },
  };
  const required = ["x-mode", "x-page-size", "x-platform"];
  t.strictSame(schemas?.header, { type: "object", properties, required });
  t.strictSame(schemas?.responseHeaders, { "200": { type: "object", properties, required } });
  t.strictSame(schemas?.cookie, {
    type: "object",
    properties: { platform: { type: "string" }, visits: { type: "integer" } },
    required: ["platform", "visits"],
  });
  t.notMatch(JSON.stringify(schemas), /ios|k-93847562|dark/);
  t.end();
});

t.test("long fields of HTTP/2 are told as those of HTTP/1 are, at every length of a head", (t) => {
  for (const length of [100, 511, 513, 1_500, 2_500, 2_540, 2_555, 2_560, 4_000, 6_000]) {
    const fields: readonly Field[] = [
      ["x-platform", "ios"],
      ["cookie", `visits=12; filler=${"a".repeat(length)}; platform=dark`],
      ["link", `<https://shop.internal/${"b".repeat(length)}>; rel=next`],
      ["x-tenant", "7b1e2a90-11f4-4f2a-9c53-0a4b8f3f2c11"],
    ];
    const schemas = taught((peers, stream) => [
      peers.request(stream, "/carts", fields),
      peers.answer(stream, 200, fields, { ends: true }),
    ]);
    const fieldNames = ["link", "x-platform", "x-tenant"];
    t.strictSame(schemas?.header?.required, fieldNames, `${length}`);
    t.strictSame(schemas?.responseHeaders?.["200"]?.required, fieldNames, `an answer's, ${length}`);
    t.strictSame(schemas?.cookie?.required, ["filler", "platform", "visits"], `its cookies, ${length}`);
  }
  t.end();
});

t.test("cookies of HTTP/2 in fields of their own are told as those of one field, in each head of many", (t) => {
  const peers = new Http2Peers();
  const crumbs = (fields: readonly string[]) => fields.map((cookie) => ["cookie", cookie] as const);
  const steps: Step[] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  const own = token(SHOP, CLAIMS);
  for (let stream = 1; stream < 49; stream += 8) {
    steps.push(["client", peers.request(stream, "/a", crumbs(["a=b", `t=${own}`, "api_key=k", "c=d"]))]);
    steps.push(["client", peers.request(stream + 2, "/a", crumbs([`a=b; t=${own}; api_key=k; c=d`]))]);
    steps.push(["client", peers.request(stream + 4, "/a", crumbs(["a=b", "c=d", "e=f"]))]);
    steps.push(["client", peers.request(stream + 6, "/a", crumbs(["a=b", "c=d", "api_key=k"]))]);
  }
  const calls = feed(steps).filter((message) => message.kind === "call");
  const told = calls.map(({ credentials }) => credentials.map(({ kind, name }) => `${kind} ${name}`));
  const all = ["cookie cookie", "jwt cookie", "api-key api_key"];
  const round = [all, all, ["cookie cookie"], ["cookie cookie", "api-key api_key"]];
  t.strictSame(told, [...round, ...round, ...round, ...round, ...round, ...round]);
  t.end();
});
