import { DynamicTable } from "../hpack/dynamic-table.js";
import type { Call } from "../message.js";

const FIRST_BYTES = 1_024;
/** Of one connection, from which it is learned what heads are built of. */
const MAX_LEARNED_HEADS = 256;

/** The header blocks of one side: the table they share, and the block that is being put together. */
export class BlockSide {
  readonly table = new DynamicTable();
  /** The table's stamp when the block before began. */
  stampBefore = 0;
  /** Its blocks put into the table what none of them asks for: they say the same whatever is in it. */
  spellsOut = false;
  /** Why the table may hold what was not seen. */
  unread: Call["unread"] = undefined;
  /** Largest table that the other side's settings ever allowed; beyond any where some of them were not seen. */
  mostTableBytes = Number.POSITIVE_INFINITY;
  #learnedHeads = 0;
  /** Bytes were lost, and with them blocks or not: the next block tells. */
  isDoubtful = false;
  /** Stream of the last request. */
  lastRequestId = 0;
  /** Blocks that are no requests were seen. */
  sendsTrailers = false;
  /** A block was begun and has not ended. */
  isOpen = false;
  streamId = 0;
  endsStream = false;
  /** A block was cut, or its beginning missed: CONTINUATION frames that come now may be its rest, and no fault. */
  mayGoOn = false;
  /** The block is a promised request's. */
  isPromise = false;
  /** Time of its first byte. */
  atMicros = 0;
  frames = 0;
  /** Not kept, as far as it goes beyond the bound. */
  isRefused = false;
  bytes: Buffer = NO_BYTES;
  length = 0;

  begin(streamId: number, endsStream: boolean, isPromise: boolean, atMicros: number): void {
    this.isOpen = true;
    this.mayGoOn = false;
    this.streamId = streamId;
    this.endsStream = endsStream;
    this.isPromise = isPromise;
    this.atMicros = atMicros;
    this.frames = 0;
    this.isRefused = false;
    this.length = 0;
  }

  /** Keeping the fields that nobody reads in every head costs much of what else is done with a head: it ends after so many. */
  headWasLearned(): void {
    if (++this.#learnedHeads >= MAX_LEARNED_HEADS) this.table.keepsUnread = false;
  }

  append(bytes: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_BYTES, needed * 2));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    bytes.copy(this.bytes, this.length, start, end);
    this.length = needed;
  }

  /** Ends the block; what was kept of it need not be any longer. */
  end(): void {
    this.isOpen = false;
    this.length = 0;
    this.bytes = NO_BYTES;
  }

  /** Blocks were missed, or this one's end. */
  forget(why: Call["unread"]): void {
    this.table.forget();
    this.table.keepsUnread = false;
    this.unread = why;
    this.mayGoOn = true;
    this.isDoubtful = false;
  }

  /** Bytes were lost between blocks. */
  doubt(): void {
    this.table.keepsUnread = false;
    if (this.lastRequestId > 0 && !this.sendsTrailers) this.isDoubtful = true;
    else this.forget("bytes-lost");
  }
}

const NO_BYTES = Buffer.alloc(0);
