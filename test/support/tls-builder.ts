/** Bytes of TLS, built from RFC 8446 §4 and §5, RFC 5246 §7.4 and X.690. */

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function u24(value: number): Buffer {
  return Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff]);
}

function vector8(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([body.length]), body]);
}

function vector16(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u16(body.length), body]);
}

export function record(type: number, body: Buffer, version = 0x0303): Buffer {
  return Buffer.concat([Buffer.from([type]), u16(version), u16(body.length), body]);
}

export function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), u24(body.length), body]);
}

/** Handshake messages in one record. */
export function handshake(...messages: readonly Buffer[]): Buffer {
  return record(22, Buffer.concat(messages));
}

/** An encrypted record of so many bytes. */
export function sealed(length: number, type = 23): Buffer {
  return record(type, Buffer.alloc(length, 0xa5));
}

export function sealedAll(lengths: readonly number[]): Buffer {
  return Buffer.concat(lengths.map((length) => sealed(length)));
}

export const CHANGE_CIPHER = record(20, Buffer.from([1]));

export function alert(level: number, code: number): Buffer {
  return record(21, Buffer.from([level, code]));
}

function extension(code: number, body: Buffer): Buffer {
  return Buffer.concat([u16(code), vector16(body)]);
}

const list16 = (codes: readonly number[]): Buffer => Buffer.concat(codes.map(u16));

export interface HelloParts {
  readonly version?: number;
  readonly sessionId?: Buffer;
  readonly ciphers?: readonly number[];
  readonly serverName?: string;
  readonly ticket?: Buffer;
  /** TLS 1.3 is offered. */
  readonly offers13?: boolean;
  /** Pre-shared keys offered: the length of a ticket, or an identity whose age is told as 0. */
  readonly identities?: readonly (number | Buffer)[];
  /** Further extensions without content. */
  readonly extras?: readonly number[];
  readonly random?: Buffer;
  /** Public key of group 29. */
  readonly keyShare?: Buffer;
}

export function clientHello(parts: HelloParts = {}): Buffer {
  const name = parts.serverName ?? "service.example";
  const extensions = [
    extension(0, vector16(Buffer.from([0]), vector16(Buffer.from(name)))),
    extension(10, vector16(list16([29, 23]))),
    extension(13, vector16(list16([0x0403, 0x0804]))),
    extension(16, vector16(vector8(Buffer.from("h2")), vector8(Buffer.from("http/1.1")))),
  ];
  if (parts.ticket !== undefined) extensions.push(extension(35, parts.ticket));
  if (parts.offers13 === true) extensions.push(extension(43, vector8(list16([0x0304, 0x0303]))));
  if (parts.keyShare !== undefined) extensions.push(extension(51, vector16(u16(29), vector16(parts.keyShare))));
  for (const code of parts.extras ?? []) extensions.push(extension(code, Buffer.alloc(0)));
  if (parts.identities !== undefined) {
    const identities = parts.identities.map((offered) =>
      typeof offered === "number"
        ? Buffer.concat([vector16(Buffer.alloc(offered, 7)), Buffer.alloc(4, 1)])
        : Buffer.concat([vector16(offered), Buffer.alloc(4)]),
    );
    const binders = parts.identities.map(() => vector8(Buffer.alloc(32, 9)));
    extensions.push(extension(41, Buffer.concat([vector16(...identities), vector16(...binders)])));
  }
  return message(
    1,
    Buffer.concat([
      u16(parts.version ?? 0x0303),
      parts.random ?? Buffer.alloc(32, 1),
      vector8(parts.sessionId ?? Buffer.alloc(0)),
      vector16(list16(parts.ciphers ?? [0x1301, 0x1302, 0xc02f])),
      vector8(Buffer.from([0])),
      vector16(...extensions),
    ]),
  );
}

export interface AnswerParts {
  readonly version?: number;
  readonly sessionId?: Buffer;
  readonly cipher?: number;
  /** TLS 1.3 is chosen. */
  readonly is13?: boolean;
  readonly selectsKey?: boolean;
  /** Which of the keys offered; left out: the first. */
  readonly keyIndex?: number;
  /** Codes of more extensions, empty. */
  readonly extras?: readonly number[];
  readonly isRetry?: boolean;
  readonly random?: Buffer;
}

