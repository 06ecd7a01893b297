import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import t from "tap";
import { FILTER_REFUSED } from "../sensor/capture/exit-code.js";
import type { BlindInterval } from "../shared/health.js";
import { CaptureRun, captureProcessOf } from "./support/capture-run.js";
import { IS_ROOT, ip, Namespaces } from "./support/namespaces.js";
import { PROGRAM, Running, temporaryFolder, until } from "./support/program.js";

const BURST = fileURLToPath(new URL("./support/burst.js", import.meta.url));
const CAPTURE_FOLDER = fileURLToPath(new URL("../sensor/capture", import.meta.url));
const SKIP = IS_ROOT ? false : "SKIPPED: capturing and network namespaces need root";
const PORT = 40_017;
const LISTEN = "127.0.0.1:8473";
const FRAMES = /^eastwatch_interface_frames\{interface="ews"\} (\d+)$/m;
const FILTER = `udp dst port ${PORT}`;

/** Namespaces in which the client knows the server's hardware address: the first datagrams wait for nothing. */
function joined(t: { teardown(action: () => void): void }, name: string): Namespaces {
  const spaces = new Namespaces(name);
  t.teardown(() => spaces.remove());
  knowEachOther(spaces);
  return spaces;
}

function knowEachOther(spaces: Namespaces): void {
  const { stdout } = spawnSync("ip", ["-n", spaces.server, "-j", "link", "show", "ews"], { encoding: "utf8" });
  const [{ address }] = JSON.parse(stdout);
  ip("-n", spaces.client, "neigh", "replace", "10.98.0.2", "lladdr", address, "dev", "ewc");
}

