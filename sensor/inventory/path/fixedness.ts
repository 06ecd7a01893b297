import type { PathNode } from "./path-node.js";
import { remembered } from "./remembered-text.js";
import {
  FORMAT,
  isCollection,
  isCompound,
  isJoined,
  isOperation,
  isOwnName,
  isPreposition,
  isRouteWord,
  isStandIn,
  isStrongWord,
  looksFixed,
  routeShare,
  stemOf,
  wordsOf,
} from "./route-word.js";
import type { SegmentType } from "./segment.js";
import { rateOf, type Sibling } from "./sibling.js";

/** What the values of one parameter, or those that may be, have in common. */
export interface Company {
  readonly size: number;
  /** Calls of an endpoint beyond which one of them stands out; infinite where they differ anyway. */
  readonly rateLimit: number;
  readonly rate: number;
  /** Segments below beyond which one of them stands out. */
  readonly fanLimit: number;
  /** Segments below → how many of them have it. */
  readonly below: ReadonlyMap<string, number>;
  /** Most of those that have any segment below share one with another. */
  readonly sharesBelow: boolean;
  /** Methods → how many answer it. */
  readonly methods: ReadonlyMap<string, number>;
  /** Hardly one of them is called itself, but only what is below it. */
  readonly isNotCalled: boolean;
  /** How they are written → how many are. */
  readonly forms: ReadonlyMap<number, number>;
  /** Half of those that have anything below have values there. */
  readonly hasParameterBelow: boolean;
  /** Below hardly one of them values stand. */
  readonly isWithoutValues: boolean;
  /** What they look like by themselves. */
  readonly types: ReadonlySet<SegmentType>;
  /** Words that APIs are made of are usual among them. */
  readonly hasRouteWords: boolean;
  /** So are plurals, which collections are called by. */
  readonly hasPlurals: boolean;
}

/** All that can be said of a value by its text. */
export type NameCompany = Pick<Company, "forms" | "size" | "hasRouteWords" | "hasPlurals">;

export const NO_COMPANY: NameCompany = { forms: new Map(), size: 0, hasRouteWords: false, hasPlurals: true };

const MIN_STANDING_OUT = 5;
/** What it weighs to be called more than twice as often, but not so much that it stands out. */
const SOMEWHAT_MORE = 0.7;
/** Calls of each value from which on it is no chance that a word is called as often, and what that weighs. */
const MIN_REGULAR = 8;
const AS_OFTEN = -1.2;
const MIN_FAN = 8;
/** One plural of so many words is usual. */
const PLURALS_OF = 10;
/** No more of the values than these may be words by mistake, whatever they do otherwise than the others; of so many. */
const MISTAKEN = 2;
const MIN_ALIKE = 8;
/** What it weighs to be the name of a file where no value is one, or anything else where all are codes. */
const OF_NO_SUCH_FORM = 3;
/** Codes of languages and countries have three letters as well (ISO 639-2, ISO 3166-1). */
const MAY_BE_CODE = /^[a-z]{2,3}$/i;
/** What a preposition weighs that a parameter stands below. */
const PREPOSITION = 4;

export function companyOf<Leaf>(siblings: readonly Sibling<Leaf>[], hasRouteWords: boolean): Company {
  const below = new Map<string, number>();
  const methods = new Map<string, number>();
  const forms = new Map<number, number>();
  let [withBelow, withParameter, withAny] = [0, 0, 0];
  for (const { node, methods: own, hasParameterBelow } of siblings) {
    const form = formOf(node.text);
    forms.set(form, (forms.get(form) ?? 0) + 1);
    if (countBelow(node) > 0) withBelow++;
    if (hasParameterBelow) withParameter++;
    if (hasParameterBelow || countBelow(node) > 0) withAny++;
    for (const method of own) methods.set(method, (methods.get(method) ?? 0) + 1);
  }
  const sure = valuesAmong(siblings);
  let [own, plurals, parameters] = [0, 0, 0];
  for (const { node, methods, hasParameterBelow } of sure) {
    if (methods.length > 0) own++;
    if (hasParameterBelow) parameters++;
    if (isCollection(node.text)) plurals++;
  }
  for (const { node } of sure) for (const { text } of node.literals()) below.set(text, (below.get(text) ?? 0) + 1);
  const sharing = siblings.filter(({ node }) => sharedBelow(node, below) > 0).length;
  // Fixed words taken for values by mistake are called as often as each other, and would make that usual.
  const rates = sure.map(rateOf).sort(ascending);
  const fans = sure.map(({ node }) => countBelow(node)).sort(ascending);
  return {
    size: siblings.length,
    rate: median(rates),
    rateLimit: limitOf(rates, MIN_STANDING_OUT),
    fanLimit: limitOf(fans, MIN_FAN),
    below,
    sharesBelow: sharing >= 4 && sharing * 2 >= withBelow,
    methods,
    isNotCalled: own <= MISTAKEN && sure.length >= MIN_ALIKE,
    forms,
    hasParameterBelow: withParameter > 1 && withParameter * 2 >= withAny,
    isWithoutValues: parameters <= MISTAKEN && sure.length >= MIN_ALIKE,
    types: new Set(sure.map(({ node }) => node.type)),
    hasRouteWords,
    hasPlurals: plurals * PLURALS_OF >= sure.length,
  };
}

