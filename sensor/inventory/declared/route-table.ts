import { isRest, parameterNames } from "../../../shared/path-template.js";

/** What one template of a table stands for. */
export interface Route<T> {
  readonly template: string;
  /** Names of its parameters, in its order. */
  readonly parameters: readonly string[];
  readonly value: T;
}

const MAX_SEGMENTS = 64;
const MAX_REMEMBERED = 4_096;

interface RouteNode<T> {
  readonly literals: Map<string, RouteNode<T>>;
  /** Segments with a parameter and fixed text, `{name}.json`: the pieces of text before, between and behind. */
  readonly mixed: { readonly pieces: readonly string[]; readonly node: RouteNode<T> }[];
  parameter: RouteNode<T> | undefined;
  /** A parameter that stands for one segment or more. */
  rest: RouteNode<T> | undefined;
  route: Route<T> | undefined;
}

/**
 * Templates as OpenAPI 3.1.0 §4.8.8 has them, and which of them a path fits: the most concrete one. A path's segments are compared
 * decoded; a slash at its end is forgiven where nothing fits with it, or without.
 */
export class RouteTable<T> {
  readonly #root: RouteNode<T> = nodeOf();
  /** The same paths come again and again. */
  readonly #known = new Map<string, Route<T> | undefined>();

  /** The route of a template of this structure, made where there is none: parameters' names tell nothing apart. */
  add(template: string, make: (template: string) => Route<T>): Route<T> {
    let node = this.#root;
    const segments = segmentsOf(template);
    const restAt = segments.findIndex(isRest);
    // Of several only the first stands for more than one segment, which keeps the search short.
    for (const [at, segment] of segments.entries()) node = at === restAt ? restOf(node) : childOf(node, segment);
    node.route ??= make(template);
    return node.route;
  }

  find(path: string): Route<T> | undefined {
    const known = this.#known.get(path);
    if (known !== undefined || this.#known.has(path)) return known;
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    const found = this.#search(path);
    this.#known.set(path, found);
    return found;
  }

  #search(path: string): Route<T> | undefined {
    const segments = path
      .slice(1)
      .split("/", MAX_SEGMENTS + 1)
      .map(decoded);
    if (segments.length > MAX_SEGMENTS) return undefined;
    const exact = walk(this.#root, segments, 0);
    if (exact !== undefined) return exact;
    const other = segments.at(-1) === "" ? segments.slice(0, -1) : [...segments, ""];
    return walk(this.#root, other, 0);
  }
}

export function newRoute<T>(template: string, value: T): Route<T> {
  return { template, parameters: parameterNames(template), value };
}

function nodeOf<T>(): RouteNode<T> {
  return { literals: new Map(), mixed: [], parameter: undefined, rest: undefined, route: undefined };
}

function restOf<T>(node: RouteNode<T>): RouteNode<T> {
  node.rest ??= nodeOf();
  return node.rest;
}

function childOf<T>(node: RouteNode<T>, segment: string): RouteNode<T> {
  const pieces = segment.split(/\{[^}]*\}/);
  if (pieces.length === 1) {
    const text = decoded(segment);
    const known = node.literals.get(text) ?? nodeOf();
    node.literals.set(text, known);
    return known;
  }
  if (pieces.every((piece) => piece === "")) {
    node.parameter ??= nodeOf();
    return node.parameter;
  }
  const key = pieces.join("{}");
  const known = node.mixed.find((mixed) => mixed.pieces.join("{}") === key);
  if (known !== undefined) return known.node;
  const made = { pieces: pieces.map(decoded), node: nodeOf<T>() };
  node.mixed.push(made);
  // The more fixed text, the more concrete.
  node.mixed.sort((a, b) => b.pieces.join("").length - a.pieces.join("").length);
  return made.node;
}

/** Each node is looked at once at the most, behind a rest once for each segment: the work is bounded by the table, whatever the path. */
function walk<T>(node: RouteNode<T>, segments: readonly string[], at: number): Route<T> | undefined {
  if (at === segments.length) return node.route;
  const segment = segments[at];
  // A template finds itself, though a parameter of one segment stands there as well.
  if (node.rest !== undefined && isRest(segment)) return walkRest(node.rest, segments, at);
  const literal = node.literals.get(segment);
  const found = literal && walk(literal, segments, at + 1);
  if (found !== undefined) return found;
  for (const { pieces, node: next } of node.mixed) {
    const fitting = fits(segment, pieces) ? walk(next, segments, at + 1) : undefined;
    if (fitting !== undefined) return fitting;
  }
  if (segment === "") return undefined;
  return (node.parameter && walk(node.parameter, segments, at + 1)) ?? (node.rest && walkRest(node.rest, segments, at));
}

/** What stands behind a rest begins as early as it may. */
function walkRest<T>(rest: RouteNode<T>, segments: readonly string[], at: number): Route<T> | undefined {
  if (rest.literals.size > 0)
    for (let end = at + 1; end < segments.length; end++) {
      const found = rest.literals.has(segments[end]) ? walk(rest, segments, end) : undefined;
      if (found !== undefined) return found;
    }
  return rest.route;
}

/** Whether a segment has these pieces in their order, with something in the place of each parameter. */
function fits(segment: string, pieces: readonly string[]): boolean {
  const last = pieces.length - 1;
  if (!segment.startsWith(pieces[0])) return false;
  let at = pieces[0].length;
  for (let index = 1; index < last; index++) {
    const found = segment.indexOf(pieces[index], at + 1);
    if (found < 0) return false;
    at = found + pieces[index].length;
  }
  return segment.length - pieces[last].length > at && segment.endsWith(pieces[last]);
}

function segmentsOf(template: string): string[] {
  return template.slice(1).split("/");
}

/** RFC 3986 §3.3: what follows a semicolon is no part of the name. */
export function decoded(segment: string): string {
  const semicolon = segment.indexOf(";");
  const bare = semicolon < 0 ? segment : segment.slice(0, semicolon);
  if (!bare.includes("%")) return bare;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}
