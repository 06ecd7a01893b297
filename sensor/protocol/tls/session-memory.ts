import { createHash } from "node:crypto";
import { RecentMap } from "../../bytes/recent-map.js";
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
  readonly #exact = new RecentMap<Session>(MAX_SESSIONS);
  readonly #pairs = new SessionPairs(MAX_PAIRS);

  /** `token` is a session id or a ticket as Latin-1: neither is a credential without the secret that belongs to it. */
  remember(token: string, session: Session): void {
    if (token !== "") this.#exact.set(keyOf(token), session);
  }

  recall(token: string): Session | undefined {
    return token === "" ? undefined : this.#exact.get(keyOf(token));
  }

  /** A TLS 1.3 session of `pair`. Returns what a `TicketWatch` notes the sizes of ticket records in. */
  rememberKind(pair: PairName, clientAuth: ClientAuth): SessionKind {
    return this.#pairs.admit(pair, clientAuth);
  }

  /** What a TLS 1.3 session that is resumed was; undefined while a record to come may tell. */
  inherit(pair: PairName, resumed: Resumption): ClientAuth | undefined {
    const kinds = this.#pairs.kinds(pair);
    if (kinds === undefined) return untold("resumed; the full handshake of its session was not seen");
    const fitting = fittingOf(kinds, resumed);
    if (fitting === undefined) return undefined;
    const unseen = kinds.filter(({ isWatched }) => !isWatched);
    const candidates = fitting.length > 0 ? fitting : unseen;
    if (candidates.length === 0) return untold("resumed; no session seen gave a ticket of this length");
    const [{ clientAuth: first }] = candidates;
    if (candidates.some(({ clientAuth }) => clientAuth.verdict !== first.verdict)) {
      return untold("resumed; sessions with and without client certificate may be the one resumed");
    }
    return inherited(first, fitting.length > 0 ? 0.97 : 0.75);
  }
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

/** The verdict of the session resumed, as far as it was known itself. */
export function inherited(from: ClientAuth, confidence: number): ClientAuth {
  if (from.verdict === "unknown") return untold(`resumed; of its session: ${stripped(from.reason)}`);
  return {
    verdict: from.verdict,
    basis: "resumption",
    confidence: Math.min(from.confidence, confidence),
    reason: `resumed; of its session: ${stripped(from.reason)}`,
  };
}

const RESUMED = "resumed; of its session: ";

function stripped(reason: string): string {
  return reason.startsWith(RESUMED) ? reason.slice(RESUMED.length) : reason;
}

function keyOf(token: string): string {
  return token.length <= MAX_KEPT_TOKEN ? token : createHash("sha256").update(token, "latin1").digest("base64");
}
