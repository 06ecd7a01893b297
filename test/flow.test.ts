import fc from "fast-check";
import t from "tap";
import type { Frame } from "../sensor/capture/frame.js";
import { Decoder } from "../sensor/decode/decoder.js";
import { ACK, FIN, RST } from "../sensor/decode/packet.js";
import { type FlowSettings, FlowTable } from "../sensor/flow/flow-table.js";
import { ethernet, ipv4, ipv6, TcpDialog, tcp, tcpFrame } from "./support/frame-builder.js";
import { StreamRecorder } from "./support/stream-recorder.js";

const FRAGMENTS = { maxFragmentedDatagrams: 4, maxFragmentBytes: 200_000, fragmentSeconds: 30 };
const FLOWS: FlowSettings = {
  maxFlows: 1_000,
  maxPendingBytesPerSide: 10_000,
  maxPendingBytes: 50_000,
  gapMillis: 1_000,
  idleSeconds: 300,
  halfOpenSeconds: 30,
  closedSeconds: 10,
};
const START_MICROS = 1_700_000_000_000_000;

interface TimedFrame {
  readonly bytes: Buffer;
  readonly atMicros: number;
  readonly linkType?: number;
  readonly originalLength?: number;
}

function frameOf(timed: TimedFrame): Frame {
  return {
    bytes: timed.bytes,
    start: 0,
    end: timed.bytes.length,
    atMicros: timed.atMicros,
    originalLength: timed.originalLength ?? timed.bytes.length,
    linkType: timed.linkType ?? 1,
    interfaceId: 0,
  };
}

/** What one frame decodes to: the segment in words, else the reason it is none. */
function decode(bytes: Buffer, linkType = 1, originalLength = bytes.length): string {
  return decodeAll([{ bytes, linkType, originalLength, atMicros: START_MICROS }]).join(" | ");
}

function decodeAll(frames: readonly TimedFrame[], settings = FRAGMENTS): string[] {
  const out: string[] = [];
  const decoder = new Decoder(settings, {
    packet: (packet) => {
      const text = packet.bytes.toString("latin1", packet.payloadStart, packet.payloadEnd);
      out.push(`${packet.sourcePort}>${packet.destinationPort} ${text}/${packet.payloadLength}`);
    },
  });
  for (const frame of frames) decoder.frame(frameOf(frame));
  decoder.finish();
  for (const [reason, count] of Object.entries(decoder.undecoded)) if (count > 0) out.push(`${reason}=${count}`);
  return out;
}

function segment(payload: string, flags = ACK): Buffer {
  const fields = {
    from: "10.0.0.1",
    to: "10.0.0.2",
    fromPort: 40000,
    toPort: 80,
    sequence: 1,
    acknowledgment: 1,
    flags,
  };
  return tcp({ ...fields, payload: Buffer.from(payload) });
}

const V4 = ipv4("10.0.0.1", "10.0.0.2", 6, segment("hello"));
const V6 = ipv6("fd00::1", "fd00::2", 6, segment("hello"));

