import t from "tap";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import { strictSettings } from "./support/analysis-run.js";
import { connection, HEADER, isAsked, type Shown, shown, Told } from "./support/mirror-sessions.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";
import { vxlan } from "./support/tunnel-builder.js";

const MILLI = 1_000;
const ONCE = ["10.0.0.2:8080 (vxlan 7): 1 with 1 calls", "from 10.0.0.1 in vxlan 7 ×1", "/a in vxlan 7 ×1"];

t.test("a connection that a session at each end shows is one, however late one of them is", async (t) => {
  const frames = connection();
  for (const skew of [0, 1, 150, 390, 1_000, 5 * MILLI, 20 * MILLI, 50 * MILLI, 200 * MILLI]) {
    const told = new Told(shown(frames, 7), shown(frames, 8, skew));
    t.same(told.rows, ONCE, `${skew} µs`);
    t.same(told.troubles, {}, `${skew} µs`);
    t.equal(told.flows, 1, `${skew} µs`);
  }
});

t.test("each end shows first what it sends", async (t) => {
  const frames = connection({ calls: 3 });
  for (const delay of [100, 300, 500, 5 * MILLI]) {
    const client = frames.map(({ atMicros, frame }) => ({
      atMicros: atMicros + (isAsked(frame) ? 0 : delay),
      frame,
      network: 7,
    }));
    const server = frames.map(({ atMicros, frame }) => ({
      atMicros: atMicros + (isAsked(frame) ? delay : 0),
      frame,
      network: 8,
    }));
    const told = new Told(client, server);
    t.same(
      told.rows,
      ["10.0.0.2:8080 (vxlan 7): 1 with 3 calls", "from 10.0.0.1 in vxlan 7 ×3", "/a in vxlan 7 ×3"],
      `${delay} µs`,
    );
    t.same(told.troubles, {}, `${delay} µs`);
  }
});

t.test("what one session loses the other one shows", async (t) => {
  const frames = connection({ calls: 3, answer: "x".repeat(4_000) });
  const three = ["10.0.0.2:8080 (vxlan 7): 1 with 3 calls", "from 10.0.0.1 in vxlan 7 ×3", "/a in vxlan 7 ×3"];
  for (const skew of [0, 300, 10 * MILLI, 200 * MILLI])
    for (let lost = 0; lost < frames.length; lost++) {
      const first = new Told(
        shown(frames, 7, 0, (index) => index === lost),
        shown(frames, 8, skew),
      );
      const isOfEarly = skew > 50 * MILLI;
      // Which is told first may change where the very first is lost; and what is long in coming may be given up before it is known to come.
      if (!isOfEarly) t.same(first.rows.map(unnamed), three.map(unnamed), `${lost} lost by the first, ${skew} µs`);
      if (!isOfEarly) t.same(first.troubles, {}, `${lost} lost by the first, ${skew} µs`);
      const second = new Told(
        shown(frames, 7),
        shown(frames, 8, skew, (index) => index === lost),
      );
      t.same(second.rows, three, `${lost} lost by the second, ${skew} µs`);
      t.same(second.troubles, {}, `${lost} lost by the second, ${skew} µs`);
      t.equal(first.flows + second.flows, 2, `${lost} lost, ${skew} µs`);
    }
});

function unnamed(row: string): string {
  return row.replaceAll(/vxlan \d/g, "vxlan");
}

t.test("two that lose much at random show all between them, or tell what neither did", async (t) => {
  let seed = 7;
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return seed / 0x7fff_ffff;
  };
  const connections = Array.from({ length: 60 }, (_, index) =>
    connection({ port: 41_000 + index, atMicros: index * 3_000, calls: 4, answer: "y".repeat(2_000) }),
  );
  const warm = connection({ port: 40_999 });
  const [first, second]: [Shown[], Shown[]] = [shown(warm, 7), shown(warm, 8, 900)];
  for (const frames of connections) {
    const fates = frames.map(() => random());
    first.push(...shown(frames, 7, 100_000, (index) => fates[index] < 0.1));
    second.push(...shown(frames, 8, 101_000, (index) => fates[index] > 0.9));
  }
  const told = new Told(first, second);
  t.same(told.rows, [
    "10.0.0.2:8080 (vxlan 7): 61 with 241 calls",
    "from 10.0.0.1 in vxlan 7 ×241",
    "/a in vxlan 7 ×241",
  ]);
  t.same(told.troubles, {});
  t.equal(told.flows, 61);
});

