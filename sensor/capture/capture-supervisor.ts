import { existsSync } from "node:fs";
import { CommandError } from "../../shared/command-error.js";
import type { BlindInterval, InterfaceHealth } from "../../shared/health.js";
import type { FrameSink } from "./frame.js";
import { hostInterfaces, REPLAY } from "./host-interfaces.js";
import { type CaptureSettings, type CaptureWatcher, InterfaceCapture } from "./interface-capture.js";

export type { CaptureSettings } from "./interface-capture.js";

/** Captures every interface that is configured. */
export class CaptureSupervisor {
  readonly #captures: readonly InterfaceCapture[];

  /** `blind` holds intervals that last until the captures begin; `sinkOf` gives frames their way into the pipeline. */
  constructor(
    settings: CaptureSettings,
    blind: readonly BlindInterval[],
    sinkOf: (name: string) => FrameSink,
    watcher: CaptureWatcher,
  ) {
    this.#captures = settings.interface.map((name) => {
      const before = blind.find(({ interfaceName }) => interfaceName === name);
      return new InterfaceCapture(name, settings, before, sinkOf(name), watcher);
    });
  }

  start(): void {
    for (const capture of this.#captures) capture.start();
  }

  /** Resolves once everything that was captured has gone to the sinks. */
  async stop(): Promise<void> {
    await Promise.all(this.#captures.map((capture) => capture.stop()));
  }

  /** Until when all that passed what is captured now has gone to the sinks, microseconds of the host's clock. */
  seenUntilMicros(): number {
    const times = this.#captures.filter((capture) => capture.isCapturing).map((capture) => capture.seenUntilMicros);
    return Math.min(Date.now() * 1_000, ...times);
  }

  /** Until when it is known what each has dropped, in the order of `health`. */
  countedMicros(): number[] {
    return this.#captures.map((capture) => capture.countedMicros);
  }

  /** Those of which nobody knows yet whether they can be captured. */
  starting(): string[] {
    return this.#captures.filter(({ isStarting }) => isStarting).map(({ name }) => name);
  }

  health(): InterfaceHealth[] {
    return this.#captures.map((capture) => capture.health());
  }
}

/** Throws CommandError for an interface this host does not have; it may come and go afterwards. */
export function checkInterfaces(names: readonly string[]): void {
  const present = hostInterfaces();
  if (names.length === 0) {
    throw new CommandError(
      `capture.interface is empty; name one with --interface, this host has ${present.join(", ")}, any`,
    );
  }
  // Each frame would be captured twice, and told as sent again.
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new CommandError(`capture.interface has "${twice}" twice; keep one`);
  for (const name of names) {
    if (name === "any" || present.includes(name)) continue;
    if (name.startsWith(REPLAY)) {
      if (existsSync(name.slice(REPLAY.length))) continue;
      throw new CommandError(`capture.interface "${name}": there is no such file`);
    }
    throw new CommandError(`capture.interface "${name}" does not exist; this host has ${present.join(", ")}, any`);
  }
}
