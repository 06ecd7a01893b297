import { MASK } from "../message.js";

const MIN_TOKEN_LENGTH = 24;
const MIN_ENTROPY_BITS = 3.6;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const JWT = /^eyJ[\w-]{5,}\.[\w-]+\.[\w-]*$/;
const SECRET_PARAMETER = /^(jsessionid|phpsessid|sid|session(id)?|token|access_token|api_?key|password|secret)$/i;

/** Prefixes by which issuers make their tokens known, each with the least length such a token has. */
const TOKEN_PREFIXES: readonly (readonly [string, number])[] = [
  ["AKIA", 20],
  ["ASIA", 20],
  ["AIza", 35],
  ["SG.", 40],
  ["ghp_", 36],
  ["gho_", 36],
  ["ghs_", 36],
  ["ghu_", 36],
  ["github_pat_", 40],
  ["glpat-", 26],
  ["hf_", 30],
  ["npm_", 36],
  ["rk_live_", 24],
  ["sk_live_", 24],
  ["sk_test_", 24],
  ["xoxa-", 20],
  ["xoxb-", 20],
  ["xoxp-", 20],
  ["ya29.", 20],
];

/** The path with every segment and matrix parameter that holds a secret replaced by `***`. Called only for suspicious paths. */
export function maskPath(path: string): string {
  return path.split("/").map(maskSegment).join("/");
}

function maskSegment(segment: string): string {
  const [name, ...parameters] = segment.split(";");
  const masked = isSecret(name) ? MASK : name;
  if (parameters.length === 0) return masked;
  return [masked, ...parameters.map(maskParameter)].join(";");
}

function maskParameter(parameter: string): string {
  const equals = parameter.indexOf("=");
  if (equals < 0) return isSecret(parameter) ? MASK : parameter;
  const name = parameter.slice(0, equals);
  const value = parameter.slice(equals + 1);
  return SECRET_PARAMETER.test(name) || isSecret(value) ? `${name}=${MASK}` : parameter;
}

/** Whether a value gives access by itself: a signed token, an issuer's known form, or long and random without being an id. */
export function isSecret(value: string): boolean {
  if (value.length < 20) return false;
  if (JWT.test(value)) return true;
  if (TOKEN_PREFIXES.some(([prefix, length]) => value.length >= length && value.startsWith(prefix))) return true;
  const colon = value.indexOf(":");
  if (colon > 0 && value.length - colon > 30) return isRandom(value.slice(colon + 1));
  return isRandom(value);
}

/** Mixed case and digits without words: neither UUID, hash, slug nor file name. */
function isRandom(value: string): boolean {
  if (value.length < MIN_TOKEN_LENGTH || UUID.test(value) || !/^[\w.~+=%-]+$/.test(value)) return false;
  if (!/[a-z]/.test(value) || !/[A-Z]/.test(value) || !/\d/.test(value)) return false;
  const longest = Math.max(...value.split(/[-_.~+%]/).map((part) => part.length));
  return longest >= 16 && entropyBits(value) >= MIN_ENTROPY_BITS;
}

/** Shannon entropy of the characters, bits each. */
function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
