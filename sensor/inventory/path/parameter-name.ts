import { singular } from "./route-word.js";
import type { SegmentType } from "./segment.js";

const TYPE_NAMES: Partial<Record<SegmentType, string>> = {
  date: "date",
  email: "email",
  address: "address",
  locale: "locale",
  token: "token",
  secret: "token",
  random: "token",
  slug: "slug",
  code: "code",
  host: "host",
  file: "file",
};

/** Of the type of the values where that tells, else of the segment before: `orders` → `orderId`. */
export function parameterName(before: string | undefined, type: SegmentType): string {
  const own = TYPE_NAMES[type];
  if (own !== undefined) return own;
  const words = before === undefined ? "" : nameWords(before);
  return words === "" ? "id" : `${words}Id`;
}

function nameWords(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  if (words.length === 0 || text.length > 40 || /^v\d|%/.test(text)) return "";
  const last = singular(words[words.length - 1]);
  const all = [...words.slice(0, -1), last].map((word, at) => (at === 0 ? lowerFirst(word) : upperFirst(word)));
  return /^\d/.test(all[0]) ? "" : all.join("");
}

function lowerFirst(word: string): string {
  return word === word.toUpperCase() ? word.toLowerCase() : word.charAt(0).toLowerCase() + word.slice(1);
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
