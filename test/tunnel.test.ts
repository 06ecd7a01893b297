import fc from "fast-check";
import t from "tap";
import { Decoder } from "../sensor/decode/decoder.js";
import { ACK } from "../sensor/decode/packet.js";
import { DECODE_BOUNDS } from "./support/flow-bounds.js";
import { ethernet, ipv4, ipv6, tcp } from "./support/frame-builder.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";
import { bytesOf, outer, outer6, outerUdp, udp, vxlan } from "./support/tunnel-builder.js";

const SEGMENT = tcp({
  from: "10.0.0.1",
  to: "10.0.0.2",
  fromPort: 40_000,
  toPort: 80,
  sequence: 1,
  acknowledgment: 1,
  flags: ACK,
  payload: Buffer.from("hello"),
});
const V4 = ipv4("10.0.0.1", "10.0.0.2", 6, SEGMENT);
const V6 = ipv6("fd00::1", "fd00::2", 6, SEGMENT);
const FRAME = ethernet(0x0800, V4);
const FRAME6 = ethernet(0x86dd, V6);
const LABEL = bytesOf("0001213f");

/** RFC 8300: 6 words, of which 4 are context, then Ethernet. */
const SERVICE_HEADER = bytesOf("0fc60103 000001ff");

/** Data: type, receiver, and a counter, least byte first. */
const WIREGUARD = bytesOf("04000000 1a2b3c4d 0700000000000000");

/** What a frame decodes to, and the tunnels it went through or the reason it did not. */
function decode(bytes: Buffer, wireLength = bytes.length): string {
  const out: string[] = [];
  const decoder = new Decoder(DECODE_BOUNDS, {
    packet: (packet) => {
      const text = packet.bytes.toString("latin1", packet.payloadStart, packet.payloadEnd);
      out.push(`${packet.sourcePort}>${packet.destinationPort} ${text} net ${packet.network.toString(16)}`);
    },
  });
  decoder.frame(frameOf({ bytes, atMicros: START_MICROS, originalLength: wireLength }));
  decoder.finish();
  for (const [name, count] of Object.entries({ ...decoder.tunneled, ...decoder.undecoded }))
    if (count > 0) out.push(`${name}=${count}`);
  return out.join(" ");
}

const NO_NETWORK = "40000>80 hello net 0";
/** Told by the tunnel's two ends: those of outer(). */
const BY_ENDS = "40000>80 hello net 803d815";
/** With the label in it. */
const LABEL_BY_ENDS = "40000>80 hello net 31fd065";
const LABELLED = "40000>80 hello net 9000012";
const SUBSCRIBED = "40000>80 hello net b03d801";
const MIRRORED = "40000>80 hello net c03d801";
/** A label, a control word, and a frame with a label again. */
const MPLS_IN_PSEUDOWIRE = Buffer.concat([LABEL, bytesOf("00000000"), ethernet(0x8847, Buffer.alloc(0))]);
/** A VLAN tag with a length behind it, and LLC that names a tag again. */
const TAG_IN_LLC = "0001 0064 aaaa03 000000 8100";
/** 0x8200 is one of the EtherTypes wireless controllers use; the frame is QoS data from a station. */
const WLAN = bytesOf("8801 0000 020000000001 020000000002 020000000003 0000 0000 aaaa03000000 0800");

