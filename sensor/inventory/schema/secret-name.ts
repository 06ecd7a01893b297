import { TOKEN_PREFIXES } from "../../../shared/token-prefix.js";

/** Fields are compared in lower case. */
const ISSUED = TOKEN_PREFIXES.map(([prefix, length]) => [prefix.toLowerCase(), length] as const);
/** What stands in no token, such as the brackets of a list's index. */
const NO_TOKEN = /[^a-z0-9_.-]+/;
const WORD_END = /[-_.]/;
const MIN_RANDOM_LENGTH = 16;
/** How often letters and digits take turns in a run; `address1line2` does so three times. */
const MIN_TURNS = 4;

/**
 * Whether a property, a parameter or a field is named by a key: whoever writes one where a name belongs (`?AKIA…`, a map of keys) would
 * have it kept with the schema, and told by every document.
 */
export function isSecretAsName(name: string): boolean {
  if (name.length < MIN_RANDOM_LENGTH) return false;
  if (name.toLowerCase().split(NO_TOKEN).some(holdsIssued)) return true;
  return name.split(/[^a-z0-9]+/i).some((run) => run.length >= MIN_RANDOM_LENGTH && turns(run) >= MIN_TURNS);
}

/** From any of its words on: names are written together with others, as in `X-AKIA…` and `filter[AKIA…]`. */
function holdsIssued(part: string): boolean {
  for (let at = 0; at >= 0; at = wordAfter(part, at))
    if (ISSUED.some(([prefix, length]) => part.length - at >= length && part.startsWith(prefix, at))) return true;
  return false;
}

function wordAfter(part: string, at: number): number {
  const found = part.slice(at).search(WORD_END);
  return found < 0 ? -1 : at + found + 1;
}

function turns(run: string): number {
  return run.match(/\d(?=[a-z])|[a-z](?=\d)/gi)?.length ?? 0;
}
