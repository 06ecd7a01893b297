import { existsSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import { readCaptureFile } from "../sensor/capture/capture-file.js";
import { strictSettings } from "./support/analysis-run.js";
import { CORPORA } from "./support/corpus.js";
import { ethernet, ipv4, ipv6 } from "./support/frame-builder.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";
import { bytesOf, udp, vxlan } from "./support/tunnel-builder.js";

const LONG = bytesOf("c3 00000001 08 1122334455667788 08 8877665544332211 00 4010");
const SHORT = bytesOf("4a 1122334455667788");
const CLIENT = "10.0.0.1";
const SERVER = "10.0.0.2";
let datagrams = 0;

/** No two of them end alike, as none of QUIC do. */
function frame(fromPort: number, toPort: number, head: Buffer, length: number): Buffer {
  const payload = Buffer.alloc(length, 7);
  head.copy(payload);
  payload.writeUInt32BE(++datagrams, length - 4);
  const [from, to] = fromPort > toPort ? [CLIENT, SERVER] : [SERVER, CLIENT];
  return ethernet(0x0800, ipv4(from, to, 17, udp(fromPort, toPort, payload)));
}

/** Protocols of each service, and bytes that were not understood. */
function ledgerOf(pipeline: Pipeline): Record<string, unknown> {
  return Object.fromEntries(
    [...pipeline.inventory.services()].map(
      ({ address, port, virtualNetwork, protocols, notUnderstood, connections }) => [
        `${virtualNetwork === undefined ? "" : `${virtualNetwork} `}${address}:${port}`,
        { protocols: [...protocols], notUnderstood, connections },
      ],
    ),
  );
}

function told(frames: readonly Buffer[], secondsApart = 0): { ledger: Record<string, unknown>; pipeline: Pipeline } {
  const pipeline = new Pipeline(strictSettings(), {}, 1);
  for (const [at, bytes] of frames.entries())
    pipeline.frame(frameOf({ bytes, atMicros: START_MICROS + at * (1_000 + secondsApart * 1e6) }));
  pipeline.finish();
  return { ledger: ledgerOf(pipeline), pipeline };
}

const quic = (bytes: number, connections = 1) => ({
  protocols: ["quic"],
  notUnderstood: { quic: bytes },
  connections,
});

t.test("a service's QUIC is counted by its bytes each way, from its first datagram on", async (t) => {
  const frames = [
    frame(443, 50_000, SHORT, 900),
    frame(50_000, 443, LONG, 1_200),
    frame(443, 50_000, LONG, 1_210),
    frame(443, 50_000, SHORT, 700),
    frame(50_000, 443, SHORT, 30),
    frame(50_001, 443, SHORT, 40),
    frame(50_001, 53, bytesOf("c0de 0100 0001"), 50),
  ];
  const { ledger, pipeline } = told(frames);
  t.same(ledger, { "10.0.0.2:443": quic(1_200 + 1_210 + 700 + 30) });
  t.match(pipeline.counters(), { datagram_flows: 1, datagram_flows_refused: 0, bytes_not_understood: 3_140, flows: 0 });
  t.equal(pipeline.undecoded["ip-protocol-not-tcp"], 7, "all the same they are not decoded");
  t.match([...pipeline.inventory.edges()], [{ clientAddress: CLIENT, connections: 1, posture: "unknown" }]);
  const [, asked, answered, going] = frames;
  t.same(told([asked, answered, going], 29).ledger, { "10.0.0.2:443": quic(1_200 + 1_210 + 700) });
  // One frame that is stamped so far ahead is not believed; those of others say that time has passed.
  const passing = [50_002, 50_003, 50_004].map((port) => frame(port, 53, bytesOf("c0de 0100 0001"), 50));
  t.same(told([asked, asked, ...passing, answered], 400).ledger, {}, "silence ends it");
  t.same(told([asked, ...passing, going], 60).ledger, {}, "sooner while nobody answered");
});

t.test("a copy counts once, and tenants with the same addresses are two", async (t) => {
  const frames = [frame(50_000, 443, LONG, 1_200), frame(443, 50_000, SHORT, 500), frame(50_000, 443, SHORT, 60)];
  const twice = frames.flatMap((one) => [one, one]);
  t.same(told(twice).ledger, { "10.0.0.2:443": quic(1_760) }, "as on a veth and its bridge");
  t.same(told(frames.flatMap((one) => [vxlan(7, one), one])).ledger, { "vxlan 7 10.0.0.2:443": quic(1_760) });
  const taps = frames.flatMap((one) => [vxlan(7, one), vxlan(8, one)]);
  t.same(told(taps).ledger, { "vxlan 7 10.0.0.2:443": quic(1_760) }, "as a mirror session at each end shows it");
  const late = [...frames.map((one) => vxlan(7, one)), ...frames.map((one) => vxlan(8, one))];
  t.same(told(late).ledger, { "vxlan 7 10.0.0.2:443": quic(1_760) }, "also where one is late");
  const other = [frame(50_000, 443, LONG, 1_300), frame(443, 50_000, SHORT, 100)];
  t.same(told([...frames.map((one) => vxlan(7, one)), ...other.map((one) => vxlan(8, one))]).ledger, {
    "vxlan 7 10.0.0.2:443": quic(1_760),
    "vxlan 8 10.0.0.2:443": quic(1_400),
  });
});

t.test("directions with a network each are one connection, beside a tenant's", async (t) => {
  const bothWays = (there: number, back: number) => (one: Buffer) =>
    vxlan(one.readUInt16BE(14 + 20) === 443 ? back : there, one);
  const dialog = (): Buffer[] => [
    frame(50_000, 443, LONG, 1_200),
    frame(443, 50_000, SHORT, 500),
    frame(50_000, 443, SHORT, 60),
    frame(443, 50_000, SHORT, 40),
  ];
  const frames = [...dialog().map(bothWays(7, 9)), ...dialog().map(bothWays(8, 10))];
  t.same(told(frames).ledger, { "vxlan 7 10.0.0.2:443": quic(1_800), "vxlan 8 10.0.0.2:443": quic(1_800) });
});

t.test("a service that never answers is none, however often somebody asks", async (t) => {
  const asked = Array.from({ length: 9 }, () => frame(50_000, 443, LONG, 1_200));
  t.same(told(asked).ledger, {});
  t.same(
    told([...asked, frame(50_000, 443, SHORT, 40)]).ledger,
    { "10.0.0.2:443": quic(9 * 1_200 + 40) },
    "one direction",
  );
});

t.test("what only looks like QUIC opens nothing, and connections without room are counted", async (t) => {
  for (const [name, head] of [
    ["another version", "c0 00000002 00 00 00"],
    ["an identifier too long", "c0 00000001 15 00 00"],
    ["a source identifier too long", "c0 00000001 00 15 00"],
    ["no fixed bit", "80 00000001 00 00 00"],
    ["RTP", "80 60 0001 00000001 00000001"],
  ] as const)
    t.same(told([frame(50_000, 443, bytesOf(head), 1_200)]).ledger, {}, name);
  const cut = ethernet(0x86dd, ipv6("fd00::1", "fd00::2", 17, udp(50_000, 443, LONG.subarray(0, 12))));
  t.same(told([cut]).ledger, {}, "cut within its identifier");
  const refusing = new Pipeline(strictSettings(), {}, 1);
  refusing.refuseNewFlows(true);
  refusing.frame(frameOf({ bytes: frame(60_000, 444, LONG, 1_200), atMicros: START_MICROS }));
  t.match(refusing.counters(), { datagram_flows: 0, datagram_flows_refused: 1 });
  const pipeline = new Pipeline(strictSettings(), {}, 1);
  for (let port = 0; port < 16_394; port++) {
    pipeline.frame(frameOf({ bytes: frame(20_000 + port, 443, LONG, 1_200), atMicros: START_MICROS + port }));
    pipeline.frame(frameOf({ bytes: frame(443, 20_000 + port, LONG, 1_200), atMicros: START_MICROS + port }));
  }
  t.match(pipeline.counters(), { datagram_flows: 16_384, datagram_flows_refused: 20 });
});

t.test("of recorded QUIC each service has the bytes that tshark reads as such", async (t) => {
  const folder = join(CORPORA, "zeek/traces/quic");
  if (!existsSync(folder)) {
    t.comment(`SKIPPED: ${folder} is not there`);
    return;
  }
  for (const [file, service, bytes] of [
    ["quicv2-http3-443.pcap", "127.0.0.1:443", 4_791],
    ["quic_win11_firefox_google.pcap", "4.3.2.1:443", 408_613],
    ["interop/quic-go_quic-go/handshake.pcap", "193.167.100.100:443", 5_566],
    ["interop/quic-go_quic-go/zerortt.pcap", "193.167.100.100:443", 22_589],
  ] as const) {
    const pipeline = new Pipeline(strictSettings(), {}, 1);
    await readCaptureFile(join(folder, file), pipeline.capture("0"));
    pipeline.finish();
    t.match(ledgerOf(pipeline), { [service]: { notUnderstood: { quic: bytes } } }, file);
  }
});
