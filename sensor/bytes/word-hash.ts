const WORD = 4;

/** A hash of view[start, end), at least four bytes, read in words of four; the last word overlaps the one before it. */
export function wordHash(view: DataView, start: number, end: number): number {
  let hash = end - start;
  const last = end - WORD;
  for (let at = start; at < last; at += WORD) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ view.getInt32(last, true), 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
