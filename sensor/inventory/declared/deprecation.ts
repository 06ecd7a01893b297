import type { Call, WireDeprecation } from "../../protocol/message.js";
import type { Declaration, Deprecation } from "../observation.js";

/** The one told last goes before; the same object where nothing changes. */
function laterWire(known: WireDeprecation | undefined, told: WireDeprecation): WireDeprecation {
  if (known === undefined) return told;
  const { sinceMicros = known.sinceMicros, sunsetMicros = known.sunsetMicros } = told;
  return sinceMicros === known.sinceMicros && sunsetMicros === known.sunsetMicros
    ? known
    : { sinceMicros, sunsetMicros };
}

/** What file and wire say together: from the earliest time on, until the earliest. */
export function combineDeprecation(
  declaration: Declaration | undefined,
  wire: WireDeprecation | undefined,
): Deprecation | undefined {
  const isInFile = declaration?.isDeprecated === true || declaration?.sunsetMicros !== undefined;
  if (!isInFile && wire === undefined) return undefined;
  const sunsetMicros = earliest([declaration?.sunsetMicros, wire?.sunsetMicros]);
  const sinceMicros = earliest([declaration?.isDeprecated === true ? 0 : undefined, wire?.sinceMicros]);
  return {
    marks: [...(isInFile ? (["file"] as const) : []), ...(wire === undefined ? [] : (["header"] as const))],
    // RFC 8594 §1: a Sunset says when it goes away, and not that it is deprecated before.
    sinceMicros,
    fromMicros: earliest([sinceMicros, sunsetMicros]) ?? 0,
    sunsetMicros,
  };
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

const NOTHING: WireDeprecation = { sinceMicros: undefined, sunsetMicros: undefined };
/** So many answers without the fields, and for so long: of several servers behind one address some may not have them yet. */
const BARE_ANSWERS = 3;
const BARE_MICROS = 86_400e6;

/** As a store keeps it; files of before do not have the last two. */
export interface StoredWireMark extends Partial<WireDeprecation> {
  readonly markedMicros?: number;
  readonly bareAnswers?: number;
}

/** What answers of an endpoint say of its end, until they do not any more. */
export class WireMark {
  told: WireDeprecation | undefined = undefined;
  #markedMicros = 0;
  #bareAnswers = 0;

  /** Each answer of success is taken; whether it says something else than those before. */
  take({ deprecation, status = 0, atMicros, unread }: Call): boolean {
    if (deprecation !== undefined) return this.#mark(deprecation, atMicros);
    if (this.told === undefined || status < 200 || status > 299 || unread !== undefined) return false;
    if (++this.#bareAnswers < BARE_ANSWERS || atMicros < this.#markedMicros + BARE_MICROS) return false;
    this.told = undefined;
    return true;
  }

  #mark(deprecation: WireDeprecation, atMicros: number): boolean {
    const before = this.told;
    this.#bareAnswers = 0;
    this.#markedMicros = Math.max(this.#markedMicros, atMicros);
    this.told = laterWire(before, deprecation);
    return this.told !== before;
  }

  merge(other: WireMark): void {
    if (other.told !== undefined) this.#mark(other.told, other.#markedMicros);
  }

  state(): StoredWireMark | undefined {
    const [markedMicros, bareAnswers] = [this.#markedMicros, this.#bareAnswers];
    return this.told && { ...this.told, markedMicros, bareAnswers };
  }

  restore({ markedMicros = 0, bareAnswers = 0, ...told }: StoredWireMark): void {
    this.#mark({ ...NOTHING, ...told }, markedMicros);
    this.#bareAnswers = bareAnswers;
  }
}
