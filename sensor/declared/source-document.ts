import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { parsedJson } from "../../shared/config/json-first.js";
import { DeclaredFault } from "./declared-fault.js";
import { jsonFault } from "./json-fault.js";
import { JsonPlaces } from "./json-places.js";

export type Path = readonly (string | number)[];

/** One YAML or JSON file, with the place of everything in it. */
export class SourceDocument {
  readonly file: string;
  readonly value: unknown;
  readonly #places: Places;

  /** Throws DeclaredFault where the text is neither. */
  constructor(file: string, content: string) {
    this.file = file;
    // RFC 8259 §8.1: JSON begins with no byte order mark, and readers may pass over one.
    const text = content.replace(/^\ufeff/, "");
    const json = /\.json$/i.test(file) ? strictJson(file, text) : parsedJson(text);
    if (json !== undefined) {
      this.value = json;
      this.#places = new JsonText(text);
      return;
    }
    const yaml = new YamlText(file, text);
    this.value = yaml.value;
    this.#places = yaml;
  }

  /** `file:line:column` of what stands at a path, or of the nearest thing above it. */
  place(path: Path): string {
    const { line, col } = this.#places.position(path);
    return `${this.file}:${line}:${col}`;
  }

  /** A name that stands twice in one object that a place was told in; undefined where there is none. YAML with such names is not read. */
  repeated(): { readonly name: string; readonly place: string } | undefined {
    const found = this.#places.repeated();
    return found && { name: found.name, place: `${this.file}:${found.line}:${found.col}` };
  }

  /** The place without its column. */
  line(path: Path): string {
    return `${this.file}:${this.#places.position(path).line}`;
  }
}

/** Read as YAML, JSON that is broken would become something, though no other reader of the file takes it. */
function strictJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { offset, what } = jsonFault(text) ?? { offset: 0, what: (error as Error).message };
    const before = text.slice(0, offset).split("\n");
    const place = `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    throw new DeclaredFault(`${place}: is no JSON: ${what}; mend it there, or name the file .yaml if it is YAML`);
  }
}

interface Position {
  readonly line: number;
  readonly col: number;
}

interface Places {
  position(path: Path): Position;
  repeated(): (Position & { readonly name: string }) | undefined;
}

class JsonText implements Places {
  readonly #places: JsonPlaces;
  /** Offsets at which lines begin. */
  readonly #lines: number[] = [0];

  constructor(text: string) {
    this.#places = new JsonPlaces(text);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#lines.push(at + 1);
  }

  position(path: Path): Position {
    return this.#position(this.#places.offset(path));
  }

  repeated(): (Position & { readonly name: string }) | undefined {
    const found = this.#places.repeated;
    return found && { ...this.#position(found.offset), name: found.name };
  }

  #position(offset: number): Position {
    let low = 0;
    let high = this.#lines.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#lines[middle] <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, col: offset - this.#lines[low] + 1 };
  }
}

class YamlText implements Places {
  readonly value: unknown;
  readonly #file: string;
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.#file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
    const [fault] = this.#document.errors;
    if (fault !== undefined)
      throw new DeclaredFault(`${this.#at(fault.pos[0])}: ${fault.message}; mend the YAML there`);
    this.value = this.#read();
  }

  position(path: Path): Position {
    let node: unknown = this.#document.contents;
    let offset = 0;
    for (const step of path) {
      const next = this.#step(node, step);
      if (next === undefined) break;
      node = next.value;
      offset = next.offset;
    }
    return this.#lines.linePos(offset);
  }

  repeated(): undefined {}

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
    return `${this.#file}:${line}:${col}`;
  }
}
