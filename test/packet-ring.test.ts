import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { PacketRing } from "../sensor/capture/packet-ring.js";
import { readRing, ringSegments } from "../sensor/capture/ring-segments.js";
import type { FindingRecord } from "../shared/event.js";
import { delta, sensorStore } from "./support/delivery.js";
import { freePort } from "./support/free-port.js";
import { IS_ROOT } from "./support/namespaces.js";
import { Running, run, temporaryFolder } from "./support/program.js";
import { framesOf, keep, MEBIBYTE, ringSettingsOf, tshark } from "./support/ring-scene.js";
import { frameOf, START_MICROS } from "./support/timed-frame.js";

const ORIGIN = fileURLToPath(new URL("./support/origin.js", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing needs root";

t.test("a ring stays within its bytes, goes on after its end, and is for its owner only", async (t) => {
  const folder = join(temporaryFolder(t), "ring");
  const bytes = Buffer.alloc(1_000, 1);
  const settingsOf = {
    ...ringSettingsOf(folder),
    maxBytes: 8 * MEBIBYTE,
    segmentBytes: 2 * MEBIBYTE,
    maxWaitingBytes: 64 * MEBIBYTE,
  };
  const life = async (from: number): Promise<void> => {
    const ring = new PacketRing(settingsOf, (_, text) => t.fail(text));
    const take = ring.capture("eth0");
    for (let index = 0; index < 20_000; index++) {
      take(frameOf({ bytes, atMicros: START_MICROS + from + index }));
      if (index % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await ring.close();
    t.equal(ring.counters.ring_frames, 20_000);
    t.equal(ring.counters.ring_frames_dropped, 0);
    const total = ringSegments(folder).reduce((sum, segment) => sum + segment.bytes, 0);
    t.ok(total <= settingsOf.maxBytes && total > 5 * MEBIBYTE, `${total} bytes`);
  };
  await life(0);
  // As after a kill: the end of the last file is not whole.
  appendFileSync(ringSegments(folder).at(-1)?.path ?? "", bytes);
  await life(20_000);
  for (const name of readdirSync(folder)) t.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  const times: number[] = [];
  await readRing(ringSegments(folder), () => ({ frame: ({ atMicros }) => times.push(atMicros), statistics() {} }));
  const latest = START_MICROS + 39_999;
  t.same(
    times,
    Array.from({ length: times.length }, (_, index) => latest - times.length + 1 + index),
    "the latest, all",
  );
});

t.test("which sighting of a finding has left the ring is told", async (t) => {
  const folder = temporaryFolder(t);
  const ring = join(folder, "ring");
  // A millisecond apart: two connections to one service, the finding in the fourth frame of each.
  const one = framesOf([["client", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"]], { clientPort: 40_001 });
  const other = framesOf([["client", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"]], { clientPort: 40_002 });
  await keep(ring, [...one, ...other]);
  const at = (frame: number): number => START_MICROS + frame * 1_000;
  const store = sensorStore(folder);
  const finding = (id: string, firstMicros: number, lastMicros: number): FindingRecord => ({
    ...{ kind: "finding", id, rule: "r", severity: "low", title: "t", summary: "s", count: 2, evidence: {} },
    ...{ clientAddress: "10.0.0.1", serverAddress: "10.0.0.2", firstMicros, lastMicros, references: [] },
  });
  const findings = [
    finding("both", at(3), at(one.length + 3)),
    finding("last", at(-60_000), at(one.length + 3)),
    finding("first", at(3), at(60_000)),
    finding("between", at(-60_000), at(60_000)),
  ];
  store.apply(delta({ findings }));
  store.close();
  const told = (id: string): string => {
    const flags = ["--database", join(folder, "sensor.sqlite"), "--packet-ring", ring, "--out", join(folder, "p")];
    const { code, out, error } = run(["packets", "--finding", id, ...flags]);
    return code === 0 ? (/^.*$/m.exec(out)?.[0] ?? "") : error;
  };
  t.equal(told("both"), "2 connections (those in which it was seen first or last):");
  t.equal(
    told("last"),
    "1 connection (those in which it was seen last; the packets of the first sighting at 2023-11-14T22:12:20.000000Z are no longer in the ring):",
  );
  t.equal(
    told("first"),
    "1 connection (those in which it was seen first; the packets of the last sighting at 2023-11-14T22:14:20.000000Z are not in the ring):",
  );
  t.match(
    told("between"),
    /^2 connections \(all between its ends while it was seen; .*first.*no longer.*last.*are not in/,
  );
});

t.test("a disk that is full is told and survived", { skip: SKIP }, async (t) => {
  const folder = temporaryFolder(t);
  const disk = join(folder, "disk");
  mkdirSync(disk);
  t.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=6m", "eastwatch-test", disk]).status, 0);
  t.teardown(() => spawnSync("umount", [disk]));
  const told: string[] = [];
  const ring = new PacketRing({ ...ringSettingsOf(join(disk, "ring")), segmentBytes: 2 * MEBIBYTE }, (level, text) =>
    told.push(`${level} ${text}`),
  );
  const take = ring.capture("eth0");
  const bytes = Buffer.alloc(60_000, 1);
  let sent = 0;
  const send = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      take(frameOf({ bytes, atMicros: START_MICROS + sent++ }));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  writeFileSync(join(disk, "other"), Buffer.alloc(3 * MEBIBYTE));
  await send(100);
  t.match(told, [
    /warn ring\.folder ".*" can't be written: ENOSPC.*; deletes its oldest packets; packets are not kept/,
  ]);
  t.ok(ring.counters.ring_frames_dropped > 0);
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  await send(10);
  await ring.close();
  t.match(told[1], /info ring\.folder ".*" keeps packets again/);
  t.equal(ring.counters.ring_frames + ring.counters.ring_frames_dropped, sent, "each is kept or counted");
  const times: number[] = [];
  await readRing(ringSegments(join(disk, "ring")), () => ({
    frame: ({ atMicros }) => times.push(atMicros),
    statistics() {},
  }));
  t.equal(times.at(-1), START_MICROS + sent - 1, "the latest is there");
});

t.test("a finding's connection is written while the sensor runs and after it was killed", { skip: SKIP }, async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const [database, ring, file] = [join(folder, "s.sqlite"), join(folder, "ring"), join(folder, "p.pcapng")];
  const origin = new Running(process.execPath, [ORIGIN, String(port), join(folder, "origin.log")]);
  await origin.says(/listening/);
  const flags = ["sensor", "-i", "lo", "--filter", `tcp port ${port}`, "--database", database, "--listen", ""];
  const sensor = Running.program([...flags, "--packet-ring", ring, "--packet-ring-bytes", String(8 * MEBIBYTE)]);
  await sensor.says(/keeps the latest 8388608 bytes of packets as they were sent, bodies and secrets included/);
  await sensor.says(/captures lo/);
  const second = run([...flags.with(6, join(folder, "other.sqlite")), "--packet-ring", ring]);
  t.same([second.code, /ring\.folder ".*" is in use by a sensor/.test(second.error)], [2, true], second.error);
  const url = `http://127.0.0.1:${port}/orders/1`;
  spawnSync("curl", ["-s", url]);
  spawnSync("curl", ["-s", "-u", "ada:QQQQ", "-d", "QQQQ", url]);
  spawnSync("curl", ["-s", url]);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const rows = run(["export", "--format", "ndjson", "--database", database]).out.split("\n");
  const finding = JSON.parse(rows.find((line) => line.includes("basic-credentials-in-cleartext")) ?? "{}");
  const ask = ["packets", "--finding", finding.id, "--database", database, "--packet-ring", ring, "--out", file];
  for (const state of ["running", "killed", "started again"]) {
    const { code, out, error } = run(ask);
    t.equal(code, 0, `${state}: ${error}`);
    t.match(out, /^1 connection \(those in which it was seen first or last\):/, state);
    t.same(
      tshark(
        file,
        "-d",
        `tcp.port==${port},http`,
        "-e",
        "http.request.method",
        "-e",
        "http.authorization",
        "-e",
        "http.response.code",
      ).filter((line) => line.trim() !== ""),
      ["POST\tBasic ************\t", "\t\t200"],
      state,
    );
    t.equal(readFileSync(file).includes("QQQQ"), false);
    if (state === "running") await sensor.end("SIGKILL");
    if (state === "killed") {
      const again = Running.program([...flags, "--packet-ring", ring]);
      await again.says(/captures lo/);
    }
  }
  t.equal(run(["packets", "--finding", "none", "--database", database, "--packet-ring", ring, "--out", file]).code, 2);
  await origin.end();
});
