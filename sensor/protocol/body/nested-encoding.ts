import type { Scratch } from "./scratch.js";

const PERCENT = 0x25;
/** Proxies and careless clients encode once more what is encoded, and URLs have URLs in them: so often is decoded at most. */
const MAX_DECODED = 4;

/** Decodes what was percent-decoded already as long as something in it is encoded; each time `look` may look at what stands there then. */
export function decodeNested(scratch: Scratch, look?: (bytes: Buffer, length: number) => void): void {
  for (let times = 1; times < MAX_DECODED && isEncoded(scratch); times++) {
    scratch.decodePercent(scratch.bytes, 0, scratch.length, "plus");
    look?.(scratch.bytes, scratch.length);
  }
}

function isEncoded({ bytes, length }: Scratch): boolean {
  for (let at = 0; at < length; at++) if (bytes[at] === PERCENT) return true;
  return false;
}
