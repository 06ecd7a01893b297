/** Bytes that begin a mark of Unicode's encodings, which RFC 8259 §8.1 has receivers ignore. */
const UTF8_MARK = [0xef, 0xbb, 0xbf] as const;
const LITTLE_MARK = [0xff, 0xfe] as const;
const BIG_MARK = [0xfe, 0xff] as const;

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "other";

/** Whether a text that begins so may be another than UTF-8, or marked as it: cheap, and asked for most. */
export function mayBeMarked(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start];
  return first >= 0xef || first === 0 || (start + 1 < end && bytes[start + 1] === 0);
}

/** Such a text in UTF-8 and without a mark; undefined where it is in an encoding that nobody reads. */
export function plainText(bytes: Buffer, start: number, end: number): Buffer | undefined {
  switch (encodingOf(bytes, start, end)) {
    case "utf-8":
      return bytes.subarray(behind(UTF8_MARK, bytes, start, end), end);
    case "utf-16le":
      return fromLittleEndian(bytes, behind(LITTLE_MARK, bytes, start, end), end);
    case "utf-16be": {
      const from = behind(BIG_MARK, bytes, start, end);
      const swapped = Buffer.from(bytes.subarray(from, end - ((end - from) & 1)));
      return fromLittleEndian(swapped.swap16(), 0, swapped.length);
    }
    default:
      return undefined;
  }
}

/** Two bytes stand for each character: what follows lost bytes can't be read as what was before them. */
export function isWide(bytes: Buffer, start: number, end: number): boolean {
  return mayBeMarked(bytes, start, end) && encodingOf(bytes, start, end) !== "utf-8";
}

/** By its mark; without one by where the zeros are, for the first two characters of what is read here are ASCII. */
function encodingOf(bytes: Buffer, start: number, end: number): Encoding {
  const [first, second, third, fourth] = [0, 1, 2, 3].map((at) => (start + at < end ? bytes[start + at] : 1));
  if (beginsWith(LITTLE_MARK, bytes, start, end)) return third === 0 && fourth === 0 ? "other" : "utf-16le";
  if (beginsWith(BIG_MARK, bytes, start, end)) return "utf-16be";
  if (first === 0 && second === 0 && (third === 0 || third === BIG_MARK[0])) return "other";
  if (first !== 0 && second === 0 && third === 0 && fourth === 0) return "other";
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return "utf-16le";
  return first === 0 && second !== 0 && third === 0 && fourth !== 0 ? "utf-16be" : "utf-8";
}

/** Where the text begins, with the mark or without. */
function behind(mark: readonly number[], bytes: Buffer, start: number, end: number): number {
  return beginsWith(mark, bytes, start, end) ? start + mark.length : start;
}

function beginsWith(mark: readonly number[], bytes: Buffer, start: number, end: number): boolean {
  return end - start >= mark.length && mark.every((byte, at) => bytes[start + at] === byte);
}

function fromLittleEndian(bytes: Buffer, start: number, end: number): Buffer {
  return Buffer.from(bytes.toString("utf16le", start, end - ((end - start) & 1)), "utf8");
}
