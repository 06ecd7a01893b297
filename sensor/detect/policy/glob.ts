/**
 * Whether `*` (any characters, also none) and `?` (one) of a pattern can stand for a text; both in lower case. In time of at most
 * the product of the lengths, which a regular expression made of the pattern would not promise.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let starText = 0;
  while (at < text.length) {
    const wanted = pattern[place];
    if (wanted === "*") {
      star = place++;
      starText = at;
    } else if (wanted === "?" || wanted === text[at]) {
      place++;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++starText;
    } else {
      return false;
    }
  }
  while (pattern[place] === "*") place++;
  return place === pattern.length;
}
