import type { WireDeprecation } from "../message.js";

const NONE: WireDeprecation = { sinceMicros: undefined, sunsetMicros: undefined };
const RELATION = Buffer.from("deprecation");
const MAX_LINK_BYTES = 2_048;
/** RFC 8288 §3.3: relation types are parted by spaces. */
const MARKING_LINK = />[^<]*;\s*rel\s*=\s*("([^"]* )?deprecation[" ]|deprecation\s*([;,]|$))/i;
/** Beyond the year 9999 nothing is a date. */
const MAX_SECONDS = 253_402_300_799;

/**
 * RFC 9745 §2.1: a date as RFC 9651 §3.3.7 writes it, `@1688169599`. Drafts before it had `true`, or a date as of Sunset; what is
 * none of these marks all the same, but for a "no".
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

/** RFC 9745 §3: where the deprecation is explained; with no field beside it that names a time, it marks all the same. */
export function withLink(
  known: WireDeprecation | undefined,
  bytes: Buffer,
  start: number,
  end: number,
): WireDeprecation | undefined {
  if (known?.sinceMicros !== undefined || !bytes.subarray(start, end).includes(RELATION)) return known;
  const text = bytes.latin1Slice(start, Math.min(end, start + MAX_LINK_BYTES));
  return MARKING_LINK.test(text) ? { ...(known ?? NONE), sinceMicros: 0 } : known;
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
