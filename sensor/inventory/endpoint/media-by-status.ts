import type { EndpointRecord } from "../../../shared/event.js";
import { compare } from "../count/tally.js";
import { MediaTypes } from "./media-type.js";

/** Statuses whose media types are told apart; of those that come later the types are known, and not which status they were of. */
const MAX_STATUSES = 16;

type TypesOfRecord = Pick<EndpointRecord, "responseContentTypes" | "responseContentTypesByStatus">;

/** Media types that an endpoint's answers were of, by status: an error is mostly of another than what was asked for. */
export class AnswerTypes {
  readonly #byStatus = new Map<number, MediaTypes>();
  /** Of which status these were is not known. */
  #others: MediaTypes | undefined = undefined;
  #lastStatus = -1;
  #lastSent = "";
  /** Rises with each type that a status had not before. */
  version = 0;

  /** The value of a Content-Type field as it was sent. */
  note(status: number, sent: string): void {
    if (sent === this.#lastSent && status === this.#lastStatus) return;
    this.#lastSent = sent;
    this.#lastStatus = status;
    if (this.#of(status).note(sent)) this.version++;
  }

  #of(status: number): MediaTypes {
    const known = this.#byStatus.get(status);
    if (known !== undefined) return known;
    if (this.#byStatus.size >= MAX_STATUSES) return this.#unsorted();
    const made = new MediaTypes();
    this.#byStatus.set(status, made);
    return made;
  }

  #unsorted(): MediaTypes {
    this.#others ??= new MediaTypes();
    return this.#others;
  }

  /** Sorted; empty where none is known to be of that status. */
  of(status: number): string[] {
    return this.#byStatus.get(status)?.texts() ?? [];
  }

  merge(other: AnswerTypes): void {
    for (const [status, types] of other.#byStatus) this.#of(status).merge(types);
    if (other.#others !== undefined) this.#unsorted().merge(other.#others);
    this.version++;
  }

  record(): TypesOfRecord {
    const entries = [...this.#byStatus].sort(([a], [b]) => a - b);
    const byStatus = entries.map(([status, types]) => [String(status), types.texts()] as const);
    const all = new Set([...(this.#others?.texts() ?? []), ...byStatus.flatMap(([, types]) => types)]);
    return {
      responseContentTypes: [...all].sort(compare),
      ...(byStatus.length === 0 ? {} : { responseContentTypesByStatus: Object.fromEntries(byStatus) }),
    };
  }

  /** Versions before this one did not keep which status a type was of. */
  restore({ responseContentTypes, responseContentTypesByStatus = {} }: TypesOfRecord): void {
    const byStatus = Object.entries(responseContentTypesByStatus);
    for (const [status, types] of byStatus) for (const type of types) this.#of(Number(status)).note(type);
    const known = new Set(byStatus.flatMap(([, types]) => types));
    for (const type of responseContentTypes) if (!known.has(type)) this.#unsorted().note(type);
    this.version++;
  }
}
