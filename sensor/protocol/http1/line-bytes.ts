export const LF = 10;
export const CR = 13;
export const SPACE = 0x20;
export const TAB = 9;
export const SLASH = 0x2f;
export const DELETE = 0x7f;

/** Whether a word of the request line is meant as a version, well-formed or not. */
export function namesHttp(bytes: Buffer, start: number, end: number): boolean {
  return (
    end - start >= 6 &&
    (bytes[start] | 0x20) === 0x68 &&
    (bytes[start + 1] | 0x20) === 0x74 &&
    (bytes[start + 2] | 0x20) === 0x74 &&
    (bytes[start + 3] | 0x20) === 0x70 &&
    bytes[start + 4] === 0x2f
  );
}

/** `HTTP/` DIGIT `.` DIGIT at bytes[start]. */
export function isVersionName(bytes: Buffer, start: number, end: number): boolean {
  return (
    end - start >= 8 &&
    bytes[start] === 0x48 &&
    bytes[start + 1] === 0x54 &&
    bytes[start + 2] === 0x54 &&
    bytes[start + 3] === 0x50 &&
    bytes[start + 4] === 0x2f &&
    isDigit(bytes[start + 5]) &&
    bytes[start + 6] === 0x2e &&
    isDigit(bytes[start + 7])
  );
}

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

export function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** RFC 9112 §3: a target has neither; where one parser ends a line at CR alone and the next does not, they see two requests. */
export function hasSpaceOrControl(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] <= SPACE || bytes[at] === DELETE) return true;
  return false;
}

/** Beside the space and the tab. */
export function hasControl(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++)
    if ((bytes[at] < SPACE && bytes[at] !== TAB) || bytes[at] === DELETE) return true;
  return false;
}

/** RFC 1945 §4.1, §5.1.2: a path, or an absolute form for a proxy. */
export function isSimpleTarget(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === SLASH || /^https?:\/\/[^/]/i.test(bytes.latin1Slice(start, Math.min(end, start + 9)));
}
