import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync, inflateRawSync } from "node:zlib";
import t from "tap";
import { CaptureError } from "../sensor/capture/capture-error.js";
import { readCaptureFile } from "../sensor/capture/capture-file.js";
import { CaptureReader } from "../sensor/capture/capture-reader.js";
import { GzipInflater } from "../sensor/capture/gzip-inflater.js";
import { loadNativeBinding } from "../sensor/capture/native-binding.js";

const GZIP_HEADER_BYTES = 10;
const WINDOW_BYTES = 8 << 20;

const BINDING = loadNativeBinding();

const folder = mkdtempSync(join(tmpdir(), "eastwatch-test-"));
t.teardown(() => rmSync(folder, { recursive: true }));

function path(name: string, bytes: Buffer): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

/** Classic pcap, little-endian, of frames of these sizes filled with chance. */
function pcap(...sizes: number[]): Buffer {
  const header = Buffer.from("d4c3b2a10200040000000000000000000000040001000000", "hex");
  const records = sizes.map((size, index) => {
    const head = Buffer.alloc(16);
    for (const [field, value] of [1_700_000_000 + index, 0, size, size].entries()) head.writeUInt32LE(value, field * 4);
    return Buffer.concat([head, randomBytes(size)]);
  });
  return Buffer.concat([header, ...records]);
}

interface FileSeen {
  readonly frames: number;
  /** Of every frame's bytes and time. */
  readonly hash: string;
  readonly error: string | undefined;
}

async function readFile(file: string, onFrame: (frames: number) => void = () => {}): Promise<FileSeen> {
  const hash = createHash("sha256");
  let frames = 0;
  let error: string | undefined;
  const frame = ({ bytes, start, end, atMicros }: { bytes: Buffer; start: number; end: number; atMicros: number }) => {
    hash.update(bytes.subarray(start, end)).update(String(atMicros));
    onFrame(++frames);
  };
  await readCaptureFile(file, { frame, statistics() {} }).catch((thrown) => {
    if (!(thrown instanceof CaptureError)) throw thrown;
    error = thrown.message.replace(folder, "");
  });
  return { frames, hash: hash.digest("hex"), error };
}

/** What the same bytes are in pieces, without a file. */
function readPieces(capture: Buffer, pieceBytes: number): string {
  const hash = createHash("sha256");
  const reader = new CaptureReader({
    frame: ({ bytes, start, end, atMicros }) => hash.update(bytes.subarray(start, end)).update(String(atMicros)),
    statistics() {},
  });
  for (let at = 0; at < capture.length; at += pieceBytes) reader.push(capture.subarray(at, at + pieceBytes));
  reader.end();
  return hash.digest("hex");
}

