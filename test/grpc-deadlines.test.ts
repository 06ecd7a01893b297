import t from "tap";
import type { Call } from "../sensor/protocol/message.js";
import { feed, type Step } from "./support/dialog.js";
import { data, type Field, HELLO, Http2Peers, message, reset, settings } from "./support/http2-builder.js";

const OPENED: readonly Step[] = [
  ["client", HELLO],
  ["server", settings()],
];
const TYPE: Field = ["content-type", "application/grpc"];

function call(stream: number, fields: readonly Field[], peers = new Http2Peers()): Step[] {
  const request = [peers.call(stream, "/shop.v1.Cart/Add", fields), data(stream, message("order"), "ends")];
  const answer = [
    peers.answer(stream, 200, [TYPE]),
    data(stream, message("receipt")),
    peers.trailers(stream, [["grpc-status", "0"]]),
  ];
  return [
    ["client", Buffer.concat(request)],
    ["server", Buffer.concat(answer)],
  ];
}

function calls(steps: readonly Step[]): Call[] {
  return feed(steps).filter((told): told is Call => told.kind === "call");
}

/** The gRPC protocol over HTTP/2: at most eight digits, and one of six units. */
const DEADLINES: readonly (readonly [text: string, micros: number | undefined])[] = [
  ["2H", 7_200e6],
  ["3M", 180e6],
  ["5S", 5e6],
  ["250m", 250_000],
  ["7u", 7],
  ["1500n", 1.5],
  ["0n", 0],
  ["00000001S", 1e6],
  ["99999999H", 99_999_999 * 3_600e6],
  ["123456789S", undefined],
  ["000000001S", undefined],
  ["5", undefined],
  ["S", undefined],
  ["", undefined],
  ["5s", undefined],
  ["5h", undefined],
  ["5MS", undefined],
  ["5 S", undefined],
  ["-5S", undefined],
  ["+5S", undefined],
  ["1.5S", undefined],
  ["0x5S", undefined],
  ["5S,6S", undefined],
];

t.test("a deadline is told in each of its units, and where it is none nothing is", (t) => {
  for (const [text, micros] of DEADLINES) {
    const [told] = calls([...OPENED, ...call(1, [["grpc-timeout", text]])]);
    t.equal(told.rpc?.timeoutMicros, micros, text);
  }
  t.equal(calls([...OPENED, ...call(1, [])])[0].rpc?.timeoutMicros, undefined);
  t.end();
});

t.test("heads that differ in nothing but their deadlines have each its own", (t) => {
  const peers = new Http2Peers();
  const steps: Step[] = [];
  const expected: (number | undefined)[] = [];
  // Each comes often enough for its block, its head and its fields to be known.
  for (let round = 0; round < 6; round++)
    for (const [text, micros] of [...DEADLINES, [undefined, undefined] as const]) {
      const fields: Field[] = text === undefined ? [] : [["grpc-timeout", text]];
      steps.push(...call(2 * expected.length + 1, fields, peers));
      expected.push(micros);
    }
  const told = calls([...OPENED, ...steps]).map(({ rpc }) => rpc?.timeoutMicros);
  t.strictSame(told, expected);
  t.end();
});

/** connectrpc.com, protocol reference: at most ten digits, of milliseconds. */
const CONNECT_DEADLINES: readonly (readonly [text: string, micros: number | undefined])[] = [
  ["250", 250_000],
  ["0", 0],
  ["9999999999", 9_999_999_999e3],
  ["12345678901", undefined],
  ["5S", undefined],
  ["-5", undefined],
  ["1.5", undefined],
  ["", undefined],
];

t.test("gRPC-Web's and Connect's deadlines are told over HTTP/1 and HTTP/2, in heads that came before as well", (t) => {
  const over1 = (fields: string): Step[] => [
    ["client", `POST /shop.v1.Cart/Add HTTP/1.1\r\nHost: h\r\n${fields}Content-Length: 0\r\n\r\n`],
    ["server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ];
  for (const [type, name, deadlines] of [
    ["application/grpc-web+proto", "Grpc-Timeout", DEADLINES],
    ["application/connect+proto", "Connect-Timeout-Ms", CONNECT_DEADLINES],
  ] as const) {
    const [steps, expected]: [Step[], (number | undefined)[]] = [[], []];
    for (let round = 0; round < 3; round++)
      for (const [text, micros] of [...deadlines, [undefined, undefined] as const]) {
        steps.push(...over1(`Content-Type: ${type}\r\n${text === undefined ? "" : `${name}: ${text}\r\n`}`));
        expected.push(micros);
      }
    t.strictSame(
      calls(steps).map(({ rpc }) => rpc?.timeoutMicros),
      expected,
      type,
    );
  }
  const peers = new Http2Peers();
  const [steps, expected]: [Step[], (number | undefined)[]] = [[...OPENED], []];
  for (let round = 0; round < 6; round++)
    for (const [text, micros] of CONNECT_DEADLINES) {
      const stream = 2 * expected.length + 1;
      const fields: Field[] = [
        ["content-type", "application/connect+proto"],
        ["connect-timeout-ms", text],
      ];
      const asked = peers.request(stream, "/shop.v1.Cart/Add", fields, { method: "POST" });
      steps.push(["client", asked], ["server", peers.answer(stream, 200, [], { ends: true })]);
      expected.push(micros);
    }
  t.strictSame(
    calls(steps).map(({ rpc }) => rpc?.timeoutMicros),
    expected,
    "over HTTP/2",
  );
  const [plain] = calls(over1("Content-Type: application/json\r\nGrpc-Timeout: 5S\r\n"));
  t.equal(plain.rpc, undefined, "the field alone makes no procedure");
  t.end();
});

t.test("DEADLINE_EXCEEDED is told as the server's status, and never made up where the client alone gave up", (t) => {
  const asked = (peers: Http2Peers): Buffer =>
    Buffer.concat([peers.call(1, "/shop.v1.Cart/Add", [["grpc-timeout", "5m"]]), data(1, message("order"), "ends")]);
  const told = (answer: (peers: Http2Peers) => readonly Step[]) => {
    const peers = new Http2Peers();
    const [only] = calls([...OPENED, ["client", asked(peers)], ...answer(peers)]);
    return [only.status, only.rpc?.status, only.rpc?.timeoutMicros, only.unpaired, only.complete];
  };
  const exceeded: Field = ["grpc-status", "4"];
  t.strictSame(
    told((peers) => [
      [
        "server",
        Buffer.concat([peers.answer(1, 200, [TYPE]), data(1, message("receipt")), peers.trailers(1, [exceeded])]),
      ],
    ]),
    [200, 4, 5_000, undefined, true],
    "in the trailers, behind a message",
  );
  t.strictSame(
    told((peers) => [["server", peers.answer(1, 200, [TYPE, exceeded], { ends: true })]]),
    [200, 4, 5_000, undefined, true],
    "in an answer that is trailers only",
  );
  t.strictSame(
    told(() => [["client", reset(1)]]),
    [undefined, undefined, 5_000, "no-response", true],
    "the client takes the call back",
  );
  t.strictSame(
    told((peers) => [
      ["server", Buffer.concat([peers.answer(1, 200, [TYPE]), data(1, message("receipt"))])],
      ["client", reset(1)],
    ]),
    [200, undefined, 5_000, undefined, true],
    "in the middle of an answer",
  );
  t.end();
});