/** Those that are no words of APIs, where they are most: words taken for values by mistake must not speak for each other. */
function valuesAmong<Leaf>(siblings: readonly Sibling<Leaf>[]): readonly Sibling<Leaf>[] {
  const sure = siblings.filter(({ node }) => !looksFixed(node.text));
  return sure.length * 2 >= siblings.length ? sure : siblings;
}

const ascending = (a: number, b: number): number => a - b;
const median = (sorted: readonly number[]): number => Math.max(1, sorted[sorted.length >> 1] ?? 1);

/** Four times the median where nearly all are about the same. */
function limitOf(sorted: readonly number[], least: number): number {
  const middle = median(sorted);
  const high = sorted[Math.floor(sorted.length * 0.75)] ?? 0;
  return high <= 2 * middle ? Math.max(least, 4 * middle) : Number.POSITIVE_INFINITY;
}

/**
 * How much rather a segment is fixed than one of the values it stands among, in natural logarithms of the odds: by what it is called,
 * by what stands below it, by its methods and by how often it is called.
 */
export function fixedness<Leaf>(sibling: Sibling<Leaf>, company: Company): number {
  const { text } = sibling.node;
  // `/users/by/name/{name}` beside `/users/{userId}`.
  if (sibling.hasParameterBelow && !company.hasParameterBelow && isPreposition(text)) return PREPOSITION;
  return (
    byName(text, company) +
    byType(sibling, company) +
    byBelow(sibling, company) +
    byUse(sibling, company) -
    bySize(company)
  );
}

/** What none of the values is: `me` among numbers, `requests` among numbered names, `sitemap.xml` among tenants, `kontakt` among languages. */
function byType<Leaf>({ node }: Sibling<Leaf>, { types, size }: Company): number {
  if (size < 6 || types.has(node.type)) return 0;
  if (node.type === "file" || (isOfCodes(types) && !MAY_BE_CODE.test(node.text))) return OF_NO_SUCH_FORM;
  if (node.type !== "word") return 0;
  return looksFixed(node.text) ? 2 : types.has("slug") ? 0 : 0.7;
}

/** Codes of languages and countries, and nothing else. */
function isOfCodes(types: ReadonlySet<SegmentType>): boolean {
  return types.size > 0 && [...types].every((type) => type === "code" || type === "locale");
}

/** By what a text is made of and how it is written. */
export function byName(text: string, company: NameCompany): number {
  return byWords(text, company) + byForm(text, company);
}

function byWords(text: string, company: NameCompany): number {
  const { hasRouteWords, hasPlurals } = company;
  if (isStandIn(text)) return 6;
  const isCapitalised = /^[A-Z]/.test(text);
  if (isJoined(text)) return isOwnName(text) || areAlike(text, company) ? -0.4 : isCapitalised ? 0.7 : 3;
  const stem = stemOf(text);
  if (stem !== text && !FORMAT.test(text)) return routeShare(stem) >= 0.75 ? 0 : -1.2;
  const usual = hasRouteWords ? 1.6 : 0;
  if (isStrongWord(stem)) return 2.5 - usual / 2;
  const share = routeShare(stem);
  const words = wordsOf(stem);
  // `by-square`, `forgot-password-request`.
  if (words.length > 1 && (isPreposition(words[0]) || (share >= 0.6 && words.filter(isRouteWord).length > 1)))
    return (words.some(isStrongWord) ? 1.5 : 0.6) - usual;
  if (share < 0.75) return share > 0 ? -0.5 : isCollection(stem) ? -0.6 : -1.2;
  if (words.length > 1) return (words.some(isStrongWord) ? 1.5 : 0.6) - usual;
  if (isCompound(stem.toLowerCase())) return 1.5 - usual;
  if (isCollection(stem)) return 1.5 - (hasPlurals ? usual : usual / 4);
  return (isOperation(stem.toLowerCase()) ? 1.2 : 0.8) - usual;
}

