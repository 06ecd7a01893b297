import t from "tap";
import { Decoder } from "../sensor/decode/decoder.js";
import { networkName } from "../sensor/decode/virtual-network.js";
import { FlowTable } from "../sensor/flow/flow-table.js";
import { DECODE_BOUNDS, FLOW_BOUNDS } from "./support/flow-bounds.js";
import { ethernet, ipv4, TcpDialog } from "./support/frame-builder.js";
import { StreamRecorder } from "./support/stream-recorder.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";
import { bytesOf, outer, udp, vxlan } from "./support/tunnel-builder.js";

type Wrap = (frame: Buffer) => Buffer;

/** The same connection, port for port, in each of the given wrappings, packet by packet in turn; `skipped` were not captured. */
function followed(
  wraps: readonly Wrap[],
  texts: readonly string[],
  settings: { readonly vlanNetworks?: boolean; readonly sessionNetworks?: boolean } = {},
  answer = "",
  differs = 0,
  skipped = 0,
): string[] {
  const dialogs = texts.map((text, index) => {
    const frames: Buffer[] = [];
    const sequences = { clientSequence: 1_000 + index * differs, serverSequence: 9_000 + index * differs };
    const dialog = new TcpDialog(sequences, (frame) => frames.push(frame)).open().send("client", text);
    if (answer !== "") dialog.send("server", answer);
    dialog.close();
    return frames.slice(skipped);
  });
  const recorder = new StreamRecorder();
  const table = new FlowTable(FLOW_BOUNDS, recorder, 7);
  const decoder = new Decoder({ ...DECODE_BOUNDS, ...settings }, table);
  for (const at of dialogs[0].keys())
    for (const [which, wrap] of wraps.entries())
      decoder.frame(frameOf({ bytes: wrap(dialogs[which % dialogs.length][at]), atMicros: START_MICROS + at }));
  table.finish(START_MICROS + 1e6);
  return recorder.log.map((events) => events.filter((event) => /^(client|server): /.test(event)).join(" "));
}

t.test("two virtual networks with the same addresses are not mixed", async (t) => {
  const log = followed([(frame) => vxlan(7, frame), (frame) => vxlan(8, frame)], ["tenant a", "tenant b"]);
  t.same(log, ["client: tenant a", "client: tenant b"]);
});

t.test("networks are kept apart by GRE key, NVGRE's and VLANs where these are networks", async (t) => {
  const gre = (header: string) => (frame: Buffer) => outer(47, Buffer.concat([bytesOf(header), frame]));
  for (const [one, other] of [
    ["20006558 00000007", "20006558 00000008"],
    ["20006558 13880142", "20006558 13880242"],
  ])
    t.same(followed([gre(one), gre(other)], ["tenant a", "tenant b"]), ["client: tenant a", "client: tenant b"], one);
  const flows = followed([gre("20006558 13880142"), gre("20006558 13880199")], ["once"]);
  t.same(flows, ["client: once"], "what NVGRE has beside the network is none");
  const tagged = (vlan: number) => (frame: Buffer) =>
    Buffer.concat([frame.subarray(0, 12), bytesOf(`8100${vlan.toString(16).padStart(4, "0")}`), frame.subarray(12)]);
  const apart = { vlanNetworks: true };
  t.same(followed([tagged(7), tagged(8)], ["once"]), ["client: once"], "routed from one VLAN to another");
  t.same(followed([tagged(7), tagged(8)], ["a", "b"], apart), ["client: a", "client: b"]);
  t.same(followed([tagged(0x2007), tagged(7)], ["once"], apart), ["client: once"], "priority is no network");
  t.same(followed([tagged(0x2000), (frame) => frame], ["once"], apart), ["client: once"], "nor is a tag without VLAN");
});

t.test(
  "a connection whose directions have a network each is one, beside another with the same addresses",
  async (t) => {
    const bothWays = (there: number, back: number) => (frame: Buffer) =>
      vxlan(frame.readUInt16BE(14 + 20) === 40_000 ? there : back, frame);
    t.same(followed([bothWays(7, 9)], ["asked"], {}, "answered"), ["client: asked server: answered"]);
    t.same(followed([bothWays(7, 9), bothWays(8, 10)], ["a", "b"], {}, "answered", 500_000), [
      "client: a server: answered",
      "client: b server: answered",
    ]);
  },
);

