import { joinLengths, type Shape } from "./shape.js";

/** What two messages of one stream are built of together. Each is bounded, and so is what few of them make. */
export function joinShapes(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  return a === undefined || b === undefined ? (a ?? b) : joined(a, b);
}

function joined(a: Shape, b: Shape): Shape {
  return {
    kinds: a.kinds | b.kinds,
    formats: a.formats | b.formats,
    times: a.times + b.times,
    objects: a.objects + b.objects,
    present: a.present + b.present,
    properties: joinedProperties(a.properties, b.properties),
    items: joinShapes(a.items, b.items),
    word: wordOf(a, b),
    lengths: joinLengths(a.lengths, b.lengths),
    fieldName: a.fieldName ?? b.fieldName,
  };
}

/** One that was something else than a word leaves none. */
function wordOf(a: Shape, b: Shape): string | undefined {
  if (a.formats === 0) return b.word;
  if (b.formats === 0) return a.word;
  return a.word === undefined ? undefined : b.word;
}

function joinedProperties(a: Shape["properties"], b: Shape["properties"]): Shape["properties"] {
  if (a === undefined || b === undefined) return a ?? b;
  const all = new Map(a);
  for (const [name, shape] of b) {
    const known = all.get(name);
    all.set(name, known === undefined ? shape : joined(known, shape));
  }
  return all;
}
