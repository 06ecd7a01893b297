/**
 * A host name as names are compared: in lower case (RFC 4343 §3) and without the dot of the root, with which a name is the same one
 * written out (RFC 1034 §3.1). The root alone stays as it is.
 */
export function plainHost(name: string): string {
  const lower = name.toLowerCase();
  return lower.length > 1 && lower.endsWith(".") ? lower.slice(0, -1) : lower;
}
