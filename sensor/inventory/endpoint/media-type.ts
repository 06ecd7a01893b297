import { MASK } from "../../protocol/message.js";
import { Tally } from "../count/tally.js";

const MAX_TYPES = 8;
const MAX_LENGTH = 120;
/** The top-level types that IANA has registered, and what stands in for one. */
const MEDIA_TYPE =
  /^\s*((?:application|audio|chemical|example|font|haptics|image|message|model|multipart|text|video|\*|x-[a-z]{1,20})\/)([a-z0-9!#$&^_.+*-]+)\s*(?:;|,|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([a-z][a-z0-9_.:-]{1,19})"?\s*(?:;|,|$)/i;
/** However long a word in one case is, it is no token. */
const WORD = /^[A-Z]?[a-z]+$/;
const TOKEN_LENGTH = 20;
/** As many digits stand in no registered type; in a number of a person's they do. */
const MAX_DIGITS = 8;

/**
 * Media types that an endpoint's messages were of, with nothing of what only one message is: whoever sends it writes into a parameter
 * what they like, and a multipart body's boundary is another each time.
 */
export class MediaTypes {
  readonly #tally = new Tally(MAX_TYPES);
  #last = "";

  /** The value of a Content-Type field as it was sent. True where it is one more. */
  note(sent: string): boolean {
    if (sent === this.#last) return false;
    const before = this.#tally.size;
    this.#last = sent;
    this.#tally.note(toldType(sent));
    return this.#tally.size > before;
  }

  merge(other: MediaTypes): void {
    this.#tally.merge(other.#tally);
  }

  texts(): string[] {
    return this.#tally.sortedTexts();
  }
}

/** RFC 9110 §8.3.1: the type, and of its parameters the character set alone. What is none is masked. */
export function toldType(sent: string): string {
  const found = MEDIA_TYPE.exec(sent.slice(0, MAX_LENGTH));
  if (found === null) return MASK;
  const [, top, sub] = found;
  if (!isPublic(sub)) return `${top}${MASK}`;
  const charset = CHARSET.exec(sent.slice(0, MAX_LENGTH))?.[1];
  return charset === undefined || !isPublic(charset) ? `${top}${sub}` : `${top}${sub}; charset=${charset}`;
}

/** Names that are registered, or a vendor's, are words with dots between them. */
function isPublic(name: string): boolean {
  if ((name.match(/\d/g)?.length ?? 0) > MAX_DIGITS) return false;
  return name.split(/\W/).every((run) => run.length < TOKEN_LENGTH || WORD.test(run));
}
