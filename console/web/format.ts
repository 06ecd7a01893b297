import { dateAndTime } from "./format-date.js";

/** Words and numbers as the page shows them. */
export function clock(micros: number): string {
  const date = new Date(micros / 1_000);
  const pad = (value: number, digits = 2): string => String(value).padStart(digits, "0");
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}

/** As in a list over days: one of another day says which. */
export function moment(micros: number): string {
  const time = clock(micros);
  const date = new Date(micros / 1_000);
  if (new Date().toDateString() === date.toDateString()) return time;
  return `${dateAndTime(micros / 1_000).slice(5, 10)} ${time.slice(0, 8)}`;
}

export function day(micros: number | undefined): string {
  if (micros === undefined || micros === 0) return "never";
  const date = new Date(micros / 1_000);
  const today = new Date().toDateString() === date.toDateString();
  return today ? clock(micros).slice(0, 8) : dateAndTime(micros / 1_000);
}

export function bytes(value: number | undefined): string {
  if (value === undefined) return "";
  if (value < 1_000) return `${value} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let scaled = value;
  let unit = -1;
  while (scaled >= 1_000 && unit < units.length - 1) {
    scaled /= 1_000;
    unit++;
  }
  return `${scaled.toFixed(scaled < 10 ? 1 : 0)} ${units[unit]}`;
}

export function count(value: number | undefined): string {
  return value === undefined ? "unknown" : value.toLocaleString("en");
}

export function millis(value: number | undefined): string {
  if (value === undefined) return "";
  // The package `cap` stamps packets when they reach the process: below a millisecond nothing is sure.
  if (value < 1) return "<1 ms";
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

/** How long an interval lasted, in words. */
export function span(fromMicros: number, untilMicros: number | undefined): string {
  if (untilMicros === undefined) return "still lasts";
  const seconds = (untilMicros - fromMicros) / 1e6;
  if (seconds > 0 && seconds < 0.05) return "<0.1 s";
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return seconds < 3_600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
