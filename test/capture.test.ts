import t from "tap";
import { CaptureError } from "../sensor/capture/capture-error.js";
import { CaptureReader } from "../sensor/capture/capture-reader.js";
import type { FrameSink, InterfaceStatistics } from "../sensor/capture/frame.js";
import { implementationOf, wordsFor } from "../sensor/capture/implementation-used.js";
import { droppedTotal, LossTotal } from "../sensor/capture/loss-total.js";
import { PcapngWriter } from "../sensor/capture/pcapng-writer.js";

interface Seen {
  readonly frames: string[];
  readonly statistics: InterfaceStatistics[];
  readonly applications: string[];
  readonly sink: FrameSink;
}

function recorder(): Seen {
  const frames: string[] = [];
  const statistics: InterfaceStatistics[] = [];
  const applications: string[] = [];
  const sink: FrameSink = {
    frame({ bytes, start, end, atMicros, originalLength, linkType, interfaceId }) {
      frames.push(`${bytes.toString("hex", start, end)} ${atMicros} ${originalLength} ${linkType} ${interfaceId}`);
    },
    statistics: (told) => void statistics.push(told),
    application: (name) => void applications.push(name),
  };
  return { frames, statistics, applications, sink };
}

/** Reads a capture in pieces and overwrites each piece after its call. */
function read(capture: Buffer, pieceBytes: number): Seen & { error: CaptureError | undefined } {
  const seen = recorder();
  const reader = new CaptureReader(seen.sink);
  let error: CaptureError | undefined;
  try {
    for (let at = 0; at < capture.length; at += pieceBytes) {
      const piece = Buffer.from(capture.subarray(at, at + pieceBytes));
      reader.push(piece);
      piece.fill(0xee);
    }
    reader.end();
  } catch (thrown) {
    if (!(thrown instanceof CaptureError)) throw thrown;
    error = thrown;
  }
  return { ...seen, error };
}

function words(littleEndian: boolean, ...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) {
    if (littleEndian) bytes.writeUInt32LE(value >>> 0, index * 4);
    else bytes.writeUInt32BE(value >>> 0, index * 4);
  }
  return bytes;
}

function halves(littleEndian: boolean, ...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) {
    if (littleEndian) bytes.writeUInt16LE(value, index * 2);
    else bytes.writeUInt16BE(value, index * 2);
  }
  return bytes;
}

const DATA = [Buffer.from("aabbcc", "hex"), Buffer.from("00112233445566778899", "hex")];

function pcap(littleEndian: boolean, magic: number, fraction: number): Buffer {
  const w = (...values: number[]) => words(littleEndian, ...values);
  const records = DATA.map((data, index) => Buffer.concat([w(1_700_000_000 + index, fraction, data.length, 60), data]));
  return Buffer.concat([w(magic), halves(littleEndian, 2, 4), w(0, 0, 262_144, 0xf000_0001), ...records]);
}

function block(littleEndian: boolean, type: number, body: Buffer): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
  const size = padded.length + 12;
  return Buffer.concat([words(littleEndian, type, size), padded, words(littleEndian, size)]);
}

const SECTION = (le: boolean) =>
  block(le, 0x0a0d0d0a, Buffer.concat([words(le, 0x1a2b3c4d), halves(le, 1, 0), words(le, -1, -1)]));

function describe(le: boolean, linkType: number, snap: number, ...options: Buffer[]): Buffer {
  return block(le, 1, Buffer.concat([halves(le, linkType, 0), words(le, snap), ...options]));
}

