import { WordTable } from "../../bytes/word-table.js";
import { PlainName } from "../body/plain-name.js";
import type { Credential, CredentialKind, CredentialPlace } from "../message.js";
import { isNoValue } from "../no-value.js";
import { isRandom } from "../random-value.js";
import { cookieCredentials } from "./cookie-credential.js";
import { join, MAX_CREDENTIALS, ofToken, one } from "./credential-list.js";
import type { FieldPlaces } from "./field-hits.js";
import {
  AUTHORIZATION,
  CLIENT_CERT,
  COOKIE,
  DOUBTFUL_KEY_FIELD,
  DPOP,
  FIELD_NAMES,
  FIRST_KEY_FIELD,
  FIRST_SCHEME_FIELD,
  FIRST_SIGNATURE,
  PROXY_AUTHORIZATION,
  SIGNATURE_FIELD_CLASS,
  TOKEN_FIELD,
  WEBSOCKET_PROTOCOL,
} from "./field-name.js";
import { HMAC_CLASS, KEY_CLASS, keyClassOf, SCHEME_CLASS, SIGNATURE_CLASS } from "./key-name.js";
import { isSecret } from "./secret.js";
import type { TokenMemory } from "./token-memory.js";

export const NO_CREDENTIALS: readonly Credential[] = [];

/** Of a secret that stands alone in `Authorization`, without a scheme. */
const MIN_SECRET_BYTES = 4;
const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const HASH = 0x23;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const SPACE = 0x20;

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
  "http-signature",
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
  ["oauth_signature", "signature"],
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
  ["x-goog-signature", "signature"],
];

/** Names that carry a secret in one API and a plain word in the next, or that nobody listed: the value decides. */
const DOUBTFUL_PARAMETERS: readonly (readonly [string, CredentialKind])[] = [
  ["key", "api-key"],
  ["appid", "api-key"],
  ["hmac", "hmac"],
  ["ticket", "other"],
  ["token", "bearer"],
  ["auth", "other"],
  ["sig", "signature"],
  ["signature", "signature"],
  ["session", "other"],
  ["sid", "other"],
  ["pass", "other"],
  ["*-token", "bearer"],
  ["*-key", "api-key"],
  ["*-secret", "other"],
  ["*-session", "other"],
  [SIGNATURE_CLASS, "signature"],
  [HMAC_CLASS, "hmac"],
  [SCHEME_CLASS, "other"],
];

const PARAMETERS = [...SECRET_PARAMETERS, ...DOUBTFUL_PARAMETERS];
/** Query parameters by which a client says that it waits, unless their value says that it does not. */
const WAIT_PARAMETERS = ["wait", "longpoll", "long_poll", "long-poll", "longpolling", "long_polling", "long-polling"];
/** The same where the value names a way of transport: Engine.IO, SignalR and their like. */
const TRANSPORT = "transport";
const QUERY_WORDS = new WordTable([...PARAMETERS.map(([name]) => name), ...WAIT_PARAMETERS, TRANSPORT], [], keyClassOf);
const FIRST_WAIT = PARAMETERS.length;
const TRANSPORT_AT = FIRST_WAIT + WAIT_PARAMETERS.length;
const REFUSALS = new WordTable(["0", "false", "no", "off", "0s"]);
const POLLING = /poll/i;

/** Proxies tell of one certificate in several fields. */
function withCertificate(list: readonly Credential[], name: string): readonly Credential[] {
  return list.some(({ kind }) => kind === "client-certificate")
    ? list
    : join(list, one("client-certificate", "header", name));
}

/** The scheme that credentials or a challenge begin with, in lower case; `other` for one that is not known. */
export function schemeName(bytes: Buffer, start: number, end: number): string {
  const scheme = SCHEMES.indexOf(bytes, start, wordEnd(bytes, start, end));
  return scheme < 0 ? "other" : SCHEMES.words[scheme];
}

/** The kind that a scheme of Authorization is told as; its name in lower case. */
export function kindOfScheme(scheme: string): CredentialKind {
  return SCHEME_KINDS[SCHEMES.words.indexOf(scheme)] ?? "other";
}

/** The name under which what stands in a parameter of a query is told; undefined where that hangs on its value, or nothing is told. */
export function queryKeyName(name: string): string | undefined {
  const bytes = Buffer.from(name);
  const at = QUERY_WORDS.indexOf(bytes, 0, bytes.length);
  return at < 0 || at >= SECRET_PARAMETERS.length ? undefined : PARAMETERS[at][0];
}

/** The same of a header field. */
export function headerKeyName(name: string): string | undefined {
  const bytes = Buffer.from(name);
  const at = FIELD_NAMES.indexOf(bytes, 0, bytes.length);
  const isAuthorization = at === AUTHORIZATION || at === PROXY_AUTHORIZATION;
  const isOfValue = at === DOUBTFUL_KEY_FIELD || at === TOKEN_FIELD;
  return isAuthorization || (at >= FIRST_KEY_FIELD && at < CLIENT_CERT && !isOfValue)
    ? FIELD_NAMES.words[at]
    : undefined;
}

/**
 * `hmac` where the field is one of those whose owners say that it is. What is signed with a key of a pair looks the same, so that no more
 * is told of others; of RFC 9421 §4.2 (`sig1=:…:`) and its forerunner draft-cavage-http-signatures §4 (`keyId="…"`) that it is one.
 */
function signatureKind(id: number, bytes: Buffer, start: number, end: number): CredentialKind {
  if (id === SIGNATURE_FIELD_CLASS) return "signature";
  if (id !== FIRST_SIGNATURE) return "hmac";
  let at = start;
  while (at < end && bytes[at] !== EQUALS) at++;
  const after = at + 1 < end ? bytes[at + 1] : 0;
  return after === COLON || after === QUOTE ? "http-signature" : "signature";
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
      else if (id === COOKIE) found = cookieCredentials(found, bytes, start, end, name, this.#tokens);
      else if (id === WEBSOCKET_PROTOCOL) found = join(found, this.#subprotocol(bytes, start, end, name));
      else if (id === DPOP) found = join(found, one("dpop", "header", name));
      else if (id === DOUBTFUL_KEY_FIELD) found = join(found, this.#doubtful(bytes, start, end));
      else if (id === TOKEN_FIELD) found = join(found, this.#byValue(bytes, start, end, name));
      else if (id >= CLIENT_CERT) found = withCertificate(found, name);
      else if (id >= FIRST_SCHEME_FIELD) found = join(found, this.#authorization(bytes, start, end, name));
      else if (id >= FIRST_SIGNATURE) found = join(found, one(signatureKind(id, bytes, start, end), "header", name));
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
    // Whatever its scheme is called (`JWT` is in wide use), a token says what it says.
    if (scheme < 0) return this.#token(bytes, at, end, "header", name, "other");
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

  #doubtful(bytes: Buffer, start: number, end: number): readonly Credential[] {
    return isRandom(bytes, start, end)
      ? this.#token(bytes, start, end, "header", KEY_CLASS, "api-key")
      : NO_CREDENTIALS;
  }

  /** Where no name says so, only what has a header with an algorithm that there is, RFC 7515 §4.1.1, is a token. */
  #byValue(bytes: Buffer, start: number, end: number, name: string): readonly Credential[] {
    const token = this.#tokens.of(bytes, start, end);
    const isSure = token !== undefined && token.algorithm !== "other";
    return isSure ? ofToken(token, "header", name) : NO_CREDENTIALS;
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
