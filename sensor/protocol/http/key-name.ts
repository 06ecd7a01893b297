/** Classes of names that nobody listed, told in the name's stead: whoever sends a field may write a secret into its name. */
const SESSION_CLASS = "*-session";
export const KEY_CLASS = "*-key";
export const KEY_CLASSES = ["*-token", KEY_CLASS, "*-secret", SESSION_CLASS] as const;
/** Other names of keys: as many sort, group and part data as say who asks, and the value decides. Told as those are that are sure. */
export const DOUBTFUL_KEY_CLASS = "?-key";
/** Any other name, of a field whose value is a JSON Web Token. */
export const TOKEN_CLASS = "*";
export const SIGNATURE_CLASS = "*-signature";
export const HMAC_CLASS = "*-hmac";
export const SCHEME_CLASS = "*-authorization";

const MIN_NAME_BYTES = 3;
const MAX_NAME_BYTES = 64;
/** Last two letters of names that the rules below know: of nearly all other names they say that they are none. */
const ENDINGS: ReadonlySet<number> = new Set(
  "en wt on ey et rd wd se re ig gn ac ha 56 th id ss v1 v2 v3 v4 -1 -2 19"
    .split(" ")
    .map((pair) => Buffer.from(pair).readUInt16BE(0)),
);
/** Of names that end so, only those of sessions are meant. */
const ID = Buffer.from("id").readUInt16BE(0);
const SESSION = Buffer.from("sess");

/**
 * What is called so without saying who sends it: what is held against forged requests, where a list or an upload goes on, what names a
 * request, a device or a lock (RFC 4918 §10.5), and what is asked of whoever solved a puzzle. The plain ones count as words of their own:
 * PagerDuty is no page.
 */
const OTHER_PURPOSE =
  /csrf|xsrf|forgery|verification|request-?token|atlassian|idempot|continu|correlat|captcha|^accept-|^x-amzn?-client-|^client(request)?(?=token$)|client-session|transmission|(^|[-_])(pagination|start(ing)?|creation|completion|resum(e|ption)|wait|block|batch|version)(?=[-_]?token$)|(^|[-_])((next)?(page|sync)|next|cursor|skip|delta|upload|trace|device|push|fcm|gcm|apns|registration|lock|cache|etag|surrogate|partition|routing|websocket|encryption|snapshot|consistency)(?=[-_]|token|key|$)/;
const RULES: readonly (readonly [RegExp, string])[] = [
  [/(token|jwt|assertion)$/, "*-token"],
  [
    /(^|[-_])(api|rapidapi|access|auth|secret|subscription|functions?|app|application|client|private|account|service|licen[cs]e|shared|master|admin|user|consumer|internal|partner|merchant|developer|gateway|mashape|ws)[-_]?key$/,
    KEY_CLASS,
  ],
  [/[-_](secret|password|passwd|passphrase)$/, "*-secret"],
  [/(^|[-_])hmac([-_]?sha)?([-_]?(1|256|384|512))?$/, HMAC_CLASS],
  [/(^|[-_])(signature|sign|sig)([-_]?sha)?([-_]?256)?([-_]?(v[1-4]|[12]|ed25519))?$/, SIGNATURE_CLASS],
  [/(^|[-_])(authorization|authentication|auth)$/, SCHEME_CLASS],
  [/(^|[-_.]|j|php|asp)sess(ion)?([-_]?(id|key))?$/, SESSION_CLASS],
  [/(^|[-_])key$/, DOUBTFUL_KEY_CLASS],
];
/** What is sorted, found or kept apart by a key, and what is encrypted with it. Amazon, Google and others have their users' own names behind `meta`. */
const KEY_OF_DATA =
  /^x-[a-z]+-meta-|(^|[-_])(sort|order|group|public|primary|foreign|unique|composite|natural|object|message|event|dedup\w*|tenant|site|store|region|hash|range|row|item|file|blob|bucket|storage|prefix|path|translation|i18n|locale|resource|entity|parent|child|record|shard|tracking|transaction|operation|job|task|issue|project|request|query|search|index|topic|queue|feature|flag|config|setting|map|host|cookie|crypto|encryption|customer|product|data|field|column|rate|limit|throttle|bind|binding|correlation|conversation|vapid|recaptcha)[-_]?key$/;

/** Whether a field's name says that what stands in it proves nothing of who sends it. */
export function hasOtherPurpose(name: string): boolean {
  return OTHER_PURPOSE.test(name.toLowerCase());
}

/** The class that the words of a field's name make it one of, for a table to find in the name's stead; undefined where they do not. */
export function keyClassOf(bytes: Buffer, start: number, end: number): string | undefined {
  const length = end - start;
  if (length < MIN_NAME_BYTES || length > MAX_NAME_BYTES) return undefined;
  const ending = ((bytes[end - 2] | 0x20) << 8) | (bytes[end - 1] | 0x20);
  if (!ENDINGS.has(ending) || (ending === ID && !hasSession(bytes, start, end))) return undefined;
  const name = bytes.latin1Slice(start, end).toLowerCase();
  const found = RULES.find(([rule]) => rule.test(name))?.[1];
  if (found === undefined || OTHER_PURPOSE.test(name)) return undefined;
  return found === DOUBTFUL_KEY_CLASS && KEY_OF_DATA.test(name) ? undefined : found;
}

function hasSession(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at + SESSION.length < end; at++) {
    let same = 0;
    while (same < SESSION.length && (bytes[at + same] | 0x20) === SESSION[same]) same++;
    if (same === SESSION.length) return true;
  }
  return false;
}
