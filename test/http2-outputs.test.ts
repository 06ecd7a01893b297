import t from "tap";
import { callRecord } from "../sensor/analysis/call-record.js";
import { Detection } from "../sensor/detect/detection.js";
import { Inventory } from "../sensor/inventory/inventory.js";
import { Dispatcher } from "../sensor/protocol/dispatcher.js";
import { defaultSettings } from "../shared/config/settings.js";
import type { CallRecord } from "../shared/event.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { callLine } from "../shared/record-json.js";
import { PROTOCOL_SETTINGS, type Step, TestFlow } from "./support/dialog.js";
import { data, HELLO, Http2Peers, message, PING, settings } from "./support/http2-builder.js";

/** Protocol, inventory and rules put together; whole connections go in as bytes. */
class Connections {
  readonly calls: CallRecord[] = [];
  readonly detection = new Detection(defaultSettings().detect);
  readonly inventory = new Inventory(defaultSettings().inventory, {
    call: (...seen) => {
      this.detection.call(...seen);
      this.calls.push(callRecord(...seen));
    },
    anomaly: (...seen) => this.detection.anomaly(...seen),
    connection: (...seen) => this.detection.connection(...seen),
    handshake: (...seen) => this.detection.handshake(...seen),
    settled: (...seen) => this.detection.settled(...seen),
  });
  readonly #dispatcher = new Dispatcher(PROTOCOL_SETTINGS, this.inventory, this.inventory);
  #atMicros = 1_700_000_000_000_000;

  speak(steps: readonly Step[], rolesFrom: "handshake" | "ports" = "handshake"): this {
    const flow = new TestFlow({ rolesFrom });
    const stream = this.#dispatcher.open(flow, flow);
    for (const [from, bytes] of steps) {
      this.#atMicros += 1_000;
      if (Buffer.isBuffer(bytes)) stream.data(from, bytes, 0, bytes.length, this.#atMicros);
    }
    stream.close("fin", this.#atMicros);
    return this;
  }

  templates(): string[] {
    return [...this.inventory.endpoints()].map(({ method, template, calls }) => `${method} ${template} ×${calls}`);
  }
}

/** Calls of procedures, each answered by gRPC's status. */
function grpc(calls: readonly (readonly [path: string, status: number])[]): Step[] {
  const p = new Http2Peers();
  const answers = calls.map(([, status], at) => [
    p.answer(1 + 2 * at, 200, [["content-type", "application/grpc"]]),
    data(1 + 2 * at, message("abc")),
    p.trailers(1 + 2 * at, [["grpc-status", String(status)]]),
  ]);
  return [
    ["client", HELLO],
    ["server", settings()],
    ...calls.flatMap(([path], at): Step[] => [
      ["client", Buffer.concat([p.call(1 + 2 * at, path), data(1 + 2 * at, message("xy"), "ends")])],
      ["server", Buffer.concat(answers[at])],
    ]),
  ];
}

t.test("a procedure is an endpoint by its path, whatever its names look like", (t) => {
  const names = Array.from({ length: 30 }, (_none, at) => `/shop.v1.Cart/Add${at}`);
  const seen = new Connections().speak(grpc([...names, ...names].map((name) => [name, 0] as const)));
  t.same(seen.templates().sort(), names.map((name) => `POST ${name} ×2`).sort());
  const rows = seen.inventory.takeDelta(1_000).rows;
  const restarted = new Connections();
  restarted.inventory.restore(JSON.parse(JSON.stringify(rows)));
  restarted.speak(grpc([["/shop.v1.Cart/Add0", 0]]));
  t.equal(
    restarted
      .templates()
      .filter((line) => line.includes("Add0"))
      .join(),
    "POST /shop.v1.Cart/Add0 ×3",
  );
  t.end();
});

t.test("procedures that are not there do not fill the inventory", (t) => {
  const guessed = Array.from({ length: 500 }, (_none, at) => [`/guess.S${at}/M`, 12] as const);
  const seen = new Connections().speak(grpc([["/shop.Cart/Add", 0], ...guessed]));
  t.same(seen.templates(), ["POST /shop.Cart/Add ×1"]);
  t.match([...seen.inventory.services()][0].unknownPaths, { calls: 500, statuses: { 200: 500 } });
  t.match(seen.inventory.counters, { calls_of_unknown_paths: 500, unknown_paths_not_kept: 0 });
  t.end();
});

t.test("HTTP/2 in the clear is cleartext, and floods are found", (t) => {
  const seen = new Connections().speak([
    ["client", HELLO],
    ["server", settings()],
    ...Array<Step>(1_500).fill(["client", Buffer.concat([PING, PING])]),
  ]);
  const pings = seen.speak([
    ["client", HELLO],
    ["client", Buffer.concat(Array<Buffer>(1_500).fill(PING))],
  ]);
  t.match([...pings.inventory.edges()], [{ posture: "cleartext", protocols: { http2: 2 } }]);
  t.match(pings.detection.all(), [
    { rule: "http2-flood", severity: "high", count: 2, evidence: { anomaly: "ping-flood" } },
  ]);
  t.end();
});

t.test(
  "a call is told over the wire and in calls.ndjson as it was seen, and nothing is denied that could not be",
  (t) => {
    const [call] = new Connections().speak(grpc([["/shop.Cart/Add", 5]])).calls;
    t.same(decodeEvent(encodeEvent(call)), call);
    t.same(JSON.parse(callLine(call)), {
      time: "2023-11-14T22:13:20.003000Z",
      "flow.id": "00000000000000aa",
      "client.address": "10.0.0.1",
      "client.port": 40_000,
      "server.address": "10.0.0.2",
      "server.port": 80,
      "network.protocol.name": "http",
      "network.protocol.version": "2",
      "http.request.method": "POST",
      "url.path": "/shop.Cart/Add",
      "url.template": "/shop.Cart/Add",
      "http.authority": "h",
      "http.response.status_code": 200,
      "http.request.body.size": 7,
      "http.response.body.size": 8,
      duration_ms: 1,
      "auth.kinds": [],
      "rpc.system": "grpc",
      "rpc.service": "shop.Cart",
      "rpc.method": "Add",
      "rpc.grpc.status_code": 5,
      "data.request.classes": [],
      complete: true,
      missing_bytes: 0,
    });
    t.match(call, {
      rpcKind: "unary",
      requestMessages: 1,
      responseMessages: 1,
      requestMessageBytes: 2,
      responseMessageBytes: 3,
    });
    const p = new Http2Peers();
    p.call(1, "/shop.Cart/Add");
    const late = new Connections().speak(
      [
        ["client", p.call(101, "/shop.Cart/Add")],
        ["server", p.answer(101, 200)],
      ],
      "ports",
    );
    t.same(late.templates(), ["POST <unknown-path> ×1"]);
    const line = JSON.parse(callLine(late.calls[0]));
    t.match(line, { "url.path": "<unknown-path>", "url.template": "<unknown-path>", complete: false });
    t.notOk("auth.kinds" in line, "a credential may have stood in what could not be read");
    t.equal(decodeEvent(encodeEvent(late.calls[0])).kind === "call" && late.calls[0].unread, "joined-late");
    t.end();
  },
);
