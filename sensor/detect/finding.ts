import type { BlindTimes } from "../../shared/blind-times.js";
import type { FindingRecord, Severity } from "../../shared/event.js";
import type { Side } from "../flow/stream.js";
import type { Edge, MARK, ObservationSink, Service } from "../inventory/observation.js";
import type { Certificate, Handshake } from "../protocol/message.js";
import type { BoundedMap } from "./bounded-map.js";
import type { Judge } from "./policy/judge.js";

/** What a rule says when its subject is seen for the first time; the catalogue adds severity, title and references. */
export interface FindingDraft {
  readonly summary: string;
  /** Where it differs from the catalogue's for this subject. */
  readonly severity?: Severity;
  readonly references?: readonly string[];
  readonly clientAddress?: string;
  readonly serverAddress?: string;
  readonly serverPort?: number;
  readonly virtualNetwork?: string;
  readonly method?: string;
  readonly template?: string;
  readonly evidence: FindingRecord["evidence"];
}

/** One rule's own ledger of findings. */
export interface Findings {
  /** Counts one more occurrence where this subject has a finding already; the cheap path, taken for every repeat. */
  again(subject: object, atMicros: number): boolean;
  /**
   * Makes the subject's finding. `key` identifies the subject over runs and restarts. Its evidence, which may be that of a run before,
   * and which a rule may go on counting in; undefined where there is no room for it.
   */
  first(subject: object, key: string, atMicros: number, draft: FindingDraft): FindingRecord["evidence"] | undefined;
  /** Says of the subject's finding, where it has one, what it is by now. */
  retell(subject: object, summary: string): void;
}

export interface RuleSettings {
  /** A certificate that ends within this time is about to expire. */
  readonly certificateDays: number;
  /** Hosts at which one client certificate counts as shared. */
  readonly sharedCertificateHosts: number;
  /** This many failed handshakes of an edge within this packet time are a burst. */
  readonly failedHandshakes: number;
  readonly failedHandshakeSeconds: number;
  /** A token that is good for longer is long-lived. */
  readonly tokenHours: number;
  /** Classes of data that the operator added, as the setting says them. */
  readonly dataRules: readonly string[];
}

/** What every rule may know of its surroundings. */
export interface RuleContext {
  readonly findings: Findings;
  readonly settings: RuleSettings;
  /** What the operator expects; undefined without a policy. */
  readonly policy: Judge | undefined;
  /** Memory of a rule for what no edge or certificate holds for it. What finds no room is counted. */
  remember<V>(): BoundedMap<V>;
  /** When the sensor was blind. */
  readonly blindTimes: BlindTimes;
  /**
   * Whether what was seen of a service for the first time then, in packet time, counts as new: after the time of learning, and not
   * before the service came to its address, for it was told at the one before.
   */
  isNew(firstMicros: number, service: Service): boolean;
}

/**
 * Is shown each certificate of a handshake that did not fail; `isLeaf` tells the first of each chain. `sound`: at this end, and at this
 * place in its chain, nothing will ever be wrong with it.
 */
export type CertificateLook = (
  certificate: Certificate,
  side: Side,
  handshake: Handshake,
  edge: Edge | undefined,
  isLeaf: boolean,
) => "sound" | undefined;

export interface Watcher extends Partial<ObservationSink> {
  /** Is shown the certificate of each end itself. */
  readonly leaf?: CertificateLook;
  /** And those that it is vouched for by. */
  readonly certificate?: CertificateLook;
}

/** One rule: a file of its own and a line in `registry.ts`. It holds no state but what `watch` makes. */
export interface Rule {
  /** Key of the catalogue in shared/catalogue.ts. */
  readonly id: string;
  /** It is shown calls alone, and of such endpoints alone: most calls are of none of them. */
  readonly of?: keyof typeof MARK;
  watch(context: RuleContext): Watcher;
}