t.test("a session that shows one direction, and one that shows both", async (t) => {
  const frames = connection({ calls: 2 });
  const two = ["10.0.0.2:8080 (vxlan): 1 with 2 calls", "from 10.0.0.1 in vxlan ×2", "/a in vxlan ×2"];
  for (const skew of [0, 300, 1_000, 200 * MILLI])
    for (const direction of ["asked", "answered"]) {
      const isLeftOut = (_: number, frame: Buffer): boolean => isAsked(frame) !== (direction === "asked");
      const after = new Told(shown(frames, 7), shown(frames, 8, skew, isLeftOut));
      t.same(after.rows.map(unnamed), two, `second, ${direction}, ${skew} µs`);
      t.same(after.troubles, {}, `second, ${direction}, ${skew} µs`);
      const before = new Told(shown(frames, 7, 0, isLeftOut), shown(frames, 8, skew));
      t.same(before.rows.map(unnamed), two, `first, ${direction}, ${skew} µs`);
      t.same(before.troubles, {}, `first, ${direction}, ${skew} µs`);
    }
});

t.test("joined late, by both or by one of them", async (t) => {
  const frames = connection({ calls: 4 });
  const body = ["10.0.0.2:8080 (vxlan): 1 with 3 calls", "from 10.0.0.1 in vxlan ×3", "/a in vxlan ×3"];
  const isBefore = (index: number): boolean => index < 7;
  for (const skew of [0, 300, 1_000, 20 * MILLI, 200 * MILLI]) {
    const both = new Told(shown(frames, 7, 0, isBefore), shown(frames, 8, skew, isBefore));
    t.same(both.rows.map(unnamed), body, `both, ${skew} µs`);
    t.equal(both.flows, 1, `both, ${skew} µs`);
    for (let from = 1; from < frames.length; from++) {
      const one = new Told(
        shown(frames, 7),
        shown(frames, 8, skew, (index) => index < from),
      );
      t.same(
        one.rows,
        ["10.0.0.2:8080 (vxlan 7): 1 with 4 calls", "from 10.0.0.1 in vxlan 7 ×4", "/a in vxlan 7 ×4"],
        `from ${from}, ${skew} µs`,
      );
      t.same(one.troubles, {}, `from ${from}, ${skew} µs`);
      const ahead = new Told(
        shown(frames, 7, skew),
        shown(frames, 8, 0, (index) => index < from),
      );
      // What passed before the one that is ahead began to show it comes too late to be told: the connection is told as joined late.
      t.match(ahead.rows[1], ahead.flows === 1 && /^from 10.0.0.1 in vxlan \d ×[1-4]$/, `${from} ahead, ${skew} µs`);
    }
  }
});

t.test("a session that ends leaves what the other one shows", async (t) => {
  const connections = Array.from({ length: 8 }, (_, index) =>
    connection({ port: 42_000 + index, atMicros: index * 2_000, calls: 3 }),
  );
  for (let cut = 0; cut < 40; cut++) {
    const until = START_MICROS + cut * 700;
    const all = connections.flat();
    const isOver = (index: number): boolean => all[index].atMicros > until;
    const first = new Told(shown(all, 7, 0, isOver), shown(all, 8, 250));
    t.equal(first.calls, 24, `the first after ${cut * 700} µs`);
    t.same(first.troubles, {}, `the first after ${cut * 700} µs`);
    const second = new Told(shown(all, 7), shown(all, 8, 250, isOver));
    t.equal(second.calls, 24, `the second after ${cut * 700} µs`);
    // A handshake of which no more is shown is one that never went on.
    t.same([first.flows, second.flows], cut < 2 ? [9, 9] : [8, 8], `${cut * 700} µs`);
    t.same(second.troubles, {}, `the second after ${cut * 700} µs`);
  }
});

