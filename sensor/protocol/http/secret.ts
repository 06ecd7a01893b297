import { TOKEN_PREFIXES } from "../../../shared/token-prefix.js";
import { randomBits } from "../../bytes/letter-pairs.js";
import { escaped, withoutEscapes } from "../../bytes/percent.js";
import { MASK } from "../message.js";

/** As short as a value may be that gives access by itself, in characters. */
export const MIN_SECRET_LENGTH = 20;
const MIN_RANDOM_LENGTH = 24;
/** Characters that must stand in runs no word, number or name has. */
const MIN_ODD_CHARACTERS = 16;
/** Without capitals, runs below this are ids more often than secrets: ULID has 26, a Kubernetes pod's hash 10. */
const MIN_SINGLE_CASE_LENGTH = 28;
const MIN_ENTROPY_BITS = 3.6;
/** Where a path says itself that a secret follows, less is enough. */
export const MIN_ANNOUNCED_LENGTH = 10;
/** From here on characters drawn by chance are told from words though hardly a digit is among them, by randomBits. */
export const MIN_ANNOUNCED_LETTERS = 16;
const RANDOM_BITS = 6;
/** In one case alone, `csv_download_link`, words that are put together look more like it. */
const RANDOM_BITS_ONE_CASE = 10;
/** `getObjectsByObjectIds`: where capitals begin words, and few of them. */
const CAMEL_CASE = /^[A-Z]?[a-z]+(?:[A-Z][a-z]+)+$/;
const MIN_WORD_LETTERS = 4;
/** What issuers give, wherever in a value it begins: other letters may be a name that was put before it. */
const ISSUED = new RegExp(
  [
    /(?<![A-Z])A(?:KI|SI|BI|CC)A[A-Z\d]{16}(?![A-Z\d])|gh[oprsu]_[A-Za-z\d]{32}|github_pat_\w{29}|xox[abeoprs]-(?=[\w-]*\d)[\w-]{16}/,
    /[rs]k_(?:live|test)_(?=[A-Za-z\d]*\d)[A-Za-z\d]{16}|AIza[\w-]{31}|GOCSPX-[\w-]{28}|eyJ[\w-]{5,}\.eyJ[\w-]{5,}/,
    /gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[\w-]{20}|dckr_[op]at_[\w-]{27}|(?<![A-Za-z])npm_[A-Za-z\d]{36}/,
    /shp(?:at|ca|pa|ss|ua)_[\dA-Fa-f]{32}|do[opr]_v1_[\da-f]{64}|dapi[\da-f]{32}|hv[bs]\.[\w-]{24}|SG\.[\w-]{22}\.[\w-]{43}/,
    /(?<![A-Za-z])hf_[A-Za-z]{34}|lin_(?:api|oauth)_[A-Za-z\d]{40}|ntn_\d{11}[A-Za-z\d]{35}|sq0(?:atp|csp)-[\w-]{22}|NRAK-[A-Z\d]{27}/,
    /sk-ant-[a-z]{3,5}\d\d-[\w-]{40}|sk-[\w-]{18,80}T3BlbkFJ|AT[AC]TT3[\w-]{60}|pypi-AgE[\w-]{50}/,
  ]
    .map(({ source }) => source)
    .join("|"),
);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const JWT = /^eyJ[\w-]{5,}\.[\w-]+\.[\w-]*$/;
const SECRET_PARAMETER =
  /^(jsessionid|phpsessid|sid|session(_?id)?|([a-z]+[_-]?)?token|jwt|(x-)?api[_-]?key|password|passwd|pwd|([a-z]+_)?secret)$/i;
const PASSWORD_PARAMETER = /^(password|passwd|pwd)$/i;
/** Words and numbers as people put them together: `OrderItem`, `x64`, `20240115T103000Z`. */
const WORDS = /[A-Z]?[a-z]{2,}|[A-Z]+|[a-z]?\d+/g;
/** What parts a segment into parameters: matrix parameters, and a query that was misplaced or percent-encoded. */
const PARAMETER_BREAK = /([;&?,])/;