t.test("a connection seen inside a tunnel and outside of it is one", async (t) => {
  t.same(followed([(frame) => vxlan(7, frame), (frame) => frame], ["once"]), ["client: once"], "the tunnel first");
  t.same(followed([(frame) => frame, (frame) => vxlan(7, frame)], ["once"]), ["client: once"], "the tunnel second");
  const inside = (frame: Buffer): Buffer => vxlan(7, frame);
  for (const wraps of [
    [inside, (frame: Buffer) => frame],
    [(frame: Buffer) => frame, inside],
  ])
    t.same(
      followed(wraps, ["one", "another"], {}, "answered", 3_000_000),
      ["client: one server: answered", "client: another server: answered"],
      "but not one with its addresses and other sequence numbers",
    );
});

const HEADER = 14;

/** A packet goes from the client to the server. */
function isAsked(frame: Buffer): boolean {
  return frame.readUInt16BE(HEADER + 20) === 40_000;
}

/** A tunnel of one tenant: between the gateway and the tenant's end, with a number each way where it has one. */
type Tenancy = (tenant: number) => Wrap;

function between(tenant: number, frame: Buffer, protocol: number, ...payload: Buffer[]): Buffer {
  const ends = ["192.0.2.1", `198.51.100.${tenant}`];
  const [from, to] = isAsked(frame) ? ends : ends.reverse();
  return ethernet(0x0800, ipv4(from, to, protocol, Buffer.concat(payload)));
}

