import { EMAIL_MASK, MASK } from "../../protocol/message.js";
import type { Evidence } from "./evidence.js";
import { joins, joinsByForm } from "./joining.js";
import type { PathNode } from "./path-node.js";
import { FILE_EXTENSION, FORMAT, isCollection, looksFixed } from "./route-word.js";
import { familyOf, isValue, type SegmentType, typeOf, verbAt } from "./segment.js";

/** A value with a fixed text behind it in one segment: `123.json`, `42:cancel`. */
export interface Composed {
  readonly value: string;
  readonly type: SegmentType;
  readonly suffix: string;
}

/** `regions=gb`: the name stays. */
const ASSIGNED = /^([A-Za-z_][\w-]*=)[^=].*$/;
const NAMED = /^[A-Za-z_]+(-[A-Za-z_]+)*(=[^=]+|\(.+\))$/;
const KEY = /^([A-Za-z_]\w{0,40})=./s;
const NEXT_KEY = /,(?=[A-Za-z_]\w{0,40}=)/;
const MAX_KEYS = 6;
/** `user-***@***`: what is masked behind a word. */
const MASKED = /^([A-Za-z]+[-_.+~])(\*\*\*(?:@\*\*\*)?)$/;
const CALLED = /^([A-Za-z_][\w.]*\()(.+)(\))$/;

/** Whether what stands behind a value says what to do with it, and not in which form to tell it: `:cancel`. */
export function isVerb(suffix: string): boolean {
  return suffix.startsWith(":");
}

/** `acme:cancel`: what is to be done tells it apart from what is no more than a value. */
export function hasVerb(text: string): boolean {
  return text.includes(":") && isVerb(composedOf(text)?.suffix ?? "");
}

/** What a segment is put together of, whatever its value may be. */
export function composedOf(text: string): Composed | undefined {
  const verb = text.includes(":") ? verbAt(text) : -1;
  if (verb > 0) return parts(text, verb);
  const dot = text.includes(".") ? FILE_EXTENSION.exec(text) : null;
  return dot === null || dot.index === 0 ? undefined : parts(text, dot.index);
}

/** What stands before a text that is behind a value; undefined where that is none by its form. */
export function valueBefore(text: string, suffix: string): string | undefined {
  const composed = text.endsWith(suffix) ? composedOf(text) : undefined;
  return composed?.suffix === suffix && isValue(composed.type) ? composed.value : undefined;
}

function parts(text: string, at: number): Composed {
  const value = text.slice(0, at);
  return { value, type: typeOf(value), suffix: text.slice(at) };
}

/**
 * A segment that is a value as a whole, but at the end of a path for the text behind it: `a@b.example.json`, `annual%20report.pdf`.
 * Before, a format is part of a name.
 */
export function composedValue(text: string, type: SegmentType, isLast: boolean): Composed {
  const composed = isLast && (text.includes(".") || text.includes(":")) ? composedOf(text) : undefined;
  return composed !== undefined && isValue(composed.type) ? composed : { value: text, type, suffix: "" };
}

/** Whether its value is one, by its form or by what is known of the others that stand there. */
export function isComposed<Leaf>(node: PathNode<Leaf>, { value, type, suffix }: Composed): boolean {
  if (isValue(type)) return true;
  const evidence = node.parameter(suffix)?.evidence;
  if (evidence !== undefined && joins(value, type, evidence)) return true;
  return FORMAT.test(suffix) && node.parameter("")?.evidence?.values.has(value) === true;
}

/**
 * Whether a literal is known in the other place alone: what ends a path, `/packages/44029393-C090.zip`, has its text behind it, and what is but a
 * folder on the way, `/packages/44029393-C090.zip/tags`, is one whole.
 */
export function isElsewhere<Leaf>(known: PathNode<Leaf>, isLast: boolean): boolean {
  return isLast ? isFolder(known) : known.alias?.isParameter === true && known.alias.text !== "";
}

function isFolder<Leaf>({ text, leaf, uses, parent }: PathNode<Leaf>): boolean {
  if (leaf !== undefined || uses !== undefined || !(text.includes(".") || text.includes(":"))) return false;
  const composed = parent?.rule?.words.has(text) === true ? undefined : composedOf(text);
  return composed !== undefined && isValue(composed.type);
}

