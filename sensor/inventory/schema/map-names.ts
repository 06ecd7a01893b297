import { ANY_NAME, ARRAY, DETAILS, NUMBER, OBJECT, WHOLE_NUMBER } from "../../protocol/shape.js";

/** So many properties that come and go and hold the same kind of object are entries of a map. */
export const MIN_ALIKE = 3;
/** Of plain values it takes one more, each seldom there: optional fields look alike more often. */
const MIN_ALIKE_PLAIN = 4;
const MIN_OBJECTS = 4;
const SELDOM_SHARE = 0.5;

interface Property {
  readonly kinds: number;
  readonly present: number;
  readonly properties: ReadonlyMap<string, unknown> | undefined;
}

/** Which names of an object's properties are values of a map rather than names of fields. */
export function namesThatAreValues(properties: ReadonlyMap<string, Property>, objects: number): string[] {
  const groups = new Map<string, string[]>();
  for (const [name, property] of properties) {
    if (name === ANY_NAME || property.present >= objects) continue;
    const isPlain = (property.kinds & (OBJECT | ARRAY)) === 0;
    if (isPlain && (objects < MIN_OBJECTS || property.present >= objects * SELDOM_SHARE)) continue;
    const key = `${plainKinds(property.kinds)} ${[...(property.properties?.keys() ?? [])].sort().join()}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [name]);
    else group.push(name);
  }
  return [...groups].flatMap(([key, names]) => {
    const isPlain = (Number.parseInt(key, 10) & (OBJECT | ARRAY)) === 0;
    return names.length >= (isPlain ? MIN_ALIKE_PLAIN : MIN_ALIKE) ? names : [];
  });
}

/** Without what is said beside them, and prices as prices, whether or not there are cents. */
function plainKinds(kinds: number): number {
  const plain = kinds & ~DETAILS & ~WHOLE_NUMBER;
  return (kinds & WHOLE_NUMBER) === 0 ? plain : plain | NUMBER;
}
