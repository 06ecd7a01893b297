import type { Cursor } from "../../bytes/cursor.js";

/**
 * What a pre-shared key that a client offers is: a session's, known by its ticket; one agreed on outside of TLS; or it can't be told
 * which of the two.
 */
export type PskOrigin = "ticket" | "external" | "unclear";

/** One identity of `pre_shared_key`, RFC 8446 §4.2.11. */
export interface PskIdentity {
  readonly lengthBytes: number;
  readonly origin: PskOrigin;
}

/** Less is no name of a session that can't be guessed: RFC 8446 §4.6.1 has a key of a database, or the session itself, encrypted. */
export const LEAST_TICKET_BYTES = 16;
/** Most that is looked at of an identity. */
const MAX_LOOK = 256;

export function readPskIdentities(list: Cursor, into: PskIdentity[]): void {
  while (list.left > 0) {
    const lengthBytes = list.u16();
    const identity = list.take(lengthBytes);
    const isAgeless = (list.u16() | list.u16()) === 0;
    into.push({ lengthBytes, origin: originOf(identity, isAgeless) });
  }
}

/**
 * RFC 8446 §4.2.11: with an external identity an obfuscated_ticket_age of 0 should be sent, which a ticket has once in four billion. Said
 * of one is "external" only where the identity speaks for it too: a client that puts 0 with its tickets would be told wrong else.
 */
function originOf(identity: Buffer, isAgeless: boolean): PskOrigin {
  if (isAgeless) return isText(identity) || isImported(identity) ? "external" : "unclear";
  return identity.length < LEAST_TICKET_BYTES ? "unclear" : "ticket";
}

/** What people name keys by. Sixteen random bytes are all printable once in ten million. */
function isText(identity: Buffer): boolean {
  const end = Math.min(identity.length, MAX_LOOK);
  for (let at = 0; at < end; at++) if (identity[at] < 0x20 || identity[at] > 0x7e) return false;
  return end > 0;
}

/** ImportedIdentity, RFC 9258 §5.1: identity and context with their lengths, the protocol, and the key derivation function. */
function isImported(identity: Buffer): boolean {
  const { length } = identity;
  if (length < 9) return false;
  const contextAt = 2 + identity.readUInt16BE(0);
  if (contextAt + 2 > length || contextAt + 2 + identity.readUInt16BE(contextAt) + 4 !== length) return false;
  const version = identity.readUInt16BE(length - 4);
  return version === 0x0304 || version === 0xfefc;
}
