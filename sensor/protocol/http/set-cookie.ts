import type { SetCookie } from "../protection.js";
import { defaultCookieName } from "./framework.js";

const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const MAX_ATTRIBUTE_BYTES = 1_024;
const MAX_NAME_BYTES = 128;
const DAY_SECONDS = 86_400;
const MONTH_SECONDS = 31 * DAY_SECONDS;
const MAX_KNOWN = 512;
const PREFIXES = ["__Host-", "__Secure-"] as const;

const CSRF = /csrf|xsrf|forgery|requestverification/i;
/** Words of which names of such cookies are made. */
const SESSION =
  /sess|(^|[^a-z])s?sid([^a-z]|$)|auth|token|jwt|login|logged|remember|identity|(^|[^a-z])sso([^a-z]|$)|passport|^wordpress_sec_|^_[a-z]\w*_key$/i;
/** What pages read to see whether a session still is (OpenID Connect Session Management 1.0 §3.2), of Keycloak and IdentityServer: no proof. */
const SESSION_STATE = /^(?:keycloak_session(?:_legacy)?|kc_auth_session_hash|idsrv\.session)$/i;
/** RFC 7515 §3.1. Without two dots it is any object: what a visitor likes, or what a page remembers. */
const JWT = /^eyJ[\w-]+\.[\w-]*\.[\w-]*$/;
const JWT_BEGINNING = "eyJ";

/** What the value bytes[start, end) of a Set-Cookie field sets. Of what there are few kinds, each is one object. */
export class SetCookies {
  readonly #known = new Map<string, SetCookie>();

  of(bytes: Buffer, start: number, end: number, atMicros: number): SetCookie {
    let nameEnd = start;
    while (nameEnd < end && bytes[nameEnd] !== EQUALS && bytes[nameEnd] !== SEMICOLON) nameEnd++;
    let valueEnd = nameEnd;
    while (valueEnd < end && bytes[valueEnd] !== SEMICOLON) valueEnd++;
    const name = bytes.latin1Slice(start, Math.min(nameEnd, start + MAX_NAME_BYTES));
    const begins = bytes.latin1Slice(nameEnd + 1, Math.min(valueEnd, nameEnd + 4)) === JWT_BEGINNING;
    const isToken = begins && JWT.test(bytes.latin1Slice(nameEnd + 1, valueEnd));
    const known = defaultCookieName(bytes, start, nameEnd);
    const attributes = bytes.latin1Slice(valueEnd, Math.min(end, valueEnd + MAX_ATTRIBUTE_BYTES));
    const named = { name: known, purpose: purposeOf(name, known, isToken), prefix: prefixOf(name) };
    return this.#share(cookieOf(named, attributes, atMicros));
  }

  #share(cookie: SetCookie): SetCookie {
    const key = JSON.stringify(cookie);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, cookie);
    return cookie;
  }
}

function purposeOf(name: string, known: string | undefined, isToken: boolean): SetCookie["purpose"] {
  if (CSRF.test(name)) return "csrf";
  if (SESSION_STATE.test(name)) return "other";
  return known !== undefined || isToken || SESSION.test(name) ? "session" : "other";
}

/** RFC 6265bis §5.7: whatever their letters' case is. */
function prefixOf(name: string): SetCookie["prefix"] {
  if (!name.startsWith("__")) return undefined;
  return PREFIXES.find((prefix) => name.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase());
}

function cookieOf(named: Pick<SetCookie, "purpose" | "name" | "prefix">, text: string, atMicros: number): SetCookie {
  const attributes = new Map<string, string>();
  for (const attribute of text.split(";")) {
    const [word, value = ""] = attribute.split("=", 2);
    attributes.set(word.trim().toLowerCase(), value.trim().toLowerCase());
  }
  const sameSite = attributes.get("samesite");
  const path = attributes.get("path") ?? "";
  return {
    ...named,
    isSecure: attributes.has("secure"),
    isHttpOnly: attributes.has("httponly"),
    sameSite: sameSite === "strict" || sameSite === "lax" || sameSite === "none" ? sameSite : undefined,
    hasDomain: (attributes.get("domain") ?? "") !== "",
    isPartitioned: attributes.has("partitioned"),
    // RFC 6265 §5.2.4: one that does not begin with a slash is none.
    path: path === "/" ? path : path.startsWith("/") ? "narrower" : undefined,
    lifetime: lifetimeOf(attributes, atMicros),
  };
}

/** RFC 6265 §5.3: Max-Age goes before Expires; one that can't be read is no attribute. */
function lifetimeOf(attributes: ReadonlyMap<string, string>, atMicros: number): SetCookie["lifetime"] {
  const maxAge = attributes.get("max-age") ?? "";
  const expires = Date.parse(attributes.get("expires") ?? "");
  const seconds = /^-?\d{1,12}$/.test(maxAge) ? Number(maxAge) : expires / 1_000 - atMicros / 1e6;
  if (Number.isNaN(seconds)) return "session";
  if (seconds <= 0) return "deleted";
  if (seconds <= DAY_SECONDS) return "day";
  return seconds <= MONTH_SECONDS ? "month" : "longer";
}