t.test("every link layer is peeled down to the same segment", async (t) => {
  const sll = Buffer.alloc(16);
  sll.writeUInt16BE(0x0800, 14);
  const sll2 = Buffer.alloc(20);
  sll2.writeUInt16BE(0x86dd, 0);
  const snap = Buffer.from("0200000000010200000000020000aaaa030000000800", "hex");
  snap.writeUInt16BE(V4.length + 8, 12);
  const cases: [string, number, Buffer][] = [
    ["Ethernet", 1, ethernet(0x0800, V4)],
    ["Ethernet and IPv6", 1, ethernet(0x86dd, V6)],
    ["802.1Q", 1, ethernet(0x0800, V4, [[0x8100, 7]])],
    [
      "QinQ",
      1,
      ethernet(0x86dd, V6, [
        [0x88a8, 7],
        [0x8100, 9],
      ]),
    ],
    [
      "three tags of old",
      1,
      ethernet(0x0800, V4, [
        [0x9100, 1],
        [0x9200, 2],
        [0x8100, 3],
      ]),
    ],
    ["802.3 with SNAP", 1, Buffer.concat([snap, V4])],
    ["Linux cooked v1", 113, Buffer.concat([sll, V4])],
    ["Linux cooked v2", 276, Buffer.concat([sll2, V6])],
    ["BSD loopback, little-endian", 0, Buffer.concat([Buffer.from([2, 0, 0, 0]), V4])],
    ["BSD loopback, big-endian, IPv6 of macOS", 0, Buffer.concat([Buffer.from([0, 0, 0, 30]), V6])],
    ["OpenBSD loopback", 108, Buffer.concat([Buffer.from([0, 0, 0, 2]), V4])],
    ["raw IP", 101, V6],
    ["raw IP as BSD/OS numbers it", 12, V4],
    ["raw IPv4", 228, V4],
    ["raw IPv6", 229, V6],
  ];
  for (const [name, linkType, bytes] of cases) t.equal(decode(bytes, linkType), "40000>80 hello/5", name);
});

t.test("IP headers with options and extensions are walked", async (t) => {
  const options = ipv4("10.0.0.1", "10.0.0.2", 6, segment("hello"), {
    options: Buffer.from("0101010094040000", "hex"),
  });
  t.equal(decode(ethernet(0x0800, options)), "40000>80 hello/5", "IPv4 options");
  const hopByHop = Buffer.from("0000010400000000", "hex");
  const routing = Buffer.alloc(8);
  const destination = Buffer.alloc(16);
  destination[1] = 1;
  const authentication = Buffer.alloc(24);
  authentication[1] = 4;
  const atomic = Buffer.alloc(8);
  const chain: [number, Buffer][] = [
    [0, hopByHop],
    [43, routing],
    [60, destination],
    [51, authentication],
    [44, atomic],
  ];
  const extended = ipv6("fd00::1", "fd00::2", 6, segment("hello"), chain);
  t.equal(
    decode(ethernet(0x86dd, extended)),
    "40000>80 hello/5",
    "hop-by-hop, routing, destination, AH, atomic fragment",
  );
  const endless = ipv6("fd00::1", "fd00::2", 6, segment("hello"), Array(17).fill([60, Buffer.alloc(8)]));
  t.equal(decode(ethernet(0x86dd, endless)), "ipv6-extension-limit=1", "a chain without end is bounded");
});

t.test("padding, super-packets and snap lengths are normal", async (t) => {
  t.equal(decode(Buffer.concat([ethernet(0x0800, V4), Buffer.alloc(6)])), "40000>80 hello/5", "Ethernet padding");
  const big = "x".repeat(100_000);
  const super4 = ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 6, segment(big)));
  t.equal(decode(super4), `40000>80 ${big}/100000`, "IPv4 with total length 0");
  const super6 = ethernet(0x86dd, ipv6("fd00::1", "fd00::2", 6, segment(big)));
  t.equal(decode(super6), `40000>80 ${big}/100000`, "IPv6 with payload length 0");
  const whole = ethernet(0x0800, V4);
  t.equal(decode(whole.subarray(0, whole.length - 3), 1, whole.length), "40000>80 he/5", "cut in the payload");
  t.equal(
    decode(super4.subarray(0, 70), 1, super4.length),
    "40000>80 xxxx/100000",
    "cut super-packet: wire length kept",
  );
  t.equal(decode(whole.subarray(0, 50), 1, whole.length), "frame-truncated=1", "cut in the TCP header");
});