/** Most of the values are words put together as well, and this one begins with no verb. */
function areAlike(text: string, { forms, size }: NameCompany): boolean {
  return size >= 6 && (forms.get(formOf(text)) ?? 0) >= 0.6 * size && !isOperation(wordsOf(text)[0]);
}

/** Values of one parameter are mostly written alike. */
function byForm(text: string, { forms, size }: NameCompany): number {
  if (size < 6) return 0;
  const share = (forms.get(formOf(text)) ?? 0) / size;
  return share >= 0.6 ? -0.4 : share <= 0.05 ? 1 : 0;
}

const FORMS: readonly RegExp[] = [/^[A-Z]/, /[a-z]/, /\d/, /-/, /_/, /\./, /[a-z]{2}[A-Z][a-z]/];

const formOf = remembered((text): number =>
  FORMS.reduce((form, one, bit) => (one.test(text) ? form | (1 << bit) : form), 0),
);

/** The more values there are, the rather is one more segment another of them: few fixed ones stand beside a parameter. */
function bySize({ size }: Company): number {
  return size < 10 ? 0 : 0.35 * Math.log(size / 10);
}

function byBelow<Leaf>(sibling: Sibling<Leaf>, company: Company): number {
  const { below, sharesBelow, fanLimit, isWithoutValues } = company;
  const { node, hasParameterBelow } = sibling;
  const count = countBelow(node);
  // `/users/search/{query}` beside `/users/{userId}`: below the values stand none.
  if (count === 0) return hasParameterBelow && isWithoutValues ? 2 : 0;
  if (count >= fanLimit) return 3;
  const shared = sharedBelow(node, below);
  if (shared > 0) return shared === count ? -2.5 : -1;
  if (!sharesBelow) return below.size === 0 ? 1 : 0;
  return count >= 4 ? 3 : 2;
}

/** Segments below. A slash at the end is how an API writes all its paths, not something that values share. */
export function countBelow<Leaf>(node: PathNode<Leaf>): number {
  return node.literal("") === undefined ? node.literalCount : node.literalCount - 1;
}

/** How many of the segments below stand below two others at least. */
function sharedBelow<Leaf>(node: PathNode<Leaf>, below: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const { text } of node.literals()) if (text !== "" && (below.get(text) ?? 0) > 2) shared++;
  return shared;
}

function byUse<Leaf>(sibling: Sibling<Leaf>, { rate, rateLimit, methods, size, isNotCalled }: Company): number {
  let evidence = byRate(rateOf(sibling), rate, rateLimit);
  if (sibling.methods.length > 0 && methods.size > 0 && size >= 4) {
    const isAlone = sibling.methods.every((method) => (methods.get(method) ?? 0) <= 1);
    // Of the values only what is below them is called, of this one only itself.
    const isOther = isNotCalled && !sibling.hasParameterBelow && countBelow(sibling.node) === 0;
    // Words of APIs are usual among the values where this one has to leave them again.
    if (isOther) evidence += 3;
    else if (isAlone) evidence += 2;
  }
  return evidence;
}

function byRate(own: number, usual: number, limit: number): number {
  if (own >= limit) return own >= 2 * limit ? 3 : 2;
  if (own <= 2 * usual) return -0.3;
  return limit < Number.POSITIVE_INFINITY ? SOMEWHAT_MORE : 0;
}

/** Among words of APIs that are each called as often as the next, one more is no operation: these have a use of their own. */
export function byRegularity<Leaf>(sibling: Sibling<Leaf>, { rate, rateLimit, hasRouteWords }: Company): number {
  if (!hasRouteWords || rate < MIN_REGULAR || rateLimit === Number.POSITIVE_INFINITY) return 0;
  const own = rateOf(sibling);
  return own <= 2 * rate && own * 2 >= rate ? AS_OFTEN : 0;
}
