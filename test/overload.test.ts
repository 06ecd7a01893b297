import { Agent, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import Database from "better-sqlite3";
import t from "tap";
import { FeedSampler } from "../sensor/analysis/feed-sampler.js";
import { Governor } from "../sensor/analysis/governor.js";
import { LossWatch } from "../sensor/analysis/loss-watch.js";
import { Pipeline } from "../sensor/analysis/pipeline.js";
import { serveHealth } from "../sensor/command/health-server.js";
import type { Call } from "../sensor/protocol/message.js";
import type { BlindInterval } from "../shared/health.js";
import { strictSettings } from "./support/analysis-run.js";
import { TcpDialog } from "./support/frame-builder.js";
import { freePort } from "./support/free-port.js";
import { temporaryFolder, until } from "./support/program.js";
import { StormRun } from "./support/storm-run.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";

const MEBIBYTE = 1_048_576;
const LIMIT = 512 * MEBIBYTE;
const JSON_HEAD = "Content-Type: application/json\r\nContent-Length: 27\r\n\r\n";
const MAIL = '{"mail":"ada@example.com"} ';

/** A governor over figures that the test makes up; `log` has what it did, a line each time something changed. */
class Governed {
  readonly log: string[] = [];
  readonly governor: Governor;
  usedMebibytes = 100;
  /** What letting go leaves of it; each connection given up takes some more. */
  liveMebibytes: number | undefined = undefined;
  busy = 1;
  lagMillis: number | undefined = undefined;
  dropped = 0;
  nowMillis = 0;

  constructor() {
    this.governor = new Governor(LIMIT, {
      spareFeed() {},
      spareResponseBodies() {},
      refuseNewFlows() {},
      giveUpSilentFlows: () => {
        this.log.push("flows given up");
        this.liveMebibytes = (this.liveMebibytes ?? this.usedMebibytes) - 40;
        return 1;
      },
      collect: () => {
        this.usedMebibytes = this.liveMebibytes ?? this.usedMebibytes;
        return this.usedMebibytes * MEBIBYTE;
      },
      tell: (level, text) => this.log.push(`${level} ${text}`),
    });
  }

  /** Looks every 50 ms for a time; what it did and said meanwhile. */
  for(
    millis: number,
    load: Partial<Pick<Governed, "usedMebibytes" | "busy" | "lagMillis" | "dropped" | "liveMebibytes">>,
  ): string[] {
    Object.assign(this, load);
    this.log.length = 0;
    for (const end = this.nowMillis + millis; this.nowMillis < end; this.nowMillis += 50) {
      const { nowMillis, usedMebibytes, busy, lagMillis, dropped } = this;
      this.governor.look({ nowMillis, usedBytes: usedMebibytes * MEBIBYTE, busy, lagMillis, dropped });
    }
    return [...this.log];
  }
}

const MEMORY = (mebibytes: number): string =>
  `warn overload: memory is at ${mebibytes} of 512 MiB (overload.memoryBytes)`;
const CALM = "warn overload: it has calmed down";

t.test("what is given up goes in its order, and comes back one by one", (t) => {
  const all = new Governed();
  t.same(all.for(10_000, { usedMebibytes: 200 }), [], "nothing for nothing");
  t.same(all.for(1_000, { usedMebibytes: 300 }), [
    `${MEMORY(300)}; gives up the live feed`,
    `${MEMORY(300)}; gives up the live feed, bodies of responses`,
  ]);
  t.same(all.for(500, { usedMebibytes: 300 }), [
    `${MEMORY(300)}; gives up the live feed, bodies of responses, new connections`,
  ]);
  t.same(all.for(1_000, { usedMebibytes: 300 }), [], "that gets its time to help");
  t.same(all.for(1_000, { usedMebibytes: 300 }), [
    `${MEMORY(300)}; gives up the live feed, bodies of responses, new connections, connections silent longest`,
    "flows given up",
  ]);
  t.match(all.governor.counters, { overload_step: 4, overload_steps_taken: 4 });
  t.same(all.for(30_000, { usedMebibytes: 200 }), [
    `${CALM}; gives up the live feed, bodies of responses, new connections`,
    `${CALM}; gives up the live feed, bodies of responses`,
    `${CALM}; gives up the live feed`,
    "info overload is over: it has calmed down; nothing is given up any more",
  ]);
  t.match(all.governor.counters, { overload_step: 0, overload_steps_taken: 4 });
  const { overload_millis: millis } = all.governor.counters;
  t.ok(millis > 20_000 && millis < 27_000, `${millis} ms`);
  t.end();
});

t.test("near the limit steps are skipped, and connections given up until there is room", (t) => {
  const hard = new Governed();
  t.same(hard.for(50, { usedMebibytes: 330 }), [
    `${MEMORY(330)}; gives up the live feed, bodies of responses, new connections`,
  ]);
  const hardest = new Governed();
  t.same(hardest.for(50, { usedMebibytes: 450 }), [
    `${MEMORY(450)}; gives up the live feed, bodies of responses, new connections`,
    `${MEMORY(450)}; gives up the live feed, bodies of responses, new connections, connections silent longest`,
    ...Array(3).fill("flows given up"),
  ]);
  t.end();
});

t.test("nothing is given up for memory that can be let go", (t) => {
  const garbage = new Governed();
  t.same(garbage.for(60_000, { usedMebibytes: 400, liveMebibytes: 150 }), []);
  t.end();
});

t.test(
  "running behind gives up what costs time, but no connection that is known; a clock that is wrong is no backlog",
  (t) => {
    const skewed = new Governed();
    t.same(skewed.for(60_000, { lagMillis: 3_600_000 }), [], "an hour off all the time");
    t.same(skewed.for(50, { lagMillis: 3_602_500 }), ["warn overload: it runs 2500 ms behind; gives up the live feed"]);
    const jumped = new Governed();
    jumped.for(1_000, { lagMillis: 5 });
    t.same(jumped.for(60_000, { lagMillis: 30_005, busy: 0.5 }), [], "who has time to spare is not behind");
    const slow = new Governed();
    slow.for(1_000, { lagMillis: 5 });
    slow.for(50, { dropped: 10 });
    t.same(slow.log, ["warn overload: the capture dropped 10 frames; gives up the live feed"]);
    t.same(slow.for(20_000, { lagMillis: 3_005 }), [
      "warn overload: it runs 3000 ms behind; gives up the live feed, bodies of responses",
      "warn overload: it runs 3000 ms behind; gives up the live feed, bodies of responses, new connections",
    ]);
    t.equal(slow.for(30_000, { lagMillis: 5, busy: 0.5 }).length, 3);
    t.equal(slow.governor.counters.overload_step, 0);
    t.end();
  },
);

t.test(
  "under overload known connections are counted and found in as before; only what is given up is missing, and counted",
  (t) => {
    const calls: Call[] = [];
    const sampler = new FeedSampler(10);
    const tap = {
      call: (...[call, edge, endpoint]: Parameters<FeedSampler["call"]>) => {
        calls.push(call);
        sampler.call(call, edge, endpoint);
      },
    };
    const pipeline = new Pipeline(strictSettings(), tap, 1);
    let atMicros = START_MICROS;
    const emit = (bytes: Buffer): void => pipeline.frame(frameOf({ bytes, atMicros: ++atMicros }));
    const exchange = (dialog: TcpDialog): void => {
      dialog.send("client", `POST /a HTTP/1.1\r\nHost: a\r\n${JSON_HEAD}${MAIL}`);
      dialog.send("server", `HTTP/1.1 200 OK\r\n${JSON_HEAD}${MAIL}`);
    };
    const known = new TcpDialog({ clientPort: 1_001 }, emit).open();
    exchange(known);
    sampler.isSparing = true;
    pipeline.spareResponseBodies(true);
    pipeline.refuseNewFlows(true);
    exchange(known);
    const refused = new TcpDialog({ clientPort: 1_002 }, emit).open();
    refused.send("client", "GET /b HTTP/1.1\r\n\r\n");
    sampler.isSparing = false;
    pipeline.spareResponseBodies(false);
    pipeline.refuseNewFlows(false);
    exchange(known);
    exchange(new TcpDialog({ clientPort: 1_003 }, emit).open());
    pipeline.finish();
    t.same(
      calls.map(({ requestClasses, responseClasses }) => [requestClasses, responseClasses]),
      [
        [["email"], ["email"]],
        [["email"], undefined],
        [["email"], ["email"]],
        [["email"], ["email"]],
      ],
    );
    const { calls: sampled, callsNotSampled } = sampler.take();
    t.same([sampled.length, callsNotSampled], [3, 1]);
    t.match(pipeline.counters(), { calls: 4, flows: 2, flows_refused: 1, bytes_refused: 19, bodies_spared: 1 });
    t.match(
      [...pipeline.inventory.endpoints()],
      [{ template: "/a", calls: 4, requestBodiesRead: 4, responseBodiesRead: 3 }],
    );
    t.match(
      pipeline.detection.all().filter(({ rule }) => rule === "sensitive-data-cleartext"),
      [{ count: 4 }],
    );
    t.end();
  },
);

t.test("those silent longest are given up first, what they said is told, and time passes without packets", (t) => {
  const calls: Call[] = [];
  const pipeline = new Pipeline(strictSettings(), { call: (call) => void calls.push(call) }, 1);
  for (let flow = 0; flow < 8; flow++) {
    const emit = (bytes: Buffer): void => pipeline.frame(frameOf({ bytes, atMicros: START_MICROS + flow * 1e6 }));
    new TcpDialog({ clientPort: 1_000 + flow }, emit).open().send("client", `GET /${flow} HTTP/1.1\r\nHost: a\r\n\r\n`);
  }
  t.equal(pipeline.giveUpSilentFlows(), 3);
  t.same(calls.map(({ path, status }) => [path, status]).sort(), [
    ["/0", undefined],
    ["/1", undefined],
    ["/2", undefined],
  ]);
  t.match(pipeline.counters(), { flows_given_up: 3, flows_open: 5, flows_idle: 0 });
  pipeline.silence(295e6);
  t.equal(pipeline.counters().flows_open, 5);
  pipeline.silence(301e6);
  t.match(pipeline.counters(), { flows_open: 0, flows_idle: 5, calls: 8 });
  t.end();
});

t.test("a sensor that was overloaded says so, recovers by itself and says that", async (t) => {
  const folder = temporaryFolder(t);
  const storm = await StormRun.start(folder);
  const overloaded = until(
    "the health",
    async () => {
      const { health } = await storm.outcome();
      return health.startsWith("ok; overloaded, gives up the live feed") ? true : undefined;
    },
    60_000,
  );
  const { told, counters } = await storm.feed("slow-heads", 150_000, 400);
  t.ok(await overloaded);
  t.match(told[0], /^overload: (memory is at \d+ of 512 MiB|it runs \d+ ms behind)/);
  t.ok(told.some((text) => text.includes("gives up the live feed, bodies of responses, new connections")));
  t.ok(counters.overload_steps_taken > 0 && counters.overload_millis > 0);
  await storm.sensor.says(/overload is over: it has calmed down; nothing is given up any more/, 90_000);
  await until("the health", async () => ((await storm.outcome()).health === "ok\n" ? true : undefined));
  await storm.feed("hosts", 10);
  // Figures are those of the second before, or of an earlier one where the machine is busy.
  const calm = await until("what comes then", async () => {
    const now = await storm.counters();
    return now.calls - counters.calls >= 10 && now.flows_open === 0 ? now : undefined;
  });
  t.equal(calm.overload_step, 0);
  t.equal(calm.calls - counters.calls, 10, "and sees what comes");
  t.equal(await storm.sensor.end(), 0);
  const database = new Database(join(folder, "storm.sqlite"), { readonly: true });
  t.teardown(() => database.close());
  const partly = "SELECT record FROM blind WHERE json_extract(record, '$.isPartial')";
  const intervals = database.prepare<[], string>(partly).pluck().all();
  const [first] = intervals.map((record) => JSON.parse(record) as BlindInterval);
  t.match(first.reason, /^[\d,]+ packets were not followed, for there was no room for new connections$/);
  t.ok((first.untilMicros ?? 0) > first.fromMicros, "the time in which connections were refused is kept");
});

t.test("times in which a part was lost are told when they begin, and when they have ended", async (t) => {
  const told: BlindInterval[] = [];
  const watch = new LossWatch((interval) => told.push(interval));
  const at = (second: number): number => 5e9 + second * 1e6;
  const look = (second: number, dropped: number, refused = 0, behindMillis = 0, counted = second): void =>
    watch.look({ steadyMillis: second * 1_000, hostMillis: 5e6 + second * 1_000, behindMillis }, [
      { interfaceName: "eth0", dropped, refused, countedMicros: at(counted) },
      { interfaceName: "eth1", dropped: 0, refused: 0, countedMicros: at(0) },
    ]);
  const part = { kind: "blind", interfaceName: "eth0", isPartial: true } as const;
  for (let second = 0; second < 5; second++) look(second, 0);
  t.same(told, []);
  look(5, 1_200);
  const reason = "1,200 frames were dropped, for the capture's buffer was full";
  t.same(told.splice(0), [{ ...part, fromMicros: at(3), reason }], "since the look before, or a second before that");
  for (let second = 6; second < 15; second++)
    look(second, second < 9 ? 1_200 + second : 1_208, second < 8 ? 0 : 3, 2_000);
  t.same(told, [], "it lasts");
  look(19, 1_208, 3);
  const both = [
    "1,208 frames were dropped, for the capture's buffer was full",
    "3 packets were not followed, for there was no room for new connections",
  ].join("; ");
  t.same(told.splice(0), [{ ...part, fromMicros: at(3), untilMicros: at(8), reason: both }]);
  look(30, 1_208, 3, 4_000);
  look(31, 1_209, 3, 4_500);
  watch.finish();
  const last = { ...part, fromMicros: at(25), reason: "1 frame was dropped, for the capture's buffer was full" };
  t.same(told.splice(0), [last, { ...last, untilMicros: at(31) }], "since the last packet; the sensor's end ends it");
  for (let second = 50; second < 56; second++) look(second, 1_209, 3, 0, 49);
  look(56, 1_300, 3);
  t.match(
    told.splice(0),
    [{ fromMicros: at(49) }],
    "since the last count: a capture without time for one tells it late",
  );
  watch.finish();
  told.splice(0);
  look(70, 1_300, 4, 0, 20);
  t.match(
    told.map(({ fromMicros }) => fromMicros),
    [at(55 + 0)],
    "no count of the capture bounds what was refused",
  );
});

t.test(
  "no answer about health leaves a connection that a later question could be sent on as it is given up",
  async (t) => {
    const port = await freePort();
    const source = { health: () => undefined, blind: () => [], givenUp: () => [], trouble: () => undefined };
    const server = await serveHealth(`127.0.0.1:${port}`, source);
    const agent = new Agent({ keepAlive: true });
    t.teardown(() => {
      agent.destroy();
      server?.close();
    });
    for (const path of ["/healthz", "/metrics", "/other"]) {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        get({ port, path, agent, host: "127.0.0.1" }, resolve).once("error", reject);
      });
      for await (const _ of answer);
      t.equal(answer.headers.connection, "close", path);
      await until("its end", () => (answer.socket.destroyed ? true : undefined));
    }
  },
);

t.test(
  "while the store can't be written nothing is lost and little is held; it is written when it can be",
  async (t) => {
    const folder = temporaryFolder(t);
    const storm = await StormRun.start(folder);
    const database = new Database(join(folder, "storm.sqlite"));
    t.teardown(() => database.close());
    database.exec("BEGIN IMMEDIATE");
    await storm.feed("hosts", 3_000);
    await storm.sensor.says(/can't be written: database is locked; it is tried again/);
    database.exec("COMMIT");
    const calls = (): number =>
      database.prepare<[], number>("SELECT sum(json_extract(record, '$.calls')) FROM service").pluck().get() ?? 0;
    await until("every call", () => (calls() === 3_000 ? true : undefined));
    t.pass("every call is in the store");
    t.equal(await storm.sensor.end(), 0);
  },
);
