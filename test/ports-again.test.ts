import t from "tap";
import { ACK, FIN, SYN } from "../sensor/decode/packet.js";
import { dialog, follow } from "./support/follow-flows.js";
import { packetOf } from "./support/frame-builder.js";
import { START_MICROS } from "./support/timed-frame.js";

const WHO = "10.0.0.1:40000 > 10.0.0.2:8080 by handshake";

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

t.test("what is sent or read behind a FIN, its SYN lost, is of another connection on the same ports", async (t) => {
  const opened = dialog((d) => d.open().send("client", "ping").send("server", "pong"));
  const fin = packetOf("server", 9_005, "", FIN | ACK, 1_005);
  const [ask, answer] = [
    packetOf("client", 1_300_000, "two", ACK, 900_000),
    packetOf("server", 900_000, "done", ACK, 1_300_003),
  ];
  const more = packetOf("client", 1_300_003, "three", ACK, 900_004);
  const first = [WHO, "client: ping", "server: pong", "server finished", "closed: reused"];
  const who = "10.0.0.1:40000 > 10.0.0.2:8080 by ports";
  const second = [who, "client: two", "server: done", "client: three", "closed: end"];
  const told = (...frames: readonly Buffer[]) => follow([...opened, fin, ...frames]);
  t.same(told(ask, answer, more).log, [first, second], "its own end begins");
  t.same(told(answer, ask, more).log, [first, [who, "server: done", "client: three", "closed: end"]], "or its other");
  t.same(told(ask, answer, more).counters.gap_bytes, 0);
  t.same(told(packetOf("client", 1_300_000, "", ACK, 900_000), answer, more).log[1], [
    ...[who, "server: done", "client: three", "closed: end"],
  ]);
  const late = packetOf("client", 1_005, "late", ACK, 9_006);
  const forged = told(ask, late, packetOf("client", 1_009, "", FIN | ACK, 9_006));
  const whole = [WHO, "client: ping", "server: pong", "server finished", "client: late", "client finished"];
  t.same(forged.log, [[...whole, "closed: fin"]], "one end alone is not believed");
  t.equal(forged.counters.stray_segments, 1);
  const alone = Array.from({ length: 17 }, (_, index) => packetOf("client", 1_300_000 + 2 * index, "xy", ACK, 900_000));
  t.same(told(...alone).log, [first, [who, `client: ${"xy".repeat(17)}`, "closed: end"]], "but for long");
  t.equal(told(...alone.slice(1)).counters.flows, 1);
  const server = follow([packetOf("server", 9_001, "pong", ACK, 1_005), fin, answer]);
  t.equal(server.counters.flows, 2, "where only one direction is captured");
  const closed = [...opened, fin, packetOf("client", 1_005, "", FIN | ACK, 9_006)];
  const [, again] = follow([...closed, ask, answer, more]).log;
  t.same(again, second, "both ends were over");
  const after = follow([...closed, packetOf("client", 1_300_000, "two", ACK, 9_006), late]);
  t.same([after.counters.flows, after.counters.bytes_after_close], [1, 7], "behind one end only");
});

t.test("what is sent far behind a SYN that nobody was seen to answer is of another connection", async (t) => {
  const [syn, synAck] = dialog((d) => d.open());
  const ask = packetOf("client", 140_000_001, "two", ACK, 900_000);
  const answer = packetOf("server", 900_000, "done", ACK, 140_000_004);
  const second = ["10.0.0.1:40000 > 10.0.0.2:8080 by ports", "client: two", "server: done", "closed: end"];
  const { log, counters } = follow([syn, ask, answer]);
  t.same([log, counters.gap_bytes, counters.flows], [[second], 0, 2]);
  const alone = follow([syn, answer]);
  t.same([alone.log, alone.counters.stray_segments], [[], 1], "one packet that nobody went on from");
  const forged = follow([syn, ask, synAck, packetOf("client", 1_001, "ping", ACK, 9_001)]);
  t.same(
    [forged.log, forged.counters.stray_segments],
    [[[WHO, "client: ping", "closed: end"]], 1],
    "nor is it believed",
  );
  const upload = [packetOf("client", 40_001_001, "end", ACK, 9_001), packetOf("server", 9_001, "ok", ACK, 40_001_004)];
  const { bytes } = { bytes: packetOf("client", 40_001_004, "!", ACK, 9_003) };
  const lost = follow([syn, synAck, ...upload, { bytes, atMicros: START_MICROS + 1e6 }]).counters;
  t.same([lost.flows, lost.gap_bytes], [1, 40_000_000], "where the answer was seen much was lost");
  const little = follow([
    syn,
    packetOf("client", 2_001_001, "end", ACK, 9_001),
    packetOf("server", 9_001, "ok", ACK, 2_001_004),
  ]);
  t.same([little.counters.flows, little.counters.gap_bytes], [1, 2_000_000], "as much as may be lost with it");
});

