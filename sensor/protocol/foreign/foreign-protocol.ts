import type { Side } from "../../flow/stream.js";

/** Whether bytes[start, end), the first of one side, begin a protocol. */
type Begins = (bytes: Buffer, start: number, end: number) => boolean;

/** A protocol that is told by its name and not read. */
export interface ForeignProtocol {
  readonly name: string;
  /** Left out where what follows may be encrypted in a way of its own: then nothing is claimed. */
  readonly isCleartext?: true;
}

interface Beginning {
  readonly protocol: ForeignProtocol;
  /** Who sends these bytes first. */
  readonly from: Side;
  readonly begins: Begins;
}

export const REDIS: ForeignProtocol = { name: "redis", isCleartext: true };

/** Most bytes of a command line that are looked at. */
const NAMING_BYTES = 64;

/**
 * An operator sees what it is that could not be seen. Each test is by fixed bytes of the protocol's own description; nothing is told by
 * its port.
 */
const BEGINNINGS: readonly Beginning[] = [
  // PostgreSQL protocol 3.0 §53.7: length, then a version or one of the request codes from 80877102 on.
  { protocol: clear("postgresql"), from: "client", begins: isPostgres },
  // MySQL protocol 10: length of three bytes, sequence 0, version 10, the server's version as text.
  { protocol: clear("mysql"), from: "server", begins: isMysql },
  { protocol: REDIS, from: "client", begins: isRedis },
  { protocol: REDIS, from: "client", begins: isInlineRedis },
  {
    protocol: REDIS,
    from: "server",
    begins: anyText("+PONG\r\n", "-NOAUTH ", "-WRONGPASS ", "-NOPERM ", "-DENIED Redis"),
  },
  { protocol: clear("kafka"), from: "client", begins: isKafka },
  { protocol: clear("mongodb"), from: "client", begins: isMongo },
  { protocol: clear("amqp"), from: "client", begins: text("AMQP") },
  { protocol: clear("mqtt"), from: "client", begins: isMqtt },
  // RFC 4253 §4.2.
  { protocol: sealable("ssh"), from: "client", begins: text("SSH-") },
  { protocol: sealable("ssh"), from: "server", begins: text("SSH-") },
  { protocol: clear("dns"), from: "client", begins: isDns },
  { protocol: sealable("ldap"), from: "client", begins: isLdap },
  { protocol: sealable("smb"), from: "client", begins: isSmb },
  { protocol: clear("cassandra"), from: "client", begins: isCassandra },
  {
    protocol: clear("memcached"),
    from: "client",
    begins: anyText("get ", "gets ", "set ", "add ", "incr ", "stats\r\n", "version\r\n"),
  },
  { protocol: clear("nats"), from: "server", begins: text("INFO {") },
  { protocol: clear("zookeeper"), from: "client", begins: isZookeeper },
  { protocol: clear("elasticsearch"), from: "client", begins: isElastic },
  { protocol: sealable("tds"), from: "client", begins: isTds },
  { protocol: sealable("tns"), from: "client", begins: isTns },
  { protocol: sealable("rdp"), from: "client", begins: isRdp },
  { protocol: sealable("sunrpc"), from: "client", begins: isSunRpc },
  { protocol: clear("thrift"), from: "client", begins: isThrift },
  { protocol: clear("clickhouse"), from: "client", begins: isClickHouse },
  { protocol: clear("java-rmi"), from: "client", begins: text("JRMI") },
  { protocol: clear("jdwp"), from: "client", begins: text("JDWP-Handshake") },
  { protocol: clear("stomp"), from: "client", begins: anyText("CONNECT\n", "STOMP\n", "CONNECT\r\n", "STOMP\r\n") },
  {
    protocol: clear("sip"),
    from: "client",
    begins: anyText("INVITE sip:", "REGISTER sip:", "OPTIONS sip:", "SIP/2.0 "),
  },
  // RFC 4271 §4.1: the marker is all ones.
  {
    protocol: sealable("bgp"),
    from: "client",
    begins: (bytes, start, end) => end - start >= 19 && isFilled(bytes, start, 16, 0xff),
  },
  // RFC 6143 §7.1.1.
  { protocol: sealable("rfb"), from: "server", begins: text("RFB 00") },
  // Both are greeted with 220: what the client says tells them apart.
  { protocol: clear("smtp"), from: "client", begins: anyText("EHLO ", "HELO ", "LHLO ", "ehlo ", "helo ") },
  { protocol: clear("ftp"), from: "client", begins: isFtp },
  { protocol: clear("irc"), from: "client", begins: anyText("NICK ", "CAP LS") },
  { protocol: clear("xmpp"), from: "client", begins: isXmpp },
  { protocol: sealable("kerberos"), from: "client", begins: isKerberos },
  { protocol: sealable("diameter"), from: "client", begins: isDiameter },
  // C706 §12.6.3.1: version 5.0, bind.
  { protocol: sealable("dcerpc"), from: "client", begins: text("\x05\x00\x0b") },
  { protocol: clear("pop3"), from: "server", begins: text("+OK ") },
  { protocol: clear("imap"), from: "server", begins: anyText("* OK", "* PREAUTH") },
];

