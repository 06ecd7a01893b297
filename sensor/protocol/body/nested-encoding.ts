import type { Scratch } from "./scratch.js";

const PERCENT = 0x25;
/** Proxies and careless clients encode once more what is encoded, and URLs have URLs in them: what is encoded yet more often is decoded all at once. */
const MAX_STEPS = 4;

/** Decodes what was percent-decoded already as long as something in it is encoded; each time `look` looks at what stands there then. */
export function decodeNested(scratch: Scratch, look: (bytes: Buffer, length: number) => void): void {
  for (let times = 1; times < MAX_STEPS && isEncoded(scratch); times++) {
    if (times + 1 < MAX_STEPS) scratch.decodePercent(scratch.bytes, 0, scratch.length, "plus");
    else scratch.decodeAgain();
    look(scratch.bytes, scratch.length);
  }
}

function isEncoded({ bytes, length }: Scratch): boolean {
  for (let at = 0; at < length; at++) if (bytes[at] === PERCENT) return true;
  return false;
}
