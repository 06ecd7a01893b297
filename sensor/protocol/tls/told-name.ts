import type { NameMask } from "../data/added-mask.js";
import { maskHost, maskNumbers, numbersIn } from "../http/host-mask.js";
import { isIssuedToken, MIN_SECRET_LENGTH } from "../http/secret.js";
import { type Certificate, MASK } from "../message.js";

/** What stands before an `@`, in any script and escaped as RFC 4514 §2.4 has it, and the domain behind it. */
const MAIL =
  /(?<![\p{L}\p{N}\\_.!#$%&'*+/?^`{|}~-])([\p{L}\p{N}\\_.!#$%&'*+/?^`{|}~-]+)@(?=[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63}){1,8})/gu;
/** RFC 3986 §3: what stands between scheme and host, and what is behind the path. */
const USERINFO = /:\/\/[^/?#@]*@/;
const USERINFOS = new RegExp(USERINFO, "g");
const QUERY = /[?#].*$/s;
/** Letters, digits and what joins them, with a dot: a host's, a wildcard's. */
const HOST = /^[\w*-]+(?:\.[\w-]+)+\.?$/;
/** UTF8String, PrintableString, TeletexString, IA5String, and a name, a host or a URI of subjectAltName. */
const STRING_TAGS: ReadonlySet<number> = new Set([0x0c, 0x13, 0x14, 0x16, 0x81, 0x82, 0x86]);
/** Names have these as words. */
const WORD = new RegExp(`[\\w~+-]{${MIN_SECRET_LENGTH},}`, "g");
const JWT = /eyJ[\w-]{5,}\.[\w-]{2,}(\.[\w-]*)?/g;
/** ETSI EN 319 412-1 §5.1.3: the number of a person's passport, card, register or tax follows. */
const PERSON_NUMBER = /\b((?:PAS|IDC|PNO|TAX|TIN)[A-Z]{2}-)[^,+"]+/g;
/** Of accounts, cards, telephones and persons, as they stand in names of hosts. */
const NUMBER = /\d?\d{3}-\d{2}-\d{4}|\w?[A-Z]{2}\d{2}[A-Z\d]{11,30}|\d{13,20}|.?\+[1-9]\d{6,14}/g;
/** Words of mailboxes that are an office's, as authorities have them in their names (RFC 2142), and what certificates are made with. */
const OFFICES: ReadonlySet<string> = new Set(
  (
    "root admin administrator webmaster postmaster hostmaster support info security ssl tls ca pki cert certs certificate certificates " +
    "noc abuse devops ops operations sre it server servers contact help helpdesk service services system sysadmin office mail " +
    "noreply no reply dns domains network infra infrastructure platform trust marketing sales www"
  ).split(" "),
);

/** An attribute of a name as RFC 4514 writes it, and its value. */
const ATTRIBUTE = /(?:^|[,+])([A-Za-z][\w.-]*|\d+(?:\.\d+)+)=((?:\\.|[^\\,+])*)/gs;

/** The certificate with its names as they may be kept, and where in them a number stood that is nobody's business. */
export function withToldNames(certificate: Certificate): Certificate {
  const { subject, issuer, san } = certificate;
  const numbers = numbersOf(subject, san);
  return {
    ...certificate,
    subject: toldName(subject),
    issuer: toldName(issuer),
    san: san.map(toldAlternative),
    ...(numbers.length === 0 ? {} : { numbersIn: numbers }),
  };
}

/** The certificate with what is of an operator's classes masked in its names, as it is in those that are asked for. */
export function withMaskedNames(certificate: Certificate, maskName: NameMask): Certificate {
  const { subject, issuer, san } = certificate;
  return { ...certificate, subject: maskName(subject), issuer: maskName(issuer), san: san.map(maskName) };
}

function numbersOf(subject: string, san: readonly string[]): NonNullable<Certificate["numbersIn"]> {
  const names = [...subject.matchAll(ATTRIBUTE)].map(([, type, value]) => [type, value] as const);
  for (const name of san) names.push(["subjectAltName", name]);
  return names.flatMap(([attribute, name]) => [...numbersIn(name)].map((of) => ({ attribute, of })));
}

/**
 * A subject or an issuer as it may be kept: of a person's mail address the domain, of a token that somebody took for a name and of
 * numbers of accounts, cards and persons nothing.
 */
export function toldName(name: string): string {
  return maskNumbers(withoutTokens(name))
    .replaceAll(MAIL, (whole, local: string) => (isOffice(local) ? whole : `${MASK}@`))
    .replaceAll(PERSON_NUMBER, `$1${MASK}`);
}

/**
 * A name of a subjectAltName: of a URI neither whom it names before its host nor what it asks for; of a host the same as where it is
 * asked for by that name, or the two would seem to differ.
 */
export function toldAlternative(name: string): string {
  if (name.includes("://")) return toldName(name.replace(USERINFO, `://${MASK}@`).replace(QUERY, ""));
  return toldName(HOST.test(name) ? maskHost(name) : name);
}

/** Places in the text of a handshake, from and to, that may not be shown of what names stand in it: mailboxes of persons, their numbers, tokens. */
export function untoldPlaces(text: string): (readonly [start: number, end: number])[] {
  const places: (readonly [number, number])[] = [];
  for (const { 0: word, index } of text.matchAll(JWT)) places.push([index, index + word.length]);
  // A length may stand right before the word, and look like a part of it.
  for (const { 0: word, index } of text.matchAll(WORD))
    if (isIssuedToken(word) || isIssuedToken(word.slice(1))) places.push([index + 1, index + word.length]);
  for (const { 0: whole, index } of text.matchAll(NUMBER))
    if (isGiven(whole) || isGiven(whole.slice(1))) places.push([index, index + whole.length]);
  for (const { 0: whole, 1: kind, index } of text.matchAll(PERSON_NUMBER))
    places.push([index + kind.length, index + whole.length]);
  for (const { 0: whole, index } of text.matchAll(USERINFOS)) places.push([index + 3, index + whole.length - 1]);
  for (const { 1: local, index } of text.matchAll(MAIL)) {
    const start = index + (isLength(text, index, local) ? 1 : 0);
    if (!isOffice(text.slice(start, index + local.length))) places.push([start, index + local.length]);
  }
  return places;
}

/** Whether a name asked for has it masked; what stands before it in a handshake is no part of a word. */
function isGiven(number: string): boolean {
  return maskHost(number) !== number;
}

/** X.690 §8.1.3: between the tag of a string and its characters stands its length, which may be one of the characters of a mailbox. */
function isLength(text: string, at: number, local: string): boolean {
  return STRING_TAGS.has(text.charCodeAt(at - 1)) && text.charCodeAt(at) > local.length;
}

/** The name asked for by SNI is a host's (RFC 6066 §3): what stands before an `@` is not part of it. */
export function toldHost(name: string): string {
  return maskHost(name.slice(name.lastIndexOf("@") + 1));
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
