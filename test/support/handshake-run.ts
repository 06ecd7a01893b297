import { Pipeline } from "../../sensor/analysis/pipeline.js";
import { CaptureError } from "../../sensor/capture/capture-error.js";
import { readCaptureFile } from "../../sensor/capture/capture-file.js";
import type { Handshake } from "../../sensor/protocol/message.js";
import { strictSettings } from "./analysis-run.js";

/** Every handshake of one capture file. */
export async function handshakesOf(path: string): Promise<Handshake[]> {
  const handshakes: Handshake[] = [];
  const pipeline = new Pipeline(strictSettings(), { handshake: (handshake) => void handshakes.push(handshake) }, 1);
  try {
    await readCaptureFile(path, pipeline.capture(path));
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  pipeline.finish();
  return handshakes;
}