function number(value: number, bytes = 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

/** TS 29.281 §5.1: each end gives the identifier that it is sent. */
function gtp(tunnel: number, frame: Buffer): Buffer {
  const packet = frame.subarray(HEADER);
  return udp(2_152, 2_152, Buffer.concat([bytesOf("30ff"), number(packet.length, 2), number(tunnel), packet]));
}

function labelled(label: number, frame: Buffer): Buffer {
  const bottom = (label << 12) | 0x1ff;
  return ethernet(0x8847, Buffer.concat([bytesOf("000640ff"), number(bottom), frame.subarray(HEADER)]));
}

function mirrored(session: number, vlan: number, frame: Buffer): Buffer {
  const gre = bytesOf("100088be00000001");
  return outer(47, Buffer.concat([gre, number(0x1000 | vlan, 2), number(session, 2), number(0), frame]));
}

function inSession(session: number, frame: Buffer): Buffer {
  const packet = frame.subarray(HEADER);
  const length = number(packet.length + 2, 2);
  return ethernet(0x8864, Buffer.concat([bytesOf("1100"), number(session, 2), length, bytesOf("0021"), packet]));
}

const TENANCIES: readonly [name: string, Tenancy][] = [
  ["IP in IP", (tenant) => (frame) => between(tenant, frame, 4, frame.subarray(HEADER))],
  ["GRE without a key", (tenant) => (frame) => between(tenant, frame, 47, bytesOf("00000800"), frame.subarray(HEADER))],
  ["Ethernet in GRE without a key", (tenant) => (frame) => between(tenant, frame, 47, bytesOf("00006558"), frame)],
  ["Ethernet in IP", (tenant) => (frame) => between(tenant, frame, 97, bytesOf("3000"), frame)],
  [
    "PPTP",
    (tenant) => (frame) => between(tenant, frame, 47, bytesOf("2001880b 00100005 0021"), frame.subarray(HEADER)),
  ],
  ["GTP to two ends", (tenant) => (frame) => between(tenant, frame, 17, gtp(isAsked(frame) ? 1 : 2, frame))],
  ["GTP to one end", (tenant) => (frame) => between(1, frame, 17, gtp(isAsked(frame) ? tenant : tenant + 80, frame))],
  ["labels, one each way", (tenant) => (frame) => labelled(isAsked(frame) ? 100 + tenant : 900 + tenant, frame)],
  ["a PPPoE session", (tenant) => (frame) => inSession(tenant, frame)],
];

t.test(
  "two tenants with the same connection, to the byte, are not mixed in tunnels without a network's number",
  async (t) => {
    for (const [name, tenancy] of TENANCIES) {
      const apart = ["client: tenant a server: answered", "client: tenant b server: answered"];
      t.same(followed([tenancy(7), tenancy(8)], ["tenant a", "tenant b"], {}, "answered"), apart, name);
      t.same(
        followed([tenancy(7), tenancy(7)], ["once"], {}, "answered"),
        [apart[0].replace("tenant a", "once")],
        name,
      );
      const late = followed([tenancy(7)], ["asked"], {}, "answered", 0, 3);
      t.same(late, ["client: asked server: answered"], `${name}, joined late`);
      const own = followed([tenancy(7), (frame) => frame], ["once"], {}, "answered");
      t.same(own, ["client: once server: answered"], `${name}, seen outside as well`);
    }
  },
);

t.test("of one joined late with a network each way, whose acknowledgments lag behind, is made one", async (t) => {
  const frames: Buffer[] = [];
  const dialog = new TcpDialog({}, (frame) => frames.push(frame)).open().send("server", "x".repeat(9_000), "silent");
  dialog.send("client", "asked", "silent").send("server", "end", "silent");
  const answers = frames.filter((frame) => !isAsked(frame)).slice(1);
  const [asked] = frames.filter((frame) => isAsked(frame)).slice(-1);
  // It acknowledges what is two segments back.
  asked.writeUInt32BE(asked.readUInt32BE(HEADER + 20 + 8) - 2_896, HEADER + 20 + 8);
  const recorder = new StreamRecorder();
  const table = new FlowTable(FLOW_BOUNDS, recorder, 7);
  const decoder = new Decoder(DECODE_BOUNDS, table);
  for (const bytes of [...answers.slice(0, -1), asked, ...answers.slice(-1)])
    decoder.frame(frameOf({ bytes: vxlan(isAsked(bytes) ? 7 : 9, bytes), atMicros: START_MICROS }));
  table.finish(START_MICROS);
  t.equal(recorder.log.length, 1);
  t.equal(table.counters.flows, 1);
});

t.test(
  "two mirror sessions that show the same packets show one connection, and of other tenants another",
  async (t) => {
    const session =
      (number: number): Wrap =>
      (frame) =>
        mirrored(number, 0, frame);
    const eachWay: Wrap = (frame) => mirrored(isAsked(frame) ? 1 : 2, 0, frame);
    const once = ["client: once server: answered"];
    t.same(followed([session(1), session(2)], ["once"], {}, "answered"), once, "at two taps");
    t.same(followed([session(1), (frame) => frame], ["once"], {}, "answered"), once, "and captured beside");
    t.same(followed([eachWay], ["once"], {}, "answered"), once, "a session for each direction");
    t.same(followed([session(1), session(2)], ["a", "b"], {}, "answered", 3_000_000), [
      "client: a server: answered",
      "client: b server: answered",
    ]);
    const tenants = followed([session(1), session(2)], ["a", "b"], { sessionNetworks: true }, "answered");
    t.same(tenants, ["client: a server: answered", "client: b server: answered"], "to the byte, where sessions are");
    t.same(followed([session(1), session(2)], ["once"], { sessionNetworks: true }, "answered"), once);
    t.same(followed([eachWay], ["once"], { sessionNetworks: true }, "answered"), once);
    const vlan =
      (number: number): Wrap =>
      (frame) =>
        mirrored(1, number, frame);
    const apart = followed([vlan(7), vlan(8)], ["a", "b"], { vlanNetworks: true }, "answered");
    t.same(apart, ["client: a server: answered", "client: b server: answered"], "by the VLAN that the session tells");
  },
);

t.test("a connection goes on where its tunnel is moved to other ends", async (t) => {
  let seen = 0;
  const moved: Wrap = (frame) => between(++seen > 4 ? 8 : 7, frame, 4, frame.subarray(HEADER));
  t.same(followed([moved], ["asked"], {}, "answered"), ["client: asked server: answered"]);
});

t.test("the names of networks say what can be told of them", async (t) => {
  const names = (wrap: Wrap): (string | undefined)[] => {
    const seen = new Set<string | undefined>();
    const decoder = new Decoder(DECODE_BOUNDS, { packet: ({ network }) => seen.add(networkName(network)) });
    new TcpDialog({}, (bytes) => decoder.frame(frameOf({ bytes: wrap(bytes), atMicros: START_MICROS }))).open();
    return [...seen];
  };
  const told = Object.fromEntries(TENANCIES.map(([name, tenancy]) => [name, names(tenancy(7))]));
  t.match(told["IP in IP"], [/^tunnel #[0-9a-f]{6}$/]);
  t.same(told["GRE without a key"], told["IP in IP"], "what lies between two ends is one");
  t.match(told["GTP to one end"], [/^gtp #[0-9a-f]{4}$/]);
  t.equal(told["GTP to one end"].length, 1);
  t.same(told["labels, one each way"], ["mpls 107", "mpls 907"]);
  t.same(told["a PPPoE session"], ["pppoe 7"]);
  t.same(
    names((frame) => mirrored(1, 7, frame)),
    [undefined],
    "a mirror session is none",
  );
  t.same(
    names((frame) => mirrored(1, 7, vxlan(9, frame))),
    ["vxlan 9"],
  );
  t.same(
    names((frame) => labelled(isAsked(frame) ? 107 : 907, vxlan(9, frame))),
    ["vxlan 9"],
    "whatever carries it",
  );
  const entropy = (frame: Buffer): Buffer =>
    ethernet(0x8847, Buffer.concat([bytesOf("0006b0ff 000070ff 9c4711ff"), frame.subarray(HEADER)]));
  t.same(names(entropy), ["mpls 107"], "a label that spreads connections is none");
});
