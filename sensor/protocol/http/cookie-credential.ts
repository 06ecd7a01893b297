import { WordTable } from "../../bytes/word-table.js";
import type { Credential } from "../message.js";
import { isNoValue } from "../no-value.js";
import { join, MAX_CREDENTIALS, ofToken, one } from "./credential-list.js";
import { isVisitCookie, sessionCookieName } from "./session-cookie.js";
import type { TokenMemory } from "./token-memory.js";

const EQUALS = 0x3d;
const SPACE = 0x20;
const SEMICOLON = 0x3b;
/** Cookies that are API keys; others may be of a session or of nothing. */
const KEY_COOKIES = new WordTable(["api_key", "apikey", "api-key", "x-api-key", "x_api_key"]);
/** Cookies that are tokens and are nobody's as well: what Play remembers of any visitor, and what Keycloak does of whoever sees its form. */
const VISITORS_COOKIES = new WordTable(["play_session", "play_flash", "kc_restart"]);
/** What is held against forged requests is no proof, whoever signed it. */
const FORGERY = /csrf|xsrf|forgery/i;

/**
 * RFC 6265 §4.2.1. A token or a key among the cookies is told beside them, and a session's by its name; what pages keep of visits is no
 * credential. RFC 9113 §8.2.3: each may stand in a field of its own.
 */
export function cookieCredentials(
  before: readonly Credential[],
  bytes: Buffer,
  start: number,
  end: number,
  name: string,
  tokens: TokenMemory,
): readonly Credential[] {
  const anyCookie = one("cookie", "cookie", name)[0];
  let found = before;
  let at = start;
  while (at < end && found.length < MAX_CREDENTIALS) {
    while (at < end && (bytes[at] === SPACE || bytes[at] === SEMICOLON)) at++;
    const nameStart = at;
    while (at < end && bytes[at] !== EQUALS && bytes[at] !== SEMICOLON) at++;
    const nameEnd = at;
    while (at < end && bytes[at] !== SEMICOLON) at++;
    if (nameEnd > nameStart) found = withOne(found, anyCookie, tokens, bytes, nameStart, nameEnd, at);
  }
  return found;
}

/** One of them: its name is bytes[start, nameEnd), its value bytes[nameEnd + 1, end). */
function withOne(
  before: readonly Credential[],
  anyCookie: Credential,
  tokens: TokenMemory,
  bytes: Buffer,
  start: number,
  nameEnd: number,
  end: number,
): readonly Credential[] {
  const token = tokens.of(bytes, nameEnd + 1, end);
  if (token === undefined && isVisitCookie(bytes, start, nameEnd)) return before;
  const session = sessionCookieName(bytes, start, nameEnd);
  const found = session === undefined ? withCookie(before, anyCookie) : withSession(before, session);
  if (token !== undefined) {
    const proves = provesIn(bytes, start, nameEnd);
    return proves ? join(found, ofToken(token, "cookie", session ?? anyCookie.name)) : found;
  }
  const key = KEY_COOKIES.indexOf(bytes, start, nameEnd);
  if (key < 0 || isNoValue(bytes, nameEnd + 1, end)) return found;
  return join(found, one("api-key", "cookie", KEY_COOKIES.words[key]));
}

/** Any cookie may be a session's; where one is by its name, the others are not told beside it. */
function withCookie(list: readonly Credential[], cookie: Credential): readonly Credential[] {
  if (list.some(({ kind }) => kind === "cookie")) return list;
  return join(list, one("cookie", "cookie", cookie.name));
}

function withSession(list: readonly Credential[], name: string): readonly Credential[] {
  const known = list.find(({ kind }) => kind === "cookie");
  if (known !== undefined && known.name !== "cookie") return list;
  const session = one("cookie", "cookie", name);
  return known === undefined ? join(list, session) : list.map((one) => (one === known ? session[0] : one));
}

/** Whether a token in a cookie of that name may be its sender's. */
function provesIn(bytes: Buffer, start: number, end: number): boolean {
  return VISITORS_COOKIES.indexOf(bytes, start, end) < 0 && !FORGERY.test(bytes.latin1Slice(start, end));
}