/** What these first bytes of one side begin; undefined where that is nothing known. */
export function foreignProtocol(from: Side, bytes: Buffer, start: number, end: number): ForeignProtocol | undefined {
  return BEGINNINGS.find((one) => one.from === from && one.begins(bytes, start, end))?.protocol;
}

function clear(name: string): ForeignProtocol {
  return { name, isCleartext: true };
}

/** Encrypted from the start, or able to encrypt by itself without TLS's records being seen. */
function sealable(name: string): ForeignProtocol {
  return { name };
}

function text(prefix: string): Begins {
  return anyText(prefix);
}

function anyText(...prefixes: string[]): Begins {
  const wanted = prefixes.map((prefix) => Buffer.from(prefix, "latin1"));
  return (bytes, start, end) =>
    wanted.some((prefix) => end - start >= prefix.length && prefix.compare(bytes, start, start + prefix.length) === 0);
}

function isFilled(bytes: Buffer, start: number, length: number, byte: number): boolean {
  for (let at = start; at < start + length; at++) if (bytes[at] !== byte) return false;
  return true;
}

function isPostgres(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 8) return false;
  const length = bytes.readUInt32BE(start);
  const code = bytes.readUInt32BE(start + 4);
  // 80877104 asks for GSS encryption: what follows may be sealed.
  if (code === 80_877_102 || code === 80_877_103) return length === 8 || length === 16;
  return code >>> 16 === 3 && (code & 0xffff) <= 2 && length > 8 && length <= 10_000;
}

function isMysql(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 8 || bytes[start + 3] !== 0 || bytes[start + 4] !== 10) return false;
  const length = bytes.readUIntLE(start, 3);
  return length > 20 && length < 1_024 && isDigit(bytes[start + 5]) && bytes[start + 6] === 0x2e;
}

/** RESP: an array of bulk strings, each with its length. */
function isRedis(bytes: Buffer, start: number, end: number): boolean {
  return (
    bytes[start] === 0x2a && /^\*\d{1,7}\r\n\$\d{1,9}\r\n/.test(bytes.latin1Slice(start, Math.min(end, start + 32)))
  );
}

/** Commands as a line, which health checks send: a word that is Redis' alone, with what it takes behind it. IRC's PING has a word there. */
const INLINE_REDIS =
  /^(?:(?:ping|info|dbsize|command|role|multi|monitor)\r?\n|select \d{1,5}\r?\n|hello [23][ \r\n]|config [gs]et |client (?:setname|list|id)[ \r\n]|(?:slave|replica)of )/i;
/** What memcached has as well, but only in small letters. */
const CAPITAL_REDIS =
  /^(?:(?:GET|INCR|DECR|TTL|DEL|EXISTS|KEYS|HGETALL|LLEN|SMEMBERS) [^ /\r\n]+|SET [^ \r\n]+ [^ \r\n]+)\r?\n/;

