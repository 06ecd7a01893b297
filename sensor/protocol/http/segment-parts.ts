import { escaped } from "../../bytes/percent.js";

const NAME = "[A-Za-z_$][\\w.$:-]{0,40}";
/** What is at hand of a person or an account, and no name of one: `user-ada@example.com`. */
const ROLE =
  "(?:users?|admins?|accounts?|customers?|clients?|members?|contacts?|persons?|people|employees?|owners?|profiles?|subscribers?|mailbox|mail|email)";
/**
 * What stands around values in a segment: `users('…')` and `Orders(OrderID=…,Mail='…')` (OData 4.01, URL Conventions §4.3.1), matrix
 * parameters and `name=…` (RFC 3986 §3.3), and a word before a value. A quote within a value is written twice and ends none. A comma or
 * an ampersand, which a mail address may hold, parts values only where a name or a quote follows.
 */
const FRAME = new RegExp(
  `(^${NAME}\\((?:${NAME}=)?'?|^${NAME}=(?![=])'?|^${ROLE}[-_.+~]|'?[;,&?]${NAME}=(?![=])'?|','|'?;|'?\\)(?=$|[;:.)]))`,
  "i",
);
const FRAME_NAME = /([A-Za-z_$][\w.$-]*)[=(]'?$/;
/** In bytes. */
const MAX_LENGTH = 512;

/**
 * A segment, percent-decoded and a character for each byte, with each value that `mask` has something for replaced by that; what is around values stays. `mask` is told
 * the value's name, empty where it has none, and answers undefined where the value may be told. Undefined where the segment has no parts or is
 * beyond 512 bytes.
 */
export function maskParts(
  segment: string,
  mask: (value: string, name: string) => string | undefined,
): string | undefined {
  if (segment.length > MAX_LENGTH) return undefined;
  // Of every two, the second is what stands between values.
  const parts = segment.split(FRAME);
  if (parts.length < 2) return undefined;
  const told = parts.map((part, index) => {
    if (index % 2 === 1 || part === "") return part;
    return mask(part, FRAME_NAME.exec(parts[index - 1] ?? "")?.[1] ?? "") ?? part;
  });
  return escaped(told.join(""));
}
