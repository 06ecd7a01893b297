import fc from "fast-check";
import t from "tap";
import { Decoder } from "../sensor/decode/decoder.js";
import { ACK } from "../sensor/decode/packet.js";
import { DECODE_BOUNDS } from "./support/flow-bounds.js";
import { ethernet, ipv4, ipv6, tcp } from "./support/frame-builder.js";
import { frameOf, START_MICROS, type TimedFrame } from "./support/timed-frame.js";

/** What one frame decodes to: the segment in words, else the reason it is none. */
function decode(bytes: Buffer, linkType = 1, originalLength = bytes.length): string {
  return decodeAll([{ bytes, linkType, originalLength, atMicros: START_MICROS }]).join(" | ");
}

function decodeAll(frames: readonly TimedFrame[], settings = DECODE_BOUNDS): string[] {
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

/** The last of a label stack (RFC 3032 §2.1): label 18, time to live 63. */
const LAST_LABEL = Buffer.from("0001213f", "hex");
const PPP_IPV6 = Buffer.from([0x00, 0x57]);

/** Header of a PPPoE session packet (RFC 2516 §4) with so many bytes after it. */
function pppoe(length: number): Buffer {
  const header = Buffer.from("110000010000", "hex");
  header.writeUInt16BE(length, 4);
  return header;
}

/** NFLOG's record of the packet itself, type 9, in the byte order of the capturing host. */
function nflog(order: "LE" | "BE", packet: Buffer): Buffer {
  const header = Buffer.alloc(4);
  if (order === "LE") header.writeUInt16LE(packet.length + 4, 0);
  else header.writeUInt16BE(packet.length + 4, 0);
  header[order === "LE" ? 2 : 3] = 9;
  return Buffer.concat([header, packet]);
}

const SNAP = Buffer.from("aaaa030000000800", "hex");

/** A data frame of IEEE 802.11: its first two bytes, addresses and sequence control, then what else its header has. */
function wlan(control: string, more: string, ...body: readonly Buffer[]): Buffer {
  const addresses = "0000 020000000001 020000000002 020000000003 0000".replaceAll(" ", "");
  return Buffer.concat([Buffer.from(control + addresses + more, "hex"), ...body]);
}

/** One packet of an aggregate with what fills it up. */
function wlanPart(...packet: readonly Buffer[]): Buffer {
  const body = Buffer.concat(packet);
  const header = Buffer.alloc(14);
  header.writeUInt16BE(body.length, 12);
  return Buffer.concat([header, body, Buffer.alloc((4 - ((14 + body.length) % 4)) % 4)]);
}

/** A data frame behind a radiotap header of 12 bytes. */
const RADIOTAP = Buffer.from("00000c000480000002006c09", "hex");
const FRAME4 = ethernet(0x0800, V4);

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
    ["as many tags as there are", 1, ethernet(0x0800, V4, Array(300).fill([0x88a8, 7]))],
    ["802.3 with SNAP", 1, Buffer.concat([snap, V4])],
    ["802.3 with LLC alone", 1, Buffer.concat([snap.subarray(0, 14), Buffer.from("060603", "hex"), V4])],
    ["FabricPath", 1, ethernet(0x8903, Buffer.concat([Buffer.from("0020", "hex"), FRAME4]))],
    ["802.1ah", 1, ethernet(0x88e7, Buffer.concat([Buffer.from("00001389", "hex"), FRAME4]), [[0x88a8, 9]])],
    ["TRILL", 1, ethernet(0x22f3, Buffer.concat([Buffer.from("00200bbb0aaa", "hex"), FRAME4]))],
    ["TRILL with options", 1, ethernet(0x22f3, Buffer.concat([Buffer.from("00600bbb0aaa00000000", "hex"), FRAME4]))],
    [
      "VN-Tag within a VLAN",
      1,
      ethernet(0x8926, Buffer.concat([Buffer.from("000180020800", "hex"), V4]), [[0x8100, 7]]),
    ],
    [
      "802.1BR",
      1,
      ethernet(0x893f, Buffer.concat([Buffer.from("000000010000", "hex"), Buffer.from("810000070800", "hex"), V4])),
    ],
    ["802.11", 105, wlan("0801", "", SNAP, V4)],
    ["802.11 with its header filled up", 105, wlan("8801", "0000" + "0000", SNAP, V4)],
    [
      "802.11 between access points, with HT control",
      105,
      wlan("8883", "020000000004" + "0000" + "00000000", SNAP, V4),
    ],
    ["802.11 with radiotap", 127, Buffer.concat([RADIOTAP, wlan("8802", "0000", SNAP, V4, Buffer.alloc(4))])],
    [
      "802.11 with Prism's header",
      119,
      Buffer.concat([Buffer.from("4400000090000000", "hex"), Buffer.alloc(136), wlan("0801", "", SNAP, V4)]),
    ],
    [
      "802.11 with AVS",
      163,
      Buffer.concat([Buffer.from("8021100100000040", "hex"), Buffer.alloc(56), wlan("0801", "", SNAP, V4)]),
    ],
    [
      "802.11 with AVS under Prism's number",
      119,
      Buffer.concat([Buffer.from("8021100100000040", "hex"), Buffer.alloc(56), wlan("0801", "", SNAP, V4)]),
    ],
    [
      "802.11 behind per-packet information",
      192,
      Buffer.concat([Buffer.from("0000080069000000", "hex"), wlan("0801", "", SNAP, V4)]),
    ],
    ["FDDI", 10, Buffer.concat([Buffer.alloc(13), SNAP, V4])],
    ["IP over Fibre Channel", 122, Buffer.concat([Buffer.alloc(16), SNAP, V4])],
    ["ATM", 100, Buffer.concat([SNAP, V4])],
    ["MPLS alone", 219, Buffer.concat([LAST_LABEL, V4])],
    ["Frame Relay", 107, Buffer.concat([Buffer.from("184103cc", "hex"), V4])],
    ["Frame Relay with a long address and IPv6", 107, Buffer.concat([Buffer.from("18400021038e", "hex"), V6])],
    ["Frame Relay with SNAP", 107, Buffer.concat([Buffer.from("184103008000000086dd", "hex"), V6])],
    ["Frame Relay of Cisco", 107, Buffer.concat([Buffer.from("18410800", "hex"), V4])],
    ["OpenBSD's firewall log", 117, Buffer.concat([Buffer.from([61, 2]), Buffer.alloc(62), V4])],
    ["OpenBSD's IPsec", 109, Buffer.concat([Buffer.alloc(12), V4])],
    ["PPP with its direction", 204, Buffer.concat([Buffer.from([0x01, 0xff, 0x03, 0x00, 0x21]), V4])],
    ["Cisco HDLC with its direction", 205, Buffer.concat([Buffer.from("010f000800", "hex"), V4])],
    ["IP over IEEE 1394", 138, Buffer.concat([Buffer.alloc(16), Buffer.from("0800", "hex"), V4])],
    ["Linux cooked v1", 113, Buffer.concat([sll, V4])],
    ["Linux cooked v2", 276, Buffer.concat([sll2, V6])],
    ["BSD loopback, little-endian", 0, Buffer.concat([Buffer.from([2, 0, 0, 0]), V4])],
    ["BSD loopback, big-endian, IPv6 of macOS", 0, Buffer.concat([Buffer.from([0, 0, 0, 30]), V6])],
    ["OpenBSD loopback", 108, Buffer.concat([Buffer.from([0, 0, 0, 2]), V4])],
    ["MPLS, two labels", 1, ethernet(0x8847, Buffer.concat([Buffer.from("000110400002113f", "hex"), V4]))],
    ["MPLS multicast behind 802.1Q", 1, ethernet(0x8848, Buffer.concat([LAST_LABEL, V6]), [[0x8100, 7]])],
    ["PPPoE session", 1, ethernet(0x8864, Buffer.concat([pppoe(V4.length + 2), Buffer.from([0x00, 0x21]), V4]))],
    ["PPPoE with padding", 1, ethernet(0x8864, Buffer.concat([pppoe(V6.length + 2), PPP_IPV6, V6, Buffer.alloc(4)]))],
    ["PPP", 9, Buffer.concat([Buffer.from([0x00, 0x21]), V4])],
    ["PPP in HDLC-like framing", 9, Buffer.concat([Buffer.from([0xff, 0x03]), PPP_IPV6, V6])],
    ["PPP with its protocol field compressed", 50, Buffer.concat([Buffer.from([0xff, 0x03, 0x21]), V4])],
    ["PPP that carries MPLS", 9, Buffer.concat([Buffer.from([0x02, 0x81]), LAST_LABEL, V4])],
    ["Cisco HDLC", 104, Buffer.concat([Buffer.from("0f000800", "hex"), V4])],
    ["PPPoE without Ethernet", 51, Buffer.concat([pppoe(V4.length + 2), Buffer.from([0x00, 0x21]), V4])],
    ["NFLOG, little-endian", 239, Buffer.concat([Buffer.from("02000028050003006f6b0000", "hex"), nflog("LE", V4)])],
    ["NFLOG, big-endian", 239, Buffer.concat([Buffer.from("0a0000280005000a6f000000", "hex"), nflog("BE", V6)])],
    ["raw IP", 101, V6],
    ["raw IP as BSD/OS numbers it", 12, V4],
    ["raw IPv4", 228, V4],
    ["raw IPv6", 229, V6],
  ];
  for (const [name, linkType, bytes] of cases) t.equal(decode(bytes, linkType), "40000>80 hello/5", name);
});

