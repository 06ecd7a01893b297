import { WordTable } from "../../bytes/word-table.js";
import { KEY_CLASSES, keyClassOf, SCHEME_CLASS } from "./key-name.js";

/** Names that frameworks and identity providers give to cookies of sessions, as they write them. */
const NAMES: readonly string[] = [
  ..."JSESSIONID PHPSESSID connect.sid ASP.NET_SessionId .ASPXAUTH .AspNet.ApplicationCookie .AspNetCore.Session".split(
    " ",
  ),
  ...".AspNetCore.Cookies .AspNetCore.Identity.Application iPlanetDirectoryPro laravel_session".split(" "),
  ..."PLAY_SESSION CAKEPHP ci_session rack.session beaker.session.id SESSION session sessionid session_id sid SID".split(
    " ",
  ),
  ..."__session __Host-session __Secure-session next-auth.session-token __Secure-next-auth.session-token".split(" "),
  ..."authjs.session-token __Secure-authjs.session-token KEYCLOAK_IDENTITY AUTH_SESSION_ID".split(" "),
  ..."_oauth2_proxy authelia_session appsession koa.sess express:sess remember_token remember_me".split(" "),
];
interface Written {
  readonly name: string;
  readonly bytes: Buffer;
}
const EXACT = new Map<string, Written[]>();
for (const name of NAMES)
  EXACT.set(name.toLowerCase(), [...(EXACT.get(name.toLowerCase()) ?? []), { name, bytes: Buffer.from(name) }]);
/** What only a class tells of stands behind the names; keys among cookies are told as such. */
const CLASSES: readonly string[] = [...KEY_CLASSES.filter((name) => name !== "*-key"), SCHEME_CLASS];
const SESSIONS = new WordTable([...EXACT.keys(), ...CLASSES], [], keyClassOf);

/**
 * Cookies that pages keep of how they are looked at and counted, and that prove nothing of who asks: languages, looks, consent, visits.
 * Any other may be a session's, whatever it is called.
 */
const VISITS = new WordTable(
  (
    "lang language locale i18n i18next nf_lang hl country region currency theme color_scheme color-scheme colormode dark_mode " +
    "darkmode tz timezone time_zone consent cookie_consent cookieconsent cookieconsent_status cookie-consent gdpr " +
    "optanonconsent optanonalertboxclosed euconsent euconsent-v2 cookieyes-consent _ga _gid _gat _gcl_au _fbp _fbc __utma " +
    "__utmb __utmc __utmt __utmv __utmz _hjid _hjfirstseen _hjtldtest ajs_anonymous_id _pk_id _pk_ses _pk_ref _clck _clsk " +
    "_uetsid _uetvid __gads __gpi sidebar sidebar_state viewport width keycloak_session keycloak_session_legacy " +
    "kc_auth_session_hash idsrv.session"
  ).split(" "),
);

/**
 * The name of a session's cookie in bytes[start, end), as its maker writes it, or the class of names that its words make it one of, which
 * stands in for a name that may be a secret itself. Undefined where it does not say that it is one.
 */
export function sessionCookieName(bytes: Buffer, start: number, end: number): string | undefined {
  const found = SESSIONS.indexOf(bytes, start, end);
  if (found < 0) return undefined;
  const word = SESSIONS.words[found];
  const exact = EXACT.get(word);
  // RFC 6265 §5.3: names of cookies differ by case.
  return exact === undefined ? word : exact.find((one) => one.bytes.compare(bytes, start, end) === 0)?.name;
}

/** Whether the cookie that has this name is known to be nobody's session. */
export function isVisitCookie(bytes: Buffer, start: number, end: number): boolean {
  return VISITS.indexOf(bytes, start, end) >= 0;
}
