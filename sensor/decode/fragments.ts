import type { Packet, UndecodedReason } from "./packet.js";

export interface FragmentSettings {
  /** Datagrams being put together at one time. */
  readonly maxFragmentedDatagrams: number;
  /** Bytes held for all of them. */
  readonly maxFragmentBytes: number;
  /** Seconds of packet time after which an incomplete datagram is given up (RFC 8200 §4.5 says 60, Linux 30). */
  readonly fragmentSeconds: number;
}

export interface Datagram {
  readonly protocol: number;
  readonly bytes: Buffer;
}

interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
}

interface Partial {
  readonly firstMicros: number;
  readonly pieces: Piece[];
  protocol: number;
  heldBytes: number;
  /** Length of the whole, once the last fragment was seen. */
  length: number | undefined;
  /** All of it so far repeats a datagram that was put together before. */
  isCopy: boolean;
}

const MAX_DATAGRAM_BYTES = 65_535;
const MAX_PIECES = 8_192;
/** What a piece takes beside its bytes: a datagram may come in pieces of 8. */
const PIECE_BYTES = 256;
/** Datagrams put together last, so that late copies of their fragments are not taken for a loss. */
const MAX_REMEMBERED = 16;

/** Puts IP fragments together, bounded in number, bytes and packet time. The oldest datagrams are first in the map. */
export class Fragments {
  readonly #settings: FragmentSettings;
  readonly #undecoded: Record<UndecodedReason, number>;
  readonly #partials = new Map<string, Partial>();
  readonly #finished = new Map<string, Buffer>();
  #heldBytes = 0;

  constructor(settings: FragmentSettings, undecoded: Record<UndecodedReason, number>) {
    this.#settings = settings;
    this.#undecoded = undecoded;
  }

  /**
   * Adds the fragment in packet.bytes[start, end); the datagram when it is the one that completes it. Of overlapping fragments the
   * first copy wins in IPv4; IPv6 drops the whole datagram (RFC 5722 §4).
   */
  add(
    packet: Packet,
    protocol: number,
    identification: number,
    offset: number,
    more: boolean,
    start: number,
    end: number,
    overlap: "first-wins" | "discard",
  ): Datagram | undefined {
    this.#expire(packet.atMicros);
    const key = fragmentKey(packet, overlap === "discard" ? -1 : protocol, identification);
    const partial = this.#partials.get(key) ?? this.#admit(key, packet.atMicros);
    const length = end - start;
    if (partial === undefined || this.#refuses(partial, offset, length, more)) {
      this.#undecoded["ip-fragment-refused"]++;
      return undefined;
    }
    if (!more) partial.length ??= offset + length;
    if (offset === 0) partial.protocol = protocol;
    partial.isCopy &&= this.#repeats(key, offset, packet.bytes, start, end);
    const outcome = insert(partial, offset, packet.bytes.subarray(start, end));
    if (outcome.overlapped) {
      this.#undecoded["ip-fragment-overlap"]++;
      if (overlap === "discard") {
        this.#remove(key, partial);
        return undefined;
      }
    }
    partial.heldBytes += outcome.addedBytes;
    this.#heldBytes += outcome.addedBytes + outcome.addedPieces * PIECE_BYTES;
    return this.#complete(key, partial);
  }

  /** Counts what is still incomplete when the capture ends. */
  finish(): void {
    for (const [key, partial] of this.#partials) this.#expireOne(key, partial);
  }

  #admit(key: string, atMicros: number): Partial | undefined {
    if (this.#partials.size >= this.#settings.maxFragmentedDatagrams) return undefined;
    const partial: Partial = {
      firstMicros: atMicros,
      pieces: [],
      protocol: -1,
      heldBytes: 0,
      length: undefined,
      isCopy: true,
    };
    this.#partials.set(key, partial);
    return partial;
  }

  #refuses(partial: Partial, offset: number, length: number, more: boolean): boolean {
    const end = offset + length;
    // A datagram has one end: pieces beyond it, or a second end, would leave bytes that nobody sent.
    if (partial.length !== undefined && (end > partial.length || (!more && end !== partial.length))) return true;
    if (!more && partial.pieces.some((piece) => pieceEnd(piece) > end)) return true;
    return (
      offset + length > MAX_DATAGRAM_BYTES ||
      partial.pieces.length >= MAX_PIECES ||
      this.#heldBytes + length > this.#settings.maxFragmentBytes
    );
  }

