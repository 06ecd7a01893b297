let cachedSecond = -1;
let cachedText = "";

/** Microseconds since 1970-01-01 UTC as RFC 3339 with six digits: `2026-11-24T10:00:00.000001Z`. */
export function formatTime(micros: number): string {
  const second = Math.floor(micros / 1e6);
  if (second !== cachedSecond) {
    cachedSecond = second;
    const isValid = Math.abs(second) < 8.64e12;
    cachedText = new Date(isValid ? second * 1_000 : 0).toISOString().slice(0, -4);
  }
  return `${cachedText}${String(micros - second * 1e6).padStart(6, "0")}Z`;
}
