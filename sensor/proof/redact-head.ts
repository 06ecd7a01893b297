import { STATUS_CODES } from "node:http";
import { encodingOf } from "../protocol/data/encoded-text.js";
import { maskHost } from "../protocol/http/host-mask.js";
import { ANNOUNCING_SEGMENTS, isSecret, maskPath, maskText } from "../protocol/http/secret.js";
import type { SideBytes } from "./side-bytes.js";

/** One line of a head, without its end, and where it stands in the stream. */
export interface HeadLine {
  readonly start: number;
  readonly text: string;
}

export interface Field {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** A word that is no method may be what was sent before one. */
export const METHOD =
  /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|QUERY|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT|SEARCH)$/;
const REQUEST = /^([A-Z]+) ([\x21-\x7e]+) (HTTP\/1\.[01])$/;
const RESPONSE = /^(HTTP\/1\.[01]) ([1-5]\d\d)(?: (.*))?$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([ \t]*)(.*?)[ \t]*$/;
const PAIR = /^( *)([^=]*)=[^=]/;
const PLAIN_NAME = /^[A-Za-z0-9_.[\]-]{1,40}$/;
const PLAIN_SEGMENT = /^[A-Za-z0-9._~-]{0,64}$/;
/** Numbers of people and cards have as many digits, and more; in free text nothing but hyphens stands between them. */
const MANY_DIGITS = 9;
const LONG_NUMBER = /\d(?:-?\d){8}/;
/** Ages in seconds may have as many. */
const AGES = /(?:max-age|s-maxage)=\d{1,10}/g;
const MAIL = /[^\s@]@[^\s@]/;
const ANNOUNCING = new Set(ANNOUNCING_SEGMENTS);
const HOST = /^[A-Za-z0-9._-]{0,255}(:\d{1,5})?$|^\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:\/\//;
/** Which way a credential is given; what follows is the credential. */
const SCHEMES = /^(Basic|Bearer|Digest|Negotiate|NTLM|HOBA|Mutual|AWS4-HMAC-SHA256)(?= |$)/i;

