import { randomInt } from "node:crypto";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { hostname } from "node:os";
import { Worker } from "node:worker_threads";
import { type Logger, pino } from "pino";
import type { Settings } from "../../shared/config/settings.js";
import type { BlindInterval, HealthRecord, InterfaceHealth } from "../../shared/health.js";
import { SACRIFICES } from "../../shared/sacrifices.js";
import { ServiceNotify } from "../../shared/service-notify.js";
import { ensureSigningKeyOrWarn, signingKeyFile } from "../../shared/signing-key.js";
import { FileHold } from "../../shared/sqlite/file-hold.js";
import { VERSION } from "../../shared/version.js";
import type { AnalysisStart, FromAnalysis, ToAnalysis } from "../analysis/analysis-messages.js";
import { checkInterfaces } from "../capture/capture-supervisor.js";
import { leaveNoCore } from "../capture/native-binding.js";
import type { Declared } from "../declared/declared-api.js";
import { ConsoleLink } from "../deliver/console-link.js";
import type { Delta } from "../detect/delta.js";
import type { DetectionSettings } from "../detect/detection.js";
import type { Identities } from "../identity/identities.js";
import type { ServiceRules } from "../inventory/path/path-rule.js";
import type { InventorySettings } from "../inventory/settings.js";
import { SensorStore } from "../store/sensor-store.js";
import { blindBefore } from "./blind-before.js";
import { checkDataRules } from "./data-rules.js";
import { type FileNotices, type LoadedDeclared, loadDeclared, watchDeclared } from "./declared-files.js";
import type { FileWatch } from "./file-watch.js";
import { type HealthSource, serveHealth } from "./health-server.js";
import { type LoadedIdentities, loadIdentities, watchIdentities } from "./identity-files.js";
import { loadPathRules, watchPathRules } from "./path-rules.js";
import { withPolicy } from "./policy-file.js";
import { holdRing, ringSettings } from "./ring-folder.js";

const HEALTH_MILLIS = 5_000;
/** The analysis thread tells something every second; silence this long means that it hangs. */
const SILENCE_MILLIS = 30_000;
const RETRY_MILLIS = 5_000;
const DELIVER_REST_MILLIS = 1_500;
const WRONG_CONFIGURATION = 2;
const OUR_BUG = 70;

/** The settings, the policy and the rules for paths that they name in place. */
type SensorSettings = Settings & { readonly detect: DetectionSettings; readonly inventory: InventorySettings };

/** What was read of the files that the settings name; undefined where they name none. */
interface LoadedFiles {
  readonly declared: LoadedDeclared | undefined;
  readonly identities: LoadedIdentities | undefined;
}

/** Runs until it is told to end. Throws CommandError where it can't begin. */
export async function runSensor(settings: Settings): Promise<number> {
  checkInterfaces(settings.capture.interface);
  checkDataRules(settings.data);
  const log = pino({ level: settings.log.level, base: null }, pino.destination({ dest: 2, sync: true }));
  for (const text of leaveNoCore()) log.warn(text);
  const detect = await withPolicy(settings, (text) => log.warn(text));
  const notices = { broken: (text: string) => log.error(text), notice: (text: string) => log.warn(text) };
  const loaded = await loadDeclared(settings.declared, notices);
  const identities = await loadIdentities(settings.identity);
  const inventory = { ...settings.inventory, pathRules: await loadPathRules(settings.inventory.pathRulesFile) };
  const sensor = new Sensor({ ...settings, detect, inventory }, log, { declared: loaded, identities }, notices);
  return sensor.run();
}