/**
 * What is to be done with what stands before it, in words: `:cancel`, `:setSize`, or how it is told: `.json`. It is no part of a secret, nor
 * makes one of an id. No host's name ends in one of these formats.
 */
const ENDING = /(?::[a-z]{2,}(?:[A-Z][a-z]+)*|\.(?:json|xml|csv|tsv|ya?ml|html?|txt|ics|rss|atom|pdf))$/;
/** What a verb may stand behind: no parameters, no user. */
const PLAIN = /^[\w.~-]+$/;

/** After these as often stands what is shared, by its name. */
const SHARING: readonly string[] = "share share-link share_link sharelink shared-link shared_link".split(" ");
/** Path segments after which a secret stands; in lower case. */
export const ANNOUNCING_SEGMENTS: readonly string[] = [
  ..."reset resets reset-password reset_password resetpassword password-reset password_reset forgot-password".split(
    " ",
  ),
  ..."recover recovery verify verify-email verify_email verification email-verification activate activation".split(" "),
  ..."confirm confirm-email confirmation confirmations invite invites invitation invitations join-by-invite".split(" "),
  ..."magic magic-link magic_link magiclink unsubscribe token access_token access-token accesstoken".split(" "),
  ..."invite-link invite_link invitelink".split(" "),
  ..."refresh_token refresh-token api_key api-key apikey password passwd secret session sessionid session_id".split(
    " ",
  ),
  ...SHARING,
];
const ANNOUNCING = new Set(ANNOUNCING_SEGMENTS);

/** The path with every segment and parameter that holds a secret replaced by `***`. Called only for suspicious paths. */
export function maskPath(path: string): string {
  const segments = path.split("/");
  return segments.map((segment, index) => maskEncoded(segment, segments[index - 1])).join("/");
}