function isInlineRedis(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start] & 0xdf;
  if (first < 0x43 || first > 0x54) return false;
  const line = bytes.latin1Slice(start, Math.min(end, start + NAMING_BYTES));
  return INLINE_REDIS.test(line) || CAPITAL_REDIS.test(line);
}

/** Request header: size, API key, API version, correlation id, client id with its length or none. */
function isKafka(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 14) return false;
  const size = bytes.readInt32BE(start);
  const idLength = bytes.readInt16BE(start + 12);
  const isPlausible = size >= 8 && size < 1 << 20 && bytes.readInt16BE(start + 4) <= 100;
  if (!isPlausible || bytes[start + 4] !== 0 || bytes.readUInt16BE(start + 6) > 20) return false;
  if (idLength < 0) return idLength === -1 && bytes.readInt32BE(start + 8) >= 0;
  const idEnd = start + 14 + idLength;
  return (
    idLength > 0 && idLength < 256 && idLength <= size - 10 && isPrintable(bytes, start + 14, Math.min(idEnd, end))
  );
}

/** Message header, little-endian: length, request id, response to none, operation. */
function isMongo(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 16 || bytes.readInt32LE(start) < 16 || bytes.readInt32LE(start) > 48_000_000) return false;
  const operation = bytes.readInt32LE(start + 12);
  return bytes.readInt32LE(start + 8) === 0 && [2004, 2010, 2012, 2013].includes(operation);
}

/** MQTT 3.1.1 §3.1: CONNECT, the remaining length in up to four bytes, the protocol's name with its length. */
function isMqtt(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== 0x10) return false;
  let at = start + 1;
  while (at < end && at < start + 4 && (bytes[at] & 0x80) !== 0) at++;
  return text("\0\x04MQTT")(bytes, at + 1, end) || text("\0\x06MQIsdp")(bytes, at + 1, end);
}

/** RFC 1035 §4.2.2: a length in front of a query with one question. */
function isDns(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 14 || bytes.readUInt16BE(start) < 12 || bytes.readUInt16BE(start) > 4_096) return false;
  const isQuery = (bytes[start + 4] & 0xf8) === 0 && (bytes[start + 5] & 0x0f) === 0;
  const hasOneQuestion = bytes.readUInt32BE(start + 6) === 0x00010000 && bytes.readUInt16BE(start + 10) === 0;
  return isQuery && hasOneQuestion && bytes.readUInt16BE(start + 12) <= 2;
}

/** RFC 4511 §4.1.1: a SEQUENCE of the message id and a bind, search, abandon or extended request. */
function isLdap(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 7 || bytes[start] !== 0x30) return false;
  const lengthBytes = bytes[start + 1] < 0x80 ? 0 : bytes[start + 1] & 0x7f;
  const id = start + 2 + lengthBytes;
  if (lengthBytes > 4 || id + 3 >= end || bytes[id] !== 2 || bytes[id + 1] === 0 || bytes[id + 1] > 4) return false;
  return [0x60, 0x63, 0x77].includes(bytes[id + 2 + bytes[id + 1]]);
}

/** RFC 1002 §4.3.1's session message around SMB 1 or 2. */
function isSmb(bytes: Buffer, start: number, end: number): boolean {
  const isMessage = bytes[start] === 0 && (bytes[start + 4] === 0xff || bytes[start + 4] === 0xfe);
  return isMessage && text("SMB")(bytes, start + 5, end);
}

/** CQL binary protocol §2: version 3 to 5, flags, stream, OPTIONS or STARTUP, length. */
function isCassandra(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 9 || bytes[start] < 3 || bytes[start] > 5 || bytes[start + 1] > 0x1f) return false;
  const operation = bytes[start + 4];
  const length = bytes.readUInt32BE(start + 5);
  return (operation === 5 && length === 0) || (operation === 1 && length > 0 && length < 4_096);
}

