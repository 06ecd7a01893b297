import type { FieldList } from "../hpack/field-list.js";
import { NO_CREDENTIALS } from "../http/credential.js";
import type { Exchange } from "../http/exchange.js";
import { CONTENT_LENGTH } from "../http/field-name.js";
import type { Credential } from "../message.js";
import { GRPC_STATUS, type HeadFields, METHOD, STATUS } from "./head-fields.js";

const SLOTS = 1_024;
const SEEN_SLOTS = 4_096;

/** What a block says, to whoever does not look at its fields. */
export interface HeadFacts {
  readonly hasMethod: boolean;
  readonly status: number | undefined;
  /** Fields stand in a table whose filling was not seen. */
  readonly hasUnknown: boolean;
  readonly contentLength: number | undefined;
  readonly grpcStatus: number | undefined;
}

/** A head that came before, but for the values in its places. */
export interface KnownHead {
  readonly numbers: Int32Array;
  readonly facts: HeadFacts;
  /** An exchange that was filled from it. */
  exchange: Exchange | undefined;
  contentEncoding: string | undefined;
  /** Of messages framed in the content. */
  messageEncoding: string | undefined;
  /** Those of its fields alone. */
  credentials: readonly Credential[];
  origin: string | undefined;
  asksToWait: boolean;
  namesConnectVersion: boolean;
}

/**
 * Heads of one side as lists of numbers. For all connections together; a head is kept when it comes the second time, because
 * most that have something of their own never do.
 */
export class KnownHeads {
  readonly #seen = new Int32Array(SEEN_SLOTS);
  readonly #known: (KnownHead | undefined)[] = new Array(SLOTS).fill(undefined);

  find(list: FieldList): KnownHead | undefined {
    const slot = list.hash & (SLOTS - 1);
    const known = this.#known[slot];
    if (known !== undefined && isSame(known, list)) return known;
    // Each has two places: else two that come again and again would drive each other out.
    const other = this.#known[slot ^ 1];
    return other !== undefined && isSame(other, list) ? other : undefined;
  }

  /** Keeps the head where it came before. */
  keep({ hash, count, numbers }: FieldList, facts: HeadFacts): KnownHead | undefined {
    const seen = hash & (SEEN_SLOTS - 1);
    if (this.#seen[seen] !== hash) {
      this.#seen[seen] = hash;
      return undefined;
    }
    const known = {
      numbers: numbers.slice(0, count),
      facts,
      exchange: undefined,
      contentEncoding: undefined,
      messageEncoding: undefined,
      credentials: NO_CREDENTIALS,
      origin: undefined,
      asksToWait: false,
      namesConnectVersion: false,
    };
    const slot = hash & (SLOTS - 1);
    if (this.#known[slot] !== undefined) this.#known[slot ^ 1] = this.#known[slot];
    this.#known[slot] = known;
    return known;
  }
}

function isSame(known: KnownHead, { count, numbers }: FieldList): boolean {
  if (known.numbers.length !== count) return false;
  for (let at = 0; at < count; at++) if (known.numbers[at] !== numbers[at]) return false;
  return true;
}

export const NO_FACTS = {
  hasMethod: false,
  status: undefined as number | undefined,
  hasUnknown: false,
  contentLength: undefined as number | undefined,
  grpcStatus: undefined as number | undefined,
};

/** Whether what was kept says all that will be asked of it: of trailers that are the facts, of a head what an exchange has. */
export function says({ exchange, facts }: KnownHead): boolean {
  return exchange !== undefined || (!facts.hasMethod && facts.status === undefined);
}

export function factsOf(fields: HeadFields): HeadFacts {
  return {
    hasMethod: fields.has(METHOD),
    status: fields.numberOf(STATUS),
    hasUnknown: fields.unknown > 0,
    contentLength: fields.numberAt(CONTENT_LENGTH),
    grpcStatus: fields.numberOf(GRPC_STATUS),
  };
}