const RETRY = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");

export function serverHello(parts: AnswerParts = {}): Buffer {
  const extensions: Buffer[] = [];
  if (parts.is13 === true)
    extensions.push(extension(43, u16(0x0304)), extension(51, Buffer.concat([u16(29), vector16(Buffer.alloc(32))])));
  if (parts.selectsKey === true) extensions.push(extension(41, u16(parts.keyIndex ?? 0)));
  for (const code of parts.extras ?? []) extensions.push(extension(code, Buffer.alloc(0)));
  return message(
    2,
    Buffer.concat([
      u16(parts.version ?? 0x0303),
      parts.isRetry === true ? RETRY : (parts.random ?? Buffer.alloc(32, 2)),
      vector8(parts.sessionId ?? Buffer.alloc(0)),
      u16(parts.cipher ?? (parts.is13 === true ? 0x1301 : 0xc02f)),
      Buffer.from([0]),
      vector16(...extensions),
    ]),
  );
}

/** Certificate up to TLS 1.2. */
export function certificates(...ders: readonly Buffer[]): Buffer {
  const list = Buffer.concat(ders.map((der) => Buffer.concat([u24(der.length), der])));
  return message(11, Buffer.concat([u24(list.length), list]));
}

export const SERVER_KEY_EXCHANGE = message(12, Buffer.from([3, 0, 29, 1, 0]));
export const CERTIFICATE_REQUEST = message(13, Buffer.from([1, 64, 0, 2, 4, 3, 0, 0]));
export const SERVER_HELLO_DONE = message(14, Buffer.alloc(0));
export const CLIENT_KEY_EXCHANGE = message(16, Buffer.alloc(33, 3));
export const CERTIFICATE_VERIFY = message(15, Buffer.alloc(76, 4));

export function newSessionTicket(ticket: Buffer): Buffer {
  return message(4, Buffer.concat([Buffer.alloc(4), vector16(ticket)]));
}

/** One DER element of X.690. */
export function der(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  const { length } = body;
  const size = length < 128 ? Buffer.from([length]) : Buffer.concat([Buffer.from([0x82]), u16(length)]);
  return Buffer.concat([Buffer.from([tag]), size, body]);
}

export function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

/** A distinguished name; types in hexadecimal after 2.5.4. */
export function name(...attributes: readonly (readonly [string, string])[]): Buffer {
  return der(0x30, ...attributes.map(([type, value]) => der(0x31, der(0x30, oid(`5504${type}`), der(0x0c, value)))));
}

export interface CertificateParts {
  readonly subject?: Buffer;
  readonly issuer?: Buffer;
  readonly serial?: Buffer;
  readonly notBefore?: Buffer;
  readonly notAfter?: Buffer;
  readonly key?: Buffer;
  readonly signature?: Buffer;
  readonly extensions?: readonly Buffer[];
}

/** SubjectPublicKeyInfo on P-256. */
export const EC_KEY = der(
  0x30,
  der(0x30, oid("2a8648ce3d0201"), oid("2a8648ce3d030107")),
  der(0x03, Buffer.alloc(66, 4)),
);

/** A certificate of RFC 5280 §4.1, whose signature nobody can check. */
export function certificate(parts: CertificateParts = {}): Buffer {
  const algorithm = der(0x30, oid("2a8648ce3d040302"));
  const validity = der(
    0x30,
    parts.notBefore ?? der(0x17, "260101000000Z"),
    parts.notAfter ?? der(0x18, "20991231235959Z"),
  );
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, parts.serial ?? Buffer.from([0x00, 0xab, 0xcd])),
    algorithm,
    parts.issuer ?? name(["0a", "Example, Inc."], ["03", "Example CA"]),
    validity,
    parts.subject ?? name(["03", "service.example"]),
    parts.key ?? EC_KEY,
    der(0xa3, der(0x30, ...(parts.extensions ?? []))),
  );
  return der(0x30, body, algorithm, der(0x03, parts.signature ?? Buffer.alloc(72, 6)));
}

export function certificateExtension(oidHex: string, value: Buffer): Buffer {
  return der(0x30, oid(oidHex), der(0x04, value));
}
