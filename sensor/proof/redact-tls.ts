import { untoldPlaces } from "../protocol/tls/told-name.js";
import type { SideBytes } from "./side-bytes.js";

const RECORD_HEADER = 5;
/** RFC 8446 §5.2, and what older versions let a record grow by. */
const MAX_RECORD = 16_384 + 2_048;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const HEARTBEAT = 24;
/** Messages that are sent in the clear, RFC 5246 §7.4, RFC 8446 §4, RFC 6066 §8. */
const CLEAR_MESSAGES: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 6, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23]);
const NEW_SESSION_TICKET = 4;
const MESSAGE_HEADER = 4;

/**
 * Shows the records of one side of a TLS connection: headers of all, of what is not encrypted the handshake and alerts. What is encrypted
 * is overwritten none the less: keys may come to be known. So is a session's ticket.
 */
export function redactTls(side: SideBytes, start: number): void {
  const clear = new ClearMessages(side);
  let isEncrypted = false;
  for (let at = start; side.isThere(at, at + RECORD_HEADER); ) {
    const record = recordAt(side, at);
    const { type, contentStart, contentEnd } = record;
    if (!isRecord(side, at, record) || (at === start && type !== HANDSHAKE && type !== ALERT)) return;
    const length = contentEnd - contentStart;
    if (type === HANDSHAKE && !isEncrypted && !clear.show(contentStart, contentEnd)) return;
    side.show(at, contentStart);
    if (type === CHANGE_CIPHER_SPEC && length === 1) side.show(contentStart, contentEnd);
    if (type === ALERT && !isEncrypted && length === 2) side.show(contentStart, contentEnd);
    if (type === HANDSHAKE && isEncrypted && isHello(side, record)) side.show(contentStart, contentEnd);
    if (type === CHANGE_CIPHER_SPEC || type === APPLICATION_DATA) isEncrypted = true;
    at = contentEnd;
  }
}

interface TlsRecord {
  readonly type: number;
  readonly contentStart: number;
  readonly contentEnd: number;
}

function recordAt(side: SideBytes, at: number): TlsRecord {
  const contentStart = at + RECORD_HEADER;
  return { type: side.at(at), contentStart, contentEnd: contentStart + side.at(at + 3) * 256 + side.at(at + 4) };
}

function isRecord(side: SideBytes, at: number, { type, contentStart, contentEnd }: TlsRecord): boolean {
  const length = contentEnd - contentStart;
  const isKnown = type >= CHANGE_CIPHER_SPEC && type <= HEARTBEAT && side.at(at + 1) === 3 && side.at(at + 2) <= 4;
  return isKnown && length > 0 && length <= MAX_RECORD;
}

/** RFC 8446 §4.1.4, §D.4: a second hello comes after a change of ciphers that changes none. Its length fits the record's. */
function isHello(side: SideBytes, { contentStart, contentEnd }: TlsRecord): boolean {
  const type = side.at(contentStart);
  const [high, middle, low] = [1, 2, 3].map((index) => side.at(contentStart + index));
  const length = high * 65_536 + middle * 256 + low;
  return (type === 1 || type === 2) && length === contentEnd - contentStart - MESSAGE_HEADER;
}

/** Handshake messages, which may go on over the end of a record. */
class ClearMessages {
  readonly #side: SideBytes;
  #left = 0;
  /** Where the bytes of the message under way stand. */
  #places: number[] = [];
  #isHidden = false;
  #head: number[] = [];

  constructor(side: SideBytes) {
    this.#side = side;
  }

  /** False where the record holds something else. */
  show(start: number, end: number): boolean {
    const side = this.#side;
    for (let at = start; at < end; ) {
      if (this.#left > 0) {
        const until = Math.min(end, at + this.#left);
        if (!this.#isHidden) this.#shown(at, until);
        this.#left -= until - at;
        at = until;
        continue;
      }
      const byte = side.at(at);
      if (byte < 0 || (this.#head.length === 0 && !CLEAR_MESSAGES.has(byte))) return false;
      this.#head.push(byte);
      side.show(at, ++at);
      if (this.#head.length < MESSAGE_HEADER) continue;
      const [type, high, middle, low] = this.#head;
      this.#left = high * 65_536 + middle * 256 + low;
      this.#isHidden = type === NEW_SESSION_TICKET;
      this.#places = [];
      this.#head = [];
    }
    return true;
  }

  /** Names in it may be of persons, or tokens: these stay hidden, whatever records they stand in. */
  #shown(start: number, end: number): void {
    const side = this.#side;
    for (let at = start; at < end; at++) this.#places.push(at);
    side.show(start, end);
    const text = this.#places.map((place) => String.fromCharCode(side.at(place))).join("");
    for (const [from, to] of [...untoldPlaces(text), ...side.added.amongBytes(text)])
      for (let index = from; index < to; index++) side.hide(this.#places[index], this.#places[index] + 1);
  }
}
