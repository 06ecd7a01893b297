import fc from "fast-check";
import t from "tap";
import { ACK, FIN, PSH, RST, SYN } from "../sensor/decode/packet.js";
import { dialog, follow } from "./support/follow-flows.js";
import { packetOf, tcpFrame } from "./support/frame-builder.js";
import { START_MICROS, type TimedFrame } from "./support/timed-frame.js";

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

t.test("an opening's answer that is captured after packets that came later opens the same connection", async (t) => {
  const frames = dialog((d) => d.open().send("client", "ping", "silent").send("server", "pong", "silent"));
  const [syn, synAck, ack, ping, pong] = frames;
  const [later, next] = [packetOf("client", 1005, "", ACK, 9005), packetOf("server", 9005, "more", ACK, 1005)];
  const expected = [[WHO, "client: ping", "server: pongmore", "closed: end"]];
  t.same(follow([syn, later, ping, synAck, ack, pong, next]).log, expected, "what acknowledges more came first");
  t.same(follow([syn, ping, next, synAck, later, pong]).log, expected, "what its end sent later came first");
  t.same(follow([syn, ping, next, later, pong, synAck]).log, expected, "all did");
  const other = packetOf("server", 70_000, "", SYN | ACK, 5_000);
  t.match(follow([...frames, other, packetOf("client", 5_000, "two", ACK, 70_001)]).log[0], /reused/, "of another");
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
  const early = [
    ...HANDSHAKE,
    packetOf("server", 9001, "", ACK, 1005),
    probe,
    packetOf("client", 1001, "ping", ACK, 9001),
  ];
  t.same(follow(early).log, [[WHO, "client: ping", "closed: end"]], "nor where what it repeats comes late");
  t.same(follow(early.slice(0, -1)).log, [[WHO, "client lost 4", "closed: end"]], "or was lost");
  const typed = [packetOf("client", 1004, "G", ACK | PSH, 9001), packetOf("client", 1005, "ET", ACK | PSH, 9001)];
  t.same(
    follow(typed).log,
    [["10.0.0.1:40000 > 10.0.0.2:8080 by ports", "client: GET", "closed: end"]],
    "but a byte that is pushed is the first of a connection joined where somebody types",
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
  const sent = [...HANDSHAKE, packetOf("client", 1001, "abcdefgh"), packetOf("client", 1009, "ijkl")];
  const again = (sequence: number, payload: string) => [...sent, packetOf("client", sequence, payload)];
  for (const [copies, conflicts] of [
    [again(1001, "abcdefgh"), 0],
    [again(1001, "abcd"), 0],
    [again(1001, "abcdefghijklmn"), 0],
    [again(1001, "xbcdefgh"), 1],
    [again(1001, "abcdefgx"), 1],
    [again(1001, "abcxefgh"), 1],
    [again(1009, "xjklmn"), 1],
    [[...again(1009, "ijkl"), packetOf("server", 9001, "abcd"), packetOf("server", 9001, "xyzw")], 1],
  ] as const)
    t.equal(follow(copies).counters.overlap_conflicts, conflicts, `handed on before: ${conflicts}`);
});

t.test("bytes the other end acknowledged but nobody saw are a gap of their exact length", async (t) => {
  const frames: (Buffer | TimedFrame)[] = [
    ...HANDSHAKE,
    packetOf("client", 1001, "ab"),
    packetOf("client", 1013, "yz"),
  ];
  const acked = { bytes: packetOf("server", 9001, "", ACK, 1015), atMicros: START_MICROS + 10_000 };
  const later = { bytes: packetOf("server", 9001, "ok", ACK, 1015), atMicros: START_MICROS + 100_000 };
  const lost = [WHO, "client: ab", "client lost 10", "client: yz", "server: ok", "closed: end"];
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
  t.same(tail.log, [[WHO, "client: ab", "client lost 20", "server: ok", "closed: end"]], "at the tail");
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
  t.equal(guessed.counters.resets_doubted, 1);
});

t.test("an answer captured before its question waits for it", async (t) => {
  const question = packetOf("client", 1001, "ask", ACK, 9001);
  const answer = packetOf("server", 9001, "tell", ACK, 1004);
  const next = packetOf("client", 1004, "more", ACK, 9005);
  t.same(follow([...HANDSHAKE, answer, question, next]).log, [
    [WHO, "client: ask", "server: tell", "client: more", "closed: end"],
  ]);
  const late = { bytes: next, atMicros: START_MICROS + 100_000 };
  t.same(
    follow([...HANDSHAKE, answer, late]).log,
    [[WHO, "client lost 3", "server: tell", "client: more", "closed: end"]],
    "one that was lost is announced first",
  );
  const timed = follow([
    ...HANDSHAKE,
    answer,
    { bytes: packetOf("client", 1004, "", ACK, 9005), atMicros: START_MICROS + 9_000_000 },
  ]);
  t.same(timed.log, [[WHO, "client lost 3", "server: tell", "closed: end"]], "whatever comes next lets it go");
});

t.test("forged packets neither end a connection nor make bytes up", async (t) => {
  const opened = dialog((d) => d.open().send("client", "ping"));
  const far = follow([
    ...opened,
    packetOf("server", 0x4000_0000, "evil", PSH | ACK, 1005),
    packetOf("server", 0x4000_0000, "", FIN | ACK, 1005),
    packetOf("server", 9001, "pong", ACK, 1005),
    packetOf("client", 1005, "", FIN | ACK, 9005),
    packetOf("server", 9005, "", FIN | ACK, 1006),
  ]);
  t.same(
    far.log,
    [[WHO, "client: ping", "server: pong", "client finished", "server finished", "closed: fin"]],
    "data and a FIN beyond any window",
  );
  t.equal(far.counters.gap_bytes, 0);
  const stray = [...opened, packetOf("client", 0x3000_0000, "", SYN), packetOf("server", 9001, "", ACK, 1005)];
  t.same(
    follow([...stray, packetOf("server", 9001, "pong", ACK, 1005)]).log,
    [[WHO, "client: ping", "server: pong", "closed: end"]],
    "a SYN that is only challenged (RFC 5961 §4)",
  );
  const near = follow([...opened, packetOf("server", 9300, "", RST), packetOf("server", 9001, "pong", ACK, 1005)]);
  t.same(near.log, [[WHO, "client: ping", "server: pong", "closed: end"]], "a reset inside the window");
  const last = [...opened, packetOf("server", 9300, "", RST)];
  const elsewhere = tcpFrame({
    from: "10.0.0.8",
    to: "10.0.0.9",
    fromPort: 1,
    toPort: 2,
    sequence: 7,
    acknowledgment: 0,
    flags: ACK,
    payload: Buffer.from("x"),
  });
  const much = { bytes: elsewhere, atMicros: START_MICROS + 20_000_000 };
  t.equal(follow([...last, much]).log[0]?.at(-1), "closed: reset", "a reset after which nobody goes on");
  const bogus = follow([...opened, packetOf("server", 9001, "", ACK, 1005 + 500_000_000)]);
  t.equal(bogus.counters.gap_bytes, 0, "an acknowledgment of what cannot have been sent");
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
  const answered = Array.from({ length: 50 }, (_, index) =>
    dialog((d) => d.open(), { clientPort: 10_000 + index }),
  ).flat();
  t.match(
    follow(answered, { maxFlows: 20 }).counters,
    { flows: 20, flows_refused: 30, packets_refused: 60 },
    "a SYN and the answer to it are one flow",
  );
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
