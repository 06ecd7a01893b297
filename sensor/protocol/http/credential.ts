import { WordTable } from "../../bytes/word-table.js";
import { PlainName } from "../body/plain-name.js";
import type { Credential, CredentialKind, CredentialPlace } from "../message.js";
import { isNoValue } from "../no-value.js";
import type { TokenFacts } from "../protection.js";
import type { FieldPlaces } from "./field-hits.js";
import {
  AUTHORIZATION,
  CLIENT_CERT,
  COOKIE,
  DPOP,
  FIELD_NAMES,
  FIRST_KEY_FIELD,
  FIRST_SCHEME_FIELD,
  FIRST_SIGNATURE,
  PROXY_AUTHORIZATION,
  TOKEN_FIELD,
  WEBSOCKET_PROTOCOL,
} from "./field-name.js";
import { keyClassOf, SCHEME_CLASS, SIGNATURE_CLASS } from "./key-name.js";
import { isSecret } from "./secret.js";
import type { TokenMemory } from "./token-memory.js";

export const NO_CREDENTIALS: readonly Credential[] = [];

const MAX_CREDENTIALS = 16;
/** Of a secret that stands alone in `Authorization`, without a scheme. */
const MIN_SECRET_BYTES = 4;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const HASH = 0x23;
const COMMA = 0x2c;
const SPACE = 0x20;
const SEMICOLON = 0x3b;

/** Authorization schemes (IANA HTTP Authentication Scheme Registry, and those in wide use) and their kinds. */
const SCHEMES = new WordTable([
  "bearer",
  "basic",
  "digest",
  "negotiate",
  "ntlm",
  "aws4-hmac-sha256",
  "hmac",
  "signature",
  "apikey",
  "token",
  "hawk",
  "kerberos",
  "dpop",
]);
const SCHEME_KINDS: readonly CredentialKind[] = [
  "bearer",
  "basic",
  "digest",
  "negotiate",
  "ntlm",
  "aws-sigv4",
  "hmac",
  "hmac",
  "api-key",
  "api-key",
  "hmac",
  "negotiate",
  "bearer",
];

/** Query parameters that carry a secret whatever their value is, by kind. */
const SECRET_PARAMETERS: readonly (readonly [string, CredentialKind])[] = [
  ["access_token", "bearer"],
  ["id_token", "bearer"],
  ["refresh_token", "bearer"],
  ["auth_token", "bearer"],
  ["jwt", "jwt"],
  ["api_key", "api-key"],
  ["apikey", "api-key"],
  ["api-key", "api-key"],
  ["x-api-key", "api-key"],
  ["private_token", "api-key"],
  ["api_token", "api-key"],
  ["apitoken", "api-key"],
  ["hapikey", "api-key"],
  ["app_key", "api-key"],
  ["user_key", "api-key"],
  ["access_key", "api-key"],
  ["auth_key", "api-key"],
  ["awsaccesskeyid", "api-key"],
  ["x-amz-security-token", "aws-sigv4"],
  ["oauth_token", "bearer"],
  ["oauth_signature", "hmac"],
  ["subscription-key", "api-key"],
  ["client_secret", "other"],
  ["secret", "other"],
  ["password", "other"],
  ["passwd", "other"],
  ["pwd", "other"],
  ["session_id", "other"],
  ["sessionid", "other"],
  ["session_token", "other"],
  ["x-amz-signature", "aws-sigv4"],
  ["x-goog-signature", "hmac"],
];

/** Names that carry a secret in one API and a plain word in the next, or that nobody listed: the value decides. */
const DOUBTFUL_PARAMETERS: readonly (readonly [string, CredentialKind])[] = [
  ["key", "api-key"],
  ["appid", "api-key"],
  ["hmac", "hmac"],
  ["ticket", "other"],
  ["token", "bearer"],
  ["auth", "other"],
  ["sig", "hmac"],
  ["signature", "hmac"],
  ["session", "other"],
  ["sid", "other"],
  ["pass", "other"],
  ["*-token", "bearer"],
  ["*-key", "api-key"],
  ["*-secret", "other"],
  ["*-session", "other"],
  [SIGNATURE_CLASS, "hmac"],
  [SCHEME_CLASS, "other"],
];

const PARAMETERS = [...SECRET_PARAMETERS, ...DOUBTFUL_PARAMETERS];
/** Cookies that are API keys; others may be of a session or of nothing. */
const KEY_COOKIES = new WordTable(["api_key", "apikey", "api-key", "x-api-key", "x_api_key"]);
/** Query parameters by which a client says that it waits, unless their value says that it does not. */
const WAIT_PARAMETERS = ["wait", "longpoll", "long_poll", "long-poll", "longpolling", "long_polling", "long-polling"];
/** The same where the value names a way of transport: Engine.IO, SignalR and their like. */
const TRANSPORT = "transport";
const QUERY_WORDS = new WordTable([...PARAMETERS.map(([name]) => name), ...WAIT_PARAMETERS, TRANSPORT], [], keyClassOf);
const FIRST_WAIT = PARAMETERS.length;
const TRANSPORT_AT = FIRST_WAIT + WAIT_PARAMETERS.length;
const REFUSALS = new WordTable(["0", "false", "no", "off", "0s"]);
const POLLING = /poll/i;

