import { isIssuedToken, MIN_SECRET_LENGTH } from "../http/secret.js";
import { MASK } from "../message.js";

/** What stands before an `@`, in any script and escaped as RFC 4514 §2.4 has it, and the domain behind it. */
const MAIL =
  /(?<![\p{L}\p{N}\\_.!#$%&'*+/?^`{|}~-])([\p{L}\p{N}\\_.!#$%&'*+/?^`{|}~-]+)@(?=[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63}){1,8})/gu;
/** RFC 3986 §3: what stands between scheme and host, and what is behind the path. */
const USERINFO = /:\/\/[^/?#@]*@/;
const QUERY = /[?#].*$/s;
/** Names have these as words. */
const WORD = new RegExp(`[\\w~+-]{${MIN_SECRET_LENGTH},}`, "g");
const JWT = /eyJ[\w-]{5,}\.[\w-]{2,}(\.[\w-]*)?/g;
/** ETSI EN 319 412-1 §5.1.3: the number of a person's passport, card, register or tax follows. */
const PERSON_NUMBER = /\b((?:PAS|IDC|PNO|TAX|TIN)[A-Z]{2}-)[^,+"]+/g;
/** Words of mailboxes that are an office's, as authorities have them in their names (RFC 2142), and what certificates are made with. */
const OFFICES: ReadonlySet<string> = new Set(
  (
    "root admin administrator webmaster postmaster hostmaster support info security ssl tls ca pki cert certs certificate certificates " +
    "noc abuse devops ops operations sre it server servers contact help helpdesk service services system sysadmin office mail " +
    "noreply no reply dns domains network infra infrastructure platform trust marketing sales www"
  ).split(" "),
);

/** A subject or an issuer as it may be kept: of a person's mail address the domain, and of a token that somebody took for a name nothing. */
export function toldName(name: string): string {
  return withoutTokens(name)
    .replaceAll(MAIL, (whole, local: string) => (isOffice(local) ? whole : `${MASK}@`))
    .replaceAll(PERSON_NUMBER, `$1${MASK}`);
}

/** A name of a subjectAltName: of a URI neither whom it names before its host nor what it asks for. */
export function toldAlternative(name: string): string {
  const isUri = name.includes("://");
  return toldName(isUri ? name.replace(USERINFO, `://${MASK}@`).replace(QUERY, "") : name);
}

/** The name asked for by SNI is a host's (RFC 6066 §3): what stands before an `@` is not part of it. */
export function toldHost(name: string): string {
  return withoutTokens(name.slice(name.lastIndexOf("@") + 1));
}

function withoutTokens(name: string): string {
  if (name.length < MIN_SECRET_LENGTH) return name;
  return name.replaceAll(JWT, MASK).replaceAll(WORD, (word) => (isIssuedToken(word) ? MASK : word));
}

/** Every word of it is one: `ssl-admin` and `no-reply`, but not `ada.it`. */
function isOffice(local: string): boolean {
  return local
    .toLowerCase()
    .split(/[._+-]/)
    .every((word) => OFFICES.has(word));
}
