import { aligned } from "../../../shared/path-template.js";
import { MASK } from "../../protocol/message.js";
import { decoded } from "./route-table.js";

/**
 * What stands in a path for each parameter of a template, in its order. A value is undefined where it was masked, and where several
 * parameters share a segment that can be cut between them in more than one way. Empty where the path is none of the template's.
 */
export function valuesIn(template: string, path: string): readonly (string | undefined)[] {
  // A slash at the end is forgiven, with it or without.
  const both = aligned(template, path) ?? aligned(template, path.endsWith("/") ? path.slice(0, -1) : `${path}/`);
  if (both === undefined) return [];
  const values: (string | undefined)[] = [];
  for (const [at, segment] of both.segments.entries()) {
    const pieces = segment.split(/\{[^}]*\}/).map(decoded);
    const cut = cutOut(decoded(both.values[at]), pieces);
    if (cut === undefined) return [];
    values.push(...cut);
  }
  return values;
}

/** What stands between the pieces of fixed text; undefined where the segment does not have them. */
function cutOut(segment: string, pieces: readonly string[]): readonly (string | undefined)[] | undefined {
  const [first, last] = [pieces[0], pieces[pieces.length - 1]];
  if (pieces.length === 1) return segment === first ? [] : undefined;
  if (!segment.startsWith(first) || !segment.endsWith(last)) return undefined;
  if (segment.length <= first.length + last.length) return undefined;
  const middle = segment.slice(first.length, segment.length - last.length);
  const between = pieces.slice(1, -1);
  const values = between.length === 0 ? [middle] : cutBetween(middle, between);
  return values.map((value) => (value === "" || value?.includes(MASK) ? undefined : value));
}

/** Cut from the left and from the right: where both come to the same there is no other way. */
function cutBetween(middle: string, between: readonly string[]): readonly (string | undefined)[] {
  const unknown = new Array<undefined>(between.length + 1).fill(undefined);
  if (between.includes("")) return unknown;
  let from = 0;
  const starts = between.map((piece) => {
    const at = middle.indexOf(piece, from);
    from = at + piece.length;
    return at;
  });
  let to = middle.length;
  const isOneWay = between.toReversed().every((piece, index) => {
    to = middle.slice(0, to).lastIndexOf(piece);
    return to >= 0 && to === starts[between.length - 1 - index];
  });
  if (!isOneWay) return unknown;
  const ends = [...starts, middle.length];
  return ends.map((end, index) => middle.slice(index === 0 ? 0 : starts[index - 1] + between[index - 1].length, end));
}
