import type { Side } from "../../flow/stream.js";
import type { NameMask } from "../data/added-mask.js";
import type { Protocol, Recognition } from "../protocol.js";
import { CertificateCache } from "./certificate-cache.js";
import { FingerprintCache } from "./fingerprint-cache.js";
import { MESSAGE } from "./handshake-reader.js";
import { HeldBytes } from "./held-bytes.js";
import { HelloCache } from "./hello-cache.js";
import { beginsWithRecords, CONTENT, HEADER_BYTES, isHeader, recordLength } from "./record-side.js";
import { SessionMemory } from "./session-memory.js";
import { mayBeginSsl2Hello, ssl2HelloLength } from "./ssl2-hello.js";
import { TlsStream } from "./tls-stream.js";

/** SSL 2.0's hello to TLS 1.3, from its first byte or joined later, and within what another protocol began (STARTTLS). */
export interface TlsSettings {
  /** Bytes of handshake messages that wait for their rest, of all connections together. */
  readonly maxHandshakeBytes: number;
}

/** `maskName` masks in names what is of an operator's classes. */
export function tls(settings: TlsSettings, maskName: NameMask): Protocol {
  const memory = {
    certificates: new CertificateCache(maskName),
    hellos: new HelloCache(maskName),
    fingerprints: new FingerprintCache(),
    sessions: new SessionMemory(),
    heldBytes: new HeldBytes(settings.maxHandshakeBytes),
  };
  return {
    name: "tls",
    isEncrypted: true,
    counters: memory.heldBytes.counters,
    recognise,
    beginsLate,
    open: (context) => new TlsStream(context, memory),
  };
}

function recognise(from: Side, bytes: Buffer, start: number, end: number): Recognition {
  const first = bytes[start];
  if (first === CONTENT.handshake) return recogniseHandshake(from, bytes, start, end);
  if (first >= 0x80) return recogniseSsl2(from, bytes, start, end);
  if (first < CONTENT.changeCipherSpec || first > CONTENT.applicationData) return "no";
  // Joined late: whatever comes first must be records to the last byte.
  return beginsWithRecords(bytes, start, end) ? "match" : "no";
}

function recogniseSsl2(from: Side, bytes: Buffer, start: number, end: number): Recognition {
  if (ssl2HelloLength(bytes, start, end) !== undefined) return from === "client" ? "match" : "reverse";
  return mayBeginSsl2Hello(bytes, start, end) ? "more" : "no";
}

/** RFC 3207 and its like: a record that holds a hello's beginning, whose own length and version are right too. */
function beginsLate(from: Side, bytes: Buffer, start: number, end: number): boolean {
  if (end - start < HEADER_BYTES + 6 || bytes[start] !== CONTENT.handshake) return false;
  const message = start + HEADER_BYTES;
  return (
    isHeader(bytes, start) &&
    bytes[message] === (from === "client" ? MESSAGE.clientHello : MESSAGE.serverHello) &&
    bytes[message + 1] === 0 &&
    bytes[message + 4] === 3
  );
}

/** A record with a hello, whole or cut: the message's own header stands where the record's ends. */
function recogniseHandshake(from: Side, bytes: Buffer, start: number, end: number): Recognition {
  if (end - start < HEADER_BYTES + 1) return startsLikeHeader(bytes, start, end) ? "more" : "no";
  if (!isHeader(bytes, start) || recordLength(bytes, start) === 0) return "no";
  const message = bytes[start + HEADER_BYTES];
  if (message === MESSAGE.clientHello) return from === "client" ? "match" : "reverse";
  if (message === MESSAGE.serverHello) return from === "server" ? "match" : "reverse";
  return beginsWithRecords(bytes, start, end) ? "match" : "no";
}

function startsLikeHeader(bytes: Buffer, start: number, end: number): boolean {
  return (end - start < 2 || bytes[start + 1] === 3) && (end - start < 3 || bytes[start + 2] <= 4);
}