t.test("an aggregate of 802.11 is several packets", async (t) => {
  const other = ipv4("10.0.0.1", "10.0.0.2", 6, segment("world!"));
  const parts = [wlanPart(SNAP, V4), wlanPart(Buffer.alloc(8)), wlanPart(SNAP, other)];
  t.equal(decode(wlan("8801", "8000", ...parts), 105), "40000>80 hello/5 | 40000>80 world!/6 | ethertype-not-ip=1");
  const cut = wlan("8801", "8000", parts[0], parts[2]).subarray(0, -40);
  t.equal(decode(cut, 105), "40000>80 hello/5 | frame-truncated=1", "and is cut");
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
  const jumbogram = (length: number): Buffer => {
    const option = Buffer.from("0000c20400000000", "hex");
    option.writeUInt32BE(length, 4);
    return ethernet(0x86dd, ipv6("fd00::1", "fd00::2", 6, segment(big), [[0, option]]));
  };
  const jumbo = jumbogram(8 + 32 + big.length);
  t.equal(decode(jumbo), `40000>80 ${big}/100000`, "a jumbogram, RFC 2675");
  t.equal(
    decode(Buffer.concat([jumbo, Buffer.alloc(6)])),
    `40000>80 ${big}/100000`,
    "and what trails it is none of it",
  );
  t.equal(decode(jumbo.subarray(0, 200), 1, jumbo.length + 6).slice(-7), "/100000", "nor where it is cut");
  t.equal(decode(jumbogram(500)), `40000>80 ${big}/100000`, "an option that says less than 65,536 is none");
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
    ["mpls-depth=1", ethernet(0x8847, Buffer.concat([Buffer.alloc(64), LAST_LABEL, V4]))],
    ["ip-version-unknown=1", ethernet(0x8847, Buffer.concat([LAST_LABEL, Buffer.alloc(40)]))],
    ["frame-truncated=1", ethernet(0x8847, Buffer.from("000110", "hex"))],
    ["ppp-protocol-not-ip=1", ethernet(0x8864, Buffer.concat([pppoe(10), Buffer.from("c021010100080506", "hex")]))],
    ["ppp-protocol-not-ip=1", Buffer.from("ff03c021010100080506", "hex"), 9],
    ["frame-truncated=1", Buffer.from("ff0300", "hex"), 9],
    ["frame-truncated=1", ethernet(0x8864, Buffer.from("1100", "hex"))],
    ["nflog-without-packet=1", Buffer.from("02000028050003006f6b0000", "hex"), 239],
    ["nflog-without-packet=1", Buffer.from("0200002800000300", "hex"), 239],
    ["wlan-without-packet=1", wlan("8000", ""), 105],
    ["wlan-without-packet=1", wlan("4801", ""), 105],
    ["wlan-without-packet=1", Buffer.from("d4000000020000000001", "hex"), 105],
    ["wlan-encrypted=1", wlan("8841", "0000", Buffer.alloc(60)), 105],
    ["ethertype-not-ip=1", wlan("0801", "", Buffer.from("aaaa03000000888e", "hex"), Buffer.alloc(20)), 105],
    ["frame-truncated=1", Buffer.from("0000ff00", "hex"), 127],
    ["link-type-unknown=1", Buffer.concat([Buffer.from("0000080001000000", "hex"), FRAME4]), 192],
    ["ethertype-not-ip=1", Buffer.from("184103080100000000", "hex"), 107],
    ["ethertype-not-ip=1", ethernet(0x88e7, Buffer.alloc(4))],
    ["ethertype-not-ip=1", ethernet(20, Buffer.concat([Array(9).fill(Buffer.from("aaaa030000000014", "hex"))].flat()))],
    [
      "tunnel-depth=1",
      ethernet(0x88e7, Buffer.concat(Array(9).fill(Buffer.concat([Buffer.alloc(16), Buffer.from("88e7", "hex")])))),
    ],
    ["frame-truncated=1", ethernet(0x0800, V4, Array(9).fill([0x8100, 1])).subarray(0, 14 + 9 * 4 - 1)],
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
  t.same(decodeAll([...pieces, pieces[0]]), [words], "a copy after its datagram was put together is no loss");
  t.same(decodeAll([...pieces, at(piece(0, 48, 1, Buffer.alloc(104)))]), [words, "ip-fragment-expired=1"], "no copy");
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
    ethernet(0x8864, Buffer.concat([pppoe(V4.length + 4), Buffer.from([0x02, 0x81]), LAST_LABEL, V4])),
    Buffer.concat([Buffer.from("02000028050003006f6b0000", "hex"), nflog("LE", V4)]),
    Buffer.concat([RADIOTAP, wlan("8801", "8000", wlanPart(SNAP, V4), wlanPart(SNAP, V4))]),
    ethernet(0x88e7, Buffer.concat([Buffer.alloc(4), ethernet(0x8926, Buffer.concat([Buffer.alloc(6), V4]))])),
  ];
  for (const seed of seeds) {
    for (let length = 0; length <= seed.length; length++) decode(seed.subarray(0, length), 1, seed.length);
  }
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(90), fc.nat(255))),
      fc.constantFrom(0, 1, 9, 51, 101, 105, 107, 113, 117, 119, 127, 192, 239, 276),
      (seed, changes, linkType) => {
        const bytes = Buffer.from(seed);
        for (const [offset, value] of changes) bytes[offset % bytes.length] = value;
        decode(bytes, linkType);
      },
    ),
    { numRuns: 3_000, seed: 1 },
  );
});
