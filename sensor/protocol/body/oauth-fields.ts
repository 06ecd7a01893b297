import { WordTable } from "../../bytes/word-table.js";
import type { OauthForm } from "../protection.js";

/** RFC 6749 §4 and §2.3.1, RFC 7521 §4.2, RFC 7662 §2.1, RFC 7636 §4.5. */
const NAMES = new WordTable(["grant_type", "token", "client_secret", "client_assertion", "code_verifier"]);
const GRANT_TYPE = 0;
const TOKEN = 1;
const CLIENT_SECRET = 2;
const CLIENT_ASSERTION = 3;
const CODE_VERIFIER = 4;
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

/** Picks what OAuth 2 knows out of a form, or an object of JSON, while it is scanned; of values only the grant's type is looked at. */
export class OauthFields {
  #grant: string | undefined = undefined;
  #hasToken = false;
  #clientProof: OauthForm["clientProof"] = undefined;
  #hasVerifier = false;
  #name = UNKNOWN;

  begin(): void {
    this.#grant = undefined;
    this.#hasToken = false;
    this.#clientProof = undefined;
    this.#hasVerifier = false;
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
    if (this.#name === CLIENT_SECRET) this.#clientProof = "secret";
    else if (this.#name === CLIENT_ASSERTION) this.#clientProof = "assertion";
    else if (this.#name === CODE_VERIFIER) this.#hasVerifier = true;
    if (this.#name !== GRANT_TYPE) return;
    const grant = GRANT_NAMES.indexOf(bytes, start, end);
    this.#grant = grant < 0 ? "other" : GRANTS[grant][1];
  }

  /**
   * An assertion is a client's proof wherever a server takes one: RFC 7521 §4.2, as when an authorization request is pushed (RFC 9126
   * §2.1). A secret alone may be one that is being set.
   */
  found(): OauthForm | undefined {
    const isProved = this.#clientProof === "assertion";
    if (this.#grant === undefined && !this.#hasToken && !isProved) return undefined;
    return {
      grant: this.#grant,
      hasToken: this.#hasToken,
      clientProof: this.#clientProof,
      hasVerifier: this.#hasVerifier,
    };
  }
}
