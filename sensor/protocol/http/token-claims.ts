import type { TokenFacts } from "../protection.js";
import type { PublicNames } from "./public-names.js";

const DOT = 0x2e;
/** Claims of more than this are not read. */
const MAX_PART_BYTES = 8_192;
/** More than any token has. */
const MAX_PARTS = 5;
const MAX_AUDIENCES = 8;
const MAX_SCOPES = 24;

/** Names of RFC 7518 §3.1 and §4.1, RFC 8037, RFC 8812 and RFC 9864. */
const ALGORITHMS: ReadonlySet<string> = new Set(
  (
    "none HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448 " +
    "ML-DSA-44 ML-DSA-65 ML-DSA-87 RSA1_5 RSA-OAEP RSA-OAEP-256 A128KW A192KW A256KW dir ECDH-ES ECDH-ES+A128KW " +
    "ECDH-ES+A192KW ECDH-ES+A256KW A128GCMKW A192GCMKW A256GCMKW"
  ).split(" "),
);

type Claims = Readonly<Record<string, unknown>>;

/**
 * Header and claims of the token bytes[start, end), RFC 7515 §3.1, not verified. Undefined where it is none: other frameworks sign their
 * cookies in as many parts, of which the first is what is signed.
 */
export function readToken(bytes: Buffer, start: number, end: number, names: PublicNames): TokenFacts | undefined {
  const ends = partEnds(bytes, start, end);
  // RFC 7515 §3.1: three parts; RFC 7516 §3.1: five.
  if (ends.length !== 3 && ends.length !== 5) return undefined;
  const header = part(bytes, start, ends[0]);
  const isEncrypted = ends.length === 5;
  // RFC 7515 §4.1.1, RFC 7516 §4.1.1 and §4.1.2: these must be there.
  if (typeof header?.alg !== "string" || (isEncrypted && typeof header.enc !== "string")) return undefined;
  const claims = isEncrypted ? header : part(bytes, ends[0] + 1, ends[1]);
  return {
    isEncrypted,
    algorithm: algorithmOf(header.alg),
    issuer: nameOf(claims?.iss, names),
    audiences: listOf(claims?.aud)
      .slice(0, MAX_AUDIENCES)
      .map((audience) => names.of(audience)),
    keyId: nameOf(header.kid, names),
    keyHosts: [...new Set([header.jku, header.x5u].flatMap(hostsOf))].map((host) => names.of(host)),
    scopes: scopesOf(claims).map((scope) => names.of(scope)),
    lifetimeSeconds: lifetimeOf(claims),
    expires: isEncrypted || claims === undefined ? undefined : claims.exp !== undefined,
    binding: bindingOf(claims?.cnf),
  };
}

/** Where each part of bytes[start, end) ends. */
function partEnds(bytes: Buffer, start: number, end: number): readonly number[] {
  const ends: number[] = [];
  for (let at = start; at < end && ends.length < MAX_PARTS; at++) if (bytes[at] === DOT) ends.push(at);
  return [...ends, end];
}

/** One part as an object; undefined where it is none. */
function part(bytes: Buffer, start: number, end: number): Claims | undefined {
  if (end - start > MAX_PART_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.latin1Slice(start, end), "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 8725 §3.1: some verifiers took `none` in any case for what they were told to accept. */
function algorithmOf(value: string): string {
  if (ALGORITHMS.has(value)) return value;
  return value.toLowerCase() === "none" ? "none" : "other";
}

function nameOf(value: unknown, names: PublicNames): string | undefined {
  return typeof value === "string" && value !== "" ? names.of(value) : undefined;
}

/** RFC 3986 §3.2: the authority without userinfo and port; what is no URL has none. */
function hostsOf(value: unknown): readonly string[] {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  return url === undefined || url.hostname === "" ? [] : [url.hostname];
}

function listOf(value: unknown): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string" && one !== "") : [];
}

/** RFC 8693 §4.2 has them as one text; others as a list, or under a shorter name. */
function scopesOf(claims: Claims | undefined): string[] {
  const texts = [claims?.scope, claims?.scp, claims?.scopes].flatMap(listOf);
  const scopes = texts.flatMap((text) => text.split(" ")).filter((scope) => scope !== "");
  return [...new Set(scopes)].sort().slice(0, MAX_SCOPES);
}

/** RFC 7519 §4.1.4 to §4.1.6. */
function lifetimeOf(claims: Claims | undefined): number | undefined {
  const { exp, iat, nbf } = claims ?? {};
  const from = Number.isFinite(iat) ? iat : nbf;
  if (typeof exp !== "number" || typeof from !== "number" || !Number.isFinite(exp - from)) return undefined;
  return Math.max(0, Math.round(exp - from));
}

function bindingOf(value: unknown): TokenFacts["binding"] {
  if (typeof value !== "object" || value === null) return undefined;
  if ("jkt" in value) return "dpop";
  return "x5t#S256" in value ? "certificate" : "key";
}
