import type { Call } from "../../protocol/message.js";
import { isRedirect, provesThere } from "../declared/there.js";

/** Something else would have been answered had there been nothing. */
export const SURE = 0;
/** No answer was seen. */
export const UNSEEN = -1;
/** Refused, or the server failed. */
const REFUSED = 1;
/** Sent on without a credential: mostly to where one is to be had. */
export const REDIRECTED = 2;
const EMPTY = 3;
/** Refused by whoever looked at what is there. */
const KNOWING = 4;
/** An answer by its size: even ones are pages in HTML, odd ones anything else. */
const SIZED = 16;
/** Sent on to a place that the number has in it; of bodies none is so large. */
const PLACED = 2 ** 48;
const HTML = "text/html";
/** RFC 9110 §9.3.4, §9.3.5, RFC 5789 §2: that nothing is answered says that it was done. */
const DONE_WITHOUT_CONTENT: ReadonlySet<string> = new Set(["PUT", "DELETE", "PATCH"]);

type Answer = { readonly status: number | undefined } & Partial<
  Pick<Call, "method" | "credentials" | "redirectPlace" | "responseBodySize" | "responseContentType">
>;

/**
 * How little an answer tells of whether something is there: the number stands for a way to answer that some services have for whatever they are
 * asked. `SURE` where it tells enough; whoever shows a credential and is not refused is taken to know what is there.
 */
export function littleOf(answer: Answer): number {
  const { status, method, credentials, redirectPlace = 0, responseBodySize, responseContentType } = answer;
  if (status === undefined || status === 0) return UNSEEN;
  if (status >= 400) return provesThere(status) ? KNOWING : REFUSED;
  if ((credentials !== undefined && credentials.length > 0) || status < 200) return SURE;
  if (isRedirect(status)) return redirectPlace === 0 ? REDIRECTED : PLACED + redirectPlace;
  if (status === 204) return method !== undefined && DONE_WITHOUT_CONTENT.has(method) ? SURE : EMPTY;
  // RFC 9110 §15.4.5: that it is as it was is said by who compared it. Of a page whose size was not seen nobody knows whether it is that of another.
  if (responseBodySize === undefined || status >= 300) return SURE;
  return sized(responseBodySize, responseContentType?.startsWith(HTML) === true);
}

function sized(bytes: number, isPage: boolean): number {
  return Math.min(SIZED + 2 * bytes, PLACED - 2) + (isPage ? 0 : 1);
}

/** Whether it is told by its size: what each byte of that adds to the number is 2. */
export function isSized(little: number): boolean {
  return little >= SIZED && little < PLACED;
}

/** Whether it is told by where it leads. */
export function isPlaced(little: number): boolean {
  return little >= PLACED;
}

/**
 * Whether it shows nothing by itself: an application that runs in the browser is answered with one page whatever is asked for, and many services
 * refuse alike. Anything else is so but where somebody was seen to guess.
 */
export function showsNothing(little: number): boolean {
  return little > SURE && little !== KNOWING && (!isSized(little) || little % 2 === 0);
}

/**
 * What both tell. Answers that differ in size, or in where they lead, are answers of their own; what was found there and fails for an hour is none of
 * the guesses that fail meanwhile.
 */
export function littleOfBoth(one: number, other: number): number {
  if (one === other || other === UNSEEN) return one;
  if (one === UNSEEN) return other;
  const isSure = (one >= SIZED && other >= SIZED) || !showsNothing(one) || !showsNothing(other);
  return isSure ? SURE : Math.max(one, other);
}

/** What all of so many answers tell, as far as method and statuses do. */
export function littleOfAll(method: string, statuses: Iterable<number>): number {
  let little = UNSEEN;
  for (const status of statuses) little = littleOfBoth(little, littleOf({ method, status }));
  return little;
}
