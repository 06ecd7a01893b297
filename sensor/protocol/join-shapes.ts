import { withWord } from "./few-words.js";
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
    words: wordsOf(a, b),
    lengths: joinLengths(a.lengths, b.lengths),
    fieldName: a.fieldName ?? b.fieldName,
  };
}

/** One that was something else than a word leaves none. */
function wordsOf(a: Shape, b: Shape): Shape["words"] {
  if (a.formats === 0) return b.words;
  if (b.formats === 0) return a.words;
  let words = a.words;
  for (const word of b.words ?? []) words &&= withWord(words, word);
  return b.words === undefined ? undefined : words;
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
