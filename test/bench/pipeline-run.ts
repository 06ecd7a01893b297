// What `run-pipeline` runs, as its bundle.
import { join } from "node:path";
import { callRecord } from "../../sensor/analysis/call-record.js";
import { LineFile } from "../../sensor/analysis/line-file.js";
import { Pipeline } from "../../sensor/analysis/pipeline.js";
import { readCaptureFile } from "../../sensor/capture/capture-file.js";
import type { FrameSink } from "../../sensor/capture/frame.js";
import { Decoder } from "../../sensor/decode/decoder.js";
import { FlowTable } from "../../sensor/flow/flow-table.js";
import type { Stream } from "../../sensor/flow/stream.js";
import { Dispatcher } from "../../sensor/protocol/dispatcher.js";
import { defaultSettings } from "../../shared/config/settings.js";
import { callLine } from "../../shared/record-json.js";

const [stage, file, folder] = process.argv.slice(2);
const settings = defaultSettings();
const DEAF_STREAM: Stream = { data() {}, gap() {}, finished() {}, close() {} };
let frames = 0;
let calls = 0;
let finish = (): void => {};

void readCaptureFile(file, counting(sinkOf(stage))).then(() => {
  finish();
  console.log(JSON.stringify({ frames, calls, peakBytes: process.resourceUsage().maxRSS * 1_024 }));
});

function sinkOf(name: string): FrameSink["frame"] {
  if (name === "read") return () => {};
  if (name === "whole" || name === "calls") return wholePipeline(name);
  const table = new FlowTable(settings.flow, name === "flow" ? { open: () => DEAF_STREAM } : dispatcher(), 1);
  const decoder = new Decoder(settings.decode, name === "decode" ? { packet() {} } : table);
  finish = () => table.finish(0);
  return (frame) => decoder.frame(frame);
}

function dispatcher(): Dispatcher {
  return new Dispatcher(settings.protocol, {
    message: (message) => {
      if (message.kind === "call") calls++;
    },
  });
}

function wholePipeline(name: string): FrameSink["frame"] {
  const lines = name === "calls" ? new LineFile(join(folder, "calls.ndjson")) : undefined;
  const tap = {
    call: (...seen: Parameters<typeof callRecord>) => {
      calls++;
      lines?.write(callLine(callRecord(...seen)));
    },
  };
  const pipeline = new Pipeline(settings, tap, 1);
  finish = () => {
    pipeline.finish();
    lines?.close();
  };
  return (frame) => pipeline.frame(frame);
}

function counting(take: FrameSink["frame"]): FrameSink {
  return {
    frame: (frame) => {
      frames++;
      take(frame);
    },
    statistics() {},
  };
}