t.test("tenants with the same connection to the number are two, by what they say or when", async (t) => {
  const one = connection({ path: "/one", answer: "one" });
  const two = [
    "10.0.0.2:8080 (vxlan 7): 1 with 1 calls",
    "10.0.0.2:8080 (vxlan 8): 1 with 1 calls",
    "from 10.0.0.1 in vxlan 7 ×1",
    "from 10.0.0.1 in vxlan 8 ×1",
  ];
  const told = (frames: ReturnType<typeof connection>, skew: number): string[] => {
    const both = new Told(shown(one, 7), shown(frames, 8, skew));
    t.same(both.troubles, {}, `${skew} µs`);
    t.equal(both.flows, 2);
    return both.rows;
  };
  for (const skew of [0, 150, 1_000, 20 * MILLI, 200 * MILLI]) {
    const path = told(connection({ path: "/two", answer: "one" }), skew);
    t.same(path, [...two, "/one in vxlan 7 ×1", "/two in vxlan 8 ×1"], `another path, ${skew} µs`);
    const answer = told(connection({ path: "/one", answer: "two" }), skew);
    t.same(answer, [...two, "/one in vxlan 7 ×1", "/one in vxlan 8 ×1"], `another answer, ${skew} µs`);
    const long = "z".repeat(1_400);
    const longer = new Told(
      shown(connection({ answer: `${long}1` }), 7),
      shown(connection({ answer: `${long}2` }), 8, skew),
    );
    t.same(longer.rows.slice(0, 4), two, `another end of a long answer, ${skew} µs`);
  }
  for (const late of [400 * MILLI, 2_000 * MILLI, 20_000 * MILLI]) {
    const replayed = told(one, late);
    t.same(replayed, [...two, "/one in vxlan 7 ×1", "/one in vxlan 8 ×1"], `the same replayed ${late} µs later`);
  }
  const slow = connection({ path: "/one", answer: "one", calls: 3_000 });
  const long = new Told(shown(slow, 7), shown(slow, 8, 900 * MILLI));
  t.match(long.rows, ["10.0.0.2:8080 (vxlan 7): 1 with 3000 calls", "10.0.0.2:8080 (vxlan 8): 1 with 3000 calls"]);
});

t.test("tenants whose numbers differ are two, and nothing of them waits", async (t) => {
  const told = new Told(
    shown(connection({ calls: 3 }), 7),
    shown(connection({ calls: 3, clientSequence: 77, serverSequence: 99 }), 8, 130),
  );
  t.same(told.rows.slice(0, 2), ["10.0.0.2:8080 (vxlan 7): 1 with 3 calls", "10.0.0.2:8080 (vxlan 8): 1 with 3 calls"]);
  t.equal(told.pipeline.counters().networks_joined, 0);
});

t.test("three taps, of which no connection passes all, are one network by the name of the first", async (t) => {
  const sessions: Shown[] = [];
  for (let index = 0; index < 12; index++) {
    const tap = index % 2;
    const frames = connection({ port: 43_000 + index, client: `10.0.0.${5 + tap}`, atMicros: index * 10 * MILLI });
    sessions.push(...shown(frames, 20 + tap), ...shown(frames, 30, 120));
  }
  sessions.push(...shown(connection({ port: 44_000, client: "10.0.0.9", atMicros: 900 * MILLI }), 30));
  const told = new Told(sessions);
  t.same(told.rows, [
    "10.0.0.2:8080 (vxlan 20): 13 with 13 calls",
    "from 10.0.0.5 in vxlan 20 ×6",
    "from 10.0.0.6 in vxlan 20 ×6",
    "from 10.0.0.9 in vxlan 20 ×1",
    "/a in vxlan 20 ×13",
  ]);
  t.same(told.troubles, {});
  t.equal(told.flows, 13);
});

t.test("three sessions of one connection, and one that is captured beside", async (t) => {
  const frames = connection({ calls: 2 });
  const told = new Told(shown(frames, 7), shown(frames, 8, 130), shown(frames, 9, 90));
  t.match(told.rows[0], "10.0.0.2:8080 (vxlan 7): 1 with 2 calls");
  t.same(told.troubles, {});
  t.equal(told.flows, 1);
  const beside = new Told(shown(frames, 7), shown(frames, 8, 130), shown(frames, 0, 60));
  t.match(beside.rows[0], "10.0.0.2:8080: 1 with 2 calls");
  t.same(beside.troubles, {});
});

