import type { DataGroup } from "../../shared/data-class.js";
import type { Edge, Endpoint } from "../inventory/observation.js";
import type { Call } from "../protocol/message.js";
import { calledPlace, placeSubject } from "./called-place.js";
import type { FindingDraft, Findings } from "./finding.js";
import { Subjects } from "./subjects.js";

type Counts = Record<string, number>;

/** What a call held of one group of classes. */
export interface Held {
  readonly group: DataGroup;
  /** What of it one finding is about; the group, where that is one matter. */
  readonly subject: string;
  /** `request` and the class → calls. */
  readonly request: readonly string[];
  readonly response: readonly string[];
}

/** Findings of one endpoint and subject each, which count how many calls held which class; never a value. */
export class DataExposure {
  readonly #findings: Findings;
  readonly #subjects = new Subjects();
  readonly #evidence = new WeakMap<object, Counts>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  found(
    call: Call,
    edge: Edge,
    endpoint: Endpoint | undefined,
    held: Held,
    draft: (place: string) => Pick<FindingDraft, "summary" | "severity" | "references">,
  ): void {
    const subject = placeSubject(this.#subjects, call, edge, endpoint, held.subject);
    if (!this.#findings.again(subject, call.atMicros)) {
      const { words, key, where } = calledPlace(call, edge, endpoint);
      const evidence = this.#findings.first(subject, `${key} ${held.subject}`, call.atMicros, {
        ...draft(words),
        clientAddress: edge.clientAddress,
        ...where,
        evidence: { group: held.group },
      });
      if (evidence !== undefined) this.#evidence.set(subject, evidence as Counts);
    }
    const counts = this.#evidence.get(subject);
    if (counts === undefined) return;
    for (const name of held.request) count(counts, `request.${name}`);
    for (const name of held.response) count(counts, `response.${name}`);
  }
}

function count(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
