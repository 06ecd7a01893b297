import { callRecord } from "../../sensor/analysis/call-record.js";
import { Pipeline, type PipelineSettings } from "../../sensor/analysis/pipeline.js";
import { CaptureError } from "../../sensor/capture/capture-error.js";
import { readCaptureFile } from "../../sensor/capture/capture-file.js";
import { defaultSettings } from "../../shared/config/settings.js";
import type { CallRecord } from "../../shared/event.js";

export interface AnalysisRun {
  readonly calls: readonly CallRecord[];
  readonly pipeline: Pipeline;
  readonly damage: CaptureError | undefined;
}

/** The defaults, with a parser's own faults thrown instead of survived. */
export function strictSettings(): PipelineSettings {
  const settings = defaultSettings();
  return { ...settings, protocol: { ...settings.protocol, faults: "throw" } };
}

/** The whole pipeline over one capture file, of which only some frames are seen where `isSeen` says so. */
export async function analyzeFile(
  path: string,
  isSeen: (frame: number) => boolean = () => true,
  settings: PipelineSettings = strictSettings(),
): Promise<AnalysisRun> {
  const calls: CallRecord[] = [];
  const tap = { call: (...seen: Parameters<typeof callRecord>) => void calls.push(callRecord(...seen)) };
  const pipeline = new Pipeline(settings, tap, 1);
  const sink = pipeline.capture(path);
  let damage: CaptureError | undefined;
  let frames = 0;
  try {
    await readCaptureFile(path, { ...sink, frame: (frame) => (isSeen(frames++) ? sink.frame(frame) : undefined) });
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    damage = error;
  }
  pipeline.finish();
  return { calls, pipeline, damage };
}
