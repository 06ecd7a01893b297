import { LEAST_TICKET_BYTES } from "./psk-identity.js";
import { isFragment, recordSizes } from "./record-evidence.js";
import type { SessionKind } from "./session-pairs.js";

/** Records of the server's after a TLS 1.3 handshake that are looked at. */
const MOST_RECORDS = 4;
const MAX_KEPT = 32;
/** RFC 8446 §4.6.1: header, lifetime, age, lengths of nonce, ticket and extensions; record type and tag around them. */
const TICKET_HEAD = 4 + 4 + 4 + 1 + 2 + 2;
const [USUAL] = recordSizes(0x1301);
const RECORD_OVERHEAD = USUAL.overhead;
/** Nonce, an early_data extension or one of GREASE, padding. */
const MAX_EXTRA = 48;
const MAX_TICKETS_A_RECORD = 4;
/**
 * The same where several share a record. It is known of few stacks, with nonces of a few bytes and at most two short extensions; more
 * would let the one ticket of a session with a certificate pass for two of a session without.
 */
const MAX_EXTRA_JOINED = 16;
const LEAST_RECORD = RECORD_OVERHEAD + TICKET_HEAD + LEAST_TICKET_BYTES;
/** Tickets for one session differ by the numbers in them, and by a cipher's block where that fills one more. */
const MAX_DIFFERENCE = 20;

/** What the server's flight shows of how it makes records. */
export interface ServerRecords {
  /** What it fills them up to; 1 where it does not. */
  readonly block: number;
  /** What each takes beside its content. */
  readonly overhead: number;
  /** Its longest, which its certificate may have been cut to (RFC 8449 §4), and its tickets are then. */
  readonly longest: number;
}

/**
 * Finds the tickets among the server's records after a TLS 1.3 handshake, all of which are encrypted. RFC 8446 §4.6.1: they may be
 * sent as soon as the client's Finished is there, before the server can have read a request, and those of one session are alike. So
 * they are the first records long enough, as long as their lengths stay the same. A server need not give any; where a session is resumed,
 * new ones hold the same session: what is not about as long as the ticket that was offered is something else.
 */
export class TicketWatch {
  readonly #kind: SessionKind;
  readonly #offered: number | undefined;
  /** Makes a record as long as under a cipher with a tag of 16 bytes. */
  readonly #shift: number;
  readonly #longest: number;
  #length: number | undefined;
  /** Content of records before, which may go on in the next. */
  #carried = 0;
  #left = MOST_RECORDS;

  /** `offered`: length of the ticket that this session was resumed with. */
  constructor(kind: SessionKind, offered: number | undefined, { block, overhead, longest }: ServerRecords) {
    this.#kind = kind;
    this.#offered = offered;
    this.#shift = RECORD_OVERHEAD - overhead;
    this.#longest = longest + this.#shift;
    if (block > kind.block) kind.block = block;
  }

  /** Records of the server's were lost: what tickets this session was given is not known. */
  lost(): void {
    this.#kind.missesTickets = true;
  }

  /** Takes the server's next record. False: no ticket is waited for after it. */
  note(recordLength: number): boolean {
    const length = recordLength + this.#shift;
    this.#left--;
    this.#kind.isWatched = true;
    if (isShort(length)) return this.#left > 0;
    if (!this.#mayBeTicket(length)) {
      if (this.#carried > 0 && length < (this.#length ?? 0)) keep(this.#kind, this.#carried + length);
      return false;
    }
    this.#length = length;
    if (length === this.#longest || isFragment(length, USUAL)) this.#carried += length - RECORD_OVERHEAD;
    keep(this.#kind, length);
    return this.#left > 0;
  }

  #mayBeTicket(length: number): boolean {
    if (this.#length !== undefined) return Math.abs(length - this.#length) <= MAX_DIFFERENCE;
    const most = MAX_EXTRA + MAX_DIFFERENCE + this.#kind.block;
    const offered = this.#offered;
    if (offered === undefined || isBetween(extraOf(length, offered, 1), -MAX_DIFFERENCE, most)) return true;
    return holdsSeveral(length, offered, -MAX_DIFFERENCE, most);
  }
}

/** Whether one of the records of these sessions may have brought a ticket of this length, and nothing else. */
export function broughtTicket({ ticketRecords, block }: SessionKind, identity: number | undefined): boolean {
  const most = MAX_EXTRA + block - 1;
  return identity !== undefined && ticketRecords.some((length) => isBetween(extraOf(length, identity, 1), 0, most));
}

/** Whether one of them may have brought several, and, where `given` is told, is about as long as that. */
export function broughtTickets(
  { ticketRecords, block }: SessionKind,
  identity: number | undefined,
  given?: number,
): boolean {
  if (identity === undefined) return false;
  const most = MAX_EXTRA_JOINED + block - 1;
  return ticketRecords.some(
    (length) =>
      holdsSeveral(length, identity, 0, most) &&
      (given === undefined || Math.abs(length - given) <= MAX_DIFFERENCE + block),
  );
}

/** Whether a record is too short for any ticket. */
export function isShort(length: number): boolean {
  return length < LEAST_RECORD;
}

/** What a record holds beside so many tickets of this length, for each of them. */
function extraOf(length: number, identity: number, tickets: number): number {
  return (length - RECORD_OVERHEAD) / tickets - TICKET_HEAD - identity;
}

/** Whether a record may hold two tickets or more of about this length. Those sent together are alike, not always equal. */
function holdsSeveral(length: number, identity: number, least: number, most: number): boolean {
  for (let tickets = 2; tickets <= MAX_TICKETS_A_RECORD; tickets++)
    if (isBetween(extraOf(length, identity, tickets), least, most)) return true;
  return false;
}

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** A list as long as it needs to be in place of the old one: there are thousands, hardly ever added to, and one that grows takes 17. */
function keep(kind: SessionKind, length: number): void {
  const records = kind.ticketRecords;
  if (records.includes(length)) return;
  kind.ticketRecords = (records.length < MAX_KEPT ? records : records.slice(1)).concat(length);
}
