import { TOKEN_PREFIXES } from "../../../shared/token-prefix.js";

/** Fields are compared in lower case. */
const ISSUED = TOKEN_PREFIXES.map(([prefix, length]) => [prefix.toLowerCase(), length] as const);
const MIN_RANDOM_LENGTH = 16;
/** How often letters and digits take turns in a run; `address1line2` does so three times. */
const MIN_TURNS = 4;

/**
 * Whether a property, a parameter or a field is named by a key: whoever writes one where a name belongs (`?AKIA…`, a map of keys) would
 * have it kept with the schema, and told by every document.
 */
export function isSecretAsName(name: string): boolean {
  if (name.length < MIN_RANDOM_LENGTH) return false;
  // Names that were written together with a word of the protocol's: `X-AKIA…`.
  const bare = name.toLowerCase().replace(/^(x|http)[-_]/, "");
  if (ISSUED.some(([prefix, length]) => bare.length >= length && bare.startsWith(prefix))) return true;
  return name.split(/[^a-z0-9]+/i).some((run) => run.length >= MIN_RANDOM_LENGTH && turns(run) >= MIN_TURNS);
}

function turns(run: string): number {
  return run.match(/\d(?=[a-z])|[a-z](?=\d)/gi)?.length ?? 0;
}