class Sensor implements HealthSource {
  readonly #settings: SensorSettings;
  readonly #log: Logger;
  readonly #hold: FileHold;
  /** Undefined where no packets are kept. */
  readonly #ringHold: FileHold | undefined;
  readonly #store: SensorStore;
  readonly #link: ConsoleLink | undefined;
  readonly #loaded: LoadedFiles;
  /** Who looks whether they changed. */
  readonly #watches: FileWatch[] = [];
  readonly #notify = new ServiceNotify();
  /** Of the process: what went by while it was loading was not seen either. */
  readonly #startedMicros = Math.min(Math.floor(performance.timeOrigin * 1_000), Date.now() * 1_000);
  #worker: Worker | undefined = undefined;
  #server: Server | undefined = undefined;
  #interfaces: readonly InterfaceHealth[] = [];
  /** Undefined before the analysis has told anything. */
  #starting: readonly string[] | undefined = undefined;
  #delta: Delta["health"] | undefined = undefined;
  #lastHeardMillis = performance.now();
  #cpu = process.cpuUsage();
  #cpuMillis = performance.now();
  #cpuPercent = 0;
  #timer: NodeJS.Timeout | undefined = undefined;
  #isStopping = false;
  #isFinished = false;
  /** One, while the store can't be written; what is told at the end besides. */
  readonly #unwritten: Delta[] = [];
  /** By interface and beginning: an interval's end takes the place of its beginning. */
  readonly #unwrittenBlind = new Map<string, BlindInterval>();
  #failedMillis = Number.NEGATIVE_INFINITY;
  #end: (code: number) => void = () => {};

