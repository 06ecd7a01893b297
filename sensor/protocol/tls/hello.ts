import { type Cursor, OutOfBounds } from "../../bytes/cursor.js";
import type { ClientFingerprints } from "./fingerprint-cache.js";
import { isGrease } from "./grease.js";
import { type PskIdentity, readPskIdentities } from "./psk-identity.js";
import { toldHost } from "./told-name.js";

/** IANA's "TLS ExtensionType Values" that are looked into. */
export const EXTENSION = {
  serverName: 0,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  clientCertificateType: 19,
  padding: 21,
  extendedMasterSecret: 23,
  compressCertificate: 27,
  certWithExternPsk: 33,
  sessionTicket: 35,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  cookie: 44,
  pskKeyExchangeModes: 45,
  postHandshakeAuth: 49,
  keyShare: 51,
  /** Before the 23rd draft of TLS 1.3. */
  draftKeyShare: 40,
  /** What came before ALPN and is still spoken by OpenSSL, and Chrome's channel id. */
  nextProtocol: 13172,
  channelId: 30032,
  /** Application-layer protocol settings, Chrome's old and new code point: the client may send EncryptedExtensions of its own. */
  alpsOld: 17513,
  alps: 17613,
  encryptedClientHello: 65037,
} as const;

/** Extensions that are asked for by their presence alone, as bits: each handshake asks a dozen times. */
export const OFFER = {
  preSharedKey: 1,
  earlyData: 2,
  postHandshakeAuth: 4,
  encryptedClientHello: 8,
  alps: 16,
  /** Of a server: whatever lets the client send a message between ChangeCipherSpec and Finished, up to TLS 1.2. */
  nextProtocol: 32,
  channelId: 64,
  /** A certificate beside the pre-shared key (RFC 8773): the handshake is a full one in all else. */
  certWithExternPsk: 128,
  /** Of a client: it may show a raw public key in place of a certificate (RFC 7250 §3). */
  clientCertificateType: 256,
  /** Of a client: it knows compressed certificates (RFC 8879 §3), and may send one where the server does too. */
  compressCertificate: 512,
} as const;

const OFFERS: ReadonlyMap<number, number> = new Map([
  [EXTENSION.preSharedKey, OFFER.preSharedKey],
  [EXTENSION.earlyData, OFFER.earlyData],
  [EXTENSION.postHandshakeAuth, OFFER.postHandshakeAuth],
  [EXTENSION.encryptedClientHello, OFFER.encryptedClientHello],
  [EXTENSION.alps, OFFER.alps],
  [EXTENSION.alpsOld, OFFER.alps],
  [EXTENSION.nextProtocol, OFFER.nextProtocol],
  [EXTENSION.channelId, OFFER.channelId],
  [EXTENSION.certWithExternPsk, OFFER.certWithExternPsk],
  [EXTENSION.clientCertificateType, OFFER.clientCertificateType],
  [EXTENSION.compressCertificate, OFFER.compressCertificate],
]);

export const VERSION = { ssl2: 0x0002, ssl3: 0x0300, tls10: 0x0301, tls12: 0x0303, tls13: 0x0304 } as const;

/** What both hellos have, but for what is another in each. Numbers are codes as sent, GREASE (RFC 8701) included. */
export interface Hello {
  /** The legacy_version field. */
  readonly legacyVersion: number;
  readonly extensions: readonly number[];
  /** Of OFFER, those that are among the extensions. */
  readonly offers: number;
}

/** RFC 8446 §4.1.2, RFC 5246 §7.4.1.2; the SSL 2.0 form of RFC 5246 §E.2. */
export interface ClientHello extends Hello {
  readonly ciphers: readonly number[];
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  readonly versions: readonly number[];
  readonly serverName: string | undefined;
  readonly alpn: readonly string[];
  /** Session ticket offered (RFC 5077 §3.2), as Latin-1; empty where the client only says that it takes one. */
  readonly ticket: string;
  /** Of `pre_shared_key`, in the order offered. */
  readonly pskIdentities: readonly PskIdentity[];
  /** For the fingerprints to be made once; nobody else reads it. */
  fingerprints: ClientFingerprints | undefined;
}

