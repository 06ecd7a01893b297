import { type Document, isCollection, isMap, isScalar, LineCounter, type Node, parseAllDocuments, visit } from "yaml";
import type { z } from "zod";
import { CommandError } from "../command-error.js";
import { parsedJson } from "./json-first.js";
import { repeatedKey } from "./repeated-key.js";
import { suggestion } from "./suggestion.js";

const MAX_SHOWN = 200;
/** Longer JSON is what machines write. */
const MAX_SEARCHED = 4_194_304;

type Path = readonly PropertyKey[];

/** The documents of a YAML or JSON file; none where it is empty. Throws CommandError with file, line and column. */
export function checkedDocuments(text: string, file: string): CheckedDocument[] {
  const json = parsedJson(text);
  if (json !== undefined) {
    const document = new CheckedDocument(file, json, () => parsedYaml(text)[0]);
    if (text.length <= MAX_SEARCHED) document.refuseRepeated(repeatedKey(text));
    return [document];
  }
  const parsed = parsedYaml(text);
  for (const { source, lines } of parsed) {
    // What YAML only warns of, such as a tag it does not know, would be read as something else.
    const [fault] = [...source.errors, ...source.warnings];
    if (fault !== undefined) throw new CommandError(`${placeOf(file, lines, fault.pos[0])}: ${faultText(fault)}`);
  }
  const all = parsed.map((one) => new CheckedDocument(file, readValue(file, one), () => one));
  return all.filter(({ value }) => value !== null && value !== undefined);
}

interface Parsed {
  readonly source: Document;
  readonly lines: LineCounter;
}

function parsedYaml(text: string): Parsed[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  return "empty" in documents ? [] : documents.map((source) => ({ source, lines }));
}

function readValue(file: string, { source, lines }: Parsed): unknown {
  try {
    refuseCircles(source);
    return source.toJS();
  } catch (error) {
    // Aliases that multiply beyond measure.
    throw new CommandError(`${placeOf(file, lines, source.range?.[0] ?? 0)}: ${faultText(error as Error)}`);
  }
}

/** What nesting without end makes of a parser is no word to a person. */
function faultText({ message }: Error): string {
  return /call stack/.test(message) ? "nested too deep; allowed: what a person would write" : message;
}

/** `&a [*a]` has no end: whoever goes through it never comes back. */
function refuseCircles(source: Document): void {
  visit(source, {
    Alias: (_, alias, path) => {
      const target = alias.resolve(source);
      if (target !== undefined && path.includes(target))
        throw new Error(`*${alias.source} stands within &${alias.source}; allowed: aliases of what ends before them`);
    },
  });
}

function placeOf(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${file}:${line}:${col}`;
}

/** One YAML or JSON document, with the place of everything in it. */
export class CheckedDocument {
  readonly value: unknown;
  readonly #file: string;
  readonly #parse: () => Parsed;
  #parsed: Parsed | undefined = undefined;

  /** `parse` takes the text apart again where a place is asked for. */
  constructor(file: string, value: unknown, parse: () => Parsed) {
    this.#file = file;
    this.value = value;
    this.#parse = parse;
  }

  /** What JSON.parse lets pass: the last of two keys alike would count. */
  refuseRepeated(found: { readonly key: string; readonly offset: number } | undefined): void {
    if (found !== undefined)
      throw new CommandError(`${this.#at(found.offset)}: the key ${found.key} is there twice; allowed: each key once`);
  }

  /** Throws CommandError that names place, key, value and what is allowed. Every schema's message says what it takes. */
  check<T>(schema: z.ZodType<T>, value: unknown, path: Path = []): T {
    const parsed = schema.safeParse(value, { reportInput: true });
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = [...path, ...issue.path];
    if (issue.code === "unrecognized_keys") throw this.#unknownKey(where, issue.keys[0], issue.message);
    const text = pathText(where);
    if (issue.input === undefined)
      throw new CommandError(`${this.place(where)}: ${text} is missing; allowed: ${issue.message}`);
    throw new CommandError(`${this.place(where)}: ${text} is ${shown(issue.input)}; allowed: ${issue.message}`);
  }

  /** `file:line:column` of what stands at a path, or of the nearest thing above it. */
  place(path: Path): string {
    let node: unknown = this.#document.contents;
    for (const step of path) {
      const next = isCollection(node) ? node.get(step, true) : undefined;
      if (next === undefined || next === null) break;
      node = next;
    }
    return this.#at((node as Node | null)?.range?.[0] ?? this.#document.range?.[0] ?? 0);
  }

  #unknownKey(path: Path, key: string, allowed: string): CommandError {
    const map = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    const item = isMap(map)
      ? map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)
      : undefined;
    const offset = (item?.key as Node | undefined)?.range?.[0];
    const where = offset === undefined ? this.place(path) : this.#at(offset);
    return new CommandError(
      `${where}: unknown key ${shown(pathText([...path, key]))}; allowed: ${allowed}${suggestion(key, allowed.split(", "))}`,
    );
  }

  get #document(): Document {
    this.#parsed ??= this.#parse();
    return this.#parsed.source;
  }

  #at(offset: number): string {
    this.#parsed ??= this.#parse();
    return placeOf(this.#file, this.#parsed.lines, offset);
  }
}

/** Enough of a value for a person to know it again; control characters as escapes. */
function shown(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch {
    return "something nested too deep to be shown";
  }
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** `expectations[0].server.port` */
function pathText(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? String(step) : `.${String(step)}`;
  }
  return text === "" ? "the document" : text;
}
