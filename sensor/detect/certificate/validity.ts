import type { Certificate } from "../../protocol/message.js";

/** Ends before it begins: a fault of its own, told once instead of as expired or not yet valid. */
export function isInverted({ notBeforeSeconds, notAfterSeconds }: Certificate): boolean {
  return notBeforeSeconds !== undefined && notAfterSeconds !== undefined && notAfterSeconds < notBeforeSeconds;
}

/** `12 days`, `1 day`, `less than a day`: of whole days. */
export function daysWords(days: number): string {
  if (days < 1) return "less than a day";
  return `${days.toLocaleString("en")} ${days === 1 ? "day" : "days"}`;
}