t.test("a FIN behind what its end has sent is of an earlier connection, or forged: nothing ends", async (t) => {
  const first = dialog((d) => d.open().send("client", "one").send("server", "done").close());
  const start = { clientSequence: 70_000, serverSequence: 75_000 };
  const second = dialog((d) => d.open().send("client", "two").send("server", "2").send("client", "three"), start);
  const late = packetOf("client", 1_004, "", FIN | ACK, 9_005);
  const { log, counters } = follow([...first, ...second.slice(0, 6), late, ...second.slice(6)]);
  t.same(log[1], [WHO, "client: two", "server: 2", "client: three", "closed: end"]);
  t.same([counters.flows, counters.stray_segments, counters.retransmitted_bytes], [2, 1, 0]);
  const near = packetOf("client", 70_002, "", FIN | ACK, 75_001);
  const forged = follow([...second.slice(0, 6), near, ...second.slice(6)]);
  t.same(forged.log, [log[1]], "nor one a byte or two behind");
  const read = [packetOf("server", 9_001, "end", ACK, 1_005), packetOf("client", 1_004, "", FIN | ACK, 9_004)];
  t.match(follow(read).log[0].join(), /server: end,client finished/, "one that was read before it was seen is none");
});

t.test("what the SYN of another connection carries is its, or counted", async (t) => {
  const first = dialog((d) => d.open().send("client", "one"));
  const start = { clientSequence: 70_000, serverSequence: 75_000 };
  const [, , , ...second] = dialog((d) => d.open().send("client", "two").send("server", "2"), start);
  const syn = packetOf("client", 70_000, "two", SYN, 0);
  const again = packetOf("client", 70_000, "", SYN, 0);
  const all = [syn, again, packetOf("server", 75_000, "", SYN | ACK, 70_004), ...second];
  const told = [
    [WHO, "client: one", "closed: reused"],
    [WHO, "client: two", "server: 2", "closed: end"],
  ];
  t.same(follow([...first, ...all]).log, told, "the whole of it was read");
  t.same(follow([...first, syn, packetOf("server", 75_000, "", SYN | ACK, 70_001), ...second]).log, told, "or nothing");
  t.same(follow([...first, syn, packetOf("client", 70_004, "!", ACK, 75_001)]).log[1], [
    ...[WHO, "client: two!", "closed: end"],
  ]);
  const other = packetOf("client", 90_000, "bad", SYN, 0);
  const forged = follow([...first, syn, other, packetOf("client", 1_004, "more", ACK, 9_001)]);
  t.same(forged.log, [[WHO, "client: onemore", "closed: end"]], "one end alone is not believed");
  t.equal(forged.counters.stray_segments, 2);
  const flood = Array.from({ length: 40 }, () => syn);
  t.same(follow([...first, ...flood]).counters.stray_segments, 40, "however often");
});

t.test("forged packets that each begin another connection are not handed on again for each of them", async (t) => {
  const frames = Array.from({ length: 200 }, (_, index) => ({
    bytes: packetOf("client", index * 1_200_000, "xy", ACK, index * 100_000),
    atMicros: START_MICROS + index + (index === 199 ? 1_100_000 : 0),
  }));
  const { log, counters } = follow(frames, { maxPendingBytesPerSide: 1e6, maxPendingBytes: 1e6 });
  const told = log.flat().filter((line) => line === "client: xy").length;
  t.same([counters.flows, told + counters.stray_segments, counters.pending_bytes], [9, 200, 0], "each is counted");
});

