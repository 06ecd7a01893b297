import t from "tap";
import { describe, type FeedOptions, feed, type Step } from "./support/dialog.js";
import { data, HELLO, Http2Peers, PING, settings, windowUpdate } from "./support/http2-builder.js";
import { joined, spelt } from "./support/http2-told.js";

t.test("joined late: what stands in a table filled before is unknown, and nothing is invented", (t) => {
  const before = (p: Http2Peers) => [
    p.request(1, "/a", [["user-agent", "x/1"]]),
    p.request(3, "/b"),
    p.answer(1, 201, [["server", "s"]]),
  ];
  const expected = [
    "= http2",
    "2 GET <unknown-path> - 200 0 2 incomplete:0 joined-late",
    "2 GET /c h 200 0 0 incomplete:0 joined-late",
    "2 GET /c h 200 0 0",
    "2 GET / h 200 0 0",
    "2 GET <unknown-path> h 200 0 0 incomplete:0 joined-late",
  ];
  const after = (p: Http2Peers): Step[] => [
    ["client", p.request(101, "/a", [["user-agent", "x/1"]])],
    ["server", Buffer.concat([p.answer(101, 200), data(101, "ok", "ends")])],
    ["client", spelt(p, 103, "/c", [["user-agent", "x/1"]])],
    ["server", p.answer(103, 200, [], { ends: true })],
    ["client", spelt(p, 105, "/c")],
    ["server", p.answer(105, 200, [], { ends: true })],
    ["client", spelt(p, 107, "/")],
    ["server", p.answer(107, 200, [], { ends: true })],
    ["client", spelt(p, 109, "/b")],
    ["server", p.answer(109, 200, [], { ends: true })],
  ];
  t.same(joined(before, after), expected);
  for (const from of ["client", "server"] as const)
    t.same(
      joined(before, (p) => [[from, PING], [from, windowUpdate(0)], ...after(p)]),
      expected,
      `with frames of the ${from}'s before`,
    );
  t.end();
});

t.test("joined late: a status, an answer and its trailers without their request", (t) => {
  const before = (p: Http2Peers) => [
    p.request(1, "/a"),
    p.answer(1, 201),
    p.answer(1, 200, [["content-type", "application/grpc"]]),
  ];
  t.same(
    joined(before, (p) => [
      ["server", Buffer.concat([p.answer(5, 200), data(5, "ok", "ends")])],
      ["client", p.request(101, "/n", [["x", "y"]])],
      ["server", p.answer(101, 201, [], { ends: true })],
      ["server", p.trailers(7, [["grpc-status", "4"]])],
    ]),
    [
      "= http2",
      "2 - - - 200 - 2 incomplete:0 no-request",
      "2 GET /n - - 0 0 incomplete:0 joined-late",
      "2 - - - - - - incomplete:0 no-request grpc -/- 4 - -:->-:-",
    ],
  );
  t.end();
});

t.test("joined late: as many requests as come before the first answer are each one call", (t) => {
  const before = (p: Http2Peers) => [p.request(1, "/a"), p.answer(1, 404, [["x", "y"]])];
  const streams = Array.from({ length: 100 }, (_none, at) => 101 + 2 * at);
  const told = joined(
    before,
    (p) => [
      ["client", Buffer.concat(streams.map((stream) => p.request(stream, "/a")))],
      ["server", Buffer.concat(streams.map((stream) => p.answer(stream, 404, [["x", "y"]], { ends: true })))],
    ],
    { becomesTwoSided: true },
  );
  t.same(told, ["= http2", ...streams.map(() => "2 GET <unknown-path> - - 0 0 incomplete:0 joined-late")]);
  t.end();
});

t.test("joined late: whoever sends requests is the client, whatever the ports say", (t) => {
  const p = new Http2Peers();
  const seen = feed(
    [
      ["server", p.request(101, "/a")],
      ["client", p.answer(101, 200, [], { ends: true })],
    ],
    { rolesFrom: "ports" },
  );
  t.same(describe(seen), ["= http2", "2 GET /a h 200 0 0"]);
  t.end();
});

t.test("joined late: content alone is known as HTTP/2 when there is enough of it", (t) => {
  const content = Buffer.concat([data(7, "x".repeat(500)), windowUpdate(0), data(7, "y".repeat(500)), PING]);
  t.same(
    describe(
      feed(
        [
          ["server", content],
          ["server", content],
        ],
        { rolesFrom: "ports" },
      ),
    ),
    ["= http2"],
  );
  t.same(describe(feed([["server", data(7, "x")]], { rolesFrom: "ports" })), ["= unknown"]);
  t.end();
});

t.test("what was not seen is nobody's fault: settings, the rest of a block, what stood in a table", (t) => {
  const faults = (steps: readonly Step[], options: FeedOptions = {}): string[] =>
    feed(steps, options).flatMap((message) => (message.kind === "anomaly" ? `${message.from} ${message.name}` : []));
  const large = (encoder: Http2Peers["client"]) => {
    encoder.resize(16_384);
    return encoder;
  };
  const asks = (p: Http2Peers, stream: number, options = {}): Buffer => p.request(stream, "/a", [["x", "y"]], options);
  const lone = new Http2Peers();
  large(lone.client);
  t.same(
    faults([["client", Buffer.concat([HELLO, asks(lone, 1), data(1, "x".repeat(20_000))])]], { twoSided: false }),
    [],
    "a client alone: what the server allowed it is not known",
  );
  const both = new Http2Peers();
  large(both.client);
  t.same(
    faults([
      ["client", HELLO],
      ["server", settings([1, 8_192])],
      ["client", asks(both, 1)],
    ]),
    ["client invalid-header-block"],
    "beyond what it was allowed",
  );
  const lossy = new Http2Peers();
  t.same(
    faults([
      ["client", Buffer.concat([HELLO, asks(lossy, 1)])],
      ["server", settings()],
      ["server", 15],
      ["client", large(lossy.client) && asks(lossy, 3)],
    ]),
    [],
    "settings among bytes that were lost",
  );
  const cut = new Http2Peers();
  const block = asks(cut, 1, { continuations: 3 });
  for (let at = 10; at < 20; at++)
    t.same(
      faults([
        ["client", Buffer.concat([HELLO, block.subarray(0, at)])],
        ["client", 2],
        ["client", Buffer.concat([block.subarray(at + 2), PING])],
      ]),
      [],
      `a block whose first frame lost bytes at ${at} goes on`,
    );
  const late = new Http2Peers();
  late.answer(1, 404, [["server", "s"]]);
  t.same(
    faults(
      [
        ["server", Buffer.concat([settings([3, 7]), late.answer(3, 404, [["server", "s"]], { ends: true })])],
        ["client", asks(late, 5)],
        ["server", late.answer(5, 404, [["server", "s"]], { ends: true })],
      ],
      { rolesFrom: "ports" },
    ),
    [],
    "joined at settings in mid-flow",
  );
  t.end();
});
