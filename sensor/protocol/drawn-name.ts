import { randomBits } from "../bytes/letter-pairs.js";

/** From here on letters alone show whether somebody made a name up or a machine drew it. */
const MIN_LENGTH = 12;
const DRAWN_BITS = 8;
/** Of what has no value: whoever sends a token by itself writes it where a name stands. */
const MIN_LENGTH_ALONE = 8;
const DRAWN_BITS_ALONE = 1;
const SHORT_BITS_ALONE = 4;
/** What parts words: in base64url one character of 32 is such a mark, in names one of six. */
const MARKS = /[^A-Za-z0-9]/g;
const MARK_BITS = 2;
/** `VpcEndpointId`: what is a word by itself stands in few tokens. */
const RUNS = /[A-Z]?[a-z]{4,}/g;
const WORD_BITS = -2;
const WORD_WORTH = 5;

/** Whether a value stands behind the name. */
export type NameStand = "named" | "alone";

/**
 * Whether what stands in a name's place, in ASCII, was drawn by chance, as tokens and keys are: it must not be kept. Of names that APIs
 * have it takes one in a thousand for drawn.
 */
export function isDrawnName(name: string, stand: NameStand): boolean {
  const { length } = name;
  if (length < (stand === "alone" ? MIN_LENGTH_ALONE : MIN_LENGTH)) return false;
  const isAlone = stand === "alone";
  const enough = isAlone ? (length < MIN_LENGTH ? SHORT_BITS_ALONE : DRAWN_BITS_ALONE) : DRAWN_BITS;
  const most = randomBits(name);
  // Marks and words only speak against it: nearly all names end here.
  if (most < enough) return false;
  const bits = most - MARK_BITS * (name.match(MARKS)?.length ?? 0);
  return bits >= enough && (isAlone || bits - WORD_WORTH * wordsIn(name) >= enough);
}

function wordsIn(name: string): number {
  return (name.match(RUNS) ?? []).filter((run) => randomBits(run) <= WORD_BITS).length;
}