const TUNNELS: readonly (readonly [string, string, Buffer])[] = [
  ["IPv4 in IPv4", `${BY_ENDS} ip-in-ip=1`, outer(4, V4)],
  ["IPv6 in IPv4 (6in4)", `${BY_ENDS} ip-in-ip=1`, outer(41, V6)],
  ["IPv4 in IPv6", `40000>80 hello net 806fd74 ip-in-ip=1`, outer6(4, V4)],
  ["GRE", `${BY_ENDS} gre=1`, outer(47, Buffer.concat([bytesOf("00000800"), V4]))],
  [
    "GRE with checksum, key and sequence",
    "40000>80 hello net 4000007 gre=1",
    outer(47, Buffer.concat([bytesOf("b000 86dd 0000 0000 00000007 00000001"), V6])),
  ],
  [
    "GRE with Ethernet and a key",
    "40000>80 hello net 4004d00 gre=1",
    outer(47, Buffer.concat([bytesOf("20006558 00004d00"), FRAME])),
  ],
  [
    "GRE with a key of all its bits",
    "40000>80 hello net 69b46c1 gre=1",
    outer(47, Buffer.concat([bytesOf("20000800 c0000201"), V4])),
  ],
  ["NVGRE", "40000>80 hello net 5138801 gre=1", outer(47, Buffer.concat([bytesOf("20006558 13880142"), FRAME]))],
  ["GRE with MPLS", `${LABEL_BY_ENDS} gre=1`, outer(47, Buffer.concat([bytesOf("00008847"), LABEL, V4]))],
  ["GRE of a wireless controller", `${BY_ENDS} gre=1`, outer(47, Buffer.concat([bytesOf("00008200"), WLAN, V4]))],
  [
    "PPTP",
    `${BY_ENDS} gre=1`,
    outer(47, Buffer.concat([bytesOf("3081 880b 00300007 00000001 00000002"), bytesOf("ff03 0021"), V4])),
  ],
  ["GRE in UDP", `${BY_ENDS} gre=1`, outerUdp(4754, bytesOf("00000800"), V4)],
  ["ERSPAN I", `40000>80 hello net c03d800 erspan=1`, outer(47, Buffer.concat([bytesOf("000088be"), FRAME]))],
  [
    "ERSPAN II",
    `${MIRRORED} erspan=1`,
    outer(47, Buffer.concat([bytesOf("100088be 00000001"), bytesOf("1002 0001 00000000"), FRAME])),
  ],
  [
    "ERSPAN III",
    `${MIRRORED} erspan=1`,
    outer(47, Buffer.concat([bytesOf("100022eb 00000001"), bytesOf("20020001 00000000 00000000"), FRAME])),
  ],
  [
    "ERSPAN III with a platform header",
    `${MIRRORED} erspan=1`,
    outer(
      47,
      Buffer.concat([bytesOf("100022eb 00000001"), bytesOf("20020001 00000000 00000001"), Buffer.alloc(8), FRAME]),
    ),
  ],
  [
    "ERSPAN III with an IP packet",
    `${MIRRORED} erspan=1`,
    outer(47, Buffer.concat([bytesOf("100022eb 00000001"), bytesOf("20020001 00000000 00000800"), V4])),
  ],
  ["EtherIP", `${BY_ENDS} etherip=1`, outer(97, Buffer.concat([bytesOf("3000"), FRAME]))],
  ["MPLS in IP", `${LABEL_BY_ENDS} mpls-in-ip=1`, outer(137, Buffer.concat([LABEL, V4]))],
  ["MPLS in UDP", `${LABEL_BY_ENDS} mpls-in-ip=1`, outerUdp(6635, LABEL, V4)],
  ["VXLAN", "40000>80 hello net 100004d vxlan=1", vxlan(77, FRAME)],
  ["VXLAN on Linux' old port", "40000>80 hello net 100004d vxlan=1", vxlan(77, FRAME, 8472)],
  ["VXLAN on a port of its own", "40000>80 hello net 100004d vxlan=1", vxlan(77, FRAME6, 12_345)],
  ["VXLAN-GPE with IPv6", "40000>80 hello net 100004d vxlan=1", outerUdp(4790, bytesOf("0c000002 00004d00"), V6)],
  ["VXLAN-GPE on VXLAN's port", "40000>80 hello net 100004d vxlan=1", outerUdp(4789, bytesOf("0c000001 00004d00"), V4)],
  [
    "VXLAN with a bit that is to be ignored",
    "40000>80 hello net 100004d vxlan=1",
    outerUdp(4789, bytesOf("0c000001 00004d00"), FRAME),
  ],
  [
    "VXLAN with a group policy",
    "40000>80 hello net 100004d vxlan=1",
    outerUdp(4789, bytesOf("88000010 00004d00"), FRAME),
  ],
  [
    "GENEVE with options",
    "40000>80 hello net 200004d geneve=1",
    outerUdp(6081, bytesOf("0200 6558 00004d00 0102800100000001"), FRAME),
  ],
  ["GENEVE with IP", "40000>80 hello net 200004d geneve=1", outerUdp(6081, bytesOf("0000 0800 00004d00"), V4)],
  [
    "GENEVE on a port of its own",
    "40000>80 hello net 200004d geneve=1",
    outerUdp(12_345, bytesOf("0000 6558 00004d00"), FRAME),
  ],
  ["GTP-U", `${SUBSCRIBED} gtp-u=1`, outerUdp(2152, bytesOf("30ff 0040 00000001"), V4)],
  [
    "GTP-U with a PDU session container",
    `${SUBSCRIBED} gtp-u=1`,
    outerUdp(2152, bytesOf("34ff 0048 00000001 0000 00 85 01 100900"), V4),
  ],
  ["Teredo", `${NO_NETWORK} teredo=1`, outerUdp(3544, V6)],
  [
    "Teredo with authentication and origin",
    `${NO_NETWORK} teredo=1`,
    outerUdp(3544, bytesOf("0001 0000 0000000000000000 00 0000 1234 c0000201"), V6),
  ],
  [
    "Teredo between peers",
    `${NO_NETWORK} teredo=1`,
    outer(17, udp(50_000, 50_001, ipv6("2001:0:c000:201::1", "fd00::2", 6, SEGMENT))),
  ],
  ["AYIYA", `${BY_ENDS} ayiya=1`, outerUdp(5072, bytesOf("41 50 11 29 00000000"), Buffer.alloc(16 + 20), V6)],
  ["Ethernet over MPLS", LABELLED, ethernet(0x8847, Buffer.concat([LABEL, FRAME]))],
  [
    "Ethernet over MPLS with a control word and VLANs",
    LABELLED,
    ethernet(
      0x8847,
      Buffer.concat([
        LABEL,
        bytesOf("00000007"),
        ethernet(0x86dd, V6, [
          [0x88a8, 5],
          [0x8100, 6],
        ]),
      ]),
    ),
  ],
  [
    "Ethernet over MPLS to an address that looks like IP",
    LABELLED,
    ethernet(0x8847, Buffer.concat([LABEL, bytesOf("4000000000014000000000020800"), V4])),
  ],
  [
    "Ethernet over MPLS to an address that begins as IPv4 does",
    LABELLED,
    ethernet(0x8847, Buffer.concat([LABEL, bytesOf("4c5e0c123456 0200000000020800"), V4])),
  ],
  [
    "Ethernet with a VLAN over MPLS to an address that begins as IPv6 does",
    LABELLED,
    ethernet(0x8847, Buffer.concat([LABEL, bytesOf("6c416a000001 020000000002 8100000586dd"), V6])),
  ],
  [
    "MPLS from an address that reads like Ethernet's type",
    LABELLED,
    ethernet(0x8847, Buffer.concat([LABEL, ipv4("8.0.64.1", "10.0.0.2", 6, SEGMENT)])),
  ],
  [
    "MPLS in Ethernet over MPLS with a control word",
    "40000>80 hello net 3f00e8b",
    ethernet(0x8847, Buffer.concat([LABEL, bytesOf("00000000"), ethernet(0x8847, Buffer.concat([LABEL, V4]))])),
  ],
  [
    "PPPoE in Ethernet over MPLS with a control word",
    "40000>80 hello net 3dd2dc5",
    ethernet(0x8847, Buffer.concat([LABEL, bytesOf("00000000"), ethernet(0x8864, bytesOf("1100 0011 0000 0021")), V4])),
  ],
  [
    "GTP-U with Ethernet",
    `${SUBSCRIBED} gtp-u=1`,
    outerUdp(2152, bytesOf("34ff 0056 00000001 0000 00 85 01 100900"), FRAME),
  ],
  [
    "VXLAN with a VLAN on a port of its own",
    "40000>80 hello net 100004d vxlan=1",
    vxlan(77, ethernet(0x0800, V4, [[0x8100, 5]]), 12_345),
  ],
  [
    "GENEVE with a VLAN on a port of its own",
    "40000>80 hello net 200004d geneve=1",
    outerUdp(12_345, bytesOf("0000 6558 00004d00"), ethernet(0x86dd, V6, [[0x8100, 5]])),
  ],
  [
    "GRE in GRE, a key each",
    "40000>80 hello net 3433377 gre=2",
    outer(
      47,
      Buffer.concat([
        bytesOf("20000800 00000004"),
        ipv4("198.51.100.1", "198.51.100.2", 47, Buffer.concat([bytesOf("20000800 00000007"), V4])),
      ]),
    ),
  ],
  [
    "a service header with Ethernet in VXLAN-GPE",
    "40000>80 hello net 100004d vxlan=1 nsh=1",
    outerUdp(4790, bytesOf("0c000004 00004d00"), SERVICE_HEADER, Buffer.alloc(16), FRAME),
  ],
  [
    "a service header with IPv6 in another on Ethernet",
    `${NO_NETWORK} nsh=2`,
    ethernet(0x894f, Buffer.concat([bytesOf("0fc20204 000001ff 0fc20202 000001fe"), V6])),
  ],
  [
    "a service header with MPLS in GRE",
    `${LABEL_BY_ENDS} gre=1 nsh=1`,
    outer(47, Buffer.concat([bytesOf("0000894f 0fc20205 000001ff"), LABEL, V4])),
  ],
  [
    "VXLAN in GRE",
    "40000>80 hello net 100004d gre=1 vxlan=1",
    outer(47, Buffer.concat([bytesOf("00006558"), vxlan(77, FRAME)])),
  ],
  [
    "a tag, LLC and a tag, eight times",
    NO_NETWORK,
    ethernet(0x8100, Buffer.concat([bytesOf(TAG_IN_LLC.repeat(8)), bytesOf("0001 0800"), V4])),
  ],
  [
    "authentication header in IPv4",
    NO_NETWORK,
    outer(51, Buffer.concat([bytesOf("0604 0000 00000001 00000001"), Buffer.alloc(12), SEGMENT])),
  ],
];

