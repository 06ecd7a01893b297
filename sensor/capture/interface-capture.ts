import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BlindInterval, InterfaceHealth } from "../../shared/health.js";
import { CaptureReader } from "./capture-reader.js";
import type { CaptureRequest } from "./capture-request.js";
import { BINDING_REFUSED, FILTER_REFUSED } from "./exit-code.js";
import { filterRefusal } from "./filter-check.js";
import type { FrameSink } from "./frame.js";
import { interfaceState, REPLAY } from "./host-interfaces.js";
import { type ImplementationUsed, implementationOf, wordsFor } from "./implementation-used.js";
import { droppedTotal, LossTotal } from "./loss-total.js";
import { SeenUntil } from "./seen-until.js";

export interface CaptureSettings extends Omit<CaptureRequest, "interface"> {
  readonly interface: readonly string[];
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
/** A capture tells its counts twice a second: one that has told nothing for so many looks does not look either. */
const SILENT_LOOKS = 20;
/** A capture that ran this long was sound: the next wait is short again. */
const SOUND_MILLIS = 10_000;
/** How long a capture process that was asked to end may take to hand on what the kernel still holds. */
const CLOSE_MILLIS = 1_000;
const MAX_REASON = 200;

/** One interface, captured by a process of its own that is started again for as long as it takes. */
export class InterfaceCapture {
  readonly name: string;
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
  readonly #seen = new SeenUntil();
  readonly #isReplay: boolean;
  /** Looks since its process was last heard; undefined before it captures. */
  #silentLooks: number | undefined = undefined;
  #frames = 0;
  readonly #losses = new LossTotal();
  #implementation: ImplementationUsed | undefined = undefined;
  #restarts = 0;
  #isStopped = false;
  /** The process was asked to end. */
  #isClosing = false;
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
    this.name = name;
    this.#isReplay = name.startsWith(REPLAY);
    this.#before = before;
    this.#blind = before;
    this.#settings = settings;
    this.#watcher = watcher;
    this.#waitMillis = settings.restartMinMillis;
    this.#sink = {
      frame: (frame) => {
        this.#frames++;
        this.#seen.frame(frame.atMicros);
        sink.frame(frame);
      },
      statistics: (told, atMicros) => {
        if (atMicros !== undefined) this.#seen.counted(atMicros);
        sink.statistics({ ...told, ...this.#losses.take(told) }, atMicros);
      },
      application: (name) => this.#opened(name),
    };
  }

  start(): void {
    if (this.#before !== undefined) this.#watcher.blind(this.#before);
    this.#spawn();
    this.#watch = setInterval(() => this.#look(), WATCH_MILLIS);
  }

  /** Resolves once everything that was captured has gone to the sink. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    if (this.#child !== undefined) await this.#close(this.#child);
  }

  /** What the kernel holds back comes out, and with it the last count of what was lost. */
  #close(child: ChildProcess): Promise<void> {
    this.#isClosing = true;
    const kill = setTimeout(() => child.kill("SIGKILL"), CLOSE_MILLIS);
    child.stdin?.end();
    return new Promise((resolve) => {
      child.once("close", () => {
        clearTimeout(kill);
        resolve();
      });
    });
  }

