import { createHash } from "node:crypto";
import { isGrease } from "./grease.js";
import { type ClientHello, EXTENSION, offeredVersion, type ServerHello } from "./hello.js";

const JA4_HASH_LENGTH = 12;
const NOTHING = "000000000000";
const MAX_COUNT = 99;

/** JA3 (salesforce/ja3): MD5 over version, ciphers, extensions, groups and point formats in the order sent, without GREASE. */
export function ja3(hello: ClientHello): string {
  const { legacyVersion, ciphers, extensions, groups, pointFormats } = hello;
  const lists = [ciphers, extensions, groups].map(joinDecimal);
  return md5(`${legacyVersion},${lists.join(",")},${pointFormats.join("-")}`);
}

/** JA3S: MD5 over version, cipher and extensions of the answer. */
export function ja3s({ legacyVersion, cipher, extensions }: ServerHello): string {
  return md5(`${legacyVersion},${cipher},${joinDecimal(extensions)}`);
}

/** JA4 for TCP, after FoxIO's description of JA4 (the client's TLS fingerprint, BSD 3-Clause). */
export function ja4(hello: ClientHello): string {
  const ciphers = hello.ciphers.filter(isNoGrease);
  const extensions = hello.extensions.filter(isNoGrease);
  // An SNI extension that is there but empty still counts as one.
  const name = extensions.includes(EXTENSION.serverName) ? "d" : "i";
  const head = `t${versionMark(hello)}${name}${count(ciphers)}${count(extensions)}${alpnMark(hello.alpn[0])}`;
  const rest = extensions.filter((code) => code !== EXTENSION.serverName && code !== EXTENSION.alpn);
  return `${head}_${sha256Mark(sortedHex(ciphers))}_${extensionMark(rest, hello.signatureAlgorithms)}`;
}

function extensionMark(extensions: readonly number[], signatureAlgorithms: readonly number[]): string {
  const algorithms = signatureAlgorithms.filter(isNoGrease).map(hex4).join(",");
  if (extensions.length === 0) return NOTHING;
  return sha256Mark(algorithms === "" ? sortedHex(extensions) : `${sortedHex(extensions)}_${algorithms}`);
}

/**
 * What the hellos of one program have in common, first and resumed connections alike: its ciphers and its extensions but for
 * those that come and go with a session. Not a published fingerprint.
 */
export function stackMark({ ciphers, extensions }: ClientHello): string {
  const lasting = extensions.filter((code) => isNoGrease(code) && !PASSING.has(code));
  return sha256Mark(`${joinDecimal(ciphers)};${sortedHex(lasting)}`);
}

const PASSING: ReadonlySet<number> = new Set([
  EXTENSION.preSharedKey,
  EXTENSION.earlyData,
  EXTENSION.cookie,
  EXTENSION.padding,
  EXTENSION.sessionTicket,
  // Left out by some where they resume, and only then sent by others.
  EXTENSION.extendedMasterSecret,
  EXTENSION.pskKeyExchangeModes,
]);

const VERSION_MARKS: ReadonlyMap<number, string> = new Map([
  [0x0304, "13"],
  [0x0303, "12"],
  [0x0302, "11"],
  [0x0301, "10"],
  [0x0300, "s3"],
  [0x0002, "s2"],
]);

function versionMark(hello: ClientHello): string {
  return VERSION_MARKS.get(offeredVersion(hello)) ?? "00";
}

/** First and last character of the first ALPN value; of its hexadecimal digits where either is not alphanumeric. */
function alpnMark(alpn: string | undefined): string {
  if (alpn === undefined || alpn === "") return "00";
  const ends = alpn[0] + alpn[alpn.length - 1];
  if (/^[0-9A-Za-z]{2}$/.test(ends)) return ends;
  const digits = Buffer.from(alpn, "latin1").toString("hex");
  return digits[0] + digits[digits.length - 1];
}

function count(codes: readonly number[]): string {
  return String(Math.min(codes.length, MAX_COUNT)).padStart(2, "0");
}

function isNoGrease(code: number): boolean {
  return !isGrease(code);
}

function joinDecimal(codes: readonly number[]): string {
  return codes.filter(isNoGrease).join("-");
}

function sortedHex(codes: readonly number[]): string {
  return codes.map(hex4).sort().join(",");
}

function hex4(code: number): string {
  return code.toString(16).padStart(4, "0");
}

function sha256Mark(text: string): string {
  return text === "" ? NOTHING : createHash("sha256").update(text).digest("hex").slice(0, JA4_HASH_LENGTH);
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
