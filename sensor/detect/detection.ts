import { createHash } from "node:crypto";
import { BlindTimes } from "../../shared/blind-times.js";
import { CATALOGUE } from "../../shared/catalogue.js";
import type { FindingRecord } from "../../shared/event.js";
import { type Edge, type Endpoint, MARK, type ObservationSink, type Service } from "../inventory/observation.js";
import type { Anomaly, Call, Connection, Handshake } from "../protocol/message.js";
import { BoundedMap } from "./bounded-map.js";
import { CertificateWatch } from "./certificate/certificate-watch.js";
import type { FindingDraft, Findings, Rule, RuleSettings } from "./finding.js";
import { Judge } from "./policy/judge.js";
import type { Policy } from "./policy/policy.js";
import { RULES } from "./registry.js";

export interface DetectionSettings extends RuleSettings {
  /** Packet time after the first observation in which everything seen is taken as known. */
  readonly learningSeconds: number;
  readonly maxFindings: number;
  readonly disabledRules: readonly string[];
  /** Certificates, issuers and addresses that each rule remembers. */
  readonly maxRemembered: number;
  /** What the operator expects of connections; checked when it was read. */
  readonly policy?: Policy;
}

interface Entry {
  record: FindingRecord;
  count: number;
  firstMicros: number;
  lastMicros: number;
  isChanged: boolean;
}

type Handler<Kind extends keyof ObservationSink> = ObservationSink[Kind];

/** Runs the rules over observations and merges what they find. */
export class Detection implements ObservationSink {
  readonly counters = { findings: 0, findings_refused: 0, remembered_refused: 0 };
  readonly #settings: DetectionSettings;
  readonly #entries = new Map<string, Entry>();
  readonly #onCall: readonly Handler<"call">[];
  readonly #onMarked: readonly { readonly mark: number; readonly see: Handler<"call"> }[];
  readonly #onAnomaly: readonly Handler<"anomaly">[];
  readonly #onConnection: readonly Handler<"connection">[];
  readonly #onHandshake: readonly Handler<"handshake">[];
  readonly #onSettled: readonly Handler<"settled">[];
  readonly #certificates: CertificateWatch;
  #changed: Entry[] = [];
  readonly #blindTimes: BlindTimes;
  /** Packet time of the first thing ever learned. */
  #beganMicros: number | undefined = undefined;

  constructor(settings: DetectionSettings, blindTimes = new BlindTimes()) {
    this.#settings = settings;
    this.#blindTimes = blindTimes;
    const enabled = RULES.filter((rule) => !settings.disabledRules.includes(rule.id));
    const remember = <V>(): BoundedMap<V> =>
      new BoundedMap(settings.maxRemembered, () => this.counters.remembered_refused++);
    const surroundings = {
      settings,
      policy: settings.policy && new Judge(settings.policy, remember()),
      remember,
      blindTimes,
      isNew: (firstMicros: number, { movedMicros = 0 }: Service) =>
        firstMicros >= this.#learnedMicros() && firstMicros >= movedMicros,
    };
    const watch = (rule: Rule) => rule.watch({ findings: this.#ledger(rule), ...surroundings });
    const watchers = enabled.filter((rule) => rule.of === undefined).map(watch);
    this.#onMarked = enabled.flatMap((rule) => {
      const see = rule.of && watch(rule).call;
      return rule.of === undefined || see === undefined ? [] : { mark: MARK[rule.of], see };
    });
    // Functions rather than watchers: looking one up in objects of so many shapes costs more than most rules.
    this.#onCall = watchers.flatMap(({ call }) => call ?? []);
    this.#onAnomaly = watchers.flatMap(({ anomaly }) => anomaly ?? []);
    this.#onConnection = watchers.flatMap(({ connection }) => connection ?? []);
    this.#onHandshake = watchers.flatMap(({ handshake }) => handshake ?? []);
    this.#onSettled = watchers.flatMap(({ settled }) => settled ?? []);
    this.#certificates = new CertificateWatch(watchers);
  }