const WORDS = /^[\w!#$%&'*+.^`|~"/;:,=()<>@? -]*$/;
const DATE = /^[A-Za-z]{3,9}, [\dA-Za-z: -]{10,30} GMT$/;
/** Cards have longer ones. */
const NUMBER = /^\d{1,12}$/;
const TOKENS = /^[\w!#$%&'*+.^`|~/;,= -]{0,200}$/;

/** Fields whose values are shown where they look as they should; those of all others are overwritten. */
const SHOWN: ReadonlyMap<string, RegExp> = new Map([
  ["host", HOST],
  ["content-length", NUMBER],
  ["grpc-status", NUMBER],
  ["age", NUMBER],
  ["max-forwards", NUMBER],
  ["retry-after", NUMBER],
  ["date", DATE],
  ["expires", DATE],
  ["last-modified", DATE],
  ["if-modified-since", DATE],
  ...[
    "transfer-encoding connection keep-alive upgrade te trailer expect accept-ranges allow vary cache-control pragma",
    "content-type content-encoding content-language accept accept-encoding accept-language accept-charset",
    "grpc-encoding grpc-accept-encoding sec-websocket-version http2-settings access-control-allow-methods access-control-allow-credentials",
  ]
    .flatMap((names) => names.split(" "))
    .map((name) => [name, TOKENS] as const),
  ["user-agent", WORDS],
  ["server", WORDS],
]);
const MAX_SHOWN = 512;

export interface RequestLine {
  readonly method: string;
  readonly version: string;
}

/** Shows of a request's first line what is no secret; undefined where it is none, and nothing was shown. */
export function readRequestLine({ start, text }: HeadLine, side: SideBytes): RequestLine | undefined {
  const match = REQUEST.exec(text);
  if (match === null || !METHOD.test(match[1])) return undefined;
  const [, method, target, version] = match;
  const targetStart = start + method.length + 1;
  side.show(start, targetStart);
  showTarget(target, targetStart, method === "CONNECT", side);
  side.show(targetStart + target.length, start + text.length);
  return { method, version };
}

export interface StatusLine {
  readonly status: number;
  readonly version: string;
}

export function readStatusLine({ start, text }: HeadLine, side: SideBytes): StatusLine | undefined {
  const match = RESPONSE.exec(text);
  if (match === null) return undefined;
  const [, version, code, phrase] = match;
  const codeEnd = start + version.length + 1 + code.length;
  const isUsual = phrase === undefined || phrase === "" || phrase === STATUS_CODES[code];
  side.show(start, isUsual ? start + text.length : Math.min(codeEnd + 1, start + text.length));
  return { status: Number(code), version };
}

/** The same for a field; undefined where it is none. Names are shown, values only of fields that are known to hold no secret. */
export function readField({ start, text }: HeadLine, side: SideBytes): Field | undefined {
  const match = FIELD.exec(text);
  if (match === null) return undefined;
  const [, given, blank, value] = match;
  const name = given.toLowerCase();
  const valueStart = start + given.length + 1 + blank.length;
  const valueEnd = valueStart + value.length;
  if (isPlainName(given)) side.show(start, valueStart);
  side.show(valueEnd, start + text.length);
  if (mayShow(name, value)) side.show(valueStart, valueEnd);
  else if (name === "authorization" || name === "proxy-authorization") {
    const scheme = SCHEMES.exec(value);
    if (scheme !== null) side.show(valueStart, valueStart + scheme[0].length + 1);
  } else if (name === "cookie") showNames(value, valueStart, ";", side);
  else if (name === "set-cookie") showNames(value.split(";")[0], valueStart, ";", side);
  return { name, value };
}

/** Whether a field's value is shown as it is. */
export function mayShow(name: string, value: string): boolean {
  if (value.length > MAX_SHOWN || SHOWN.get(name)?.test(value) !== true) return false;
  if (name === "host" && maskHost(value) !== value) return false;
  const isFree = name !== "host" && SHOWN.get(name) !== NUMBER && SHOWN.get(name) !== DATE;
  if (isFree && (MAIL.test(value) || LONG_NUMBER.test(value.replace(AGES, "")))) return false;
  return maskText(value) === value && !value.split(/[^\w.-]+/).some(isSecret);
}

/** Of `name=value` pairs the names, and what parts them. What ends with `=` may be all value, in Base64. */
function showNames(text: string, start: number, between: string, side: SideBytes): void {
  let at = start;
  for (const pair of text.split(between)) {
    const [, blank = "", name = ""] = PAIR.exec(pair) ?? [];
    if (PLAIN_NAME.test(name) && !isSecret(name) && !hasManyDigits(name))
      side.show(at, at + blank.length + name.length + 1);
    at += pair.length;
    side.show(at, Math.min(at + 1, start + text.length));
    at++;
  }
}

function showTarget(target: string, start: number, isConnect: boolean, side: SideBytes): void {
  if (target === "*") side.show(start, start + 1);
  else if (isConnect) showAuthority(target, start, side);
  else if (target.startsWith("/")) showPath(target, start, side);
  else {
    const scheme = SCHEME.exec(target)?.[0];
    if (scheme === undefined) return;
    side.show(start, start + scheme.length);
    const rest = target.slice(scheme.length);
    const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
    showAuthority(authority, start + scheme.length, side);
    showPath(rest.slice(authority.length), start + scheme.length + authority.length, side);
  }
}

/** RFC 3986 §3.2.1: what stands before the last `@` is no host. */
function showAuthority(authority: string, start: number, side: SideBytes): void {
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (!mayShow("host", host)) return;
  const hostStart = start + authority.length - host.length;
  side.show(hostStart === start ? start : hostStart - 1, start + authority.length);
}

/** Whether a field's name is one, and no secret. */
export function isPlainName(name: string): boolean {
  return /^:?[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(name) && !isSecret(name) && !hasManyDigits(name);
}

/** Whether nothing of a path needs to be overwritten. */
export function isPlainPath(path: string): boolean {
  if (path === "*") return true;
  const segments = path.split("/");
  const isAnnounced = segments.some((segment) => ANNOUNCING.has(segment.toLowerCase()));
  return path.startsWith("/") && !isAnnounced && maskPath(path) === path && segments.every(isPlain);
}

function showPath(target: string, start: number, side: SideBytes): void {
  const path = /^[^?#]*/.exec(target)?.[0] ?? "";
  const segments = path.split("/");
  const masked = maskPath(path).split("/");
  let at = start;
  segments.forEach((segment, index) => {
    const end = at + segment.length;
    const isAnnounced = index > 0 && ANNOUNCING.has(segments[index - 1].toLowerCase());
    if (!isAnnounced && masked[index] === segment && isPlain(segment)) side.show(at, end);
    if (index < segments.length - 1) side.show(end, end + 1);
    at = end + 1;
  });
  if (target[path.length] !== "?") return;
  const queryStart = start + path.length + 1;
  side.show(queryStart - 1, queryStart);
  const query = /^[^#]*/.exec(target.slice(path.length + 1))?.[0] ?? "";
  showNames(query, queryStart, "&", side);
}

function isPlain(segment: string): boolean {
  if (!PLAIN_SEGMENT.test(segment) || isSecret(segment) || hasManyDigits(segment)) return false;
  return encodingOf(Buffer.from(segment, "latin1"), 0, segment.length) === undefined;
}

function hasManyDigits(text: string): boolean {
  return text.replace(/\D/g, "").length >= MANY_DIGITS;
}