t.test("files: plain, gzip, cut gzip, absent, a folder", async (t) => {
  const capture = pcap(60, 1_514, 0, 9_000, 60, 61);
  const seen = await readFile(path("a.pcap", capture));
  t.equal(seen.hash, readPieces(capture, 100));
  t.same({ ...seen, hash: "" }, { frames: 6, hash: "", error: undefined });
  t.same(await readFile(path("a.pcap.gz", gzipSync(capture))), seen);
  const again = capture.subarray(24);
  const members = await readFile(path("two.gz", Buffer.concat([gzipSync(capture), gzipSync(again)])));
  t.same({ ...members, hash: "" }, { frames: 12, hash: "", error: undefined });
  const cut = await readFile(path("cut.gz", gzipSync(capture).subarray(0, -20)));
  t.match(cut.error, /capture "\/cut.gz" is damaged: its compression ends or breaks after \d+ bytes/);
  const bad = await readFile(path("bad.gz", Buffer.concat([gzipSync(pcap(20_000, 30_000)), Buffer.from("rubbish")])));
  t.match(bad, { frames: 2, error: /is damaged/ });
  const small = await readFile(path("small.gz", Buffer.concat([gzipSync(capture), Buffer.from("rubbish")])));
  t.same(small, {
    ...seen,
    error: `capture "/small.gz" is damaged: its compression ends or breaks after ${capture.length} bytes (incorrect header check)`,
  });
  for (const zeros of [1, 100, 200_000]) {
    const padded = path("padded.gz", Buffer.concat([gzipSync(capture), Buffer.alloc(zeros)]));
    t.same(await readFile(padded), seen, `${zeros} zeros fill the end of the file up`);
  }
  const sum = gzipSync(capture);
  sum[sum.length - 8] ^= 1;
  t.match(await readFile(path("sum.gz", sum)), { ...seen, error: /is damaged/ }, "all before a wrong checksum");
  t.match((await readFile(join(folder, "none"))).error, 'capture "/none" can\'t be read: there is no such file');
  t.match((await readFile(folder)).error, /can't be read: it is a folder/);
  t.end();
});

t.test("files of before version 2.4 have the length on the wire first, or may have", async (t) => {
  for (const [version, first, second] of [
    [2, 1_514, 60],
    [3, 1_514, 60],
    [3, 60, 1_514],
    [4, 60, 1_514],
  ]) {
    const header = Buffer.from("d4c3b2a10200040000000000000000000000040001000000", "hex");
    header.writeUInt16LE(version, 6);
    const record = Buffer.alloc(16 + 60);
    record.writeUInt32LE(first, 8);
    record.writeUInt32LE(second, 12);
    const seen: string[] = [];
    const reader = new CaptureReader({
      frame: ({ start, end, originalLength }) => seen.push(`${end - start} of ${originalLength}`),
      statistics() {},
    });
    reader.push(Buffer.concat([header, record, record]));
    reader.end();
    t.same(seen, ["60 of 1514", "60 of 1514"], `2.${version}, ${first} and ${second}`);
  }
});

t.test(
  "of damaged gzip all that lies before the damage comes out, from files and from what is read once",
  async (t) => {
    const text = Buffer.concat(
      [...Array(40)].map((_, index) => Buffer.from(`{"id":${index},"x":"${randomBytes(90).toString("hex")}"}`)),
    );
    const whole = gzipSync(text);
    for (let damage = GZIP_HEADER_BYTES + 1; damage < whole.length - 8; damage += 97) {
      // A block of the type that there is none of, RFC 1951 section 3.2.3, once the block before is over or in its midst.
      const broken = Buffer.concat([whole.subarray(0, damage), Buffer.alloc(64, 0xff)]);
      const before = inflateRawSync(whole.subarray(GZIP_HEADER_BYTES, damage), { finishFlush: constants.Z_SYNC_FLUSH });
      for (const pieceBytes of [1_000, 1 << 20]) {
        for (const isFile of [true, false]) {
          const out: Buffer[] = [];
          const { error, again } = await inflate(broken, pieceBytes, isFile, (piece) => out.push(Buffer.from(piece)));
          const came = Buffer.concat(out);
          if (came.subarray(0, before.length).equals(before) && error?.offset === came.length && again === isFile)
            continue;
          t.fail(
            `damage at ${damage}, pieces of ${pieceBytes}, ${isFile ? "a file" : "a stream"}: ${came.length} of ${before.length} bytes, ${error?.message}`,
          );
        }
      }
    }
    const thrown = new CaptureError("is damaged at byte 7", 7);
    const { error } = await inflate(whole, 100, false, () => {
      throw thrown;
    });
    t.equal(error, thrown, "what the reader says of what comes out is passed on");
    t.end();
  },
);

async function inflate(compressed: Buffer, pieceBytes: number, isFile: boolean, take: (piece: Buffer) => void) {
  let taken = 0;
  let again = false;
  const readAgain = () => {
    again = true;
    return [compressed.subarray(0, taken)];
  };
  const inflater = new GzipInflater(take, isFile ? readAgain : undefined);
  let error: CaptureError | undefined;
  try {
    for (; taken < compressed.length; taken += pieceBytes)
      await inflater.write(compressed.subarray(taken, taken + pieceBytes));
    await inflater.end();
  } catch (thrown) {
    error = thrown as CaptureError;
  }
  inflater.destroy();
  return { error, again };
}

t.test("a pipe is read like a file, whatever its pieces", async (t) => {
  const capture = pcap(60, 1_514, 70_000, 300_000, 61);
  const expected = { frames: 5, hash: readPieces(capture, 4_096), error: undefined };
  for (const [name, bytes] of Object.entries({ plain: capture, compressed: gzipSync(capture) })) {
    const pipe = join(folder, name);
    execFileSync("mkfifo", [pipe]);
    const writer = spawn("sh", ["-c", 'exec > "$0"; head -c 1; sleep 0.1; cat', pipe], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    writer.stdin.end(bytes);
    t.same(await readFile(pipe), expected, name);
  }
  t.end();
});

t.test("a replay of a pipe that nobody writes to does not outlive the sensor", async (t) => {
  const pipe = join(folder, "unwritten");
  execFileSync("mkfifo", [pipe]);
  const replayer = fileURLToPath(new URL("../sensor/capture/replay-process.js", import.meta.url));
  const child = spawn(process.execPath, [replayer, pipe], { stdio: ["pipe", "pipe", "inherit"] });
  t.teardown(() => child.kill("SIGKILL"));
  // What it says first is that it reads the pipe; the thread that opens it waits from then on.
  await once(child.stdout, "data");
  const ended = once(child.stdout.resume(), "close");
  child.stdin.end();
  await ended;
  t.end();
});

t.test(
  "large records are looked at through a window, and read the same",
  { skip: typeof BINDING === "string" && BINDING },
  async (t) => {
    const size = 65_000;
    const filling = (bytes: number) => [...Array(Math.floor((bytes - 24) / (size + 16)))].map(() => size);
    const cases: Record<string, number[]> = {
      "several windows, then small records": [
        ...filling(3 * WINDOW_BYTES),
        ...Array(5_000).fill(60),
        ...filling(WINDOW_BYTES),
      ],
      "a record larger than a piece": [...filling(400_000), 262_144, 262_144, ...filling(400_000)],
    };
    for (const [name, sizes] of Object.entries(cases)) {
      const capture = pcap(...sizes);
      const seen = await readFile(path("large.pcap", capture));
      t.same(seen, { frames: sizes.length, hash: readPieces(capture, capture.length), error: undefined }, name);
    }
    // The end of the file right at the end of a piece, of a page and of a window: the last frame fills it up.
    for (const end of [1 << 18, (1 << 18) + 4_096, (1 << 18) + WINDOW_BYTES, (1 << 18) + WINDOW_BYTES + 1]) {
      const sizes = filling(end);
      const used = 24 + sizes.length * (size + 16);
      const capture = pcap(...sizes, end - used - 16);
      t.equal(capture.length, end);
      const seen = await readFile(path("end.pcap", capture));
      t.same(
        seen,
        { frames: sizes.length + 1, hash: readPieces(capture, capture.length), error: undefined },
        `ends at ${end}`,
      );
    }
    const whole = pcap(...filling(3 * WINDOW_BYTES));
    for (const left of [1_000_000, 1_048_576, 5_000_000]) {
      const file = path("shrinks.pcap", whole);
      const descriptor = openSync(file, "r+");
      const seen = await readFile(file, (frames) => {
        if (frames === 10) ftruncateSync(descriptor, left);
      });
      t.equal(seen.error, `capture "/shrinks.pcap" was cut to ${left} bytes while it was read`);
      t.ok(seen.frames >= Math.floor((left - 24) / (size + 16)), "what was there is read");
    }
    t.match(await readFile(path("large.pcap", whole)), { error: undefined }, "the window is free again");
    t.end();
  },
);