/** RFC 8446 §4.1.3. */
export interface ServerHello extends Hello {
  /** The version that is spoken from here on. */
  readonly version: number;
  readonly cipher: number;
  readonly group: number | undefined;
  readonly alpn: string | undefined;
  /** Which of the identities offered was taken (RFC 8446 §4.2.11); undefined where none was. */
  readonly pskIndex: number | undefined;
  /** A HelloRetryRequest: the client sends its hello again. */
  readonly isRetry: boolean;
  /** For the fingerprint to be made once; nobody else reads it. */
  ja3s: string | undefined;
}

/** SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3). */
const RETRY_RANDOM = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");
export const RANDOM_LENGTH = 32;
const MAX_NAME = 255;

interface Extensions {
  codes: number[];
  groups: number[];
  pointFormats: number[];
  signatureAlgorithms: number[];
  versions: number[];
  serverName: string | undefined;
  alpn: string[];
  ticket: string;
  pskIdentities: PskIdentity[];
  pskIndex: number | undefined;
}

/** Reads a ClientHello's body. Throws OutOfBounds where it ends before its cipher suites do. */
export function readClientHello(body: Cursor): ClientHello {
  const legacyVersion = body.u16();
  body.skip(RANDOM_LENGTH);
  body.skip(body.u8());
  const ciphers = u16List(body.sub(body.u16()));
  const found = noExtensions();
  tolerate(() => {
    body.skip(body.u8());
    readExtensions(body, found, readClientExtension);
  });
  const { codes: extensions, pskIndex: _, ...rest } = found;
  return { legacyVersion, ciphers, extensions, offers: offersOf(extensions), ...rest, fingerprints: undefined };
}

/** Reads the SSL 2.0 form of a ClientHello after its two bytes of length and its type. */
export function readSsl2ClientHello(body: Cursor): ClientHello {
  const legacyVersion = body.u16();
  const cipherBytes = body.u16();
  const sessionIdBytes = body.u16();
  body.u16();
  const specs = body.sub(cipherBytes);
  const ciphers: number[] = [];
  while (specs.left >= 3) {
    const code = specs.u24();
    // Three bytes of SSL 2.0's own; those of SSL 3.0 and later begin with 0.
    if (code <= 0xffff) ciphers.push(code);
  }
  body.skip(sessionIdBytes);
  const { codes: extensions, pskIndex: _, ...rest } = noExtensions();
  return { legacyVersion, ciphers, extensions, offers: offersOf(extensions), ...rest, fingerprints: undefined };
}

/** Reads a ServerHello's body. Throws OutOfBounds where it ends before its cipher suite does. */
export function readServerHello(body: Cursor): ServerHello {
  const legacyVersion = body.u16();
  const random = body.at;
  body.skip(RANDOM_LENGTH);
  const isRetry = isRetryRandom(body.bytes, random);
  // Drafts of TLS 1.3 before the 22nd had neither session id nor compression.
  const isOldDraft = legacyVersion >> 8 === 0x7f;
  if (!isOldDraft) body.skip(body.u8());
  const cipher = body.u16();
  const found = noExtensions();
  tolerate(() => {
    if (!isOldDraft) body.u8();
    readExtensions(body, found, readServerExtension);
  });
  const { codes: extensions, pskIndex } = found;
  const [version = legacyVersion] = found.versions;
  const [group] = found.groups;
  const [alpn] = found.alpn;
  const offers = offersOf(extensions);
  return { legacyVersion, version, cipher, extensions, offers, group, alpn, pskIndex, isRetry, ja3s: undefined };
}

/** Whether the random of a ServerHello, which must lie whole there, says that it is none. */
export function isRetryRandom(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== RETRY_RANDOM[0] || bytes[at + 1] !== RETRY_RANDOM[1]) return false;
  return RETRY_RANDOM.compare(bytes, at, Math.min(at + RANDOM_LENGTH, bytes.length)) === 0;
}

/** Drafts (0x7f00 plus their number, 0xfb00 for one of them) and what browsers tried between two of them (0x7e00) speak what became TLS 1.3. */
export function isTls13(version: number): boolean {
  return version === VERSION.tls13 || version >> 8 === 0x7f || version >> 8 === 0xfb || version >> 8 === 0x7e;
}