function option(le: boolean, code: number, value: Buffer): Buffer {
  return Buffer.concat([halves(le, code, value.length), value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function uint64(le: boolean, value: bigint): Buffer {
  const [high, low] = [Number(value >> 32n), Number(value & 0xffff_ffffn)];
  return le ? words(le, low, high) : words(le, high, low);
}

function packet(le: boolean, id: number, ticks: bigint, data: Buffer, original: number): Buffer {
  const head = words(le, id, Number(ticks >> 32n), Number(ticks & 0xffff_ffffn), data.length, original);
  return block(le, 6, Buffer.concat([head, data]));
}

function pcapng(le: boolean): Buffer {
  return Buffer.concat([
    SECTION(le),
    describe(le, 1, 0, option(le, 2, Buffer.from("eth0")), halves(le, 0, 0)),
    describe(le, 113, 8, option(le, 9, Buffer.from([9])), option(le, 14, uint64(le, 10n))),
    describe(le, 1, 0, option(le, 9, Buffer.from([0x80 | 10]))),
    packet(le, 0, 1_700_000_000_123_456n, DATA[0], 60),
    packet(le, 1, 1_700_000_000_123_456_789n, DATA[1], 10),
    packet(le, 2, 1_024n * 5n + 512n, DATA[0], 3),
    block(le, 3, Buffer.concat([words(le, 3), DATA[0]])),
    block(le, 4, Buffer.from("names, of no use here")),
    block(le, 2, Buffer.concat([halves(le, 0, 7), words(le, 0, 99, 3, 3), DATA[0]])),
    block(
      le,
      5,
      Buffer.concat([
        words(le, 0, 0, 5),
        option(le, 4, uint64(le, 8n)),
        option(le, 5, uint64(le, 1n)),
        option(le, 7, uint64(le, 2n)),
      ]),
    ),
    SECTION(!le),
    describe(!le, 101, 0),
    packet(!le, 0, 5n, DATA[0], 3),
  ]);
}

t.test("pcap in both byte orders, micro- and nanoseconds, is read the same in pieces of any size", (t) => {
  const expected = ["aabbcc 1700000000000123 60 1 0", "00112233445566778899 1700000001000123 60 1 0"];
  for (const littleEndian of [true, false]) {
    const forms: readonly (readonly [string, Buffer])[] = [
      ["microseconds", pcap(littleEndian, 0xa1b2c3d4, 123)],
      ["nanoseconds", pcap(littleEndian, 0xa1b23c4d, 123_999)],
    ];
    for (const [name, capture] of forms) {
      for (const pieceBytes of [capture.length, 1, 5, 17]) {
        const seen = read(capture, pieceBytes);
        t.same(seen.frames, expected, `${name}, ${littleEndian ? "little" : "big"}-endian, by ${pieceBytes}`);
        t.equal(seen.error, undefined);
      }
    }
  }
  t.end();
});

t.test("pcapng: sections, interfaces, resolutions, statistics, every kind of packet block", (t) => {
  for (const littleEndian of [true, false]) {
    const capture = pcapng(littleEndian);
    for (const pieceBytes of [capture.length, 1, 13]) {
      const seen = read(capture, pieceBytes);
      t.equal(seen.error, undefined);
      t.same(seen.frames, [
        "aabbcc 1700000000123456 60 1 0",
        "00112233445566778899 1700000010123456 10 113 1",
        "aabbcc 5500000 3 1 2",
        "aabbcc 5500000 3 1 0",
        "aabbcc 99 3 1 0",
        "aabbcc 5 3 101 3",
      ]);
      t.same(seen.statistics, [
        { interfaceId: 0, interfaceName: "eth0", droppedByKernel: 7 },
        { interfaceId: 0, interfaceName: "eth0", received: 8, droppedByInterface: 1, droppedByKernel: 6 },
      ]);
    }
  }
  t.end();
});

t.test("pcapng: what packets say was lost before them counts, and not again where statistics say it too", (t) => {
  for (const le of [true, false]) {
    const drops = (count: bigint) => Buffer.concat([option(le, 4, uint64(le, count)), halves(le, 0, 0)]);
    const counted = (id: number, data: Buffer, options: Buffer) => {
      const padding = Buffer.alloc((4 - (data.length % 4)) % 4);
      return block(le, 6, Buffer.concat([words(le, id, 0, 9, data.length, data.length), data, padding, options]));
    };
    const statistics = (id: number, byInterface: bigint, byKernel: bigint) =>
      block(
        le,
        5,
        Buffer.concat([
          words(le, id, 0, 5),
          option(le, 5, uint64(le, byInterface)),
          option(le, 7, uint64(le, byKernel)),
        ]),
      );
    const capture = Buffer.concat([
      SECTION(le),
      describe(le, 1, 0, option(le, 2, Buffer.from("eth0")), halves(le, 0, 0)),
      describe(le, 1, 0),
      counted(0, DATA[0], drops(0n)),
      counted(0, DATA[0], drops(0n)),
      counted(0, DATA[1], Buffer.concat([option(le, 1, Buffer.from("a comment")), drops(2n ** 33n)])),
      counted(1, DATA[0], drops(3n)),
      counted(1, DATA[0], Buffer.concat([halves(le, 0, 0), drops(500n)])),
      block(le, 2, Buffer.concat([halves(le, 1, 0xffff), words(le, 0, 9, 3, 3), DATA[0]])),
      statistics(1, 1n, 1n),
      counted(1, DATA[0], drops(1n)),
      statistics(1, 1n, 40n),
      counted(1, DATA[0], drops(1n)),
    ]);
    for (const pieceBytes of [capture.length, 1, 13]) {
      const { frames, statistics: told, error } = read(capture, pieceBytes);
      t.equal(error, undefined);
      t.equal(frames.length, 8);
      t.same(told, [
        { interfaceId: 0, interfaceName: "eth0", droppedByKernel: 0 },
        { interfaceId: 0, interfaceName: "eth0", droppedByKernel: 2 ** 33 },
        { interfaceId: 1, droppedByKernel: 3 },
        { interfaceId: 1, droppedByInterface: 1, droppedByKernel: 2 },
        { interfaceId: 1, droppedByInterface: 1, droppedByKernel: 3 },
        { interfaceId: 1, droppedByInterface: 1, droppedByKernel: 40 },
        { interfaceId: 1, droppedByInterface: 1, droppedByKernel: 40 },
      ]);
    }
  }
  t.end();
});

t.test(
  "a capture cut anywhere yields what it holds and names the byte; changed anywhere it never throws anything else",
  (t) => {
    for (const capture of [pcap(true, 0xa1b2c3d4, 1), pcapng(true), pcapng(false)]) {
      const whole = read(capture, capture.length).frames;
      for (let length = 0; length < capture.length; length++) {
        const { frames, error } = read(capture.subarray(0, length), 64);
        t.same(frames, whole.slice(0, frames.length));
        if (error !== undefined) t.equal(error.offset, length, error.message);
        for (const value of [0, 0xff, 0x80]) {
          const changed = Buffer.from(capture);
          changed[length] = value;
          read(changed, 64);
        }
      }
    }
    t.match(read(Buffer.from("GET / HTTP/1.1\r\n"), 99).error?.message, /is no capture: it begins with 47455420/);
    t.match(read(Buffer.alloc(0), 1).error?.message, /is empty/);
    t.end();
  },
);

t.test("a pcapng block that is shorter than its kind is damage, not a frame or an interface", (t) => {
  const section = pcapng(true).subarray(0, 28);
  for (const [type, bytes] of [
    [1, 4],
    [3, 0],
    [5, 8],
    [6, 16],
    [2, 16],
    [0x0a0d0d0a, 4],
  ]) {
    const body = Buffer.alloc(bytes);
    if (type === 0x0a0d0d0a) words(true, 0x1a2b3c4d).copy(body);
    const short = Buffer.concat([section, block(true, type, body)]);
    const { frames, statistics, error } = read(short, short.length);
    t.same([frames, statistics, error?.offset], [[], [], 28], `a block of type ${type}`);
  }
  t.end();
});

t.test("what the capture process writes, the reader reads", (t) => {
  const pieces: Buffer[] = [];
  const writer = new PcapngWriter("eastwatch test", (bytes) => pieces.push(bytes));
  writer.describeInterface("veth0", 1, 65_535);
  const large = Buffer.alloc(300_000, 7);
  for (const bytes of [DATA[0], large, DATA[1]]) {
    writer.frame({
      bytes,
      start: 0,
      end: bytes.length,
      atMicros: 1_700_000_000_123_456,
      originalLength: bytes.length + 4,
      linkType: 1,
      interfaceId: 0,
    });
  }
  writer.statistics({ interfaceId: 0, received: 3, droppedByKernel: 2 ** 33 }, 9);
  writer.statistics({ interfaceId: 0, received: 30, droppedByInterface: 0, droppedByProcess: 4 }, 9);
  writer.flush();
  const seen = read(Buffer.concat(pieces), 1_000);
  t.equal(seen.error, undefined);
  t.same(seen.frames, [
    "aabbcc 1700000000123456 7 1 0",
    `${large.toString("hex")} 1700000000123456 300004 1 0`,
    "00112233445566778899 1700000000123456 14 1 0",
  ]);
  t.same(seen.statistics, [
    { interfaceId: 0, interfaceName: "veth0", received: 3, droppedByKernel: 2 ** 33 },
    { interfaceId: 0, interfaceName: "veth0", received: 30, droppedByInterface: 0, droppedByProcess: 4 },
  ]);
  t.same(seen.applications, ["eastwatch test"]);
  t.end();
});

t.test("losses add up over capture processes, and unknown is never 0", (t) => {
  const total = new LossTotal();
  t.same(total.losses, {});
  t.same(total.take({ interfaceId: 0, received: 9, droppedByKernel: 3 }), { droppedByKernel: 3 });
  t.same(total.take({ interfaceId: 0, received: 90, droppedByKernel: 5 }), { droppedByKernel: 5 }, "totals, not steps");
  total.restarted();
  t.same(total.losses, { droppedByKernel: 5 }, "what the process before lost is not forgotten");
  t.same(total.take({ interfaceId: 0, received: 1, droppedByKernel: 1, droppedByInterface: 2 }), {
    ...{ droppedByInterface: 2, droppedByKernel: 6 },
  });
  t.equal(droppedTotal(total.losses), 8);
  t.equal(droppedTotal({}), undefined);
  t.equal(droppedTotal({ droppedByProcess: 0 }), undefined, "nobody counts what the kernel drops");
  t.equal(droppedTotal({ droppedByProcess: 7 }), 7);
  t.equal(droppedTotal({ droppedByKernel: 0 }), 0);
  t.end();
});

t.test("a capture says what captures, and what that costs", (t) => {
  const native = implementationOf("eastwatch native, libpcap version 1.10.3 (with TPACKET_V3)");
  t.same(native, { name: "native", more: "libpcap version 1.10.3 (with TPACKET_V3)" });
  t.same(wordsFor(native, true), {
    level: "info",
    words: "with the binding of its own (libpcap version 1.10.3 (with TPACKET_V3))",
  });
  const { level, words } = wordsFor(implementationOf("eastwatch cap, it is not built"), false);
  t.equal(level, "warn");
  t.match(
    words,
    /^with the package cap, .*: it is not built\. It does not know what the kernel drops,.*promiscuous all/,
  );
  t.notMatch(wordsFor(implementationOf("eastwatch cap, it is not built"), true).words, /promiscuous/);
  t.same(wordsFor(implementationOf("eastwatch replay"), true), { level: "info", words: "from a file" });
  t.same(implementationOf("Dumpcap 4"), { name: "unknown", more: "" });
  t.end();
});