  call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
    this.#beganMicros ??= call.atMicros;
    for (const see of this.#onCall) see(call, edge, endpoint);
    const marks = endpoint?.marks ?? 0;
    if (marks === 0) return;
    for (const { mark, see } of this.#onMarked) if ((marks & mark) !== 0) see(call, edge, endpoint);
  }

  anomaly(anomaly: Anomaly, edge: Edge | undefined): void {
    for (const see of this.#onAnomaly) see(anomaly, edge);
  }

  connection(connection: Connection, edge: Edge | undefined): void {
    this.#beganMicros ??= connection.atMicros;
    for (const see of this.#onConnection) see(connection, edge);
  }

  handshake(handshake: Handshake, edge: Edge | undefined): void {
    this.#beganMicros ??= handshake.atMicros;
    for (const see of this.#onHandshake) see(handshake, edge);
    this.#certificates.handshake(handshake, edge);
  }

  settled(service: Service, endpoints: readonly Endpoint[]): void {
    for (const see of this.#onSettled) see(service, endpoints);
  }

  /** Every finding, by time of its first occurrence. */
  all(): readonly FindingRecord[] {
    return [...this.#entries.values()]
      .map(recordOf)
      .sort((a, b) => a.firstMicros - b.firstMicros || (a.id < b.id ? -1 : 1));
  }

  /** New and changed findings since the last take, whole; those beyond the bound come with the next. */
  takeChanged(maxFindings: number): FindingRecord[] {
    return this.#changed.splice(0, maxFindings).map((entry) => {
      entry.isChanged = false;
      return recordOf(entry);
    });
  }

  /** Goes on counting from what a store kept. `learningBeganMicros` is the packet time of the first thing ever learned. */
  restore(findings: readonly FindingRecord[], learningBeganMicros: number | undefined): void {
    for (const record of findings) {
      const { count, firstMicros, lastMicros } = record;
      this.#entries.set(record.id, { record, count, firstMicros, lastMicros, isChanged: false });
    }
    this.counters.findings = this.#entries.size;
    if (learningBeganMicros !== undefined) this.#beganMicros = learningBeganMicros;
  }

  /** Packet time from which on something not seen before counts as new: when nothing was seen nothing was learned. */
  #learnedMicros(): number {
    if (this.#beganMicros === undefined) return 0;
    return this.#blindTimes.seenBy(this.#beganMicros, this.#settings.learningSeconds * 1e6);
  }

  #ledger(rule: Rule): Findings {
    const bySubject = new WeakMap<object, Entry>();
    return {
      again: (subject, atMicros) => {
        const entry = bySubject.get(subject);
        if (entry === undefined) return false;
        this.#count(entry, atMicros);
        return true;
      },
      first: (subject, key, atMicros, draft) => {
        const id = findingId(rule.id, key);
        const entry = this.#entries.get(id) ?? this.#admit(id, rule, atMicros, draft);
        if (entry === undefined) return undefined;
        bySubject.set(subject, entry);
        this.#count(entry, atMicros);
        return entry.record.evidence;
      },
      retell: (subject, summary) => {
        const entry = bySubject.get(subject);
        if (entry !== undefined && entry.record.summary !== summary) entry.record = { ...entry.record, summary };
      },
    };
  }

  #admit(id: string, rule: Rule, atMicros: number, draft: FindingDraft): Entry | undefined {
    if (this.#entries.size >= this.#settings.maxFindings) {
      this.counters.findings_refused++;
      return undefined;
    }
    const { severity, title, references } = CATALOGUE[rule.id];
    const record: FindingRecord = {
      kind: "finding",
      id,
      rule: rule.id,
      title,
      references,
      severity,
      ...draft,
      count: 0,
      firstMicros: atMicros,
      lastMicros: atMicros,
    };
    const entry: Entry = { record, count: 0, firstMicros: atMicros, lastMicros: atMicros, isChanged: false };
    this.#entries.set(id, entry);
    this.counters.findings++;
    return entry;
  }

  #count(entry: Entry, atMicros: number): void {
    entry.count++;
    if (atMicros > entry.lastMicros) entry.lastMicros = atMicros;
    else if (atMicros < entry.firstMicros) entry.firstMicros = atMicros;
    if (entry.isChanged) return;
    entry.isChanged = true;
    this.#changed.push(entry);
  }
}

function recordOf({ record, count, firstMicros, lastMicros }: Entry): FindingRecord {
  return { ...record, count, firstMicros, lastMicros };
}

/** The same for the same rule and subject, on every run and sensor. */
function findingId(rule: string, key: string): string {
  return createHash("sha256").update(`${rule}\n${key}`).digest("hex").slice(0, 16);
}
