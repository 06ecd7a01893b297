// The analysis thread: captures in, deltas out, about once a second.
import { performance } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";
import type { BlindInterval, InterfaceHealth } from "../../shared/health.js";
import { CaptureSupervisor } from "../capture/capture-supervisor.js";
import type { FrameSink } from "../capture/frame.js";
import { REPLAY } from "../capture/host-interfaces.js";
import { PacketRing } from "../capture/packet-ring.js";
import type { AnalysisStart, FromAnalysis, ToAnalysis } from "./analysis-messages.js";
import { FeedSampler, NO_SAMPLE } from "./feed-sampler.js";
import { Governor } from "./governor.js";
import { LossWatch } from "./loss-watch.js";
import { Pipeline } from "./pipeline.js";
import { UsedMemory } from "./used-memory.js";

const DELTA_MILLIS = 1_000;
/** In that time even a storm of connections takes no more memory than the governor leaves room for. */
const LOOK_MILLIS = 50;
const SILENCE_MILLIS = 5_000;
const NOTHING_CHANGED = {
  inventory: { rows: [], removals: [] },
  findings: [],
  ...NO_SAMPLE,
  connections: undefined,
} as const;
/** Rows and findings of one delta; more come with the next. */
const MAX_ROWS = 1_000;

const start = workerData as AnalysisStart;
const sampler = new FeedSampler(start.callsPerSecond);
const pipeline = new Pipeline(start.pipeline, sampler, start.seed);
for (const interval of start.pastBlind) pipeline.inventory.blindTimes.note(interval);
pipeline.inventory.restore(start.rows);
pipeline.detection.restore(start.findings, pipeline.inventory.firstMicros);

const ring = start.ring && new PacketRing(start.ring, (level, text) => post({ type: "notice", level, text }));
const lossWatch = new LossWatch(noteBlind);
const supervisor = new CaptureSupervisor(start.capture, start.blind, sinkOf, {
  blind: noteBlind,
  notice: (level, text) => post({ type: "notice", level, text }),
  refused: (text) => post({ type: "refused", text }),
});
supervisor.start();
let framesBefore = 0;
let framesLooked = 0;
let stepsTold = 0;
/** What is replayed may come faster than it passed. */
const isInTime = !start.capture.interface.some((name) => name.startsWith(REPLAY));
let workedBefore = performance.eventLoopUtilization();
let heardMillis = performance.now();
/** A delta is on its way to the store: what changes meanwhile waits here, where it takes no more room than it does anyway. */
let isWriting = false;
let isStopping = false;
const memory = new UsedMemory();
const governor = new Governor(start.memoryBytes, {
  spareFeed: (isSparing) => {
    sampler.isSparing = isSparing;
  },
  spareResponseBodies: (isSparing) => pipeline.spareResponseBodies(isSparing),
  refuseNewFlows: (isRefusing) => pipeline.refuseNewFlows(isRefusing),
  giveUpSilentFlows: () => pipeline.giveUpSilentFlows(),
  collect: () => memory.collect(),
  tell: (level, text) => post({ type: "notice", level, text }),
});
const timers = [
  setInterval(sendDelta, DELTA_MILLIS),
  setInterval(look, LOOK_MILLIS),
  setInterval(noteSilence, SILENCE_MILLIS),
];

parentPort?.on("message", (message: ToAnalysis) => {
  if (message.type === "own") {
    pipeline.leaveOut(message.ends);
    return;
  }
  if (message.type === "declare") {
    pipeline.inventory.declare(message.declared);
    return;
  }
  if (message.type === "identify") {
    pipeline.inventory.identify(message.identities);
    return;
  }
  if (message.type === "rule") {
    pipeline.inventory.rule(message.rules);
    return;
  }
  if (message.type === "written") {
    isWriting = false;
    return;
  }
  for (const timer of timers) clearInterval(timer);
  isStopping = true;
  void supervisor.stop().then(finish);
});

/** Where packets are kept, they are before anything looks at them. */
function sinkOf(name: string): FrameSink {
  const sink = pipeline.capture(name);
  if (ring === undefined) return sink;
  const keep = ring.capture(name);
  return {
    ...sink,
    frame: (frame) => {
      keep(frame);
      sink.frame(frame);
    },
  };
}