  constructor(settings: SensorSettings, log: Logger, loaded: LoadedFiles, notices: FileNotices) {
    this.#settings = settings;
    this.#log = log;
    this.#loaded = loaded;
    this.#watchFiles(notices);
    const delivers = settings.deliver.console !== undefined;
    this.#hold = new FileHold(settings.store.database, { setting: "store.database", holder: "sensor" });
    this.#ringHold = holdRing(settings.ring, (text) => log.warn(text));
    this.#store = new SensorStore(settings.store, delivers);
    const identity = { name: settings.deliver.name ?? hostname(), version: VERSION, host: hostname() };
    this.#link = delivers
      ? new ConsoleLink(settings.deliver, this.#store, identity, {
          info: (text) => log.info(text),
          warn: (text) => log.warn(text),
          connected: (socket) => this.#leaveOut(socket),
        })
      : undefined;
  }

  async run(): Promise<number> {
    const { evidence, store } = this.#settings;
    ensureSigningKeyOrWarn(signingKeyFile(evidence.keyFile, store.database), (text) => this.#log.warn(text));
    this.#server = await serveHealth(this.#settings.health.listen, this);
    this.#startAnalysis(blindBefore(this.#store, this.#settings.capture.interface, this.#startedMicros));
    this.#link?.start();
    this.#timer = setInterval(() => this.#tellHealth(), HEALTH_MILLIS);
    for (const watch of this.#watches) watch.start();
    // In a terminal it means that this one is gone.
    if (process.stdin.isTTY !== true)
      process.on("SIGHUP", () => {
        for (const watch of this.#watches) void watch.look();
      });
    process.once("SIGTERM", () => this.#stop());
    process.once("SIGINT", () => this.#stop());
    return new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  #startAnalysis(blind: readonly BlindInterval[]): void {
    const { capture, decode, flow, protocol, inventory, detect, sample, overload } = this.#settings;
    const start: AnalysisStart = {
      capture,
      pipeline: {
        decode,
        flow,
        protocol,
        inventory: { ...inventory, ...this.#saidByFiles(), ...this.#told() },
        detect,
      },
      ring: ringSettings(this.#settings.ring),
      callsPerSecond: sample.callsPerSecond,
      memoryBytes: overload.memoryBytes,
      seed: randomInt(2 ** 31),
      rows: this.#store.rows(),
      findings: this.#store.findings(),
      blind,
      pastBlind: this.#store.blindIntervals().filter(({ untilMicros }) => untilMicros !== undefined),
    };
    const worker = new Worker(new URL("../analysis/analysis-worker.js", import.meta.url), {
      workerData: start,
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    this.#worker = worker;
    worker.on("message", (message: FromAnalysis) => this.#heard(message));
    worker.on("error", (error) => {
      this.#log.fatal({ err: error }, "the analysis failed: this is our own bug");
      void this.#finish(OUR_BUG);
    });
  }

  #saidByFiles(): Pick<InventorySettings, "declared" | "identities"> {
    const { declared, identities } = this.#loaded;
    return {
      ...(declared === undefined ? {} : { declared: declared.declared }),
      ...(identities === undefined ? {} : { identities: identities.identities }),
    };
  }

  #watchFiles(notices: FileNotices): void {
    const { declared, identities } = this.#loaded;
    const { declared: ofDeclared, identity } = this.#settings;
    if (declared !== undefined)
      this.#watches.push(watchDeclared(ofDeclared, declared, notices, (changed) => this.#declare(changed)));
    if (identities !== undefined)
      this.#watches.push(watchIdentities(identity, identities, notices.broken, (changed) => this.#identify(changed)));
    const rules = watchPathRules(this.#settings.inventory, notices.broken, (changed) => this.#rule(changed));
    if (rules !== undefined) this.#watches.push(rules);
  }

  #identify(identities: Identities): void {
    this.#log.info(`identity.files changed; addresses and networks named now: ${identities.named.length}`);
    this.#worker?.postMessage({ type: "identify", identities } satisfies ToAnalysis);
  }

  #rule(rules: readonly ServiceRules[]): void {
    this.#log.info(`inventory.pathRulesFile changed; services with rules now: ${rules.length}`);
    this.#worker?.postMessage({ type: "rule", rules } satisfies ToAnalysis);
  }

  #told(): { maxToldConnections?: number } {
    return this.#link === undefined ? {} : { maxToldConnections: this.#settings.sample.connectionsPerSecond };
  }

  #declare(declared: Declared): void {
    const operations = declared.apis.reduce((sum, api) => sum + api.operations.length, 0);
    this.#log.info(`declared.files changed; operations declared now: ${operations}, in files: ${declared.apis.length}`);
    this.#worker?.postMessage({ type: "declare", declared } satisfies ToAnalysis);
  }

  #leaveOut({ localAddress, localPort, remoteAddress, remotePort }: Socket): void {
    if (
      localAddress === undefined ||
      localPort === undefined ||
      remoteAddress === undefined ||
      remotePort === undefined
    )
      return;
    const ends = {
      clientAddress: localAddress,
      clientPort: localPort,
      serverAddress: remoteAddress,
      serverPort: remotePort,
    };
    this.#worker?.postMessage({ type: "own", ends } satisfies ToAnalysis);
  }

  #heard(message: FromAnalysis): void {
    this.#lastHeardMillis = performance.now();
    switch (message.type) {
      case "delta":
        this.#interfaces = message.interfaces;
        this.#starting = message.starting;
        if (this.#delta === undefined) this.#begun(message.delta);
        this.#delta = message.delta.health;
        this.#keep(message.delta);
        this.#link?.wake();
        break;
      case "blind":
        this.#keepBlind(message.interval);
        this.#link?.wake();
        break;
      case "notice":
        this.#log[message.level](message.text);
        break;
      case "refused":
        this.#log.fatal(message.text);
        void this.#finish(WRONG_CONFIGURATION);
        break;
      default:
        void this.#finish(0);
    }
  }

  /** A disk that is full for a while costs nothing: the analysis tells what changes meanwhile when this was written. */
  #keep(delta: Delta): void {
    const { inventory, findings } = delta;
    const hasChanged = inventory.rows.length + inventory.removals.length + findings.length > 0;
    if (hasChanged || this.#unwritten.length === 0) this.#unwritten.push(delta);
    this.#writeInTime();
  }

  #keepBlind(interval: BlindInterval): void {
    const key = `${interval.interfaceName} ${interval.fromMicros}`;
    this.#unwrittenBlind.delete(key);
    this.#unwrittenBlind.set(key, interval);
    this.#writeInTime();
  }

  get #isUnwritten(): boolean {
    return this.#unwritten.length + this.#unwrittenBlind.size > 0;
  }

  /** A file that another process has locked holds this thread up for seconds at each try. */
  #writeInTime(): void {
    if (performance.now() - this.#failedMillis >= RETRY_MILLIS) this.#write();
  }

  #write(): void {
    this.#try(() => {
      for (const [key, interval] of this.#unwrittenBlind) {
        this.#store.blind(interval);
        this.#unwrittenBlind.delete(key);
      }
      if (this.#unwritten.length === 0) return;
      while (this.#unwritten.length > 0) {
        this.#store.apply(this.#unwritten[0], this.health());
        this.#unwritten.shift();
      }
      this.#worker?.postMessage({ type: "written" } satisfies ToAnalysis);
    });
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failedMillis = performance.now();
      const { database } = this.#settings.store;
      this.#log.error(`store.database "${database}" can't be written: ${(error as Error).message}; it is tried again`);
    }
  }

  #begun(delta: Delta): void {
    this.#delta = delta.health;
    this.#log.info(
      `eastwatch ${VERSION} runs on ${this.#settings.capture.interface.join(", ")}; inventory in ${this.#settings.store.database}`,
    );
    this.#tellHealth();
    this.#notify.ready(() => !this.#isSilent());
  }

  health(): HealthRecord | undefined {
    if (this.#delta === undefined) return undefined;
    const { counters, undecoded, lagMillis } = this.#delta;
    return {
      kind: "health",
      atMicros: Date.now() * 1_000,
      startedMicros: this.#startedMicros,
      version: VERSION,
      interfaces: this.#interfaces,
      counters: {
        ...counters,
        outbox_events: this.#store.outbox.events,
        outbox_bytes: this.#store.outbox.bytes,
        outbox_dropped: this.#store.droppedTotal,
        calls_not_sampled: this.#store.callsNotSampledTotal,
      },
      undecoded,
      lagMillis: Math.round(lagMillis),
      rssBytes: process.memoryUsage.rss(),
      cpuPercent: this.#cpuPercent,
    };
  }

  trouble(): string | undefined {
    if (this.#isSilent()) return "the analysis is silent";
    if (this.#isUnwritten) return "the inventory can't be written";
    if (this.#starting === undefined || this.#starting.length > 0) return "starting";
    const isBlind = this.#interfaces.length > 0 && this.blind().length === this.#interfaces.length;
    return isBlind ? "no interface can be captured" : undefined;
  }

  blind(): string[] {
    const blind = this.#interfaces.filter(({ state }) => state === "blind").map(({ name }) => name);
    return blind.filter((name) => this.#starting?.includes(name) !== true);
  }

  givenUp(): readonly string[] {
    return SACRIFICES.slice(0, this.#delta?.counters.overload_step ?? 0);
  }

  #isSilent(): boolean {
    return performance.now() - this.#lastHeardMillis > SILENCE_MILLIS;
  }

  #tellHealth(): void {
    const cpu = process.cpuUsage(this.#cpu);
    const nowMillis = performance.now();
    this.#cpuPercent = Math.round((cpu.user + cpu.system) / 10 / Math.max(1, nowMillis - this.#cpuMillis));
    this.#cpu = process.cpuUsage();
    this.#cpuMillis = nowMillis;
    const health = this.health();
    if (health === undefined || this.#isUnwritten) return;
    // One that is lost is none's loss: the next tells the same totals.
    this.#try(() => this.#store.health(health));
    this.#link?.wake();
  }

  #stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#notify.stopping();
    this.#link?.ending();
    this.#log.info("ends");
    this.#worker?.postMessage({ type: "stop" });
    setTimeout(() => void this.#finish(0), 5_000).unref();
  }

  /** What is left has a moment to reach the console; after that it waits in the outbox. */
  async #finish(code: number): Promise<void> {
    if (this.#isFinished) return;
    this.#isFinished = true;
    clearInterval(this.#timer);
    for (const watch of this.#watches) watch.stop();
    this.#tellHealth();
    const until = performance.now() + DELIVER_REST_MILLIS;
    while (this.#link?.isConnected === true && this.#store.outbox.events > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#link?.stop();
    this.#server?.close();
    await this.#worker?.terminate();
    if (this.#isUnwritten) this.#write();
    this.#store.close();
    this.#ringHold?.release();
    this.#hold.release();
    this.#end(code);
  }
}