t.test("what cannot be decoded is counted by reason", async (t) => {
  const broken = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(V4);
    change(bytes);
    return ethernet(0x0800, bytes);
  };
  const cases: [string, Buffer, number?][] = [
    ["link-type-unknown=1", V4, 147],
    ["frame-truncated=1", Buffer.alloc(10)],
    ["ethertype-not-ip=1", ethernet(0x0806, Buffer.alloc(28))],
    ["ip-version-unknown=1", ethernet(0x0800, Buffer.alloc(40))],
    ["ip-header-invalid=1", broken((bytes) => bytes.writeUInt8(0x42, 0))],
    ["ip-header-invalid=1", broken((bytes) => bytes.writeUInt16BE(12, 2))],
    ["ip-protocol-not-tcp=1", ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 17, Buffer.alloc(8)))],
    ["tcp-header-invalid=1", broken((bytes) => bytes.writeUInt8(0x30, 32))],
    ["tcp-header-invalid=1", broken((bytes) => bytes.writeUInt8(0xf0, 32))],
    ["tcp-header-invalid=1", ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 6, Buffer.alloc(12)))],
    ["vlan-depth=1", ethernet(0x0800, V4, Array(9).fill([0x8100, 1]))],
  ];
  for (const [reason, bytes, linkType] of cases) t.equal(decode(bytes, linkType), reason);
});

t.test("fragments are put together in any order, within bounds, by packet time", async (t) => {
  const whole = segment("abcdefghijklmnopqrstuvwxyz".repeat(4));
  const words = `40000>80 ${"abcdefghijklmnopqrstuvwxyz".repeat(4)}/104`;
  const piece = (from: number, until: number, id = 1, bytes = whole): Buffer =>
    ethernet(
      0x0800,
      ipv4("10.0.0.1", "10.0.0.2", 6, bytes.subarray(from, until), {
        identification: id,
        offset: from,
        more: until < whole.length,
      }),
    );
  const at = (bytes: Buffer, seconds = 0): TimedFrame => ({ bytes, atMicros: START_MICROS + seconds * 1e6 });
  const pieces = [piece(0, 48), piece(48, 96), piece(96, whole.length)].map((bytes) => at(bytes));
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [1, 1, 2, 0],
  ]) {
    t.same(decodeAll(order.map((index) => pieces[index])), [words], `order ${order}`);
  }
  const evil = Buffer.from(whole);
  evil.fill("#", 56, 88);
  const overlapping = [pieces[0], pieces[1], at(piece(40, 96, 1, evil)), pieces[2]];
  t.same(decodeAll(overlapping), [words, "ip-fragment-overlap=1"], "IPv4: the first copy wins");
  t.same(decodeAll(pieces.slice(0, 2)), ["ip-fragment-expired=2"], "never completed");
  t.same(decodeAll([pieces[0], pieces[1], at(piece(96, whole.length), 31)]).sort(), ["ip-fragment-expired=3"], "late");
  const many = Array.from({ length: 6 }, (_, id) => at(piece(0, 48, id)));
  t.same(decodeAll(many), ["ip-fragment-refused=2", "ip-fragment-expired=4"], "datagrams are bounded");
  const six = (from: number, until: number, bytes = whole): TimedFrame => {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(from | (until < whole.length ? 1 : 0), 2);
    header.writeUInt32BE(77, 4);
    return at(ethernet(0x86dd, ipv6("fd00::1", "fd00::2", 6, bytes.subarray(from, until), [[44, header]])));
  };
  t.same(decodeAll([six(48, whole.length), six(0, 48)]), [words], "IPv6");
  t.same(decodeAll([six(0, 48), six(0, 48), six(48, whole.length)]), [words], "IPv6: an exact copy is harmless");
  const dropped = decodeAll([six(0, 48), six(40, 96, evil), six(48, whole.length)]);
  t.same(dropped, ["ip-fragment-expired=1", "ip-fragment-overlap=1"], "IPv6: an overlap drops the datagram, RFC 5722");
});