function noteBlind(interval: BlindInterval): void {
  pipeline.inventory.blindTimes.note(interval);
  post({ type: "blind", interval });
}

async function finish(): Promise<void> {
  pipeline.finish();
  lossWatch.finish();
  await ring?.close();
  while (sendDelta());
  post({ type: "stopped" });
  parentPort?.close();
}

function look(): void {
  const nowMillis = performance.now();
  const isHeard = pipeline.frames > framesLooked;
  framesLooked = pipeline.frames;
  if (isHeard) heardMillis = nowMillis;
  if (isInTime) pipeline.clock.look(nowMillis * 1_000);
  if (pipeline.clock.counters.clock_steps > stepsTold) tellStep();
  // By clocks that nobody steps: what lies between them at the start is left out anyway.
  const isKnown = isHeard && !pipeline.clock.isDoubting;
  const lagMillis = isKnown ? nowMillis - pipeline.clock.elapsedMicros / 1_000 : undefined;
  const worked = performance.eventLoopUtilization();
  const { utilization: busy } = performance.eventLoopUtilization(worked, workedBefore);
  workedBefore = worked;
  governor.look({ nowMillis, usedBytes: memory.bytes, busy, lagMillis, dropped: pipeline.droppedLate });
}

function tellStep(): void {
  stepsTold = pipeline.clock.counters.clock_steps;
  const seconds = (pipeline.clock.stepMicros / 1e6).toFixed(1);
  const remedy = "let one time service (chrony, ntpd) slew the clock instead of stepping it";
  const what = `the clock of captured packets was stepped (by ${seconds} s in all since the start)`;
  post({
    type: "notice",
    level: "warn",
    text: `${what}: connections go on, times before and after do not compare; ${remedy}`,
  });
}

/** Short pauses say nothing: what was captured may be on its way still. */
function noteSilence(): void {
  const silentMillis = performance.now() - heardMillis;
  if (silentMillis > SILENCE_MILLIS) pipeline.silence(silentMillis * 1_000);
}

/** Whether rows are left for another delta. */
function sendDelta(): boolean {
  ring?.flush();
  const isWaiting = isWriting && !isStopping;
  const changes = isWaiting ? NOTHING_CHANGED : takeChanges();
  if (!isWaiting) isWriting = true;
  const seen = pipeline.counters();
  const counters = { ...seen, ...governor.counters, ...ring?.counters };
  const health = { counters, undecoded: { ...pipeline.undecoded }, lagMillis: lagMillis() };
  const interfaces = supervisor.health();
  lookForLosses(health.lagMillis, interfaces, seen.packets_refused);
  const captured = interfaces.filter(({ state }) => state === "capturing").map(({ name }) => name);
  const alive = { atMicros: supervisor.seenUntilMicros(), interfaces: captured };
  post({ type: "delta", delta: { ...changes, alive, health }, interfaces, starting: supervisor.starting() });
  return changes.inventory.rows.length === MAX_ROWS || changes.findings.length === MAX_ROWS;
}

/** What an interface drops for reasons of its own is no loss of time or room. */
function lookForLosses(behindMillis: number, interfaces: readonly InterfaceHealth[], refused: number): void {
  const counted = supervisor.countedMicros();
  const counts = interfaces.map(({ name, droppedByKernel = 0, droppedByProcess = 0 }, index) => {
    const dropped = droppedByKernel + droppedByProcess;
    return { interfaceName: name, dropped, countedMicros: counted[index], refused };
  });
  lossWatch.look({ steadyMillis: performance.now(), hostMillis: Date.now(), behindMillis }, counts);
}

function takeChanges() {
  const inventory = pipeline.inventory.takeDelta(MAX_ROWS);
  const connections = pipeline.inventory.toldConnections.take();
  return { inventory, findings: pipeline.detection.takeChanged(MAX_ROWS), ...sampler.take(), connections };
}

/** How far behind the last packet analysed was; 0 while none come. */
function lagMillis(): number {
  const moved = pipeline.frames > framesBefore && !pipeline.clock.isDoubting;
  framesBefore = pipeline.frames;
  return moved ? Math.max(0, Date.now() - pipeline.latestMicros / 1_000) : 0;
}

function post(message: FromAnalysis): void {
  parentPort?.postMessage(message);
}
