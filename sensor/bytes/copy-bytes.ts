/** A call into native code costs as much as copying so many bytes one by one. */
const FEW = 96;

/** Copies few bytes, or many, without more than that costs. */
export function copyBytes(from: Buffer, start: number, length: number, to: Buffer, at: number): void {
  if (length > FEW) from.copy(to, at, start, start + length);
  else for (let next = 0; next < length; next++) to[at + next] = from[start + next];
}
