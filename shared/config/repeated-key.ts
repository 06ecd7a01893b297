/**
 * The first key that an object of this JSON has twice, as it is written, and where the second stands; undefined where there is none.
 * The text must be JSON.
 */
export function repeatedKey(text: string): { readonly key: string; readonly offset: number } | undefined {
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (mark === "{" || mark === "[") {
      open.push(mark === "{" ? new Set() : undefined);
      isKey = mark === "{";
    } else if (mark === "}" || mark === "]") {
      open.pop();
      isKey = false;
    } else if (mark === ",") isKey = open.at(-1) !== undefined;
    else if (mark === '"') {
      const end = endOfString(text, at);
      if (isKey) {
        const key = text.slice(at, end + 1);
        const keys = open.at(-1);
        const name = key.includes("\\") ? (JSON.parse(key) as string) : key.slice(1, -1);
        if (keys?.has(name)) return { key, offset: at };
        keys?.add(name);
        isKey = false;
      }
      at = end;
    }
  }
  return undefined;
}

/** Where the quotation mark stands that ends a string. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