  #complete(key: string, partial: Partial): Datagram | undefined {
    if (partial.length === undefined || partial.protocol < 0 || partial.heldBytes < partial.length) return undefined;
    this.#remove(key, partial);
    const bytes = Buffer.allocUnsafe(partial.heldBytes);
    for (const piece of partial.pieces) piece.bytes.copy(bytes, piece.offset);
    this.#remember(key, bytes);
    return { protocol: partial.protocol, bytes: bytes.subarray(0, partial.length) };
  }

  #remember(key: string, bytes: Buffer): void {
    this.#finished.delete(key);
    this.#finished.set(key, bytes);
    if (this.#finished.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#finished.keys()) {
      this.#finished.delete(oldest);
      return;
    }
  }

  #repeats(key: string, offset: number, bytes: Buffer, start: number, end: number): boolean {
    const whole = this.#finished.get(key);
    if (whole === undefined || offset + end - start > whole.length) return false;
    return whole.compare(bytes, start, end, offset, offset + end - start) === 0;
  }

  #remove(key: string, partial: Partial): void {
    this.#partials.delete(key);
    this.#heldBytes -= partial.heldBytes + partial.pieces.length * PIECE_BYTES;
  }

  #expire(nowMicros: number): void {
    const keepMicros = this.#settings.fragmentSeconds * 1e6;
    for (const [key, partial] of this.#partials) {
      if (Math.abs(nowMicros - partial.firstMicros) <= keepMicros) return;
      this.#expireOne(key, partial);
    }
  }

  #expireOne(key: string, partial: Partial): void {
    if (!partial.isCopy) this.#undecoded["ip-fragment-expired"] += partial.pieces.length;
    this.#remove(key, partial);
  }
}

/** RFC 791: by addresses, protocol and identification; RFC 8200 §4.5: without the protocol. */
function fragmentKey(packet: Packet, protocol: number, identification: number): string {
  const source = `${packet.source0},${packet.source1},${packet.source2},${packet.source3}`;
  const destination = `${packet.destination0},${packet.destination1},${packet.destination2},${packet.destination3}`;
  return `${source}>${destination}/${protocol}/${identification}/${packet.network}`;
}

interface Insertion {
  readonly addedBytes: number;
  readonly addedPieces: number;
  readonly overlapped: boolean;
}

/** Keeps pieces ordered and apart: what an earlier piece covers already is left out. An exact copy is no overlap. */
function insert(partial: Partial, offset: number, bytes: Buffer): Insertion {
  const pieces = partial.pieces;
  const end = offset + bytes.length;
  const before = pieces.length;
  let overlapped = false;
  let addedBytes = 0;
  let at = offset;
  let index = indexAfter(pieces, at);
  while (at < end) {
    while (index < pieces.length && pieceEnd(pieces[index]) <= at) index++;
    const next = pieces[index];
    const until = next === undefined ? end : Math.min(end, Math.max(at, next.offset));
    if (next !== undefined && next.offset < end) overlapped ||= next.offset !== offset || !next.bytes.equals(bytes);
    if (until > at) {
      pieces.splice(index, 0, { offset: at, bytes: Buffer.from(bytes.subarray(at - offset, until - offset)) });
      addedBytes += until - at;
    }
    at = next === undefined ? end : Math.max(until, pieceEnd(next));
  }
  return { addedBytes, addedPieces: pieces.length - before, overlapped };
}

/** First piece that ends after a place: thousands may lie before it. */
function indexAfter(pieces: readonly Piece[], place: number): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieceEnd(pieces[middle]) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

function pieceEnd(piece: Piece): number {
  return piece.offset + piece.bytes.length;
}
