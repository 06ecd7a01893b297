// The analysis thread: captures in, deltas out, about once a second.
import { parentPort, workerData } from "node:worker_threads";
import { CaptureSupervisor } from "../capture/capture-supervisor.js";
import type { AnalysisStart, FromAnalysis, ToAnalysis } from "./analysis-messages.js";
import { FeedSampler } from "./feed-sampler.js";
import { Pipeline } from "./pipeline.js";

const DELTA_MILLIS = 1_000;
/** Rows and findings of one delta; more come with the next. */
const MAX_ROWS = 1_000;

const start = workerData as AnalysisStart;
const sampler = new FeedSampler(start.callsPerSecond);
const pipeline = new Pipeline(start.pipeline, sampler, start.seed);
pipeline.inventory.restore(start.rows);
pipeline.detection.restore(start.findings, pipeline.inventory.firstMicros);

const supervisor = new CaptureSupervisor(start.capture, start.blind, (name) => pipeline.capture(name), {
  blind: (interval) => post({ type: "blind", interval }),
  notice: (level, text) => post({ type: "notice", level, text }),
  refused: (text) => post({ type: "refused", text }),
});
supervisor.start();
let framesBefore = 0;
const timer = setInterval(sendDelta, DELTA_MILLIS);

parentPort?.on("message", (message: ToAnalysis) => {
  if (message.type === "own") {
    pipeline.leaveOut(message.ends);
    return;
  }
  if (message.type === "declare") {
    pipeline.inventory.declare(message.declared);
    return;
  }
  clearInterval(timer);
  void supervisor.stop().then(finish);
});

function finish(): void {
  pipeline.finish();
  while (sendDelta());
  post({ type: "stopped" });
  parentPort?.close();
}

/** Whether rows are left for another delta. */
function sendDelta(): boolean {
  const inventory = pipeline.inventory.takeDelta(MAX_ROWS);
  const findings = pipeline.detection.takeChanged(MAX_ROWS);
  const sample = sampler.take();
  const health = { counters: pipeline.counters(), undecoded: { ...pipeline.undecoded }, lagMillis: lagMillis() };
  const interfaces = supervisor.health();
  const captured = interfaces.filter(({ state }) => state === "capturing").map(({ name }) => name);
  const alive = { atMicros: Date.now() * 1_000, interfaces: captured };
  post({ type: "delta", delta: { inventory, findings, ...sample, alive, health }, interfaces });
  return inventory.rows.length === MAX_ROWS || findings.length === MAX_ROWS;
}

/** How far behind the last packet analysed was; 0 while none come. */
function lagMillis(): number {
  const moved = pipeline.frames > framesBefore && pipeline.lastMicros !== undefined;
  framesBefore = pipeline.frames;
  return moved ? Math.max(0, Date.now() - (pipeline.lastMicros ?? 0) / 1_000) : 0;
}

function post(message: FromAnalysis): void {
  parentPort?.postMessage(message);
}
