import { dereference, validate } from "@readme/openapi-parser";
import { isMapping } from "./reference.js";
import type { Path, SourceDocument } from "./source-document.js";

/** Larger documents are not checked: a fault in one would be told out of a text many times its size. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_TOLD = 5;
/** The validator does not know that `proxy` is the parameter of `{proxy+}`. */
const OF_REST = /^(?=.*path parameter).*\{[^{}]+\+\}/s;
/** Nothing is fetched, and what other files hold is checked where they are read. */
const OPTIONS = { resolve: { external: false }, dereference: { circular: "ignore" }, timeoutMs: 20_000 } as const;

/** What breaks the specification in a document that can be read all the same, each with its place. */
export async function complaintsOf(document: SourceDocument, bytes: number): Promise<string[]> {
  if (bytes > MAX_BYTES) return [];
  const copy = (): object => structuredClone(document.value) as object;
  const result = await validate(copy() as never, OPTIONS).catch(() => undefined);
  if (result === undefined || result.valid) return [];
  const whole: unknown = await dereference(copy() as never, OPTIONS).catch(() => document.value);
  const faults = result.errors.filter(({ message }) => !OF_REST.test(message));
  const told = faults.slice(0, MAX_TOLD).map(({ message }) => complaint(document, whole, message));
  const more = faults.length + result.additionalErrors - told.length;
  return more > 0 ? [...told, `${document.file}: ${more} more faults of this kind`] : told;
}

/** The validator tells of a place by a piece of the whole as JSON, or by a path in backticks. */
function complaint(document: SourceDocument, whole: unknown, message: string): string {
  const lost = /\$ref pointer "([^"]*)"/.exec(message)?.[1];
  const reference = lost === undefined ? undefined : pathOfReference(document.value, lost);
  if (reference !== undefined)
    return `${document.place(reference)}: ${wordsOf(message)}; correct it, the file is read as far as it goes`;
  const line = /^> +(\d+) \|/m.exec(message)?.[1];
  const named = /`\/([^`]*)`/.exec(message)?.[1];
  const path = line !== undefined ? pathAtLine(whole, Number(line)) : namedPath(whole, named ?? "");
  const where = path.length === 0 || named !== undefined ? "" : `${path.join(".")} `;
  return `${document.place(path)}: ${where}${wordsOf(message)}; correct it, the file is read as far as it goes`;
}

/** `ENUM must be equal to one of the allowed values`, the values, a piece of the document with a hint. */
function wordsOf(message: string): string {
  const [first, second = ""] = message.split("\n");
  const hint = /\| +\^+ (.*)$/m.exec(message)?.[1] ?? "";
  const words = first.replace(/^[A-Z][A-Z ]+ (?=[a-z])/, "").replace(/\.$/, "");
  return [words, /^\(.*\)$/.test(second) ? ` ${second}` : "", hint === "" ? "" : `: ${hint.replace(/[!.]$/, "")}`].join(
    "",
  );
}

/** Where the first `$ref` stands that leads there; the validator does not tell. Aliases of YAML are one object each: looked at once. */
function pathOfReference(value: unknown, target: string, seen = new Set<object>()): Path | undefined {
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  for (const [name, item] of Object.entries(value)) {
    if (name === "$ref" && item === target) return [name];
    const below = pathOfReference(item, target, seen);
    if (below !== undefined) return [Array.isArray(value) ? Number(name) : name, ...below];
  }
  return undefined;
}

/** What stands in a line of `JSON.stringify(whole, undefined, 2)`, without writing it. */
function pathAtLine(whole: unknown, line: number): Path {
  const known = new Map<object, number>();
  const path: (string | number)[] = [];
  let value = whole;
  let left = line - 1;
  while (left > 0 && typeof value === "object" && value !== null) {
    left--;
    const found = Object.entries(value).find(([, item]) => {
      const lines = linesOf(item, known);
      if (left < lines) return true;
      left -= lines;
      return false;
    });
    if (found === undefined) break;
    path.push(found[0]);
    value = found[1];
  }
  return path;
}

function linesOf(value: unknown, known: Map<object, number>): number {
  if (typeof value !== "object" || value === null) return value === undefined ? 0 : 1;
  const counted = known.get(value);
  if (counted !== undefined) return counted;
  known.set(value, 1);
  let lines = 0;
  for (const item of Object.values(value)) lines += linesOf(item, known);
  const all = lines === 0 ? 1 : lines + 2;
  known.set(value, all);
  return all;
}

/** Steps of `paths/orders/{id}/get`, in which slashes of a path are not told from those between steps. */
function namedPath(whole: unknown, named: string): Path {
  const path: string[] = [];
  let value = whole;
  let rest = named;
  while (rest !== "" && isMapping(value)) {
    const fits = (key: string): boolean =>
      rest === key.replace(/^\//, "") || rest.startsWith(`${key.replace(/^\//, "")}/`);
    const key = Object.keys(value)
      .filter(fits)
      .sort((a, b) => b.length - a.length)[0];
    if (key === undefined) break;
    path.push(key);
    rest = rest.slice(key.replace(/^\//, "").length + 1);
    value = value[key];
  }
  return path;
}