/** `1.2`; `3` and `2` stand for SSL 3.0 and 2.0. Undefined for a number that is no version. */
export function versionName(version: number): string | undefined {
  if (isTls13(version)) return "1.3";
  if (version === VERSION.ssl3) return "3";
  if (version === VERSION.ssl2) return "2";
  if (version === VERSION.tls12) return "1.2";
  return version > VERSION.ssl3 && version < VERSION.tls12 ? `1.${(version & 0xff) - 1}` : undefined;
}

function offersOf(extensions: readonly number[]): number {
  let offers = 0;
  for (const code of extensions) offers |= OFFERS.get(code) ?? 0;
  return offers;
}

function noExtensions(): Extensions {
  return {
    codes: [],
    groups: [],
    pointFormats: [],
    signatureAlgorithms: [],
    versions: [],
    serverName: undefined,
    alpn: [],
    ticket: "",
    pskIdentities: [],
    pskIndex: undefined,
  };
}

type ReadExtension = (code: number, body: Cursor, into: Extensions) => void;

/** What a damaged extension holds is left out; the others are read. */
function readExtensions(body: Cursor, into: Extensions, read: ReadExtension): void {
  if (body.left < 2) return;
  const list = body.sub(Math.min(body.u16(), body.left));
  while (list.left >= 4) {
    const code = list.u16();
    const length = list.u16();
    into.codes.push(code);
    const extension = list.sub(length);
    tolerate(() => read(code, extension, into));
  }
}

function readClientExtension(code: number, body: Cursor, into: Extensions): void {
  switch (code) {
    case EXTENSION.serverName:
      into.serverName ??= readServerName(body);
      return;
    case EXTENSION.supportedGroups:
      into.groups = u16List(body.sub(body.u16()));
      return;
    case EXTENSION.pointFormats:
      into.pointFormats = [...body.take(body.u8())];
      return;
    case EXTENSION.signatureAlgorithms:
      into.signatureAlgorithms = u16List(body.sub(body.u16()));
      return;
    case EXTENSION.alpn:
      readAlpn(body, into.alpn);
      return;
    case EXTENSION.sessionTicket:
      into.ticket = latin1(body.take(body.left));
      return;
    case EXTENSION.supportedVersions:
      into.versions = u16List(body.sub(body.u8()));
      return;
    case EXTENSION.preSharedKey:
      readPskIdentities(body.sub(body.u16()), into.pskIdentities);
  }
}

function readServerExtension(code: number, body: Cursor, into: Extensions): void {
  if (code === EXTENSION.supportedVersions) into.versions.push(body.u16());
  else if (code === EXTENSION.keyShare || code === EXTENSION.draftKeyShare) into.groups.push(body.u16());
  else if (code === EXTENSION.alpn) readAlpn(body, into.alpn);
  else if (code === EXTENSION.preSharedKey) into.pskIndex = body.u16();
}

/** RFC 6066 §3: the one name of type host_name. */
function readServerName(body: Cursor): string | undefined {
  const list = body.sub(body.u16());
  while (list.left > 0) {
    const type = list.u8();
    const name = list.take(list.u16());
    if (type === 0) return name.length === 0 ? undefined : toldHost(latin1(name.subarray(0, MAX_NAME)));
  }
  return undefined;
}

function readAlpn(body: Cursor, into: string[]): void {
  const list = body.sub(body.u16());
  while (list.left > 0) into.push(latin1(list.take(list.u8())));
}

function u16List(list: Cursor): number[] {
  const values: number[] = [];
  while (list.left >= 2) values.push(list.u16());
  return values;
}

function latin1(bytes: Buffer): string {
  return bytes.latin1Slice(0, bytes.length);
}

function tolerate(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof OutOfBounds)) throw error;
  }
}

/** Highest version a client offers; GREASE aside. */
export function offeredVersion({ versions, legacyVersion }: ClientHello): number {
  return (
    versions.reduce((best, version) => (isGrease(version) || version <= best ? best : version), 0) || legacyVersion
  );
}
