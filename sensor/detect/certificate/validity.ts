import type { Certificate } from "../../protocol/message.js";

/** Ends before it begins: a fault of its own, told once instead of as expired or not yet valid. */
export function isInverted({ notBeforeSeconds, notAfterSeconds }: Certificate): boolean {
  return notBeforeSeconds !== undefined && notAfterSeconds !== undefined && notAfterSeconds < notBeforeSeconds;
}
