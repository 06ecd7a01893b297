import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BlindInterval, InterfaceHealth } from "../../shared/event.js";
import { CaptureReader } from "./capture-reader.js";
import { FILTER_REFUSED } from "./filter-refused.js";
import type { FrameSink } from "./frame.js";
import { interfaceState, REPLAY } from "./host-interfaces.js";

export interface CaptureSettings {
  readonly interface: readonly string[];
  readonly filter: string;
  readonly bufferBytes: number;
  readonly restartMinMillis: number;
  readonly restartMaxMillis: number;
}

/** What becomes known of captures beside their frames. */
export interface CaptureWatcher {
  /** A blind interval began, or (with `untilMicros`) ended. */
  blind(interval: BlindInterval): void;
  notice(level: "info" | "warn" | "error", text: string): void;
  /** Nothing but another configuration helps: no capture is tried again. */
  refused(text: string): void;
}

const CAPTURE = fileURLToPath(new URL("./capture-process.js", import.meta.url));
const REPLAYER = fileURLToPath(new URL("./replay-process.js", import.meta.url));
const WATCH_MILLIS = 500;
/** A capture that ran this long was sound: the next wait is short again. */
const SOUND_MILLIS = 10_000;
const MAX_REASON = 200;

/** One interface, captured by a process of its own that is started again for as long as it takes. */
export class InterfaceCapture {
  readonly #name: string;
  readonly #settings: CaptureSettings;
  readonly #sink: FrameSink;
  readonly #watcher: CaptureWatcher;
  #child: ChildProcess | undefined = undefined;
  #stateAtStart: string | undefined = undefined;
  #blind: BlindInterval | undefined;
  /** The interval begun before this sensor was started. */
  readonly #before: BlindInterval | undefined;
  #waitMillis: number;
  #startedMillis = 0;
  /** Host clock when its process was last heard: from then on nothing is certain. */
  #heardMillis = 0;
  #frames = 0;
  #dropped: number | undefined = undefined;
  #droppedBefore = 0;
  #restarts = 0;
  #isStopped = false;
  #wasOpened = false;
  #retry: NodeJS.Timeout | undefined = undefined;
  #watch: NodeJS.Timeout | undefined = undefined;
  #reason = "";

  constructor(
    name: string,
    settings: CaptureSettings,
    before: BlindInterval | undefined,
    sink: FrameSink,
    watcher: CaptureWatcher,
  ) {
    this.#name = name;
    this.#before = before;
    this.#blind = before;
    this.#settings = settings;
    this.#watcher = watcher;
    this.#waitMillis = settings.restartMinMillis;
    this.#sink = {
      frame: (frame) => {
        this.#frames++;
        sink.frame(frame);
      },
      statistics: (told) => {
        const dropped = told.droppedByKernel ?? told.droppedByInterface;
        if (dropped !== undefined) this.#dropped = this.#droppedBefore + dropped;
        sink.statistics(this.#dropped === undefined ? told : { ...told, droppedByKernel: this.#dropped });
      },
    };
  }

