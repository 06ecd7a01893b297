import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Pipeline } from "../../sensor/analysis/pipeline.js";
import { CaptureError } from "../../sensor/capture/capture-error.js";
import { CaptureReader } from "../../sensor/capture/capture-reader.js";
import { strictSettings } from "../support/analysis-run.js";
import { spentMillis } from "./spent-time.js";

export interface FuzzResult {
  readonly runs: number;
  readonly calls: number;
}

const MAX_CAPTURE_BYTES = 2_000_000;

/** Every capture under a folder that is small enough to be run often. */
export function capturesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(pcap|pcapng)$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/**
 * Runs the whole pipeline over prefixes and mutations of captures until the time is over. Damage may end a capture early with
 * CaptureError; anything else is thrown, and names what it came of.
 */
export function fuzz(captures: readonly string[], millis: number, seed: number): FuzzResult {
  const random = generator(seed);
  const files = captures
    .map((path) => ({ path, bytes: readFileSync(path) }))
    .filter(({ bytes }) => bytes.length < MAX_CAPTURE_BYTES);
  const end = spentMillis() + millis;
  let runs = 0;
  let calls = 0;
  while (spentMillis() < end && files.length > 0) {
    const { path, bytes } = files[random() % files.length];
    const mutated = mutate(bytes, random);
    try {
      calls += runOver(mutated);
    } catch (error) {
      throw new Error(`run ${runs} of seed ${seed}, a mutation of ${path}: ${(error as Error).stack}`);
    }
    runs++;
  }
  return { runs, calls };
}

function runOver(bytes: Buffer): number {
  let calls = 0;
  const pipeline = new Pipeline(strictSettings(), { call: () => void calls++ }, 1);
  const reader = new CaptureReader(pipeline.capture("fuzz"));
  try {
    reader.push(bytes);
    reader.end();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  pipeline.finish();
  JSON.stringify([...pipeline.inventory.endpoints(), ...pipeline.inventory.edges(), ...pipeline.detection.all()]);
  return calls;
}

/** A prefix, changed bytes, a hole, or a stretch told twice. */
function mutate(bytes: Buffer, random: () => number): Buffer {
  const at = 24 + (random() % Math.max(1, bytes.length - 24));
  const kind = random() % 4;
  if (kind === 0) return bytes.subarray(0, at);
  if (kind === 1) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + (random() % 64))]);
  if (kind === 2) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(24, at - (random() % 2_000)))]);
  const changed = Buffer.from(bytes);
  for (let change = random() % 24; change >= 0; change--)
    changed[24 + (random() % Math.max(1, bytes.length - 24))] = random() & 0xff;
  return changed;
}

/** xorshift32. */
export function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** For one run of many, so that each can be made again without those before it. */
export function generatorOfRun(seed: number, run: number): () => number {
  // Runs side by side must not begin alike: the finalizer of MurmurHash3.
  let state = seed ^ Math.imul(run + 1, 0x9e3779b1);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return generator(state ^ (state >>> 16));
}
