import { randomBits } from "../../bytes/letter-pairs.js";
import { withoutSuffix } from "./composed.js";
import type { PathNode } from "./path-node.js";
import { FILE_EXTENSION, FORMAT, isCode, isJoined, isRouteWord, routeShare, stemOf } from "./route-word.js";
import { isDecimal, RANDOM_BITS, type SegmentType, skeletonOf, typeOf } from "./segment.js";
import { haveOwnWords } from "./subtree.js";
import { placeOf } from "./word-score.js";

/** Siblings that are values of one parameter, and why. */
export interface ValueGroup<Leaf> {
  readonly members: readonly PathNode<Leaf>[];
  readonly type: SegmentType;
  readonly reason: string;
  /** Fixed text behind all of them. */
  readonly suffix?: string;
  /** And before: what it is a name of stays. */
  readonly prefix?: string;
}

/** How many of one form it takes, which by itself may be that of a fixed segment. */
interface FormRule {
  readonly type: SegmentType;
  /** Those that members may be of; `type` where left out. */
  readonly of?: readonly SegmentType[];
  readonly least: number;
  readonly what: string;
  /** Beyond the type, what the members must share, as the reason tells it. */
  readonly key?: (text: string) => string;
  readonly isIt?: (text: string, hasBelow: boolean) => boolean;
  /** What is not the same of all members. */
  readonly mustDiffer?: (text: string) => string;
  /** What none of them alone shows. */
  readonly areThey?: (texts: readonly string[]) => boolean;
  /** Of all that are looked at, the share that they must be: few among fixed words may be fixed as well. */
  readonly share?: number;
  /** What is below all of them shows that they are none. */
  readonly areNot?: (nodes: readonly PathNode<unknown>[]) => boolean;
}

const isOwnWords = (text: string): boolean => routeShare(text) < 0.5;

/** `report_12.pdf` and `report_7.pdf` are one name with a number in it. */
const withoutNumbers = (text: string): string => text.replace(/\d+/g, "0");

/** Slugs of two or three words are values where hardly anything else stands. */
const SLUGS_SHARE = 3 / 4;

const RANDOM_LOOKING: readonly SegmentType[] = ["word", "mixed", "random", "code"];
/** Of fewer characters, some words and numbers are as rare. */
const MIN_RANDOM = 6;

const RULES: readonly FormRule[] = [
  { type: "random", least: 3, what: "values of random characters", key: lengthOfLetters, isIt: isOwnWords },
  { type: "word", least: 4, what: "different decimal numbers", isIt: isDecimal },
  { type: "name", least: 3, what: "names of people or accounts", mustDiffer: firstWord },
  {
    ...{ type: "random", of: RANDOM_LOOKING, least: 3, what: "values of random characters" },
    ...{ key: lengthOfCharacters, isIt: mayBeRandom, areThey: areRandom },
  },
  {
    ...{ type: "mixed", least: 3, what: "values of the form" },
    ...{ key: skeletonOf, isIt: isOwnWords, mustDiffer: numbersOf },
  },
  { type: "mixed", least: 3, what: "numbered values of the form", key: withoutNumbers },
  { type: "file", least: 8, what: "files of the form", key: withoutNumbers, isIt: (text) => /\d/.test(stemOf(text)) },
  { type: "code", least: 3, what: "different codes", isIt: (text) => isOwnWords(text) && /^[A-Z]/.test(text) },
  { type: "code", least: 4, what: "different codes", isIt: isCode, areNot: haveOwnWords },
  { type: "host", least: 2, what: "different host names", isIt: isHostName, mustDiffer: domainOf },
  { type: "host", least: 6, what: "different host names", mustDiffer: domainOf },
  { type: "file", least: 3, what: "different names of files", isIt: isFileName },
  {
    type: "slug",
    least: 3,
    what: "different slugs",
    isIt: (text) => text.split(/-+/).length >= 4 && isOwnWords(text),
    areThey: areApart,
  },
  {
    ...{ type: "slug", least: 3, what: "different slugs", share: SLUGS_SHARE },
    ...{ isIt: (text) => routeShare(text) === 0, areThey: areApart, areNot: mayBeResources },
  },
];

/** `homepagev2` and `boxscoremiscv2`: the version of all of them numbers none. */
function numbersOf(text: string): string {
  return text.replace(/\D+/g, " ");
}

