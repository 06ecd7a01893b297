import { type Shape, UNTOLD } from "../shape.js";

interface Named {
  readonly name: string;
  readonly place: Place;
}

/** One place of the message under way. */
export class Place implements Shape {
  kinds = 0;
  formats = 0;
  times = 0;
  objects = 0;
  present = 0;
  properties: Map<string, Place> | undefined = undefined;
  /** Those of an object in the order in which it had them first: the next of a list has mostly the same. */
  order: Named[] | undefined = undefined;
  items: Place | undefined = undefined;
  words: readonly string[] | undefined = undefined;
  /** A string was no word, or there were more than a few. */
  hasOther = false;
  /** Whether its name is one that few words stand under. */
  readonly mayBeWord: boolean;

  constructor(mayBeWord: boolean) {
    this.mayBeWord = mayBeWord;
  }
}

/** Whether strings here or below were all of a few words so far. */
export function holdsWords(place: Place | undefined): boolean {
  if (place === undefined) return false;
  if (place.words !== undefined || holdsWords(place.items)) return true;
  for (const property of place.properties?.values() ?? []) if (holdsWords(property)) return true;
  return false;
}

/** More may have stood here and below than was seen. */
export function leaveWordsOut(place: Place): void {
  if (place.words !== undefined) place.kinds |= UNTOLD;
  if (place.items !== undefined) leaveWordsOut(place.items);
  for (const property of place.properties?.values() ?? []) leaveWordsOut(property);
}
