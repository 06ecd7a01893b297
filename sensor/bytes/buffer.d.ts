// Node has had it since version 6 and keeps it for good speed; its type declarations leave it out.
interface Buffer {
  /** Bytes [start, end) as Latin-1, without the dispatch on encoding that toString makes. */
  latin1Slice(start?: number, end?: number): string;
}
