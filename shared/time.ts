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

const LAST_SECOND = 253_402_300_799;

/** Seconds since 1970-01-01 UTC as RFC 3339, which ends with the year 9999; what lies beyond is told as its end. */
export function formatSeconds(seconds: number): string {
  const bounded = Math.min(Math.max(seconds, -62_167_219_200), LAST_SECOND);
  return new Date(bounded * 1_000).toISOString().replace(".000Z", "Z");
}