t.test("no prefix and no mutation of a frame makes the decoder throw", async () => {
  const seeds = [
    ethernet(0x0800, V4, [[0x8100, 7]]),
    ethernet(0x86dd, ipv6("fd00::1", "fd00::2", 6, segment("hello"), [[60, Buffer.alloc(8)]])),
  ];
  for (const seed of seeds) {
    for (let length = 0; length <= seed.length; length++) decode(seed.subarray(0, length), 1, seed.length);
  }
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(90), fc.nat(255))),
      fc.constantFrom(0, 1, 101, 113, 276),
      (seed, changes, linkType) => {
        const bytes = Buffer.from(seed);
        for (const [offset, value] of changes) bytes[offset % bytes.length] = value;
        decode(bytes, linkType);
      },
    ),
    { numRuns: 3_000, seed: 1 },
  );
});

/** Feeds frames, the first at START_MICROS and each a millisecond after the one before unless it brings its own time. */
function follow(frames: readonly (Buffer | TimedFrame)[], settings: Partial<FlowSettings> = {}) {
  const recorder = new StreamRecorder();
  const table = new FlowTable({ ...FLOWS, ...settings }, recorder, 99);
  const decoder = new Decoder(FRAGMENTS, table);
  let atMicros = START_MICROS;
  for (const frame of frames) {
    const timed = Buffer.isBuffer(frame) ? { bytes: frame, atMicros } : frame;
    atMicros = timed.atMicros + 1_000;
    decoder.frame(frameOf(timed));
  }
  table.finish(atMicros);
  return { log: recorder.log, recorder, counters: { ...table.counters, ...table.reassembly.counters } };
}

function dialog(run: (dialog: TcpDialog) => void, options: ConstructorParameters<typeof TcpDialog>[0] = {}): Buffer[] {
  const frames: Buffer[] = [];
  run(new TcpDialog(options, (frame) => frames.push(frame)));
  return frames;
}

/** A single packet of the dialog's default connection. */
function packetOf(
  from: "client" | "server",
  sequence: number,
  payload: string,
  flags = ACK,
  acknowledgment = 0,
): Buffer {
  const isClient = from === "client";
  return tcpFrame({
    from: isClient ? "10.0.0.1" : "10.0.0.2",
    to: isClient ? "10.0.0.2" : "10.0.0.1",
    fromPort: isClient ? 40000 : 8080,
    toPort: isClient ? 8080 : 40000,
    sequence,
    acknowledgment,
    flags,
    payload: Buffer.from(payload, "latin1"),
  });
}

const WHO = "10.0.0.1:40000 > 10.0.0.2:8080 by handshake";
const HANDSHAKE = dialog((d) => d.open());

t.test("a whole connection is handed over once and in order, and closed", async (t) => {
  const frames = dialog((d) => d.open().send("client", "ping").send("server", "pong").close());
  const expected = [[WHO, "client: ping", "server: pong", "client finished", "server finished", "closed: fin"]];
  t.same(follow(frames).log, expected);
  t.same(follow(frames.flatMap((frame) => [frame, frame])).log, expected, "every packet captured twice");
  t.same(follow(frames.slice(1)).log, expected, "without the SYN: the SYN-ACK tells the roles");
});

t.test("IPv6 addresses are written as RFC 5952 says", async (t) => {
  const text = (client: string, server: string) =>
    follow(dialog((d) => d.open().send("client", "x"), { client, server })).log[0][0];
  t.equal(text("2001:db8::1", "fd00::a:0:0:1"), "2001:db8::1:40000 > fd00::a:0:0:1:8080 by handshake");
  t.equal(text("2001:db8:0:1:1:1:1:1", "::1"), "2001:db8:0:1:1:1:1:1:40000 > ::1:8080 by handshake");
});

t.test("reordering, retransmission and sequence wrap do not show", async (t) => {
  const wrap = { clientSequence: 0xfffffffd, serverSequence: 0x7ffffffe, segmentBytes: 3 };
  const frames = dialog((d) => d.open().send("client", "abcdefghijkl", "silent").send("server", "mnopqrstuvwx"), wrap);
  const expected = [[WHO, "client: abcdefghijkl", "server: mnopqrstuvwx", "closed: end"]];
  t.same(follow(frames).log, expected);
  const [syn, synAck, ack, c1, c2, c3, c4, ...rest] = frames;
  t.same(follow([syn, synAck, ack, c4, c2, c1, c3, c2, ...rest]).log, expected);
  t.same(follow([syn, synAck, c1, ack, c1, c4, c3, c2, ...rest]).log, expected);
});