/** Free text, such as User-Agent, with what is a secret by its form or its name replaced by `***`. */
export function maskText(text: string): string {
  return text.replace(/[^\s;,()"']+/g, (word) => (word.includes("%") ? maskEncoded(word) : maskParameter(word)));
}

/** Of what is percent-encoded, however often, what it stands for is looked at; where nothing of that is masked, it stays as it was sent. */
function maskEncoded(segment: string, before?: string): string {
  const plain = withoutEscapes(segment);
  const told = maskSegment(plain, before === undefined ? undefined : withoutEscapes(before));
  // A path may be part of another's segment.
  const masked = plain !== segment && told.includes("/") ? maskPath(told) : told;
  if (masked === plain) return segment;
  return plain === segment ? masked : escaped(masked);
}

function maskSegment(segment: string, before: string | undefined): string {
  if (before !== undefined && isAnnounced(segment, before.toLowerCase())) return MASK;
  const ending = endingOf(segment);
  const value = segment.slice(0, segment.length - ending.length);
  if (ending !== "" && PLAIN.test(value)) return maskSegment(value, undefined) + ending;
  if (isSecret(segment)) return MASK;
  // Of every two, the second is what parts the first from the next.
  return maskUserinfo(segment)
    .split(PARAMETER_BREAK)
    .map((part, index) => (index % 2 === 0 ? maskParameter(part) : part))
    .join("");
}

function isAnnounced(segment: string, before: string): boolean {
  if (!ANNOUNCING.has(before)) return false;
  return SHARING.includes(before) ? isDrawn(segment) : looksGiven(segment);
}

/** What is to be done with what a segment names, or in which form it is told; empty where it does not say. */
export function endingOf(segment: string): string {
  return ENDING.exec(segment)?.[0] ?? "";
}

/** RFC 3986 §3.2.1, wherever in a path it stands: a URL may be part of another's path. */
function maskUserinfo(segment: string): string {
  const at = segment.lastIndexOf("@");
  const colon = segment.indexOf(":");
  return colon >= 0 && colon < at ? MASK + segment.slice(at) : segment;
}

function maskParameter(parameter: string): string {
  const equals = parameter.indexOf("=");
  if (equals < 0) return isSecret(parameter) ? MASK : maskNamed(parameter);
  const name = parameter.slice(0, equals);
  const value = parameter.slice(equals + 1);
  if (value === "" || !(SECRET_PARAMETER.test(name) || isSecret(value))) return parameter;
  return `${name}=${MASK}`;
}

/** `token:value`; a verb after a colon (`/v1/token:refresh`, `/v1/password:reset`) has no digits. */
function maskNamed(parameter: string): string {
  const colon = parameter.indexOf(":");
  if (colon < 0) return parameter;
  const name = parameter.slice(0, colon);
  const value = parameter.slice(colon + 1);
  const isGiven = PASSWORD_PARAMETER.test(name) ? /\d/.test(value) : SECRET_PARAMETER.test(name) && looksGiven(value);
  return isGiven ? `${name}:${MASK}` : parameter;
}

/** Whether what a path announces as a secret is one, and no word or number: digits stand among letters, or no language has such words. */
function looksGiven(value: string): boolean {
  if (value.length < MIN_ANNOUNCED_LENGTH) return false;
  if (isDrawn(value)) return true;
  if ((value.match(/\d/g)?.length ?? 0) < 2) return false;
  return UUID.test(value) || value.split(/[^a-z0-9]+/i).some((run) => changes(run) >= 2);
}

/** Whether letters, and digits if any, were drawn by chance. */
function isDrawn(value: string): boolean {
  if (value.length < MIN_ANNOUNCED_LETTERS || !PLAIN.test(value)) return false;
  const bits = randomBits(value);
  if (bits < RANDOM_BITS) return false;
  if (CAMEL_CASE.test(value)) return value.length < MIN_WORD_LETTERS * (value.match(/[A-Z]/g)?.length ?? 0);
  return bits >= RANDOM_BITS_ONE_CASE || /\d|[a-z].*[A-Z]|[A-Z].*[a-z]/.test(value);
}

/** Whether a value gives access by itself: a signed token, an issuer's known form, or long and random without being an id. */
export function isSecret(value: string): boolean {
  if (value.length < MIN_SECRET_LENGTH) return false;
  return isIssuedToken(value) || ISSUED.test(value) || isRandom(value);
}

/** Whether it is a signed token, or has the form of an issuer's. */
export function isIssuedToken(value: string): boolean {
  if (JWT.test(value)) return true;
  return TOKEN_PREFIXES.some(([prefix, length]) => value.length >= length && value.startsWith(prefix));
}

/** Mixed case and digits, or one long run, without words: neither UUID, hash, slug nor file name. */
function isRandom(value: string): boolean {
  if (value.length < MIN_RANDOM_LENGTH || !/\d/.test(value) || /^[0-9a-f-]+$/i.test(value)) return false;
  const runs = value.split(/[^a-z0-9]+/i);
  // In one run: a file's ending in lower case makes no secret of an id in capitals.
  const hasBothCases = runs.some((run) => /[a-z]/.test(run) && /[A-Z]/.test(run));
  const isLong = runs.some((run) => run.length >= MIN_SINGLE_CASE_LENGTH && changes(run) >= 6 && !isHex(run));
  if (!isLong && !(hasBothCases && oddCharacters(runs) >= MIN_ODD_CHARACTERS)) return false;
  return entropyBits(value) >= MIN_ENTROPY_BITS;
}

function oddCharacters(runs: readonly string[]): number {
  return runs.reduce((sum, run) => (isOdd(run) ? sum + run.length : sum), 0);
}

/** Neither a hash nor made of words and numbers. */
function isOdd(run: string): boolean {
  return !isHex(run) && (changes(run) > 4 || run.replace(WORDS, "") !== "");
}

function isHex(run: string): boolean {
  return /^([0-9a-f]+|[0-9A-F]+)$/.test(run);
}

/** How often digits and letters take turns. */
function changes(run: string): number {
  return run.match(/\d(?=[a-z])|[a-z](?=\d)/gi)?.length ?? 0;
}

/** Shannon entropy of the characters, bits each. */
function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
