import { WordTable } from "../../bytes/word-table.js";
import type { TokenMemory } from "../http/token-memory.js";
import { isNoValue } from "../no-value.js";
import type { OauthForm, TokenFacts } from "../protection.js";

/** RFC 6749 §4 and §2.3.1, RFC 7521 §4.1 and §4.2, RFC 7662 §2.1, RFC 7636 §4.5, RFC 8693 §2.1. */
const NAMES = new WordTable([
  ...["grant_type", "token", "client_secret", "client_assertion", "code_verifier", "assertion", "subject_token"],
]);
const GRANT_TYPE = 0;
const TOKEN = 1;
const CLIENT_SECRET = 2;
const CLIENT_ASSERTION = 3;
const CODE_VERIFIER = 4;
const ASSERTION = 5;
const SUBJECT_TOKEN = 6;
const UNKNOWN = -1;
/** Of no name above, shorter or longer ones are none. */
const MIN_NAME_BYTES = 5;
const MAX_NAME_BYTES = 16;

/** Types of grants with the word that is kept: RFC 6749, RFC 7523, RFC 7522, RFC 8628, RFC 8693, OpenID Connect CIBA Core 1.0. */
const GRANTS: readonly (readonly [string, string])[] = [
  ["authorization_code", "authorization_code"],
  ["client_credentials", "client_credentials"],
  ["password", "password"],
  ["refresh_token", "refresh_token"],
  ["urn:ietf:params:oauth:grant-type:jwt-bearer", "jwt-bearer"],
  ["urn:ietf:params:oauth:grant-type:saml2-bearer", "saml2-bearer"],
  ["urn:ietf:params:oauth:grant-type:device_code", "device_code"],
  ["urn:ietf:params:oauth:grant-type:token-exchange", "token-exchange"],
  ["urn:openid:params:grant-type:ciba", "ciba"],
  ["urn:ietf:params:oauth:grant-type:uma-ticket", "uma-ticket"],
];
const GRANT_NAMES = new WordTable(GRANTS.map(([name]) => name));

/** Where a value lies that may be a token; lent, and let go with the form. */
class LentValue {
  #bytes: Buffer | undefined = undefined;
  #start = 0;
  #end = 0;

  set(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  clear(): void {
    this.#bytes = undefined;
  }

  /** Where it lies in `body` itself: what had to be decoded first is no token, whose letters (RFC 7515 §2) need no escape. */
  factsIn(body: Buffer, tokens: TokenMemory): TokenFacts | undefined {
    return this.#bytes === body ? tokens.of(body, this.#start, this.#end) : undefined;
  }
}

/**
 * Picks what OAuth 2 knows out of a form, or an object of JSON, while it is scanned. Of values the grant's type is looked at, and what
 * proofs that are JSON Web Tokens say of themselves.
 */
export class OauthFields {
  #grant: string | undefined = undefined;
  #hasToken = false;
  #clientProof: OauthForm["clientProof"] = undefined;
  #hasVerifier = false;
  #grantProof: OauthForm["grantProof"] = undefined;
  readonly #clientValue = new LentValue();
  readonly #grantValue = new LentValue();
  #name = UNKNOWN;

  begin(): void {
    this.#grant = undefined;
    this.#hasToken = false;
    this.#clientProof = undefined;
    this.#hasVerifier = false;
    this.#grantProof = undefined;
    this.#clientValue.clear();
    this.#grantValue.clear();
    this.#name = UNKNOWN;
  }

  name(bytes: Buffer, start: number, end: number): void {
    this.#name = UNKNOWN;
    if (end - start < MIN_NAME_BYTES || end - start > MAX_NAME_BYTES) return;
    this.#name = NAMES.indexOf(bytes, start, end);
    if (this.#name === TOKEN) this.#hasToken = true;
  }

  /** The value that the name before it has, decoded; none is told of an empty one: RFC 6749 §2.3.1, an empty secret proves nothing. */
  value(bytes: Buffer, start: number, end: number): void {
    const name = this.#name;
    if (name === UNKNOWN || isNoValue(bytes, start, end)) return;
    if (name === CLIENT_SECRET) this.#clientProof = "secret";
    else if (name === CLIENT_ASSERTION) {
      this.#clientProof = "assertion";
      this.#clientValue.set(bytes, start, end);
    } else if (name === CODE_VERIFIER) this.#hasVerifier = true;
    else if (name === ASSERTION || name === SUBJECT_TOKEN) {
      this.#grantProof = name === ASSERTION ? "assertion" : "subject-token";
      this.#grantValue.set(bytes, start, end);
    } else if (name === GRANT_TYPE) {
      const grant = GRANT_NAMES.indexOf(bytes, start, end);
      this.#grant = grant < 0 ? "other" : GRANTS[grant][1];
    }
  }

  /**
   * What the form in `body` says. An assertion is a client's proof wherever a server takes one: RFC 7521 §4.2, as when an authorization request is pushed (RFC 9126
   * §2.1). A secret alone may be one that is being set.
   */
  found(body: Buffer, tokens: TokenMemory): OauthForm | undefined {
    const isProved = this.#clientProof === "assertion";
    if (this.#grant === undefined && !this.#hasToken && !isProved) return undefined;
    const form: OauthForm = {
      grant: this.#grant,
      hasToken: this.#hasToken,
      clientProof: this.#clientProof,
      clientToken: this.#clientValue.factsIn(body, tokens),
      hasVerifier: this.#hasVerifier,
      grantProof: this.#grant === undefined ? undefined : this.#grantProof,
      grantToken: this.#grantValue.factsIn(body, tokens),
    };
    this.#clientValue.clear();
    this.#grantValue.clear();
    return form;
  }
}
