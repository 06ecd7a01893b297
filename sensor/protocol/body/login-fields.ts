const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Names without case and what parts their words: `j_username`, `user[email]`, `userName`. */
const USERS = words(
  "user username userid userlogin useremail uname usr uid login loginname loginid logonname jusername email emailaddress mail " +
    "account accountname identifier identity phone phonenumber mobile name log",
);
const PASSWORDS = words("password passwd pwd pass passphrase userpassword userpass loginpassword jpassword");
/** What stands beside them where somebody logs in. Who signs up, or is signed up by another, is asked for more than that. */
const BESIDE = words(
  "remember rememberme rememberlogin persistent keepmeloggedin staysignedin token csrf csrftoken xsrftoken csrfmiddlewaretoken " +
    "authenticitytoken requestverificationtoken utf8 submit signin commit action captcha captchatoken recaptcha grecaptcharesponse " +
    "hcaptcharesponse cfturnstileresponse otp otpcode totp code mfa mfacode twofactorcode redirect redirectto redirecturi redirecturl " +
    "next returnurl returnto continue clientid clientsecret granttype scope audience realm tenant tenantid organization organisation " +
    "domain database db device deviceid fingerprint nonce state locale lang language testcookie wpsubmit execution eventid geolocation",
);
const WRAPPERS = words("user session credentials login auth data");
const LAST_WORD = /\[([\w-]+)\]$/;
const PARTS = /[-_.\s]/g;
const MAX_NAME_BYTES = 64;

/** Tells by the names in a form, or in an object of JSON, whether somebody logs in with it: a user's name, a password and nothing of substance else. */
export class LoginFields {
  #hasUser = false;
  #hasPassword = false;
  #hasMore = false;

  begin(): void {
    this.#hasUser = this.#hasPassword = this.#hasMore = false;
  }

  /** A field whose name is bytes[start, end); an empty one proves nothing. */
  field(bytes: Buffer, start: number, end: number, isEmpty: boolean): void {
    const word = wordOf(bytes, start, end);
    if (PASSWORDS.has(word)) this.#hasPassword ||= !isEmpty;
    else if (USERS.has(word)) this.#hasUser ||= !isEmpty;
    else if (!BESIDE.has(word)) this.#hasMore = true;
  }

  /** Whether an object of that name may hold them, as in `{ "user": { "email": …, "password": … } }`. */
  wraps(bytes: Buffer, start: number, end: number): boolean {
    return WRAPPERS.has(wordOf(bytes, start, end));
  }

  get isLogin(): boolean {
    return this.#hasUser && this.#hasPassword && !this.#hasMore;
  }
}

function wordOf(bytes: Buffer, start: number, end: number): string {
  if (end - start > MAX_NAME_BYTES) return "";
  const name = bytes.latin1Slice(start, end).toLowerCase();
  return (LAST_WORD.exec(name)?.[1] ?? name).replace(PARTS, "");
}