/** A name of its own or a numbered one; in a format only where something is below it, for elsewhere `orders.json` is how orders are told. */
function isFileName(text: string, hasBelow: boolean): boolean {
  const stem = text.slice(0, text.lastIndexOf("."));
  // `chat.archive` is a procedure.
  if (!FILE_EXTENSION.test(text) || (!hasBelow && FORMAT.test(text))) return false;
  return !isJoined(stem) && (/\d/.test(stem) || isOwnWords(stem));
}

/** `users.info` may be a procedure. */
function isHostName(text: string): boolean {
  return /[-\d]/.test(text) || !isRouteWord(text.slice(text.lastIndexOf(".") + 1).toLowerCase());
}

/** `apps.k8s.example` and `batch.k8s.example` are what one owner calls parts of an API. */
function domainOf(text: string): string {
  return text.split(".").slice(-2).join(".");
}

/** Of letters of one case alone, that look random when they abbreviate words as well: such identifiers have one length. */
function lengthOfLetters(text: string): string {
  return /^([a-z]+|[A-Z][a-z]+)$/.test(text) ? `of ${text.length} letters` : "";
}

function firstWord(text: string): string {
  return /^[A-Za-z]+/.exec(text)?.[0] ?? "";
}

function lengthOfCharacters(text: string): string {
  return `of ${text.length} characters`;
}

/** Lower case alone is how words are written. */
function mayBeRandom(text: string): boolean {
  return text.length >= MIN_RANDOM && /^[A-Za-z0-9]+$/.test(text) && /\d|.[A-Z]/.test(text) && isOwnWords(text);
}

/** Operations are named alike, `arrivals-for-stop` and `arrivals-for-location`; titles hardly begin or end with the same word. */
function areApart(texts: readonly string[]): boolean {
  const ends = texts.flatMap((text) => [/^[^-]+-/, /-[^-]*[a-z][^-]*$/i].map((end) => end.exec(text)?.[0] ?? ""));
  return new Set(ends).size * 10 >= ends.length * 9;
}

/** Where resources of an API stand, these may be called by words of their own as well: `/ship-to`. */
function mayBeResources([{ parent }]: readonly PathNode<unknown>[]): boolean {
  const place = parent === undefined ? "root" : placeOf(parent);
  return place === "root" || place === "container";
}

/** Together they show it, though some could be words: `yashi8Da` beside `lE3ChZm7`. */
function areRandom(texts: readonly string[]): boolean {
  // `XMLtoJSON`: code is abbreviated with capitals.
  if (texts.filter((text) => /\d/.test(text)).length * 3 < texts.length) return false;
  return texts.reduce((sum, text) => sum + randomBits(text), 0) >= RANDOM_BITS * texts.length;
}

/** What is looked at of a literal: all of it, or what stands before a suffix. */
interface Shown<Leaf> {
  readonly node: PathNode<Leaf>;
  readonly text: string;
  readonly type: SegmentType;
}

function shown<Leaf>(node: PathNode<Leaf>, suffix: string): Shown<Leaf> {
  if (suffix === "") return { node, text: node.text, type: node.type };
  const text = withoutSuffix(node.text, suffix);
  return { node, text, type: typeOf(text) };
}

/** The first group of literals that their form, seen often enough, makes values. */
export function formGroup<Leaf>(literals: readonly PathNode<Leaf>[], suffix = ""): ValueGroup<Leaf> | undefined {
  const all = literals.map((literal) => shown(literal, suffix));
  const types = new Set(all.map(({ type }) => type));
  for (const { type, of = [type], least, what, key, isIt, mustDiffer, areThey, areNot, share = 0 } of RULES) {
    if (!of.some((one) => types.has(one))) continue;
    const groups = new Map<string, Shown<Leaf>[]>();
    for (const one of all) {
      if (!of.includes(one.type) || (isIt !== undefined && !isIt(one.text, one.node.literalCount > 0))) continue;
      const form = key?.(one.text) ?? "";
      const members = groups.get(form);
      if (members === undefined) groups.set(form, [one]);
      else members.push(one);
    }
    for (const [form, members] of groups) {
      if (members.length < least || members.length < share * all.length) continue;
      const texts = members.map(({ text }) => text);
      if (mustDiffer !== undefined && new Set(texts.map(mustDiffer)).size < 2) continue;
      if (areThey !== undefined && !areThey(texts)) continue;
      const nodes = members.map(({ node }) => node);
      if (areNot?.(nodes) === true) continue;
      const reason = `${members.length} ${what}${form === "" ? "" : ` ${form}`}`;
      return { members: nodes, type, reason };
    }
  }
  return undefined;
}