const shared = new Map<string, Map<CredentialKind, readonly Credential[]>>();

/** The list of one credential: made once for each kind and name of ours, so that a call allocates none. */
function one(kind: CredentialKind, place: CredentialPlace, name: string): readonly Credential[] {
  const kinds = shared.get(name) ?? new Map<CredentialKind, readonly Credential[]>();
  const known = kinds.get(kind);
  if (known?.[0].place === place) return known;
  const list = [{ kind, place, name }];
  shared.set(name, kinds.set(kind, list));
  return list;
}

function join(list: readonly Credential[], more: readonly Credential[]): readonly Credential[] {
  return list.length === 0 ? more : [...list, ...more];
}

/** Adds a credential found elsewhere than in a header field or the query. */
export function withCredential(
  list: readonly Credential[],
  kind: CredentialKind,
  place: CredentialPlace,
): readonly Credential[] {
  return join(list, one(kind, place, place));
}

/** Proxies tell of one certificate in several fields. */
function withCertificate(list: readonly Credential[], name: string): readonly Credential[] {
  return list.some(({ kind }) => kind === "client-certificate")
    ? list
    : join(list, one("client-certificate", "header", name));
}

const tokenLists = new WeakMap<TokenFacts, (readonly Credential[])[]>();

/** The same of a token: one for all tokens that say the same. */
function ofToken(token: TokenFacts, place: CredentialPlace, name: string): readonly Credential[] {
  const lists = tokenLists.get(token) ?? [];
  for (const list of lists) if (list[0].place === place && list[0].name === name) return list;
  const list = [{ kind: token.isEncrypted ? "jwe" : "jwt", place, name, token }] as const;
  lists.push(list);
  tokenLists.set(token, lists);
  return list;
}

/** The scheme that credentials or a challenge begin with, in lower case; `other` for one that is not known. */
export function schemeName(bytes: Buffer, start: number, end: number): string {
  const scheme = SCHEMES.indexOf(bytes, start, wordEnd(bytes, start, end));
  return scheme < 0 ? "other" : SCHEMES.words[scheme];
}

function wordEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] > SPACE && bytes[at] !== COMMA) at++;
  return at;
}

/** Kinds of the credentials in the header fields; values are looked at and let go. */
export class CredentialReader {
  readonly #tokens: TokenMemory;

  constructor(tokens: TokenMemory) {
    this.#tokens = tokens;
  }

