import type { ValueGroup } from "./form-group.js";
import type { PathNode } from "./path-node.js";
import { remembered } from "./remembered-text.js";
import { isCode } from "./route-word.js";

/** Names of languages as the Unicode CLDR has them; none for what is no code of ISO 639. */
const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** Hardly a site is without it, and it is no country: beside it, or beside `pt-BR`, one more shows, and one segment below both. */
const USUAL = "en";
const WITH_USUAL = { languages: 2, segments: 1 };
const OTHERS = { languages: 3, segments: 2 };
/** Of the segments below one language, the share that stands below half of them. */
const SHARED = 1 / 2;

/** Whether a text is the two-letter code of a language (ISO 639-1), and no word of APIs. */
const isLanguage = remembered(
  (text): boolean => /^[a-z]{2}$/.test(text) && isCode(text) && LANGUAGES.of(text) !== undefined,
);

/**
 * Codes of languages below which the same stands, `/en/help` and `/de/help`: a site says one thing in each. So few codes could be words by
 * their form alone.
 */
export function languageGroup<Leaf>(
  node: PathNode<Leaf>,
  literals: readonly PathNode<Leaf>[],
): ValueGroup<Leaf> | undefined {
  const codes = literals.filter(({ text, literalCount }) => literalCount > 0 && isLanguage(text));
  if (codes.length === 0) return undefined;
  const parameter = node.parameter("");
  const known = parameter?.evidence?.type === "locale" ? [parameter] : [];
  const languages = [...codes, ...known];
  const counts = new Map<string, number>();
  for (const language of languages)
    for (const { text } of language.literals()) if (text !== "") counts.set(text, (counts.get(text) ?? 0) + 1);
  const isShared = (text: string): boolean => (counts.get(text) ?? 0) >= Math.max(2, languages.length / 2);
  const members = codes.filter((code) => {
    const shared = [...code.literals()].filter(({ text }) => isShared(text)).length;
    return shared > 0 && shared >= SHARED * code.literalCount;
  });
  const isUsual = known.length > 0 || members.some(({ text }) => text === USUAL);
  const least = isUsual ? WITH_USUAL : OTHERS;
  if (members.length + known.length < least.languages) return undefined;
  if ([...counts.keys()].filter(isShared).length < least.segments) return undefined;
  const reason = `${languages.length} codes of languages with the same below them`;
  return { members, type: "locale", reason };
}