t.test("keep-alive probes carry no data, whatever their byte", async (t) => {
  const probe = packetOf("client", 1004, "\0", ACK, 9001);
  const frames = [
    ...dialog((d) => d.open().send("client", "ping")),
    probe,
    packetOf("client", 1005, "more", ACK, 9001),
  ];
  t.same(follow(frames).log, [[WHO, "client: pingmore", "closed: end"]]);
  const joined = follow([probe, packetOf("client", 1005, "more", ACK, 9001)]).log;
  t.same(
    joined,
    [["10.0.0.1:40000 > 10.0.0.2:8080 by ports", "client: more", "closed: end"]],
    "also as the first packet seen",
  );
});

t.test("of overlapping copies the first wins and a conflict is counted", async (t) => {
  const frames = [
    ...HANDSHAKE,
    packetOf("client", 1006, "FGHIJ"),
    packetOf("client", 1004, "__xyz"),
    packetOf("client", 1001, "abcde???"),
  ];
  const { log, counters } = follow(frames);
  t.same(log, [[WHO, "client: abc__FGHIJ", "closed: end"]]);
  t.equal(counters.overlap_conflicts, 2, "one for each segment that disagreed");
  const agreeing = follow([...HANDSHAKE, packetOf("client", 1003, "cde"), packetOf("client", 1001, "abcde")]);
  t.same(agreeing.log, [[WHO, "client: abcde", "closed: end"]]);
  t.equal(agreeing.counters.overlap_conflicts, 0);
});

t.test("bytes the other end acknowledged but nobody saw are a gap of their exact length", async (t) => {
  const frames: (Buffer | TimedFrame)[] = [
    ...HANDSHAKE,
    packetOf("client", 1001, "ab"),
    packetOf("client", 1013, "yz"),
  ];
  const acked = { bytes: packetOf("server", 9001, "", ACK, 1015), atMicros: START_MICROS + 10_000 };
  const later = { bytes: packetOf("server", 9001, "ok", ACK, 1015), atMicros: START_MICROS + 100_000 };
  const lost = [WHO, "client: ab", "server: ok", "client lost 10", "client: yz", "closed: end"];
  t.same(follow([...frames, acked, later]).log, [lost], "announced once it can't be reordering any more");
  const filled = [...frames, acked, packetOf("client", 1003, "cdefghijkl"), later];
  t.same(
    follow(filled).log,
    [[WHO, "client: abcdefghijklyz", "server: ok", "closed: end"]],
    "captured late, but captured",
  );
  const unacked = follow([...frames, packetOf("server", 9001, "", ACK, 1003), later.bytes]).log;
  t.same(unacked[0].includes("client lost 10"), true, "at the end nothing can fill it");
  const tail = follow([...HANDSHAKE, packetOf("client", 1001, "ab"), packetOf("server", 9001, "ok", ACK, 1023)]);
  t.same(tail.log, [[WHO, "client: ab", "server: ok", "client lost 20", "closed: end"]], "at the tail");
  t.equal(tail.counters.gap_bytes, 20);
});

t.test("a hole before the FIN is announced and the flow still ends", async (t) => {
  const frames = [
    ...HANDSHAKE,
    packetOf("client", 1001, "ab"),
    packetOf("server", 9001, "bye", ACK | FIN, 1003),
    packetOf("client", 1008, "", ACK | FIN, 9005),
    packetOf("server", 9005, "", ACK, 1009),
  ];
  const late = { bytes: packetOf("server", 9005, "", ACK, 1009), atMicros: START_MICROS + 200_000 };
  const expected = [
    WHO,
    "client: ab",
    "server: bye",
    "server finished",
    "client lost 5",
    "client finished",
    "closed: fin",
  ];
  t.same(follow([...frames, late]).log, [expected]);
});

