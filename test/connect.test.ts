import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import { feed, type Step } from "./support/dialog.js";
import { data, type Field, HELLO, Http2Peers, message, settings } from "./support/http2-builder.js";

const OPENED: readonly Step[] = [
  ["client", HELLO],
  ["server", settings()],
];
/** A message of Protocol Buffers with a text in its first field. */
const RECEIPT = "\n\x09internals";

function calls(steps: readonly Step[]): Call[] {
  return feed(steps).filter((told): told is Call => told.kind === "call");
}

t.test(
  "a stream of Connect tells by its last message how it ended, one of gRPC-Web by its trailers, also by long ones",
  (t) => {
    const statusOf = (type: string, end: Buffer): number | undefined => {
      const answer = Buffer.concat([message(RECEIPT), end]);
      const over1 = calls([
        ["client", `POST /a.B/C HTTP/1.1\r\nHost: h\r\nContent-Type: ${type}\r\nContent-Length: 0\r\n\r\n`],
        ["server", `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${answer.length}\r\n\r\n`],
        ["server", answer],
      ])[0];
      const peers = new Http2Peers();
      const field: Field = ["content-type", type];
      const over2 = calls([
        ...OPENED,
        ["client", peers.request(1, "/a.B/C", [field], { method: "POST", ends: true })],
        ["server", Buffer.concat([peers.answer(1, 200, [field]), data(1, answer, "ends")])],
      ])[0];
      t.strictSame([over1.rpc?.status, over1.rpc?.responseMessages], [over2.rpc?.status, 1]);
      return over1.rpc?.status;
    };
    const long = "x".repeat(600);
    for (const [text, status] of [
      ["{}", 0],
      ['{"metadata":{"a":["b"]}}', 0],
      ['{"error":{"code":"failed_precondition","message":"no"}}', 9],
      ['{"metadata":{"error":["code"]},"error":{"code":"unauthenticated"}}', 16],
      ['{ "error" : { "code" : "canceled" } }', 1],
      [`{"error":{"code":"internal","message":"${long}"}}`, 13],
      [`{"metadata":{"a":["${long}"]}}`, undefined],
      ['{"error":{"code":"of_our_own"}}', undefined],
      ['{"error":{"message":"no"}}', undefined],
      ["junk", undefined],
    ] as const)
      t.equal(statusOf("application/connect+json", message(text, 2)), status, text.slice(0, 60));
    for (const [text, status] of [
      ["grpc-status:0\r\n", 0],
      [`grpc-status:7\r\ngrpc-message:${long}\r\n`, 7],
      [`${"a: b\r\n".repeat(82)}x: yyyy\r\ngrpc-status:13\r\n`, undefined],
    ] as const)
      t.equal(statusOf("application/grpc-web+proto", message(text, 0x80)), status, text.slice(0, 60));
    t.equal(statusOf("application/connect+json", message("{}", 3)), undefined, "compressed");
    t.end();
  },
);

t.test("Connect's calls of one message each way and Twirp's are unary", (t) => {
  const kindOf = (path: string, type: string, version = ""): string | undefined =>
    calls([
      ["client", `POST ${path} HTTP/1.1\r\nHost: h\r\n${version}Content-Type: ${type}\r\nContent-Length: 0\r\n\r\n`],
      ["server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
    ])[0].rpc?.kind;
  t.equal(kindOf("/a.B/C", "application/proto", "Connect-Protocol-Version: 1\r\n"), "unary");
  t.equal(kindOf("/twirp/a.B/C", "application/json"), "unary");
  t.equal(kindOf("/a.B/C", "application/connect+proto"), undefined);
  t.end();
});
