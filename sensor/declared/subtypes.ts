import { child, follow, isMapping, type Located, type Opener, referenceKey } from "./reference.js";

/**
 * Schemas that inherit from others. Where a schema has a discriminator, what stands there may be any that has it in its `allOf`: OpenAPI
 * 2.0 and OpenAPI 3.0.3 §4.7.24 (Composition and Inheritance) declare it so, and never name the subtypes at the place itself.
 */
export class Subtypes {
  readonly #open: Opener;
  readonly #root: Located;
  /** By where schemas stand beside each other, and by the one that they inherit from. */
  readonly #heirs = new Map<string, Map<string, Located[]>>();

  constructor(open: Opener, root: Located) {
    this.#open = open;
    this.#root = root;
  }

  /** Of a schema, with theirs; none where it has no discriminator. */
  of(base: Located): Located[] {
    if (!isMapping(base.value) || base.value.discriminator === undefined) return [];
    const places = [parentOf(base), child(this.#root, "definitions"), child(this.#root, "components", "schemas")];
    const found = new Map<string, Located>();
    const toFollow = [base];
    for (let one = toFollow.pop(); one !== undefined; one = toFollow.pop()) {
      const key = referenceKey(one);
      for (const heir of places.flatMap((place) => this.#heirsIn(place).get(key) ?? [])) {
        if (found.has(referenceKey(heir))) continue;
        found.set(referenceKey(heir), heir);
        toFollow.push(heir);
      }
    }
    found.delete(referenceKey(base));
    return [...found.values()];
  }

  #heirsIn(place: Located): Map<string, Located[]> {
    const known = this.#heirs.get(referenceKey(place));
    if (known !== undefined) return known;
    const heirs = new Map<string, Located[]>();
    this.#heirs.set(referenceKey(place), heirs);
    for (const name of isMapping(place.value) ? Object.keys(place.value) : []) {
      const schema = child(place, name);
      const parts = isMapping(schema.value) && Array.isArray(schema.value.allOf) ? schema.value.allOf : [];
      parts.forEach((part: unknown, index) => {
        if (!isMapping(part) || typeof part.$ref !== "string") return;
        const key = referenceKey(follow(child(schema, "allOf", index), this.#open));
        heirs.set(key, [...(heirs.get(key) ?? []), schema]);
      });
    }
    return heirs;
  }
}

function parentOf({ document, path }: Located): Located {
  return child({ document, path: [], value: document.value }, ...path.slice(0, -1));
}
