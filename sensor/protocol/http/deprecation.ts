import type { WireDeprecation } from "../message.js";

const NONE: WireDeprecation = { sinceMicros: undefined, sunsetMicros: undefined };
/** Beyond the year 9999 nothing is a date. */
const MAX_SECONDS = 253_402_300_799;

/**
 * RFC 9745 §2.1: a date as RFC 9651 §3.3.7 writes it, `@1688169599`. Drafts before it had `true`, or a date as of Sunset; what is
 * none of these marks all the same, but for a "no". A link of that relation marks nothing, §3: it may lead to what is said of deprecation
 * before anything is deprecated.
 */
export function withDeprecation(known: WireDeprecation | undefined, text: string): WireDeprecation | undefined {
  if (/^(|false|\?0)$/i.test(text)) return known;
  const seconds = /^@(-?\d{1,15})(?:$|;)/.exec(text)?.[1];
  const sinceMicros = seconds === undefined ? dateMicros(text) : secondsMicros(Number(seconds));
  return { ...(known ?? NONE), sinceMicros: sinceMicros ?? 0 };
}

/** RFC 8594 §3: an HTTP-date. One that can't be read says nothing. */
export function withSunset(known: WireDeprecation | undefined, text: string): WireDeprecation | undefined {
  const sunsetMicros = dateMicros(text);
  return sunsetMicros === undefined ? known : { ...(known ?? NONE), sunsetMicros };
}

function dateMicros(text: string): number | undefined {
  // RFC 9110 §5.6.7, and dates as ISO 8601 has them: both begin with a word or a year.
  if (!/^([A-Za-z]{3,9}, |\d{4}-)/.test(text)) return undefined;
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : secondsMicros(millis / 1_000);
}

function secondsMicros(seconds: number): number | undefined {
  return seconds < 0 || seconds > MAX_SECONDS ? undefined : seconds * 1e6;
}