t.test("bytes cut by the snap length are a gap at their place", async (t) => {
  const cut = packetOf("client", 1001, "0123456789");
  const frames = [
    ...HANDSHAKE,
    { bytes: cut.subarray(0, cut.length - 6), originalLength: cut.length, atMicros: START_MICROS + 5_000 },
    packetOf("client", 1011, "next"),
  ];
  t.same(follow(frames).log, [[WHO, "client: 0123", "client lost 6", "client: next", "closed: end"]]);
});

t.test("one direction alone is followed, and its holes are announced after the time to wait", async (t) => {
  const frames = [
    packetOf("client", 1001, "ab", ACK, 9001),
    packetOf("client", 1009, "ij", ACK, 9001),
    { bytes: packetOf("client", 1011, "kl", ACK, 9001), atMicros: START_MICROS + 2_000_000 },
  ];
  const { log, recorder } = follow(frames);
  t.same(log, [
    ["10.0.0.1:40000 > 10.0.0.2:8080 by ports", "client: ab", "client lost 6", "client: ijkl", "closed: end"],
  ]);
  t.equal(recorder.flows[0].flow.twoSided, false);
});

t.test(
  "a connection joined in the middle can be turned round by its bytes, one that shook hands can not",
  async (t) => {
    const joined = follow([packetOf("server", 5, "x"), packetOf("client", 9, "y")]);
    t.equal(joined.recorder.flows[0].roles.reverse(), true);
    t.equal(joined.recorder.log[0][0], "10.0.0.2:8080 > 10.0.0.1:40000 by bytes");
    const shaken = follow(dialog((d) => d.open().send("server", "x")));
    t.equal(shaken.recorder.flows[0].roles.reverse(), false);
    t.equal(shaken.recorder.log[0][0], WHO);
  },
);

t.test("resets end a flow, unless they belong elsewhere", async (t) => {
  const opened = dialog((d) => d.open().send("client", "ping"));
  const reset = follow([...opened, packetOf("server", 9001, "", RST | ACK, 1005), packetOf("client", 1005, "late")]);
  t.same(reset.log, [[WHO, "client: ping", "closed: reset"]]);
  t.equal(reset.counters.bytes_after_close, 4);
  const guessed = follow([...opened, packetOf("server", 0x70000000, "", RST), packetOf("client", 1005, "more")]);
  t.same(guessed.log, [[WHO, "client: pingmore", "closed: end"]]);
  t.equal(guessed.counters.resets_ignored, 1);
});

t.test("the same ports used again are another flow with another id", async (t) => {
  const first = dialog((d) => d.open().send("client", "one").close());
  const second = dialog((d) => d.open().send("client", "two"), { clientSequence: 77_000, serverSequence: 88_000 });
  const third = dialog((d) => d.open().send("client", "three"), { clientSequence: 5_000, serverSequence: 6_000 });
  const { log, recorder, counters } = follow([...first, ...second, ...third]);
  t.same(log, [
    [WHO, "client: one", "client finished", "server finished", "closed: fin"],
    [WHO, "client: two", "closed: reused"],
    [WHO, "client: three", "closed: end"],
  ]);
  t.equal(new Set(recorder.flows.map((recorded) => recorded.flow.id)).size, 3);
  t.equal(counters.flows, 3);
  t.match(recorder.flows[0].flow.id, /^[0-9a-f]{16}$/);
});