t.test(
  "ports used again, with the beginning lost, are another flow: what lies between its numbers was never sent",
  async (t) => {
    const first = dialog((d) => d.open().send("client", "one", "silent").send("server", "two", "silent"));
    for (const [client, server] of [
      [47_000_000, 65_538],
      [65_600, 900_000_000],
      [30_000_000, 20_000_000],
      // The same clock moved both, and one of them beside the other's time to wait.
      [6_015_798, 6_011_144],
      [5_900_000, 146_094],
    ]) {
      const start = { clientSequence: 1_004 + client, serverSequence: 9_004 + server };
      const [, , , ...second] = dialog(
        (d) => d.open().send("client", "a").send("server", "b").send("client", "c"),
        start,
      );
      const later = second.map((bytes, index) => ({ bytes, atMicros: START_MICROS + 3e6 + index * 30_000 }));
      const { log, counters } = follow([...first, ...later]);
      t.same(log, [
        [WHO, "client: one", "server: two", "closed: reused"],
        ["10.0.0.1:40000 > 10.0.0.2:8080 by ports", "client: a", "server: b", "client: c", "closed: end"],
      ]);
      t.same([counters.gap_bytes, counters.flows, counters.flows_joined_late], [0, 2, 1]);
    }
    const low = 9_004 - 20_000_000;
    const behind = [packetOf("client", 47_000_001, "a", ACK, low), packetOf("server", low, "b", ACK, 47_000_002)];
    const after = behind.map((bytes, index) => ({ bytes, atMicros: START_MICROS + 3e6 + index * 60_000 }));
    const told = follow([...first, ...after, packetOf("client", 47_000_002, "c", ACK, low + 1)]);
    t.same([told.counters.flows, told.counters.gap_bytes], [2, 0], "where the other end's number is a lower one");
    const lost = [
      packetOf("server", 9_004 + 40_000_000, "end", ACK, 1_504),
      packetOf("client", 1_504, "ok", ACK, 40_009_007),
      { bytes: packetOf("server", 40_009_007, "!", ACK, 1_506), atMicros: START_MICROS + 1e6 },
    ];
    const { counters } = follow([...first, ...lost]);
    t.same([counters.flows, counters.gap_bytes], [1, 40_000_500], "much of an answer may be lost");
    const both = [packetOf("client", 101_004, "x", ACK, 209_004), packetOf("server", 209_004, "y", ACK, 101_005)];
    t.equal(follow([...first, ...both]).counters.gap_bytes, 300_000, "in both directions less than a window is lost");
    const soon = [
      packetOf("client", 1_204, "x", ACK, 9_004),
      { bytes: packetOf("client", 2_400_000, "a", ACK, 74_542), atMicros: START_MICROS + 20_000 },
      packetOf("server", 74_542, "b", ACK, 2_400_001),
    ];
    t.equal(follow([...first, ...soon]).counters.gap_bytes, 0, "behind a hole that was not told yet");
    const alone = packetOf("client", 47_000_001, "c", ACK, 74_543);
    t.equal(
      follow([...first, packetOf("server", 74_542, "b", ACK, 47_000_001), alone]).counters.gap_bytes,
      0,
      "at the end",
    );
    const oneSided = [packetOf("client", 1_001, "one", ACK, 9_001), alone];
    t.equal(follow(oneSided).counters.gap_bytes, 0, "of one direction alone");
  },
);

t.test("what a busy connection may have sent meanwhile was lost, in both directions at once", async (t) => {
  const busy = dialog(
    (d) => {
      d.open();
      for (let turn = 0; turn < 20; turn++) d.send("client", "q".repeat(5_000)).send("server", "a".repeat(60_000));
    },
    { segmentBytes: 60_000 },
  );
  const [client, server] = [1_001 + 20 * 5_000, 9_001 + 20 * 60_000];
  const after = [
    packetOf("client", client + 70_000, "x", ACK, server + 8_500_000),
    packetOf("server", server + 8_500_000, "yes", ACK, client + 70_001),
    packetOf("client", client + 70_001, "z", ACK, server + 8_500_003),
  ];
  const frames = [...busy, ...after].map((bytes, index) => ({ bytes, atMicros: START_MICROS + index * 10_000 }));
  const times = (waited: number) =>
    frames.map((frame, index) => ({
      ...frame,
      atMicros: frame.atMicros + (index < busy.length ? 0 : waited + (index - busy.length) * 50_000),
    }));
  const lost = follow(times(1_000_000)).counters;
  t.same([lost.flows, lost.gap_bytes], [1, 8_570_000]);
  const sudden = follow(times(100_000)).counters;
  t.same([sudden.flows, sudden.gap_bytes], [2, 0], "in a tenth of the time it can't have been");
});

t.test("what shows that the ports were used again counts for the connection that has them now", async (t) => {
  const first = dialog((d) => d.open().send("client", "one", "silent").send("server", "two", "silent"));
  const held = packetOf("client", 6_000_000, "again", ACK, 7_000_000);
  const fin = packetOf("client", 12_000_000, "", FIN | ACK, 14_000_000);
  const read = packetOf("server", 14_000_000, "", ACK, 12_000_001);
  const later = [held, fin, read].map((bytes, index) => ({ bytes, atMicros: START_MICROS + (1 + index) * 1e6 }));
  const { log, counters } = follow([...first, ...later]);
  t.same(log[1], ["10.0.0.1:40000 > 10.0.0.2:8080 by ports", "client: again", "closed: end"]);
  t.equal(counters.gap_bytes, 0);
});

t.test("a FIN is no byte, whoever reads it while bytes before it are lost", async (t) => {
  const frames = dialog((d) => d.open().send("client", "ping").send("server", "pong"));
  const fin = packetOf("server", 9_035, "", FIN | ACK, 1_005);
  const told = (more: string) => follow([...frames, fin, packetOf("client", 1_005, more, FIN | ACK, 9_036)]).log[0];
  const first = [WHO, "client: ping", "server: pong"];
  t.same(told("more"), [...first, "server lost 30", "client: more", "closed: end"]);
  t.same(told(""), [...first, "client finished", "server lost 30", "closed: end"]);
});
