import type { CertificateFacts } from "../../shared/event.js";
import { dayOf, distance } from "./format-date.js";

/** How a certificate stands to the time now. `unread` where its end could not be read: that is neither good nor expired. */
export type Standing = "expired" | "early" | "soon" | "unread" | "good";

export interface Validity {
  readonly standing: Standing;
  readonly words: string;
  readonly className: string;
}

type Dates = Pick<CertificateFacts, "notBeforeSeconds" | "notAfterSeconds">;

const SOON_SECONDS = 30 * 86_400;

export function standingOf({ notBeforeSeconds, notAfterSeconds }: Dates, nowSeconds: number): Standing {
  if (notAfterSeconds !== undefined && notAfterSeconds < nowSeconds) return "expired";
  if (notBeforeSeconds !== undefined && notBeforeSeconds > nowSeconds) return "early";
  if (notAfterSeconds === undefined) return "unread";
  return notAfterSeconds - nowSeconds <= SOON_SECONDS ? "soon" : "good";
}

/** The sentence and the colour for it: nobody has to know the colour to read the sentence. */
export function validityOf(dates: Dates, nowSeconds: number): Validity {
  const standing = standingOf(dates, nowSeconds);
  return { standing, words: wordsOf(standing, dates, nowSeconds), className: CLASSES[standing] };
}

const CLASSES: Readonly<Record<Standing, string>> = {
  expired: "bad",
  early: "bad",
  soon: "warn",
  unread: "quiet",
  good: "",
};

function wordsOf(standing: Standing, dates: Dates, nowSeconds: number): string {
  const { notBeforeSeconds: begin = Number.NaN, notAfterSeconds: end = Number.NaN } = dates;
  const inverted = begin > end ? ", dates inverted" : "";
  if (standing === "expired") return `expired ${distance(end, nowSeconds)}${inverted}`;
  if (standing === "early") return `not valid before ${dayOf(begin)}${inverted}`;
  return standing === "unread" ? "end could not be read" : `ends ${distance(end, nowSeconds)}`;
}