t.test("flows are bounded: refused and counted, and room comes back by packet time", async (t) => {
  const syn = (port: number, seconds: number): TimedFrame => ({
    bytes: dialog((d) => d.open(), { clientPort: port })[0],
    atMicros: START_MICROS + seconds * 1e6,
  });
  const flood = Array.from({ length: 50 }, (_, index) => syn(10_000 + index, 0));
  const { counters } = follow(flood, { maxFlows: 20 });
  t.equal(counters.flows, 20);
  t.equal(counters.flows_refused, 30);
  const later = follow([...flood, syn(20_000, 40)], { maxFlows: 20 });
  t.equal(later.counters.flows, 21, "half-open flows have expired");
  const idle = follow([...HANDSHAKE, packetOf("client", 1001, "a"), syn(20_000, 400)]);
  t.same(idle.log, [[WHO, "client: a", "closed: idle"]]);
});

t.test("what waits behind a hole is bounded for a side and in all", async (t) => {
  const segments = Array.from({ length: 30 }, (_, index) => packetOf("client", 2_001 + index * 500, "x".repeat(500)));
  const { log, counters } = follow([...HANDSHAKE, ...segments]);
  t.same(log, [[WHO, "client lost 1000", `client: ${"x".repeat(15_000)}`, "closed: end"]]);
  t.equal(counters.pending_overflows, 1);
  t.equal(counters.pending_bytes, 0);
  const tiny = Array.from({ length: 1_100 }, (_, index) => packetOf("client", 2_001 + index * 2, "x"));
  t.equal(follow([...HANDSHAKE, ...tiny]).counters.pending_bytes, 0, "many tiny pieces too");
});

t.test("whatever is lost, doubled, cut or shuffled: every byte handed over stands where it was sent", async () => {
  const sent = Buffer.from(Array.from({ length: 600 }, (_, index) => 33 + ((index * 7) % 90)));
  const arbitrarySegment = fc.record({
    from: fc.nat(590),
    length: fc.integer({ min: 1, max: 120 }),
    captured: fc.nat(120),
  });
  fc.assert(
    fc.property(fc.array(arbitrarySegment, { maxLength: 40 }), fc.integer(), (segments, base) => {
      const frames: (Buffer | TimedFrame)[] = dialog((d) => d.open(), { clientSequence: base >>> 0 });
      for (const { from, length, captured } of segments) {
        const payload = sent.subarray(from, Math.min(600, from + length));
        const bytes = packetOf("client", (base + 1 + from) >>> 0, payload.toString("latin1"), ACK, 9001);
        const cut = Math.max(0, payload.length - captured - 1);
        frames.push({
          bytes: bytes.subarray(0, bytes.length - cut),
          originalLength: bytes.length,
          atMicros: START_MICROS + 9_000,
        });
      }
      const { recorder } = follow(frames);
      let at = 0;
      for (const { side, text } of recorder.flows[0]?.events ?? []) {
        if (side === "client") {
          if (text !== sent.toString("latin1", at, at + text.length)) return false;
          at += text.length;
        } else if (text.startsWith("client lost ")) at += Number(text.slice(12));
      }
      return at <= 600;
    }),
    { numRuns: 2_000, seed: 3 },
  );
});

t.test("random packets neither throw nor leave memory behind", async () => {
  const arbitrary = fc.record({
    side: fc.constantFrom("client" as const, "server" as const),
    sequence: fc.oneof(fc.nat(60), fc.integer()),
    acknowledgment: fc.oneof(fc.nat(60), fc.integer()),
    flags: fc.nat(255),
    payload: fc.string({ maxLength: 30 }),
    stepMillis: fc.constantFrom(0, 1, 60, 1_500, 20_000, 400_000),
  });
  fc.assert(
    fc.property(fc.array(arbitrary, { maxLength: 60 }), (packets) => {
      let atMicros = START_MICROS;
      const frames = packets.map(({ side, sequence, acknowledgment, flags, payload, stepMillis }) => {
        atMicros += stepMillis * 1_000;
        return { bytes: packetOf(side, sequence >>> 0, payload, flags, acknowledgment >>> 0), atMicros };
      });
      const { counters } = follow(frames);
      return counters.pending_bytes === 0 && counters.flows_open === 0;
    }),
    { numRuns: 2_000, seed: 5 },
  );
});
