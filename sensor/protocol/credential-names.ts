import { headerKeyName, kindOfScheme, queryKeyName } from "./http/credential.js";
import { isVisitCookie } from "./http/session-cookie.js";

/** The kind that a scheme of Authorization is told as; its name in lower case. `other` for one that is not known. */
export { kindOfScheme };

/**
 * The name under which a key is told wherever one stands in a query's parameter or a header field of that name, whatever its value;
 * undefined where it hangs on the value whether anything is told, so that of a call without it nobody may say that it had none.
 */
export function keyNameIn(place: "query" | "header", name: string): string | undefined {
  return place === "query" ? queryKeyName(name) : headerKeyName(name);
}

/** Whether a cookie of that name is told among the credentials: any may be a session's that is not known to be of visits alone. */
export function isToldCookie(name: string): boolean {
  const bytes = Buffer.from(name);
  return !isVisitCookie(bytes, 0, bytes.length);
}