t.test("every tunnel is taken apart to the segment inside", async (t) => {
  for (const [name, expected, bytes] of TUNNELS) t.equal(decode(bytes), expected, name);
});

t.test("what a tunnel does not show is counted by reason", async (t) => {
  const nested = (depth: number): Buffer =>
    Array.from({ length: depth }).reduce<Buffer>((inner) => ipv4("192.0.2.1", "192.0.2.2", 4, inner), V4);
  const cases: [string, string, Buffer][] = [
    ["ESP", "esp=1 tunnel-encrypted=1", outer(50, Buffer.alloc(64))],
    ["ESP in UDP", "esp=1 tunnel-encrypted=1", outerUdp(4500, bytesOf("00000102"), Buffer.alloc(64))],
    ["key exchange on ESP's port", "ip-protocol-not-tcp=1", outerUdp(4500, Buffer.alloc(64))],
    ["WireGuard data", "wireguard=1 tunnel-encrypted=1", outerUdp(51_820, bytesOf("04000000"), Buffer.alloc(60))],
    ["WireGuard on another port", "wireguard=1 tunnel-encrypted=1", outerUdp(41_641, WIREGUARD, Buffer.alloc(48, 7))],
    [
      "WireGuard data as long as its MTU",
      "wireguard=1 tunnel-encrypted=1",
      outerUdp(41_641, WIREGUARD, Buffer.alloc(1_420 + 16, 7)),
    ],
    ["no WireGuard for its length", "ip-protocol-not-tcp=1", outerUdp(41_641, WIREGUARD, Buffer.alloc(47, 7))],
    [
      "no WireGuard for its counter",
      "ip-protocol-not-tcp=1",
      outerUdp(41_641, bytesOf("04000000"), Buffer.alloc(60, 1)),
    ],
    [
      "ERSPAN III of what is neither",
      "erspan=1 tunnel-header-invalid=1",
      outer(47, Buffer.concat([bytesOf("100022eb 00000001"), bytesOf("20020001 00000000 00000400"), FRAME])),
    ],
    [
      "WireGuard initiation",
      "wireguard=1 tunnel-encrypted=1",
      outerUdp(51_820, bytesOf("01000000"), Buffer.alloc(144)),
    ],
    ["no WireGuard", "ip-protocol-not-tcp=1", outerUdp(51_820, bytesOf("01000000"), Buffer.alloc(100))],
    ["GRE with source routes", "gre=1 tunnel-header-invalid=1", outer(47, Buffer.concat([bytesOf("40000800"), V4]))],
    [
      "GENEVE with more options than bytes",
      "geneve=1 tunnel-header-invalid=1",
      outerUdp(6081, bytesOf("3f00 6558 00004d00")),
    ],
    [
      "a service header that is longer than its frame",
      "nsh=1 tunnel-header-invalid=1",
      ethernet(0x894f, bytesOf("0fff0101 000001ff 45000000")),
    ],
    [
      "a service header with OAM alone",
      "nsh=1 tunnel-header-invalid=1",
      ethernet(0x894f, bytesOf("2fc20200 000001ff")),
    ],
    [
      "a service header of another version",
      "nsh=1 tunnel-header-invalid=1",
      ethernet(0x894f, Buffer.concat([bytesOf("4fc20202 000001ff"), V6])),
    ],
    [
      "a service header shorter than its own",
      "nsh=1 tunnel-header-invalid=1",
      ethernet(0x894f, Buffer.concat([bytesOf("0fc10202"), V6])),
    ],
    ["nine service headers", "nsh=8 tunnel-depth=1", ethernet(0x894f, bytesOf("0fc20204 000001ff".repeat(9)))],
    ["ERSPAN III cut short", "erspan=1 tunnel-header-invalid=1", outer(47, bytesOf("100022eb 00000001 2002"))],
    ["GENEVE with control traffic", "geneve=1 ethertype-not-ip=1", outerUdp(6081, bytesOf("0000 88b5 00004d00"), V4)],
    ["DNS", "ip-protocol-not-tcp=1", outerUdp(53, bytesOf("080001000001000000000000"), Buffer.alloc(40))],
    ["VXLAN without its flag", "ip-protocol-not-tcp=1", outerUdp(4789, bytesOf("0000000000004d00"), FRAME)],
    ["a tag, LLC and a tag without end", "tunnel-depth=1", ethernet(0x8100, bytesOf(TAG_IN_LLC.repeat(5_000)))],
    [
      "Ethernet and MPLS in one another without end",
      "tunnel-depth=1",
      ethernet(0x8847, Buffer.concat(Array.from({ length: 5_000 }, () => MPLS_IN_PSEUDOWIRE))),
    ],
    ["eight tunnels", `40000>80 hello net 3295a45 ip-in-ip=8`, ethernet(0x0800, nested(8))],
    ["nine tunnels", "ip-in-ip=8 tunnel-depth=1", ethernet(0x0800, nested(9))],
  ];
  for (const [name, expected, bytes] of cases) t.equal(decode(bytes), expected, name);
});

t.test("a snap length that cuts inside a tunnel leaves the length on the wire known", async (t) => {
  const whole = vxlan(77, FRAME);
  const packets: number[] = [];
  const decoder = new Decoder(DECODE_BOUNDS, { packet: (packet) => packets.push(packet.payloadLength) });
  decoder.frame(frameOf({ bytes: whole.subarray(0, whole.length - 3), atMicros: 1, originalLength: whole.length }));
  t.same(packets, [5]);
});

t.test("no prefix and no mutation of a tunnel makes the decoder throw", async () => {
  for (const [, , bytes] of TUNNELS)
    for (let length = 0; length <= bytes.length; length++) decode(bytes.subarray(0, length), bytes.length);
  fc.assert(
    fc.property(
      fc.constantFrom(...TUNNELS.map(([, , bytes]) => bytes)),
      fc.array(fc.tuple(fc.nat(120), fc.nat(255))),
      (seed, changes) => {
        const bytes = Buffer.from(seed);
        for (const [offset, value] of changes) bytes[offset % bytes.length] = value;
        decode(bytes);
      },
    ),
    { numRuns: 5_000, seed: 3 },
  );
});
