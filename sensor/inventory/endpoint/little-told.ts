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
const PAGE = 16;
const HTML = "text/html";

type Answer = { readonly status: number | undefined } & Partial<
  Pick<Call, "credentials" | "responseBodySize" | "responseContentType">
>;

/**
 * How little an answer tells of whether something is there: the number stands for a way to answer that some services have for whatever they are
 * asked. `SURE` where it tells enough; whoever shows a credential and is not refused is taken to know what is there.
 */
export function littleOf({ status, credentials, responseBodySize = 0, responseContentType }: Answer): number {
  if (status === undefined || status === 0) return UNSEEN;
  if (status >= 400) return provesThere(status) ? SURE : REFUSED;
  const isPage = responseContentType?.startsWith(HTML) === true;
  if ((status === 200 && !isPage) || (credentials !== undefined && credentials.length > 0)) return SURE;
  if (isRedirect(status)) return REDIRECTED;
  if (status === 204) return EMPTY;
  return isPage ? PAGE + responseBodySize : SURE;
}

/** What both tell. Pages that differ in size are pages of their own. */
export function littleOfBoth(one: number, other: number): number {
  if (one === other || other === UNSEEN) return one;
  if (one === UNSEEN) return other;
  return one >= PAGE && other >= PAGE ? SURE : Math.min(one, other);
}

/** What all of so many answers tell, as far as their statuses do. */
export function littleOfAll(statuses: Iterable<number>): number {
  let little = UNSEEN;
  for (const status of statuses) little = littleOfBoth(little, littleOf({ status }));
  return little;
}
