/** Classes of names that nobody listed, told in the name's stead: whoever sends a field may write a secret into its name. */
export const KEY_CLASSES = ["*-token", "*-key", "*-secret"] as const;
/** Any other name, of a field whose value is a JSON Web Token. */
export const TOKEN_CLASS = "*";
export const SIGNATURE_CLASS = "*-signature";
export const SCHEME_CLASS = "*-authorization";

const MIN_NAME_BYTES = 6;
const MAX_NAME_BYTES = 64;
/** Last letters of names that the rules below know, without their case: of nearly all other names they say that they are none. */
const IS_LAST = new Uint8Array(256);
for (const byte of Buffer.from("nytegc6hd")) IS_LAST[byte] = 1;

/**
 * What is called so without saying who sends it: what is held against forged requests, where a list or an upload goes on, what names a
 * request, a device or a lock (RFC 4918 §10.5), and what is asked of whoever solved a puzzle.
 */
const OTHER_PURPOSE =
  /csrf|xsrf|forgery|verification|request-?token|atlassian|idempot|continu|page|next|sync|cursor|skip|delta|upload|correlat|trace|device|push|registration|lock|cache|etag|captcha|surrogate|partition|routing|websocket|encryption|snapshot|consistency/;
const RULES: readonly (readonly [RegExp, string])[] = [
  [/(token|jwt|assertion)$/, "*-token"],
  [
    /(^|[-_])(api|access|auth|secret|subscription|functions?|app|application|client|private|account|service|licen[cs]e|shared|master|admin|user|consumer)[-_]?key$/,
    "*-key",
  ],
  [/[-_](secret|password|passwd|passphrase)$/, "*-secret"],
  [/[-_](signature|sig|hmac)([-_]?sha)?([-_]?256)?$/, SIGNATURE_CLASS],
  [/[-_](authorization|auth)$/, SCHEME_CLASS],
];

/** Whether a field's name says that what stands in it proves nothing of who sends it. */
export function hasOtherPurpose(name: string): boolean {
  return OTHER_PURPOSE.test(name.toLowerCase());
}

/** The class that the words of a field's name make it one of, for a table to find in the name's stead; undefined where they do not. */
export function keyClassOf(bytes: Buffer, start: number, end: number): string | undefined {
  const length = end - start;
  if (length < MIN_NAME_BYTES || length > MAX_NAME_BYTES || IS_LAST[bytes[end - 1] | 0x20] === 0) return undefined;
  const name = bytes.latin1Slice(start, end).toLowerCase();
  const found = RULES.find(([rule]) => rule.test(name));
  return found === undefined || OTHER_PURPOSE.test(name) ? undefined : found[1];
}
