import type { Path, SourceDocument } from "./source-document.js";

/** Where a schema with an `$id` stands, or the document itself. */
interface Resource {
  readonly path: Path;
  readonly uri: string;
}

const known = new WeakMap<SourceDocument, SchemaResources>();
const MAX_DEPTH = 512;
/** Documents that have no address of their own are each at this one: references to others lead elsewhere. */
const NOWHERE = "document://here/";

/** Schemas of one document that have an address of their own: JSON Schema 2020-12 §8.2.1 (`$id`) and §8.2.2 (`$anchor`). */
export class SchemaResources {
  readonly #resources: Resource[] = [{ path: [], uri: NOWHERE }];
  readonly #anchors = new Map<string, Path>();
  readonly #seen = new Set<object>();
  /** Where the search is. */
  readonly #steps: string[] = [];

  static of(document: SourceDocument): SchemaResources {
    const made = known.get(document) ?? new SchemaResources(document.value);
    known.set(document, made);
    return made;
  }

  private constructor(value: unknown) {
    this.#find(value, NOWHERE);
  }

  /** The innermost that holds what stands at a path: its references are relative to it. */
  around(path: Path): Resource {
    return this.#resources.reduce((best, one) => {
      const holds = one.path.length <= path.length && one.path.every((step, at) => String(step) === String(path[at]));
      return holds && one.path.length >= best.path.length ? one : best;
    });
  }

  /** Where the one is that a reference from `base` names without its fragment; undefined where this document has none. */
  named(reference: string, base: Resource): Path | undefined {
    const uri = resolved(reference, base.uri);
    return this.#resources.find((one) => one.uri === uri && one.uri !== NOWHERE)?.path;
  }

  anchor(name: string, base: Resource): Path | undefined {
    return this.#anchors.get(`${base.uri}#${name}`);
  }

  #find(value: unknown, base: string): void {
    if (typeof value !== "object" || value === null || this.#seen.has(value)) return;
    if (this.#steps.length > MAX_DEPTH) return;
    this.#seen.add(value);
    const { $id, $anchor } = value as { readonly $id?: unknown; readonly $anchor?: unknown };
    const uri = typeof $id === "string" && !$id.startsWith("#") ? resolved($id, base) : base;
    if (uri !== base) this.#resources.push({ path: [...this.#steps], uri });
    if (typeof $anchor === "string") this.#anchors.set(`${uri}#${$anchor}`, [...this.#steps]);
    for (const [step, item] of Object.entries(value)) {
      this.#steps.push(step);
      this.#find(item, uri);
      this.#steps.pop();
    }
  }
}

/** Without a fragment; what is no reference stays as it is, and leads nowhere. */
function resolved(reference: string, base: string): string {
  try {
    return new URL(reference, base).href.replace(/#.*$/, "");
  } catch {
    return reference;
  }
}