  read(scan: FieldPlaces, bytes: Buffer): readonly Credential[] {
    let found = NO_CREDENTIALS;
    for (let hit = 0; hit < scan.hits && found.length < MAX_CREDENTIALS; hit++) {
      const id = scan.ids[hit];
      const start = scan.starts[hit];
      const end = scan.ends[hit];
      if (id < AUTHORIZATION || isNoValue(bytes, start, end)) continue;
      const name = FIELD_NAMES.words[id];
      if (id === AUTHORIZATION || id === PROXY_AUTHORIZATION)
        found = join(found, this.#authorization(bytes, start, end, name));
      else if (id === COOKIE) found = this.#cookies(found, bytes, start, end, name);
      else if (id === WEBSOCKET_PROTOCOL) found = join(found, this.#subprotocol(bytes, start, end, name));
      else if (id === DPOP) found = join(found, one("dpop", "header", name));
      else if (id === TOKEN_FIELD) found = join(found, this.#byValue(bytes, start, end, name));
      else if (id >= CLIENT_CERT) found = withCertificate(found, name);
      else if (id >= FIRST_SCHEME_FIELD) found = join(found, this.#authorization(bytes, start, end, name));
      else if (id >= FIRST_SIGNATURE) found = join(found, one("hmac", "header", name));
      else if (id >= FIRST_KEY_FIELD) found = join(found, this.#token(bytes, start, end, "header", name, "api-key"));
    }
    return found;
  }

  #authorization(bytes: Buffer, start: number, end: number, name: string): readonly Credential[] {
    let at = start;
    while (at < end && bytes[at] > SPACE) at++;
    const scheme = SCHEMES.indexOf(bytes, start, at);
    const isAlone = at === end;
    while (at < end && bytes[at] <= SPACE) at++;
    // RFC 9110 §11.4: a scheme says how one proves who one is, and proves nothing itself.
    if (scheme < 0 && isAlone) at = end - start < MIN_SECRET_BYTES ? end : start;
    if (isNoValue(bytes, at, end)) return NO_CREDENTIALS;
    if (scheme < 0) return this.#token(bytes, start, end, "header", name, "other");
    const kind = SCHEME_KINDS[scheme];
    return kind === "bearer" || kind === "api-key"
      ? this.#token(bytes, at, end, "header", name, kind)
      : one(kind, "header", name);
  }

  /** Bytes[start, end) are a token, or else of another kind. */
  #token(
    bytes: Buffer,
    start: number,
    end: number,
    place: CredentialPlace,
    name: string,
    otherwise: CredentialKind,
  ): readonly Credential[] {
    const token = this.#tokens.of(bytes, start, end);
    return token === undefined ? one(otherwise, place, name) : ofToken(token, place, name);
  }

  /** Where no name says so, only what has a header with an algorithm that there is, RFC 7515 §4.1.1, is a token. */
  #byValue(bytes: Buffer, start: number, end: number, name: string): readonly Credential[] {
    const token = this.#tokens.of(bytes, start, end);
    const isSure = token !== undefined && token.algorithm !== "unreadable" && token.algorithm !== "other";
    return isSure ? ofToken(token, "header", name) : NO_CREDENTIALS;
  }

  /** RFC 6265 §4.2.1. A token or a key among the cookies is told beside them. RFC 9113 §8.2.3: each may stand in a field of its own. */
  #cookies(
    before: readonly Credential[],
    bytes: Buffer,
    start: number,
    end: number,
    name: string,
  ): readonly Credential[] {
    const cookie = one("cookie", "cookie", name);
    let found = before.includes(cookie[0]) ? before : join(before, cookie);
    let at = start;
    while (at < end && found.length < MAX_CREDENTIALS) {
      while (at < end && (bytes[at] === SPACE || bytes[at] === SEMICOLON)) at++;
      const nameStart = at;
      while (at < end && bytes[at] !== EQUALS && bytes[at] !== SEMICOLON) at++;
      const nameEnd = at;
      while (at < end && bytes[at] !== SEMICOLON) at++;
      const token = this.#tokens.of(bytes, nameEnd + 1, at);
      if (token !== undefined) found = join(found, ofToken(token, "cookie", name));
      else {
        const key = KEY_COOKIES.indexOf(bytes, nameStart, nameEnd);
        if (key >= 0 && !isNoValue(bytes, nameEnd + 1, at))
          found = join(found, one("api-key", "cookie", KEY_COOKIES.words[key]));
      }
    }
    return found;
  }

  /** A page can't set other fields when it opens a WebSocket: tokens stand among the names of subprotocols. */
  #subprotocol(bytes: Buffer, start: number, end: number, name: string): readonly Credential[] {
    let at = start;
    while (at < end) {
      while (at < end && (bytes[at] === SPACE || bytes[at] === COMMA)) at++;
      const nameStart = at;
      while (at < end && bytes[at] !== COMMA && bytes[at] !== SPACE) at++;
      const token = this.#tokens.of(bytes, nameStart, at);
      if (token !== undefined) return ofToken(token, "header", name);
      if (isSecret(bytes.latin1Slice(nameStart, at))) return one("bearer", "header", name);
    }
    return NO_CREDENTIALS;
  }
}

/** What stands after the question mark of a target, as far as it says something of the call itself. One object serves every request. */
export class QueryReader {
  credentials: readonly Credential[] = NO_CREDENTIALS;
  /** The client waits for an answer until there is one. */
  asksToWait = false;
  readonly #tokens: TokenMemory;
  readonly #name = new PlainName();

  constructor(tokens: TokenMemory) {
    this.#tokens = tokens;
  }

  read(bytes: Buffer, start: number, end: number): void {
    this.credentials = NO_CREDENTIALS;
    this.asksToWait = false;
    let at = start;
    while (at < end) {
      const nameStart = at;
      while (at < end && bytes[at] !== EQUALS && bytes[at] !== AMPERSAND && bytes[at] !== HASH) at++;
      const nameEnd = at;
      if (bytes[at] === HASH) break;
      const valueStart = at < end && bytes[at] === EQUALS ? at + 1 : at;
      while (at < end && bytes[at] !== AMPERSAND && bytes[at] !== HASH) at++;
      this.#name.read(bytes, nameStart, nameEnd);
      const parameter = QUERY_WORDS.indexOf(this.#name.bytes, this.#name.start, this.#name.end);
      if (parameter >= FIRST_WAIT) this.asksToWait ||= waits(parameter, bytes, valueStart, at);
      else if (parameter >= 0 && carriesSecret(parameter, bytes, valueStart, at)) {
        const [name, kind] = PARAMETERS[parameter];
        const token = this.#tokens.of(bytes, valueStart, at);
        const found = token === undefined ? one(kind, "query", name) : ofToken(token, "query", name);
        this.credentials = join(this.credentials, found);
      }
      if (bytes[at] === HASH) break;
      at++;
    }
  }
}

function waits(parameter: number, bytes: Buffer, start: number, end: number): boolean {
  if (parameter === TRANSPORT_AT) return POLLING.test(bytes.latin1Slice(start, end));
  return REFUSALS.indexOf(bytes, start, end) < 0;
}

function carriesSecret(parameter: number, bytes: Buffer, start: number, end: number): boolean {
  if (isNoValue(bytes, start, end)) return false;
  if (parameter < SECRET_PARAMETERS.length) return true;
  let digits = 0;
  let letters = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] >= 0x30 && bytes[at] <= 0x39) digits++;
    else if ((bytes[at] | 0x20) >= 0x61 && (bytes[at] | 0x20) <= 0x7a) letters++;
  }
  return end - start >= 10 && digits >= 2 && letters >= 2;
}