  start(): void {
    if (this.#before !== undefined) this.#watcher.blind(this.#before);
    this.#spawn();
    this.#watch = setInterval(() => this.#look(), WATCH_MILLIS);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.#child?.kill("SIGKILL");
  }

  health(): InterfaceHealth {
    const dropped = this.#dropped === undefined ? {} : { dropped: this.#dropped };
    const state = this.#blind === undefined ? "capturing" : "blind";
    return { name: this.#name, state, frames: this.#frames, restarts: this.#restarts, ...dropped };
  }

  #spawn(): void {
    const { filter, bufferBytes } = this.#settings;
    this.#stateAtStart = interfaceState(this.#name);
    this.#startedMillis = performance.now();
    if (this.#blind === undefined || this.#blind === this.#before) this.#heardMillis = Date.now();
    this.#reason = "";
    const reader = new CaptureReader(this.#sink);
    const command = this.#name.startsWith(REPLAY)
      ? [REPLAYER, this.#name.slice(REPLAY.length)]
      : [CAPTURE, this.#name, filter, String(bufferBytes)];
    const child = spawn(process.execPath, command, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    let isOpen = false;
    child.stdout.on("data", (bytes: Buffer) => {
      if (!isOpen) this.#opened();
      isOpen = true;
      this.#heardMillis = Date.now();
      try {
        reader.push(bytes);
      } catch (error) {
        this.#reason = `its output broke: ${(error as Error).message}`;
        child.kill("SIGKILL");
      }
    });
    child.stderr.on("data", (bytes: Buffer) => this.#heard(bytes.toString()));
    child.on("error", (error) => this.#ended(child, error.message));
    child.on("close", (code, signal) => {
      if (code === FILTER_REFUSED && !this.#isStopped && !this.#wasOpened)
        this.#watcher.refused(refusal(this.#settings.filter, this.#reason));
      else this.#ended(child, signal === null ? `it ended with ${code}` : `it ended by ${signal}`);
    });
  }

  #heard(text: string): void {
    const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("Warning:"));
    if (this.#reason !== "" || lines.length === 0) return;
    const reason = lines[0].trim().slice(0, MAX_REASON);
    this.#reason = /permission|permitted/i.test(reason) ? `${reason}; capturing needs root or CAP_NET_RAW` : reason;
  }

  #opened(): void {
    this.#wasOpened = true;
    if (this.#blind === undefined) {
      this.#watcher.notice("info", `captures ${this.#name}`);
      return;
    }
    this.#watcher.notice("info", `captures ${this.#name}${this.#blind === this.#before ? "" : " again"}`);
    this.#endBlind(Date.now());
  }

  #endBlind(atMillis: number): void {
    if (this.#blind !== undefined) this.#watcher.blind({ ...this.#blind, untilMicros: atMillis * 1_000 });
    this.#blind = undefined;
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child || this.#isStopped) return;
    this.#child = undefined;
    this.#droppedBefore = this.#dropped ?? 0;
    this.#beginBlind(whyBlind(interfaceState(this.#name)) ?? (this.#reason === "" ? how : this.#reason));
    if (performance.now() - this.#startedMillis > SOUND_MILLIS) this.#waitMillis = this.#settings.restartMinMillis;
    this.#retry = setTimeout(() => this.#again(), this.#waitMillis);
    this.#waitMillis = Math.min(this.#waitMillis * 2, this.#settings.restartMaxMillis);
  }

  #beginBlind(reason: string): void {
    // From its start on the sensor knows better why it sees nothing.
    if (this.#blind === this.#before) this.#endBlind(this.#heardMillis);
    if (this.#blind !== undefined) return;
    this.#blind = { kind: "blind", interfaceName: this.#name, fromMicros: this.#heardMillis * 1_000, reason };
    this.#watcher.blind(this.#blind);
    this.#watcher.notice("warn", `can't see ${this.#name}: ${reason}; tries again`);
  }

  /** No process is started for an interface that is not there: it is looked for instead. */
  #again(): void {
    if (this.#isStopped || this.#child !== undefined) return;
    if (interfaceState(this.#name)?.endsWith("down") !== false) {
      this.#retry = undefined;
      return;
    }
    this.#restarts++;
    this.#spawn();
  }

  /**
   * An interface that was taken away and made anew, or went down, does not always end its capture: then the process waits for
   * packets that can't come.
   */
  #look(): void {
    const state = interfaceState(this.#name);
    if (this.#child === undefined) {
      if (this.#retry === undefined && state !== undefined && !state.endsWith("down")) this.#again();
      return;
    }
    if (state === this.#stateAtStart || this.#stateAtStart === undefined) return;
    this.#reason = whyBlind(state) ?? "the interface was made anew";
    this.#child.kill("SIGKILL");
  }
}

/** Why an interface in this state can't be captured; undefined where it can. */
function whyBlind(state: string | undefined): string | undefined {
  if (state === undefined) return "the interface is gone";
  return state.endsWith("down") ? "the interface is down" : undefined;
}

function refusal(filter: string, reason: string): string {
  return `capture.filter "${filter}" can't be used: ${reason}; write it as for tcpdump, such as "tcp port 80" (pcap-filter(7))`;
}
