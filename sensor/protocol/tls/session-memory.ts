import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Certificate, ClientAuth } from "../message.js";
import { untold } from "./client-auth.js";
import { type PairName, type SessionKind, SessionPairs } from "./session-pairs.js";
import { broughtTicket, broughtTickets } from "./ticket-watch.js";

/** What a session carries over to those that resume it. */
export interface Session {
  readonly clientAuth: ClientAuth;
  readonly serverChain: readonly Certificate[];
  readonly clientChain: readonly Certificate[];
}

/** A TLS 1.3 handshake that goes on with a session. */
export interface Resumption {
  /** Length of the ticket that the server took. */
  readonly identity: number | undefined;
  /** The server's first record after its Finished that may hold a ticket; undefined where none was seen yet. */
  readonly given: number | undefined;
  /** No record will come. */
  readonly isOver: boolean;
}

const MAX_SESSIONS = 50_000;
const MAX_PAIRS = 20_000;
/** Longer session ids and tickets are remembered by their hash. */
const MAX_KEPT_TOKEN = 64;
/**
 * Remembers sessions so that one resumed can be told by the one it resumes. Up to TLS 1.2 that is exact: session ids and tickets
 * come back to the letter (RFC 5246 §7.4.1.2, RFC 5077 §3.2). TLS 1.3 shows neither ticket nor session, only that one was resumed:
 * by client, server, name and program, and by the length of the ticket. Bounded; the oldest make room.
 */
export class SessionMemory {
  /** Made when first needed: it takes room for all at once, which most captures never use. */
  #exact: LRUCache<string, Session> | undefined = undefined;
  readonly #pairs = new SessionPairs(MAX_PAIRS);

  /** `token` is a session id or a ticket as Latin-1: neither is a credential without the secret that belongs to it. */
  remember(token: string, session: Session): void {
    if (token === "") return;
    this.#exact ??= new LRUCache({ max: MAX_SESSIONS });
    this.#exact.set(keyOf(token), session);
  }

  recall(token: string): Session | undefined {
    // What was remembered last stays longest, whether it was asked for or not.
    return token === "" ? undefined : this.#exact?.peek(keyOf(token));
  }

  /** A TLS 1.3 session of `pair`. Returns what a `TicketWatch` notes the sizes of ticket records in. */
  rememberKind(pair: PairName, clientAuth: ClientAuth, lostFromServer: boolean): SessionKind {
    const kind = this.#pairs.admit(pair, clientAuth);
    if (lostFromServer) kind.missesTickets = true;
    return kind;
  }

  /** What a TLS 1.3 session that is resumed was; undefined while a record to come may tell. */
  inherit(pair: PairName, resumed: Resumption): ClientAuth | undefined {
    const kinds = this.#pairs.kinds(pair);
    if (kinds === undefined) return untold("resumed; the full handshake of its session was not seen");
    if (resumed.identity === undefined) return HIDDEN;
    const fitting = fittingOf(kinds, resumed);
    if (fitting === undefined) return undefined;
    const isKey = fitting.length > 0 && resumed.identity < LEAST_STATE;
    const unseen = kinds.filter(fitting.length > 0 ? mayHaveGivenAnother(isKey) : ({ isWatched }) => !isWatched);
    const candidates = fitting.concat(unseen);
    if (candidates.length === 0) return untold("resumed; no session seen gave a ticket of this length");
    const [{ clientAuth: first }] = candidates;
    const nameless = this.#pairs.nameless(pair);
    if (candidates.concat(nameless).some(({ clientAuth }) => clientAuth.verdict !== first.verdict)) return EITHER;
    const mayBeOther = (kind: SessionKind): boolean =>
      isMutual(kind.clientAuth) !== isMutual(first) &&
      (broughtTicket(kind, resumed.identity) || mayHaveGivenAnother(isKey)(kind));
    // RFC 8446 §4.6.1: a session may be resumed by another name that the server's certificate is good for.
    if (this.#pairs.hasByOtherName(pair, mayBeOther)) return OTHER_NAME;
    if (isKey) return inherited(first, 0.75, BY_KEY);
    return inherited(first, fitting.length > 0 ? 0.97 : 0.75);
  }
}

const HIDDEN = untold(
  "resumed; the ticket was lost, or is hidden in an encrypted hello, and with it which session that was",
);
const EITHER = untold("resumed; sessions with and without client certificate may be the one resumed");
const OTHER_NAME = untold(
  "resumed; a session with the same server by another name, with another verdict, may be the one resumed",
);

function isMutual({ verdict }: ClientAuth): boolean {
  return verdict === "presented";
}

/**
 * RFC 8446 §4.6.1: a ticket is the session itself, encrypted, or a key it is found by. The former takes 32 bytes for its secret, 16 to
 * keep others from changing it and 12 to 16 for a nonce: what is shorter is a key, as long for one session as for another.
 */
const LEAST_STATE = 60;

/** Kinds that don't show a ticket of this length, and may have given one all the same. */
function mayHaveGivenAnother(isKey: boolean): (kind: SessionKind) => boolean {
  return ({ missesTickets, ticketRecords }) => missesTickets || (isKey && ticketRecords.length > 0);
}

/**
 * The kinds of session that may have given the ticket. A record that is too long for one may hold several, or one of a session with a
 * certificate: a server that joins them does so again for the session resumed, so that its first record is as long.
 */
function fittingOf(kinds: readonly SessionKind[], resumed: Resumption): readonly SessionKind[] | undefined {
  const { identity, given, isOver } = resumed;
  const alone = kinds.filter((kind) => broughtTicket(kind, identity));
  if (alone.length > 0) return alone;
  const several = kinds.filter((kind) => broughtTickets(kind, identity));
  if (several.length === 0) return several;
  if (given === undefined) return isOver ? [] : undefined;
  return several.filter((kind) => broughtTickets(kind, identity, given));
}

const RESUMED = "resumed; of its session: ";
const BY_KEY =
  "resumed; told by client, server and name alone, as its ticket is a key that says nothing of the session; of its session: ";

/** The verdict of the session resumed, as far as it was known itself. */
export function inherited(from: ClientAuth, confidence: number, resumed = RESUMED): ClientAuth {
  if (from.verdict === "unknown") return untold(RESUMED + stripped(from.reason));
  return {
    verdict: from.verdict,
    basis: "resumption",
    confidence: Math.min(from.confidence, confidence),
    reason: resumed + stripped(from.reason),
  };
}

function stripped(reason: string): string {
  for (const before of [RESUMED, BY_KEY]) if (reason.startsWith(before)) return reason.slice(before.length);
  return reason;
}

function keyOf(token: string): string {
  return token.length <= MAX_KEPT_TOKEN ? token : createHash("sha256").update(token, "latin1").digest("base64");
}
