/** Values that are longer are not held against patterns. */
export const MAX_MATCHED = 256;
const MAX_PATTERN = 256;
/** One that may be of any length; each more, and a beginning that is anywhere, multiply the ways that have to be tried by the length. */
const MAX_OPEN = 2;
/** A character, an escape of one or of a class, or a class, with how often it stands there. */
const ATOM =
  /(?:\\[dDwWsS.\-/_$^+*?()[\]{}|\\]|\[\^?(?:\\.|[^\]\\[])+\]|[^\\[\](){}|^$*+?])([*+?]|\{\d{1,3}(?:,\d{0,3})?\})?/y;

/**
 * The pattern of a file where it is one of those whose time is bounded whatever it is held against, for who calls chooses that: one thing
 * after the other, without groups and alternatives. Undefined for any other: what is not held against a value is not told of it.
 */
export function cheapPattern(pattern: string): RegExp | undefined {
  if (pattern.length > MAX_PATTERN) return undefined;
  const start = pattern.startsWith("^") ? 1 : 0;
  const end = pattern.endsWith("$") && !/\\\$$/.test(pattern) ? pattern.length - 1 : pattern.length;
  let open = 1 - start;
  for (let at = start; at < end; ) {
    ATOM.lastIndex = at;
    const found = ATOM.exec(pattern);
    if (found === null || at + found[0].length > end) return undefined;
    at += found[0].length;
    if (isOpen(found[1])) open++;
  }
  return open > MAX_OPEN ? undefined : compiled(pattern);
}

function isOpen(times: string | undefined): boolean {
  return times !== undefined && times !== "?" && !/^\{\d+\}$/.test(times);
}

/** JSON Schema 2020-12 §6.4: as Unicode; many files have escapes that are none there. */
function compiled(pattern: string): RegExp | undefined {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      // Tried in the other way, or no regular expression at all.
    }
  }
  return undefined;
}