  health(): InterfaceHealth {
    const { losses } = this.#losses;
    const dropped = droppedTotal(losses);
    return {
      name: this.name,
      state: this.isCapturing ? "capturing" : "blind",
      frames: this.#frames,
      restarts: this.#restarts,
      ...losses,
      ...(dropped === undefined ? {} : { dropped }),
      ...(this.#implementation === undefined ? {} : { implementation: this.#implementation.name }),
    };
  }

  get isCapturing(): boolean {
    return this.#blind === undefined && this.#wasOpened;
  }

  /** Neither has it captured nor is it known that it can't. */
  get isStarting(): boolean {
    return !this.#wasOpened && this.#blind === this.#before;
  }

  /** Until when all that passed has been handed on, microseconds of the host's clock. A replay misses nothing. */
  get seenUntilMicros(): number {
    return this.#isReplay ? Date.now() * 1_000 : Math.min(this.#seen.micros, Date.now() * 1_000);
  }

  /** Until when it is known what was dropped, likewise. */
  get countedMicros(): number {
    return this.#seen.countedMicros;
  }

  #spawn(): void {
    const { filter, bufferBytes, snapLength, promiscuous, implementation } = this.#settings;
    const request: CaptureRequest = {
      interface: this.name,
      ...{ filter, bufferBytes, snapLength, promiscuous, implementation },
    };
    this.#isClosing = false;
    this.#stateAtStart = interfaceState(this.name);
    this.#startedMillis = performance.now();
    if (this.#blind === undefined || this.#blind === this.#before) this.#seen.begin(Date.now() * 1_000);
    this.#silentLooks = undefined;
    this.#reason = "";
    const reader = new CaptureReader(this.#sink);
    const command = this.#isReplay ? [REPLAYER, this.name.slice(REPLAY.length)] : [CAPTURE, JSON.stringify(request)];
    const child = spawn(process.execPath, command, { stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    child.stdin.on("error", () => {});
    child.stdout.on("data", (bytes: Buffer) => {
      this.#silentLooks = 0;
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
      const refused = refusal(code, this.#settings, this.#reason);
      if (refused === undefined || this.#isStopped || this.#wasOpened)
        this.#ended(child, signal === null ? `it ended with ${code}` : `it ended by ${signal}`);
      else {
        this.#child = undefined;
        this.#watcher.refused(refused);
      }
    });
  }

  #heard(text: string): void {
    const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("Warning:"));
    if (this.#reason !== "" || lines.length === 0) return;
    const reason = lines[0].trim().slice(0, MAX_REASON);
    this.#reason = /permission|permitted/i.test(reason) ? `${reason}; capturing needs root or CAP_NET_RAW` : reason;
  }

  #opened(application: string): void {
    this.#wasOpened = true;
    this.#implementation = implementationOf(application);
    const { level, words } = wordsFor(this.#implementation, this.#settings.promiscuous);
    const again = this.#blind === undefined || this.#blind === this.#before ? "" : " again";
    this.#watcher.notice(level, `captures ${this.name}${again} ${words}`);
    const nowMicros = Date.now() * 1_000;
    this.#seen.begin(nowMicros);
    this.#endBlind(nowMicros);
  }

  #endBlind(untilMicros: number): void {
    if (this.#blind !== undefined) this.#watcher.blind({ ...this.#blind, untilMicros });
    this.#blind = undefined;
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child || this.#isStopped) return;
    this.#child = undefined;
    this.#losses.restarted();
    this.#beginBlind(this.#whyBlind(interfaceState(this.name)) ?? (this.#reason === "" ? how : this.#reason));
    if (performance.now() - this.#startedMillis > SOUND_MILLIS) this.#waitMillis = this.#settings.restartMinMillis;
    this.#retry = setTimeout(() => this.#again(), this.#waitMillis);
    this.#waitMillis = Math.min(this.#waitMillis * 2, this.#settings.restartMaxMillis);
  }

  #beginBlind(reason: string): void {
    // From its start on the sensor knows better why it sees nothing.
    const fromMicros = this.seenUntilMicros;
    if (this.#blind === this.#before) this.#endBlind(fromMicros);
    if (this.#blind !== undefined) return;
    this.#blind = { kind: "blind", interfaceName: this.name, fromMicros, reason };
    this.#watcher.blind(this.#blind);
    this.#watcher.notice("warn", `can't see ${this.name}: ${reason}; tries again`);
  }

  /** No process is started for an interface that is not there: it is looked for instead. */
  #again(): void {
    if (this.#isStopped || this.#child !== undefined) return;
    if (interfaceState(this.name)?.endsWith("down") !== false) {
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
    const state = interfaceState(this.name);
    if (this.#child === undefined) {
      if (this.#retry === undefined && state !== undefined && !state.endsWith("down")) this.#again();
      return;
    }
    const reason = this.#whyBlind(state) ?? this.#whySilent();
    if (reason === undefined) this.#seen.sound(Date.now() * 1_000);
    if (reason === undefined || this.#isClosing) return;
    this.#reason = reason;
    void this.#close(this.#child);
  }

  /** A process that is stopped, or hangs, sees nothing and can't tell. A replay has nothing to tell between its frames. */
  #whySilent(): string | undefined {
    if (this.#silentLooks === undefined || this.#isReplay) return undefined;
    this.#silentLooks++;
    if (this.#silentLooks <= SILENT_LOOKS) return undefined;
    return `its process has not been heard for ${(SILENT_LOOKS * WATCH_MILLIS) / 1_000} s`;
  }

  /** Why an interface in this state is not captured any more; undefined where nothing has changed. */
  #whyBlind(state: string | undefined): string | undefined {
    if (state === undefined) return "the interface is gone";
    if (state.endsWith("down")) return "the interface is down";
    const isOther = this.#stateAtStart !== undefined && state !== this.#stateAtStart;
    return isOther ? "the interface was made anew, or is of another kind now" : undefined;
  }
}

/** Why nothing but another configuration helps a process that ended with this code; undefined where a later try may. */
function refusal(code: number | null, settings: CaptureSettings, reason: string): string | undefined {
  if (code === FILTER_REFUSED) return filterRefusal(settings.filter, reason);
  if (code !== BINDING_REFUSED) return undefined;
  const orElse = settings.implementation === "auto" ? "" : ", or set it to auto";
  return `capture.implementation "${settings.implementation}" can't be used: ${reason}; install libpcap-dev and a C++ compiler and run \`npm run native\`${orElse}`;
}
