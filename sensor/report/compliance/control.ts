import type { EvidenceName } from "./evidence-list.js";

/** One thing that a framework asks, and what of it traffic can show. Plain data: what is seen of it is worked out elsewhere. */
export interface Control {
  /** As rules of the catalogue refer to it: `pci-dss:4.2.1`. */
  readonly id: string;
  /** Its number in the framework. */
  readonly number: string;
  readonly title: string;
  /** In our words; the framework's own text counts. */
  readonly asks: string;
  /** Empty where traffic shows nothing of it. */
  readonly evidence: readonly EvidenceName[];
  /**
   * Data that it is about: it rests on the services and edges alone that were seen to carry such data. Where none was recognised, what
   * falls short elsewhere is no gap of it yet, but a question.
   */
  readonly about?: EvidenceName;
  /**
   * Traffic can't show that it is not met: it asks how people work, or for something that may be met in ways that are not on the wire. What
   * looks like a shortfall is a question.
   */
  readonly isOnlyAsked?: true;
  /** It asks for something on open networks alone: what falls short between own addresses is a question. */
  readonly isOfOpenNetworks?: true;
  /** What no traffic can show of it. */
  readonly cannotProve: readonly string[];
}

export interface Framework {
  readonly id: string;
  readonly title: string;
  /** What of the framework is here, and how it is to be read. */
  readonly note: string;
  readonly controls: readonly Control[];
}
