/** One attribute of a distinguished name, its value without escapes. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** Attributes of a name as RFC 4514 writes it, in the order of the text. What has no "=" is left out. */
export function readName(text: string): NameAttribute[] {
  const attributes: NameAttribute[] = [];
  for (const part of splitName(text)) {
    const equals = part.indexOf("=");
    if (equals > 0)
      attributes.push({ type: part.slice(0, equals).trim(), value: unescapeValue(part.slice(equals + 1)) });
  }
  return attributes;
}

/** Value of the first common name; undefined where there is none. */
export function commonName(text: string): string | undefined {
  return readName(text).find(({ type }) => type.toUpperCase() === "CN")?.value;
}

/** Parts between unescaped "," and "+". */
function splitName(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === "," || character === "+") {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** RFC 4514 §3: a backslash before a special character, or before two hexadecimal digits. */
function unescapeValue(value: string): string {
  if (!value.includes("\\")) return value;
  return value.replace(/\\([0-9a-fA-F]{2}|.)/gs, (_, escaped: string) =>
    escaped.length === 2 ? String.fromCharCode(Number.parseInt(escaped, 16)) : escaped,
  );
}