/** ConnectRequest: length, protocol version 0, last transaction, time-out, session, password of 16 bytes. */
function isZookeeper(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 44) return false;
  const length = bytes.readUInt32BE(start);
  const hasPassword = bytes.readUInt32BE(start + 28) === 16;
  return (length === 44 || length === 45) && bytes.readUInt32BE(start + 4) === 0 && hasPassword;
}

/** Transport protocol: `ES` and a message length. */
function isElastic(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= 6 && bytes[start] === 0x45 && bytes[start + 1] === 0x53 && bytes[start + 2] === 0;
}

/** MS-TDS §2.2.3.1: PRELOGIN, last packet, length, no process id. */
function isTds(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 12 || bytes[start] !== 0x12 || bytes[start + 1] !== 1) return false;
  return bytes.readUInt16BE(start + 2) === end - start && bytes.readUInt16BE(start + 4) === 0;
}

/** Transparent Network Substrate: length, checksum 0, CONNECT, and its version in reach. */
function isTns(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 12 || bytes[start + 4] !== 1 || bytes[start + 5] > 0x20) return false;
  const version = bytes.readUInt16BE(start + 8);
  return bytes.readUInt16BE(start) >= 26 && bytes.readUInt16BE(start + 2) === 0 && version >= 300 && version <= 330;
}

/** MS-RDPBCGR §2.2.1.1: TPKT version 3 around a connection request. */
function isRdp(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 11 || bytes[start] !== 3 || bytes[start + 1] !== 0) return false;
  return bytes.readUInt16BE(start + 2) === end - start && bytes[start + 5] === 0xe0;
}

/** RFC 5531 §11 and §9: a record mark, a call of version 2. */
function isSunRpc(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 16 || (bytes[start] & 0x80) === 0) return false;
  return bytes.readUInt32BE(start + 8) === 0 && bytes.readUInt32BE(start + 12) === 2;
}

/** Binary protocol, strict: version 1 and a call; with the framed transport a length in front. */
function isThrift(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 8) return false;
  const isCall = (at: number): boolean => end - at >= 4 && (bytes.readUInt32BE(at) & 0xffff00ff) >>> 0 === 0x80010001;
  return isCall(start) || (bytes[start] === 0 && isCall(start + 4));
}

/** Native protocol: hello, then the client's name with its length. */
function isClickHouse(bytes: Buffer, start: number, end: number): boolean {
  const length = bytes[start + 1];
  const nameEnd = Math.min(end, start + 2 + length);
  if (bytes[start] !== 0 || end - start < 12 || length < 8 || length > 64) return false;
  return bytes
    .latin1Slice(start + 2, nameEnd)
    .toLowerCase()
    .includes("clickhouse");
}

/** RFC 959 §4.1.1: USER has one parameter (IRC's has four); RFC 4217 §4. */
function isFtp(bytes: Buffer, start: number, end: number): boolean {
  return /^(USER [^ \r\n]+|AUTH TLS)\r\n/.test(bytes.latin1Slice(start, Math.min(end, start + NAMING_BYTES)));
}

/** RFC 6120 §4: the stream's opening tag, after a declaration or without. */
function isXmpp(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === 0x3c && bytes.latin1Slice(start, Math.min(end, start + 256)).includes("<stream:stream");
}

/** RFC 4120 §7.2.2: a length in front of an AS or TGS request, [APPLICATION 10] or [APPLICATION 12]. */
function isKerberos(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 8 || bytes.readUInt32BE(start) > 1 << 20) return false;
  return (bytes[start + 4] === 0x6a || bytes[start + 4] === 0x6c) && bytes[start + 5] >= 0x30;
}

/** RFC 6733 §3 and §5.3.1: version 1, a capabilities exchange request. */
function isDiameter(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 20 || bytes[start] !== 1 || (bytes[start + 4] & 0x80) === 0) return false;
  return bytes.readUIntBE(start + 1, 3) >= 20 && bytes.readUIntBE(start + 5, 3) === 257;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isPrintable(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] < 0x20 || bytes[at] > 0x7e) return false;
  return true;
}
