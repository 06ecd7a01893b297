import { isUtf8 } from "node:buffer";
import type { StreamEnd } from "../message.js";

const BRACE = 0x7b;
const BRACKET = 0x5b;

/** What a Close frame says (RFC 6455 §5.5.1), and whether it may. */
export interface CloseFrame {
  readonly code: number | undefined;
  readonly reason: StreamEnd["reason"];
  readonly isValid: boolean;
}

/** `payload` is unmasked. Its reason is looked at and let go. */
export function readClose(payload: Buffer): CloseFrame {
  if (payload.length === 0) return { code: undefined, reason: "none", isValid: true };
  if (payload.length === 1) return { code: undefined, reason: "invalid", isValid: false };
  const code = payload.readUInt16BE(0);
  const reason = reasonOf(payload.subarray(2));
  return { code, reason, isValid: maySend(code) && reason !== "invalid" };
}

/** RFC 6455 §7.4.2 and IANA's registry: 1004 to 1006 and 1015 stand for what is never sent. */
function maySend(code: number): boolean {
  if (code >= 3_000) return code < 5_000;
  return code >= 1_000 && code <= 1_014 && (code < 1_004 || code > 1_006);
}

function reasonOf(bytes: Buffer): StreamEnd["reason"] {
  if (bytes.length === 0) return "none";
  if (!isUtf8(bytes)) return "invalid";
  return bytes[0] === BRACE || bytes[0] === BRACKET ? "json" : "text";
}
