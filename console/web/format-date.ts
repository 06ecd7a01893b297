/** Dates of certificates and of packets: what the other side wrote may be beyond any calendar. */
const MAX_DATE_MILLIS = 8.64e15;
const DAY_SECONDS = 86_400;
const YEAR_DAYS = 365.25;

/** `2026-11-25 09:12`, in the time of the browser's host. */
export function dateAndTime(millis: number): string {
  return isDate(millis) ? new Date(millis).toLocaleString("sv").slice(0, -3) : "beyond any calendar";
}

/** The day in UTC, as certificates count. */
export function dayOf(seconds: number): string {
  const millis = seconds * 1_000;
  return isDate(millis) ? new Date(millis).toISOString().replace(/T.*/, "") : "beyond any calendar";
}

/** `in 12 days`, `3 days ago`, `in 5 h`, `in 7,973 years`. */
export function distance(seconds: number, nowSeconds: number): string {
  const difference = seconds - nowSeconds;
  const amount = amountOf(Math.abs(difference));
  return difference < 0 ? `${amount} ago` : `in ${amount}`;
}

function amountOf(seconds: number): string {
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * DAY_SECONDS) return `${Math.floor(seconds / 3_600)} h`;
  const days = Math.floor(seconds / DAY_SECONDS);
  if (days < 2 * YEAR_DAYS) return `${days.toLocaleString("en")} days`;
  return `${Math.floor(days / YEAR_DAYS).toLocaleString("en")} years`;
}

function isDate(millis: number): boolean {
  return Math.abs(millis) <= MAX_DATE_MILLIS;
}