t.test("a connection that says nothing for long, and ports used again", async (t) => {
  const quiet = connection({ calls: 2 }).map(({ atMicros, frame }, index) => ({
    atMicros: atMicros + (index < 3 ? 0 : 3_000 * MILLI) + (index < 8 ? 0 : 40_000 * MILLI),
    frame,
  }));
  for (const skew of [-130, 130, 20 * MILLI]) {
    const told = new Told(shown(quiet, 7), shown(quiet, 8, skew));
    t.match(told.rows[0], /^10\.0\.0\.2:8080 \(vxlan \d\): 1 with 2 calls$/, `${skew} µs`);
    t.same(told.troubles, {}, `${skew} µs`);
    const again = [0, 1, 2, 3, 4].flatMap((turn) =>
      connection({ atMicros: turn * 30 * MILLI, clientSequence: turn * 5_000_000, serverSequence: turn * 7_000_000 }),
    );
    const reused = new Told(shown(again, 7), shown(again, 8, skew));
    t.match(reused.rows[0], /^10\.0\.0\.2:8080 \(vxlan \d\): 5 with 5 calls$/, `ports used again, ${skew} µs`);
    t.same(reused.troubles, {}, `ports used again, ${skew} µs`);
    t.equal(reused.flows, 5);
  }
});

t.test("much at once: what is lost between them is told, and nothing twice", async (t) => {
  const frames = connection({ answer: "v".repeat(3_000_000), calls: 2 });
  for (const skew of [130, 20 * MILLI, 200 * MILLI]) {
    const told = new Told(
      shown(frames, 7, 0, (index) => index % 50 === 20),
      shown(frames, 8, skew, (index) => index % 50 === 20),
    );
    const { gap_bytes: gapBytes } = told.troubles;
    const lost = frames.filter(({ frame }, index) => index % 50 === 20 && frame.length > 66);
    t.equal(
      gapBytes,
      lost.reduce((sum, { frame }) => sum + frame.length - 66, 0),
      `${skew} µs`,
    );
    t.match(told.rows[0], "10.0.0.2:8080 (vxlan 7): 1 with 2 calls", `${skew} µs`);
  }
});

t.test("a session cut short beside a whole one", async (t) => {
  const frames = connection({ calls: 2, answer: "w".repeat(1_200) });
  const cut = new Pipeline(strictSettings(), {}, 1);
  const all = [...shown(frames, 7), ...shown(frames, 8, 100)].sort((a, b) => a.atMicros - b.atMicros);
  for (const { network, frame, atMicros } of all) {
    const bytes = vxlan(network, frame);
    const kept = network === 8 ? bytes.subarray(0, Math.min(bytes.length, 200)) : bytes;
    cut.frame({ ...frameOf({ bytes: kept, atMicros }), originalLength: bytes.length });
  }
  cut.finish();
  const [service] = cut.inventory.services();
  t.same([service.name, service.connections, service.calls], ["10.0.0.2:8080 (vxlan 7)", 1, 2]);
  t.equal(cut.counters().gap_bytes, 0);
});

t.test("whatever several networks show, nothing throws, waits for ever or is left behind", async (t) => {
  let seed = 99;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let round = 0; round < 60; round++) {
    const told = new Pipeline(strictSettings(), {}, 1);
    const dialogs = Array.from({ length: 3 }, () =>
      connection({
        port: 45_000 + random(2),
        clientSequence: random(3) * 500,
        calls: 1 + random(3),
        answer: "q".repeat(random(4_000)),
      }),
    );
    let at = START_MICROS;
    for (let packet = 0; packet < 400; packet++) {
      at += random(100) === 0 ? random(20e6) : random(2_000);
      const frames = dialogs[random(3)];
      const bytes = Buffer.from(frames[random(frames.length)].frame);
      // Another flag, number or byte now and then: resets, openings and ends among them.
      if (random(6) === 0) bytes[HEADER + 20 + 13] = random(64);
      if (random(12) === 0) bytes.writeUInt32BE(random(2 ** 32), HEADER + 20 + 4);
      if (random(12) === 0) bytes[bytes.length - 1] ^= 1;
      const network = [0, 7, 8, 9][random(4)];
      told.frame(frameOf({ bytes: network === 0 ? bytes : vxlan(network, bytes), atMicros: at - random(3_000) }));
    }
    told.finish();
    const { flows_open, pending_bytes } = told.counters();
    t.same({ flows_open, pending_bytes }, { flows_open: 0, pending_bytes: 0 }, `round ${round}`);
  }
});
