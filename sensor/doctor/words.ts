export function count(value: number): string {
  return value.toLocaleString("en");
}

/** `1 frame`, `1,200 frames`. */
export function counted(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? "" : "s"}`;
}

/** `1 frame was`, `1,200 frames were`. */
export function countedBe(value: number, thing: string): string {
  return `${counted(value, thing)} ${value === 1 ? "was" : "were"}`;
}
