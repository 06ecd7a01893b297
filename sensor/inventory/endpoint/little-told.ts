import type { Call } from "../../protocol/message.js";
import { isRedirect, provesThere } from "../declared/there.js";

/** Something else would have been answered had there been nothing. */
export const SURE = 0;
/** No answer was seen. */
export const UNSEEN = -1;
/** Refused, or the server failed. */
const REFUSED = 1;
/** Sent on without a credential: mostly to where one is to be had. */
const REDIRECTED = 2;
const EMPTY = 3;
/** A page in HTML, by its size: an application that runs in the browser is answered with the same one whatever is asked for. */
const PAGE = 1_024;
/** Pages that differ in no more bytes than a path has may be the same, which names what was asked for. */
const PAGE_BYTES = 256;
/** JSON without a credential, by its size: some services answer all that they are asked with the same object, an id and a time in it. */
export const JSON_ANSWER = 2 ** 40;
const HTML = "text/html";
const JSON_TYPE = "application/json";

type Answer = { readonly status: number | undefined } & Partial<
  Pick<Call, "credentials" | "responseBodySize" | "responseContentType">
>;

/**
 * How little an answer tells of whether something is there: the number stands for a way to answer that some services have for whatever they are
 * asked. `SURE` where it tells enough; whoever shows a credential and is not refused is taken to know what is there.
 */
export function littleOf({ status, credentials, responseBodySize = 0, responseContentType }: Answer): number {
  if (status === undefined || status === 0) return UNSEEN;
  const isKnown = credentials !== undefined && credentials.length > 0;
  // Without a credential it is a way of its own: some services refuse whatever they are asked in such words.
  if (status >= 400) return provesThere(status) ? (isKnown ? SURE : status) : REFUSED;
  const isPage = responseContentType?.startsWith(HTML) === true;
  const isObject = status === 200 && responseBodySize > 0 && responseContentType?.startsWith(JSON_TYPE) === true;
  if (isObject && credentials?.length === 0) return JSON_ANSWER + responseBodySize;
  if ((status === 200 && !isPage) || isKnown) return SURE;
  if (isRedirect(status)) return REDIRECTED;
  if (status === 204) return EMPTY;
  return isPage ? PAGE + Math.floor(responseBodySize / PAGE_BYTES) : SURE;
}

/** What both tell. Pages that differ in size are pages of their own, and who refuses in two ways has looked. */
export function littleOfBoth(one: number, other: number): number {
  if (one === other || other === UNSEEN) return one;
  if (one === UNSEEN) return other;
  // What is answered with JSON once and otherwise another time is looked at.
  if (one >= JSON_ANSWER || other >= JSON_ANSWER) return SURE;
  return isOfItself(one) && isOfItself(other) ? SURE : Math.min(one, other);
}

function isOfItself(little: number): boolean {
  return little > EMPTY;
}

/** What all of so many answers tell, as far as their statuses do. */
export function littleOfAll(statuses: Iterable<number>): number {
  let little = UNSEEN;
  for (const status of statuses) little = littleOfBoth(little, littleOf({ status }));
  return little;
}
