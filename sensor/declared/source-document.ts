import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { DeclaredFault } from "./declared-fault.js";

export type Path = readonly (string | number)[];

/** One YAML or JSON file, with the place of everything in it. JSON is YAML but for a few texts that no API's file has. */
export class SourceDocument {
  readonly file: string;
  readonly value: unknown;
  readonly #document: Document;
  readonly #lines = new LineCounter();

  /** Throws DeclaredFault where the text is no YAML. */
  constructor(file: string, text: string) {
    this.file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
    const [fault] = this.#document.errors;
    if (fault !== undefined)
      throw new DeclaredFault(
        `${this.#at(fault.pos[0])}: ${fault.message}; mend the ${file.endsWith(".json") ? "JSON" : "YAML"} there`,
      );
    this.value = this.#read();
  }

  /** `file:line:column` of what stands at a path, or of the nearest thing above it. */
  place(path: Path): string {
    let node: unknown = this.#document.contents;
    let offset = 0;
    for (const step of path) {
      const next = this.#step(node, step);
      if (next === undefined) break;
      node = next.value;
      offset = next.offset;
    }
    return this.#at(offset);
  }

  /** The place without its column. */
  line(path: Path): string {
    return this.place(path).replace(/:\d+$/, "");
  }

  #step(from: unknown, step: string | number): { readonly value: unknown; readonly offset: number } | undefined {
    const node = isAlias(from) ? from.resolve(this.#document) : from;
    if (isSeq(node)) {
      const value = node.items[Number(step)] as Node | undefined;
      return value === undefined ? undefined : { value, offset: value.range?.[0] ?? 0 };
    }
    if (!isMap(node)) return undefined;
    // Keys such as 200 are numbers here and texts in what is made of them.
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    if (pair === undefined) return undefined;
    return { value: pair.value, offset: (pair.key as Node).range?.[0] ?? 0 };
  }

  #read(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      // Aliases that multiply beyond measure.
      throw new DeclaredFault(`${this.#at(0)}: ${(error as Error).message}; write what the aliases stand for`);
    }
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.file}:${line}:${col}`;
  }
}
