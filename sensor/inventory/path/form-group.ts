import type { PathNode } from "./path-node.js";
import { looksFixed, routeShare, stemOf } from "./route-word.js";
import { type SegmentType, skeletonOf } from "./segment.js";

/** Siblings that are values of one parameter, and why. */
export interface ValueGroup<Leaf> {
  readonly members: readonly PathNode<Leaf>[];
  readonly type: SegmentType;
  readonly reason: string;
}

/** How many of one form it takes, which by itself may be that of a fixed segment. */
interface FormRule {
  readonly type: SegmentType;
  readonly least: number;
  readonly what: string;
  /** Beyond the type, what the members must share. */
  readonly key?: (text: string) => string;
  readonly isIt?: (text: string) => boolean;
}

const isOwnWords = (text: string): boolean => routeShare(text) < 0.5;

/** `report_12.pdf` and `report_7.pdf` are one name with a number in it. */
const withoutNumbers = (text: string): string => text.replace(/\d+/g, "0");

const RULES: readonly FormRule[] = [
  { type: "random", least: 3, what: "values of random characters", isIt: isOwnWords },
  { type: "mixed", least: 3, what: "values of the form", key: skeletonOf },
  { type: "file", least: 8, what: "files of the form", key: withoutNumbers, isIt: (text) => /\d/.test(stemOf(text)) },
  { type: "code", least: 4, what: "different codes" },
  { type: "host", least: 2, what: "different host names" },
  {
    type: "slug",
    least: 4,
    what: "different slugs",
    isIt: (text) => text.split(/-+/).length >= 4 && isOwnWords(text),
  },
];

/** The first group of literals that their form, seen often enough, makes values. */
export function formGroup<Leaf>(literals: readonly PathNode<Leaf>[]): ValueGroup<Leaf> | undefined {
  for (const { type, least, what, key, isIt } of RULES) {
    const groups = new Map<string, PathNode<Leaf>[]>();
    for (const literal of literals) {
      if (literal.type !== type || (isIt !== undefined && !isIt(literal.text))) continue;
      const form = key?.(literal.text) ?? "";
      const members = groups.get(form);
      if (members === undefined) groups.set(form, [literal]);
      else members.push(literal);
    }
    for (const [form, members] of groups) {
      if (members.length < least) continue;
      return { members, type, reason: `${members.length} ${what}${form === "" ? "" : ` ${form}`}` };
    }
  }
  return undefined;
}

export function mayBeValue(text: string): boolean {
  return text !== "" && !looksFixed(text);
}