/** Whether an extension there is part of a file's name. */
export function isOfFile<Leaf>(node: PathNode<Leaf>, suffix: string): boolean {
  const evidence = isVerb(suffix) ? undefined : node.parameter("")?.evidence;
  return evidence !== undefined && joinsByForm(`a${suffix}`, "file", evidence);
}

const ENOUGH_NAMES = 6;

/**
 * Parameters with an extension behind them that are names of files after all: what is told in a format has one form, names of files have
 * several, and each name has but one extension.
 */
export function fileParameters<Leaf>(node: PathNode<Leaf>): readonly PathNode<Leaf>[] {
  const found: PathNode<Leaf>[] = [];
  for (const [suffix, parameter] of node.parameters ?? [])
    if (suffix !== "" && !isVerb(suffix) && parameter.alias === undefined) found.push(parameter);
  if (found.length === 0) return found;
  if (node.parameter("")?.evidence?.types.has("file") === true) return found.filter(({ text }) => !FORMAT.test(text));
  return areFiles(namesAt(node, found)) ? found : [];
}

/** Those that turned out to be so and are values as a whole by now, where another node does not have the like. */
export function foldedBelow<Leaf>(node: PathNode<Leaf>, other: PathNode<Leaf>): Folded<Leaf>[] {
  return [...(node.parameters?.values() ?? [])].filter(
    (one): one is Folded<Leaf> =>
      one.alias?.parent === node && one.evidence !== undefined && other.parameter(one.text) === undefined,
  );
}

type Folded<Leaf> = PathNode<Leaf> & { readonly evidence: Evidence };

interface Names {
  readonly stems: string[];
  readonly extensions: Set<string>;
  /** One of them has something below it. */
  isFolder: boolean;
}

function namesAt<Leaf>(node: PathNode<Leaf>, parameters: readonly PathNode<Leaf>[]): Names {
  const names: Names = { stems: [], extensions: new Set(), isFolder: false };
  for (const { text, evidence } of parameters) {
    names.extensions.add(text);
    names.stems.push(...(evidence?.values ?? []));
  }
  for (const { text, type, alias, literalCount } of node.literals()) {
    if (alias !== undefined || type !== "file") continue;
    const dot = text.lastIndexOf(".");
    names.extensions.add(text.slice(dot));
    names.stems.push(text.slice(0, dot));
    names.isFolder ||= literalCount > 0;
  }
  return names;
}

function areFiles({ stems, extensions, isFolder }: Names): boolean {
  if (isFolder) return true;
  // The same in several formats.
  if (new Set(stems).size < stems.length) return false;
  if (stems.length < ENOUGH_NAMES || [...extensions].every((one) => FORMAT.test(one))) return false;
  return new Set(stems.map((stem) => familyOf(typeOf(stem)))).size > 1;
}

const NEVER_WORDS: ReadonlySet<SegmentType> = new Set([
  "random",
  "token",
  "secret",
  "identifier",
  "hash",
  "uuid",
  "number",
]);

/** `page-3.atom`: what is counted is said, and only its number differs. */
const COUNTED = /^((?:page|episode|season|series|part|chapter|volume|sheet)[-_])\d{1,10}(\.[a-z]\w{1,4})?$/i;
/** `session.9f3KxQ2vLm`, `invoice.20931`: a name, and behind a dot what is no extension of a file's. */
const DOTTED = /^([A-Za-z]+(?:[-_][A-Za-z]+)*\.)(\d{2,}|[A-Za-z0-9_-]{7,})$/;
const TWO_PARTS = /^([A-Za-z_-]+\.)([A-Za-z0-9_-]+)$/;
/** `52.37,4.89`, in degrees. Whole numbers may be any list of two. */
const COORDINATES = /^(@?)-?\d{1,3}\.\d+,-?\d{1,3}\.\d+$/;