/** Sends numbered datagrams to the server in one go. */
async function burst(spaces: Namespaces, count: number, bytes: number): Promise<void> {
  const parameters = [BURST, "10.98.0.2", String(PORT), String(count), String(bytes)];
  const child = spawn(...spaces.inside(spaces.client, process.execPath, ...parameters), { stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the burst ended with ${code}`);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}

t.test("frames on loopback come whole, with both lengths and the kernel's time", { skip: SKIP }, async (t) => {
  const run = new CaptureRun({ filter: FILTER });
  t.ok(await run.begins(), run.error);
  const socket = createSocket("udp4");
  const before = Date.now() * 1_000;
  const sent = [Buffer.from("first"), Buffer.alloc(60_000, "second"), Buffer.from("third")];
  for (const bytes of sent) await new Promise((resolve) => socket.send(bytes, PORT, "127.0.0.1", resolve));
  const after = Date.now() * 1_000 + 1_000;
  socket.close();
  t.equal(await run.end(), 0, "it ends well, with what the kernel still held");
  t.match(run.application, /^eastwatch native, libpcap version \d/);
  t.same(
    run.frames.map(({ payload, capturedLength, originalLength }) => [payload, capturedLength, originalLength]),
    sent.map((bytes) => [bytes, bytes.length + 42, bytes.length + 42]),
  );
  t.match(run.statistics, { received: 3, droppedByKernel: 0 }, "the copy that goes out is not counted");
  const times = run.frames.map(({ atMicros }) => atMicros);
  t.same(
    [before, ...times, after],
    [before, ...times, after].sort((a, b) => a - b),
    "stamped while they were sent",
  );
});

t.test("a burst of 2,000 packets comes whole, and the figures say so", { skip: SKIP }, async (t) => {
  const spaces = joined(t, "burst");
  const run = new CaptureRun({ interface: "ews", filter: FILTER, bufferBytes: 10 << 20 }, spaces.server);
  t.ok(await run.begins(), run.error);
  await burst(spaces, 2_000, 1_000);
  t.equal(await run.end(), 0);
  t.same(run.numbers(), upTo(2_000));
  t.same(run.statistics, {
    ...{ interfaceId: 0, interfaceName: "ews", received: 2_000, droppedByInterface: 0, droppedByKernel: 0 },
  });
});

t.test("what a full ring drops is told to the packet: nobody captures, nobody reads", { skip: SKIP }, async (t) => {
  const spaces = joined(t, "loss");
  const sent = 20_000;
  for (const stall of ["the process is stopped", "the reader takes nothing"]) {
    const run = new CaptureRun({ interface: "ews", filter: FILTER, bufferBytes: 1 << 20 }, spaces.server);
    t.ok(await run.begins(), run.error);
    if (stall === "the process is stopped") run.child.kill("SIGSTOP");
    else run.child.stdout?.pause();
    await burst(spaces, sent, 900);
    run.child.kill("SIGCONT");
    run.child.stdout?.resume();
    t.equal(await run.end(), 0, stall);
    const { received, droppedByKernel = 0 } = run.statistics ?? {};
    t.ok(droppedByKernel > 0 && run.frames.length > 0, `${droppedByKernel} dropped, ${run.frames.length} captured`);
    t.same([run.frames.length + droppedByKernel, received], [sent, sent], "together all that was sent");
  }
});

t.test("a loss reaches the sensor's figures to the packet", { skip: SKIP }, async (t) => {
  const folder = temporaryFolder(t);
  const spaces = joined(t, "told");
  const flags = ["sensor", "-i", "ews", "--filter", FILTER, "--database", join(folder, "s.sqlite"), "--listen", LISTEN];
  const buffer = ["-s", "capture.bufferBytes=1048576"];
  const sensor = new Running(...spaces.inside(spaces.server, process.execPath, PROGRAM, ...flags, ...buffer));
  await sensor.says(/captures ews/);
  const capture = captureProcessOf(sensor.child.pid);
  process.kill(capture, "SIGSTOP");
  await burst(spaces, 20_000, 900);
  process.kill(capture, "SIGCONT");
  const told = await until("the last statistics", () => {
    const text = metricsOf(spaces);
    const figure = (name: string): number => Number(new RegExp(`^eastwatch_${name} (\\d+)$`, "m").exec(text)?.[1]);
    const [frames, dropped] = [figure("frames"), figure("capture_dropped")];
    return frames > 0 && dropped > 0
      ? { frames, dropped, byKernel: figure("capture_dropped_by_kernel"), text }
      : undefined;
  });
  t.equal(told.frames + told.dropped, 20_000, `${told.frames} captured and ${told.dropped} dropped`);
  t.equal(told.byKernel, told.dropped);
  t.match(told.text, `eastwatch_interface_dropped_frames{interface="ews",by="kernel"} ${told.dropped}\n`);
  t.match(told.text, 'eastwatch_interface_dropped_frames{interface="ews",by="interface"} 0\n');
  t.equal(await sensor.end(), 0);
});

t.test(
  "what the analysis does not take in time, and what the interface had no room for, is right as well",
  { skip: SKIP },
  async (t) => {
    const folder = temporaryFolder(t);
    const spaces = joined(t, "places");
    // The driver's own figures are the only source: they are put in place of the kernel's, for this process alone.
    const figures = "/sys/class/net/ews/statistics";
    const flags = [
      "sensor",
      "-i",
      "ews",
      "--filter",
      FILTER,
      "--database",
      join(folder, "s.sqlite"),
      "--listen",
      LISTEN,
    ];
    const start = `mount -t tmpfs none ${figures} && echo 5 > ${figures}/rx_missed_errors && echo 2 > ${figures}/rx_fifo_errors && exec "$@"`;
    const command = ["sh", "-c", start, "sh", process.execPath, PROGRAM, ...flags, "-s", "capture.bufferBytes=1048576"];
    const sensor = new Running(...spaces.inside(spaces.server, command[0], ...command.slice(1)));
    await sensor.says(/captures ews/);
    const told = (name: string): number =>
      Number(new RegExp(`^eastwatch_${name} (\\d+)$`, "m").exec(metricsOf(spaces))?.[1]);
    // Of 10,000 frames the interface loses 500.
    await burst(spaces, 500, 900);
    await until("the first frames", () => (told("frames") === 500 ? true : undefined));
    const missed = `/proc/${sensor.child.pid}/root${figures}/rx_missed_errors`;
    writeFileSync(missed, "505\n");
    await until("the interface's loss", () => (told("capture_dropped_by_interface") === 500 ? true : undefined));
    t.equal(told("capture_dropped"), 500, "what was before the capture is not counted");
    // The whole sensor stands still but for the capture: the pipe is full, then the ring.
    sensor.child.kill("SIGSTOP");
    await burst(spaces, 20_000, 900);
    sensor.child.kill("SIGCONT");
    const all = await until("the last statistics", () => {
      const [frames, dropped] = [told("frames"), told("capture_dropped_by_kernel")];
      return dropped > 0 && frames + dropped >= 20_500 ? { frames, dropped } : undefined;
    });
    t.equal(all.frames + all.dropped, 20_500, `${all.frames} taken, ${all.dropped} dropped behind a full pipe`);
    t.equal(await sensor.end(), 0);
  },
);

/** The one process that a sensor has started. */
function metricsOf(spaces: Namespaces): string {
  const command = spaces.inside(spaces.server, "curl", "-s", `http://${LISTEN}/metrics`);
  return spawnSync(...command, { encoding: "utf8" }).stdout;
}

t.test("the snap length cuts, and the original length stays", { skip: SKIP }, async (t) => {
  const spaces = joined(t, "snap");
  const run = new CaptureRun({ interface: "ews", filter: FILTER, snapLength: 100 }, spaces.server);
  t.ok(await run.begins(), run.error);
  await burst(spaces, 3, 900);
  t.equal(await run.end(), 0);
  t.same(
    run.frames.map(({ capturedLength, originalLength }) => [capturedLength, originalLength]),
    Array(3).fill([100, 942]),
  );
});

t.test("an interface is promiscuous only where that is wanted", { skip: SKIP }, async (t) => {
  const spaces = joined(t, "promiscuous");
  for (const promiscuous of [true, false]) {
    const run = new CaptureRun({ interface: "ews", promiscuous }, spaces.server);
    t.ok(await run.begins(), run.error);
    const { stdout } = spawnSync("ip", ["-n", spaces.server, "-d", "link", "show", "ews"], { encoding: "utf8" });
    t.match(stdout, promiscuous ? "promiscuity 1" : "promiscuity 0");
    t.equal(await run.end(), 0);
    t.match(run.statistics, { droppedByInterface: 0 }, "what the interface dropped is known either way");
  }
});

t.test("a filter, a device and a reader that are no good are told apart", { skip: SKIP }, async (t) => {
  for (const implementation of ["native", "cap"] as const) {
    const run = new CaptureRun({ filter: "tcp prot 80", implementation });
    t.equal(await run.ends(), FILTER_REFUSED, implementation);
    t.match(run.error, /syntax error/);
  }
  const absent = new CaptureRun({ interface: "none-such" });
  t.equal(await absent.ends(), 1);
  t.match(absent.error, /No such device/);
  const unread = new CaptureRun({});
  t.ok(await unread.begins());
  unread.child.stdout?.destroy();
  t.equal(await unread.ends(), 0, "who is not read any more ends");
});

t.test("where the binding is not built `cap` captures, and its losses are unknown", { skip: SKIP }, async (t) => {
  // Below dist, so that the package is found from there.
  const folder = mkdtempSync(join(CAPTURE_FOLDER, "../../without-native-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "capture"));
  const binding = join(CAPTURE_FOLDER, "native");
  cpSync(CAPTURE_FOLDER, join(folder, "capture"), { recursive: true, filter: (path) => path !== binding });
  const program = join(folder, "capture/capture-process.js");
  const spaces = joined(t, "cap");
  const run = new CaptureRun({ interface: "ews", filter: FILTER, implementation: "auto" }, spaces.server, program);
  t.ok(await run.begins(), run.error);
  t.match(
    run.application,
    /^eastwatch cap, it is not built, for which libpcap-dev and a C\+\+ compiler must be there$/,
  );
  await burst(spaces, 3, 900);
  await until("three frames", () => (run.frames.length === 3 ? true : undefined));
  t.equal(await run.end(), 0);
  t.same(run.numbers(), [0, 1, 2]);
  t.same(run.statistics, { interfaceId: 0, interfaceName: "ews", received: 3, droppedByProcess: 0 });
  const refused = new CaptureRun({ implementation: "native" }, undefined, program);
  t.equal(await refused.ends(), 3);
  t.match(refused.error, /it is not built/);
});

t.test(
  "under load an interface goes down, is renamed, deleted and made anew: each is told",
  { skip: SKIP },
  async (t) => {
    const folder = temporaryFolder(t);
    const spaces = joined(t, "load");
    const database = join(folder, "s.sqlite");
    const load = new Running(
      ...spaces.inside(spaces.client, process.execPath, BURST, "10.98.0.2", String(PORT), "0", "900"),
    );
    const flags = [
      ...["sensor", "-i", "ews", "--filter", "udp", "--database", database, "--listen", LISTEN],
      ...["-s", "capture.restartMinMillis=100"],
    ];
    const sensor = new Running(...spaces.inside(spaces.server, process.execPath, PROGRAM, ...flags));
    const metric = (pattern: RegExp): number => Number(pattern.exec(metricsOf(spaces))?.[1] ?? Number.NaN);
    const grows = async (after: string): Promise<void> => {
      const before = metric(FRAMES);
      await until(`frames after it was ${after}`, () => (metric(FRAMES) > before ? true : undefined));
      t.pass(`captured after it was ${after}`);
    };
    const says = (pattern: RegExp, times: number): Promise<true> =>
      until(`${pattern} ${times} times`, () => (sensor.text.match(pattern)?.length === times ? true : undefined));
    await sensor.says(/captures ews with the binding of its own/);
    await until("metrics", () => (metric(FRAMES) > 0 ? true : undefined));
    const link = (...change: string[]): void => ip("-n", spaces.server, "link", "set", ...change);
    link("ews", "down");
    await sensor.says(/can't see ews: the interface is down/);
    link("ews", "up");
    await sensor.says(/captures ews again/);
    await grows("down");
    link("ews", "down");
    link("ews", "name", "ewx");
    link("ewx", "up");
    await says(/can't see ews/g, 2);
    link("ewx", "down");
    link("ewx", "name", "ews");
    link("ews", "up");
    await says(/captures ews again/g, 2);
    await grows("renamed");
    spaces.part();
    await says(/can't see ews/g, 3);
    spaces.join();
    knowEachOther(spaces);
    await says(/captures ews again/g, 3);
    await grows("made anew");
    t.equal(metric(/^eastwatch_interface_loss_unknown\{interface="ews"\} (\d+)$/m), 0, "its losses are known");
    t.equal(await sensor.end(), 0);
    await load.end("SIGKILL");
    const intervals = blindOf(database);
    t.match(
      intervals.map(({ reason }) => reason),
      ["the sensor was starting", "the interface is down", /^the interface is (down|gone)$/, "the interface is gone"],
    );
    t.ok(
      intervals.every(({ fromMicros, untilMicros }) => untilMicros !== undefined && untilMicros > fromMicros),
      "each has an end",
    );
  },
);

function blindOf(path: string): BlindInterval[] {
  const database = new Database(path, { readonly: true });
  const rows = database.prepare<[], { record: string }>("SELECT record FROM blind ORDER BY from_micros").all();
  database.close();
  return rows.map(({ record }) => JSON.parse(record));
}
