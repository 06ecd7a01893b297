import type { DataSettings } from "../protocol/data/class-rules.js";
import { DataClassifier } from "../protocol/data/data-classifier.js";

/** Shorter runs are no names. */
const RUN = /[\x21-\x7e]{3,}/g;
/** Where a text is of an operator's classes: from, until. */
export type Places = readonly (readonly [number, number])[];

const NONE: Places = [];

/** What the operator's own classes of data (`data.rules`) tell of texts that would be shown: it is overwritten as what is of ours is. */
export class AddedClasses {
  readonly #classifier: DataClassifier | undefined;

  /** `rules` have been checked: one that is none throws PatternError. */
  constructor({ rules, mute }: DataSettings) {
    this.#classifier = rules.length === 0 ? undefined : new DataClassifier({ rules, mute });
  }

  /**
   * In a text of Latin-1. Letters are compared in either case: of hosts' and fields' names they mean the same (RFC 4343, RFC 9110 §5.1),
   * and to overwrite too much costs less than to show.
   */
  in(text: string): Places {
    const classifier = this.#classifier;
    if (classifier === undefined) return NONE;
    const found: (readonly [number, number])[] = [];
    for (const written of new Set([text, text.toLowerCase(), text.toUpperCase(), text.replaceAll("_", "-")])) {
      // A letter may be longer in its other case: its places are not those of the text.
      if (written.length !== text.length) continue;
      for (const { start, end } of classifier.addedPlaces(Buffer.from(written, "latin1"))) found.push([start, end]);
    }
    return found;
  }

  has(text: string): boolean {
    return this.in(text).length > 0;
  }

  /** The same among bytes that are no text: in what of them is printable, before which a byte of length may look like a letter. */
  amongBytes(bytes: string): Places {
    if (this.#classifier === undefined) return NONE;
    return [...bytes.matchAll(RUN)].flatMap(({ 0: run, index }) =>
      [0, 1].flatMap((skipped) =>
        this.in(run.slice(skipped)).map(([start, end]) => [index + skipped + start, index + skipped + end] as const),
      ),
    );
  }
}

export const NO_ADDED_CLASSES = new AddedClasses({ rules: [], mute: [] });