/**
 * `regions=gb` → `regions={value}`, `Users(7)` → `Users({key})`, `Lines(order=7,line=2)` → `Lines(order={order},line={line})`,
 * `session.9f3KxQ2vLm` → `session.{id}`, `user-***@***` → `user-{email}`, `page-3.atom` → `page-{number}.atom`, `52.37,4.89` → `{latitude},{longitude}`.
 */
export function withNamedValue(text: string): string | undefined {
  if (text.includes(",")) {
    const place = COORDINATES.exec(text);
    if (place !== null) return `${place[1]}{latitude},{longitude}`;
  }
  const dotted = dottedName(text);
  if (dotted !== undefined) return `${dotted}{id}`;
  const counted = COUNTED.exec(text);
  if (counted !== null) return `${counted[1]}{number}${counted[2] ?? ""}`;
  const assigned = text.includes("=") ? ASSIGNED.exec(text) : null;
  if (assigned !== null) return `${assigned[1]}{value}`;
  const masked = text.includes(MASK) ? MASKED.exec(text) : null;
  if (masked !== null) return `${masked[1]}{${masked[2] === EMAIL_MASK ? "email" : "token"}}`;
  const called = text.includes("(") ? CALLED.exec(text) : null;
  return called === null ? undefined : `${called[1]}${keysOf(called[2])}${called[3]}`;
}

/** The literal of what names its value; also where it might be a word, and others behind the same name are ids. */
export function namedLiteral<Leaf>(node: PathNode<Leaf>, text: string): PathNode<Leaf> | undefined {
  const named = withNamedValue(text);
  return named === undefined ? besideIds(node, text) : node.literal(named);
}

/**
 * The literal of a name and an id behind a dot, for what might be a word behind the same name. None for what is a value as a whole:
 * `Trace.Fisher80` among names of users was counted as one, however early another's id came.
 */
export function besideIds<Leaf>(node: PathNode<Leaf>, text: string): PathNode<Leaf> | undefined {
  const kind = kindBefore(text);
  if (kind !== undefined) return node.literal(namedBehind(kind));
  const parts = text.includes(".") ? TWO_PARTS.exec(text) : null;
  if (parts === null || FILE_EXTENSION.test(text) || looksFixed(parts[2])) return undefined;
  const literal = node.literal(`${parts[1]}{id}`);
  const evidence = literal === undefined ? undefined : node.parameter("")?.evidence;
  return evidence !== undefined && joins(text, typeOf(text), evidence) ? undefined : literal;
}

/** `org.couchdb.user:` of `org.couchdb.user:ada`: what tells of which kind the name is that stands behind it. */
export function kindBefore(text: string): string | undefined {
  const colon = text.includes(":") ? text.lastIndexOf(":") : -1;
  if (colon < 1 || colon === text.length - 1 || isValue(typeOf(text))) return undefined;
  return isValue(typeOf(text.slice(0, colon))) ? undefined : text.slice(0, colon + 1);
}

/** Names of one kind, and the kind. */
export function namedBehind(kind: string): string {
  return `${kind}{name}`;
}

/** The name and its dot. */
function dottedName(text: string): string | undefined {
  const parts = text.includes(".") ? DOTTED.exec(text) : null;
  if (parts === null || !NEVER_WORDS.has(typeOf(parts[2]))) return undefined;
  const name = parts[1].slice(0, -1);
  return looksFixed(name) || isCollection(name) ? parts[1] : undefined;
}

/** Of a key of several parts each has a name (OData 4.01, URL Conventions §4.3.1). */
function keysOf(inside: string): string {
  const parts = inside.split(NEXT_KEY, MAX_KEYS + 1);
  const names = parts.map((part) => KEY.exec(part)?.[1]);
  if (parts.length < 2 || parts.length > MAX_KEYS || names.includes(undefined)) return "{key}";
  return names.map((name) => `${name}={${name}}`).join(",");
}

/** What names its value by letters alone: such is no value as a whole, whatever the value in it is. */
export function isNamed(text: string): boolean {
  return NAMED.test(text) || dottedName(text) !== undefined || (text.includes(",") && COORDINATES.test(text));
}

export function withoutSuffix(text: string, suffix: string): string {
  return suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}
