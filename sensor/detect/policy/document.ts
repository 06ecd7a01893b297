import { type Document, isCollection, isMap, isScalar, type LineCounter, type Node } from "yaml";
import type { z } from "zod";
import { CommandError } from "../../../shared/command-error.js";
import { suggestion } from "../../../shared/config/suggestion.js";

type Path = readonly PropertyKey[];

/** One YAML document of a policy file, with the place of everything in it. */
export class PolicyDocument {
  readonly value: unknown;
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
    const [fault] = document.errors;
    if (fault !== undefined) throw new CommandError(`${this.#at(fault.pos[0])}: ${fault.message}`);
    this.value = this.#read();
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
    throw new CommandError(
      `${this.place(where)}: ${text} is ${JSON.stringify(issue.input)}; allowed: ${issue.message}`,
    );
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
      `${where}: unknown key "${pathText([...path, key])}"; allowed: ${allowed}${suggestion(key, allowed.split(", "))}`,
    );
  }

  #read(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      // Aliases that multiply beyond measure.
      throw new CommandError(`${this.place([])}: ${(error as Error).message}`);
    }
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#file}:${line}:${col}`;
  }
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
