import protobuf from "protobufjs";
import { type ProtoTypes, protoTypes } from "./proto-messages.js";

const MAX_TOLD = 5;
const MAX_IMPORTS = 1_000;
/**
 * Every compiler brings `google/protobuf/`, and files use the rest of `google/` for notes such as HTTP bindings, which are read
 * without it. What is imported from there is seldom kept beside a file, and nothing is lost by that.
 */
const BROUGHT_ALONG = /^google\//;
const OF_THERE = /^\.?google\./;

/** What other readers of a .proto would refuse it for: imports that are not there, and types that nobody declares. */
export function protoComplaints(file: string, text: string, imported: ImportedTypes): string[] {
  const { root, imports = [], weakImports = [] } = protobuf.parse(text, new protobuf.Root(), { keepCase: true });
  const bare = withoutComments(text);
  const told: string[] = [];
  const say = (pattern: string, what: string): void => {
    const line = bare.slice(0, Math.max(0, bare.search(new RegExp(pattern)))).split("\n").length;
    told.push(`${file}:${line}: ${what}; the file is read as far as it goes`);
  };
  for (const path of imports) {
    const trouble = imported.trouble(path);
    if (trouble !== undefined && !BROUGHT_ALONG.test(path))
      say(`import\\s+(public\\s+)?["']${escaped(path)}["']`, `imports "${path}", which ${trouble}`);
  }
  const known = [protoTypes(root), ...imported.types([...imports, ...weakImports])];
  const unknown = new Set<string>();
  for (const { type, scope, pattern } of usesIn(root)) {
    if (unknown.has(type) || OF_THERE.test(type) || isKnown(scope.fullName, type, known)) continue;
    unknown.add(type);
    say(pattern, `the type "${type}" is in neither this file nor what it imports; declare it, or import its file`);
  }
  const shown = told.slice(0, MAX_TOLD);
  const more = told.length - shown.length;
  return more > 0 ? [...shown, `${file}: ${more} more faults of this kind`] : shown;
}

interface Use {
  readonly type: string;
  readonly scope: { readonly fullName: string };
  /** How it stands in the text. */
  readonly pattern: string;
}

/** Every place that names a type. */
function* usesIn(space: protobuf.NamespaceBase): Iterable<Use> {
  if (space instanceof protobuf.Service)
    for (const { name, requestType, responseType } of space.methodsArray)
      for (const type of [requestType, responseType])
        yield { type, scope: space, pattern: `\\brpc\\s+${escaped(name)}\\b[^;{]*?${escaped(type)}` };
  if (space instanceof protobuf.Type)
    for (const { name, type } of space.fieldsArray)
      if (!(type in protobuf.types.basic) && type !== "group")
        yield { type, scope: space, pattern: `${escaped(type)}\\s*>?\\s*${escaped(name)}\\s*=` };
  for (const part of space.nestedArray) if (part instanceof protobuf.Namespace) yield* usesIn(part);
}

/** A name is looked for where it stands, then in each scope around it; one that begins with a dot is whole. */
function isKnown(scope: string, type: string, known: readonly ProtoTypes[]): boolean {
  const has = (name: string): boolean => known.some((types) => types.has(name.slice(1)));
  if (type.startsWith(".")) return has(type);
  for (let around = scope; ; around = around.slice(0, around.lastIndexOf("."))) {
    if (has(`${around}.${type}`)) return true;
    if (around === "") return false;
  }
}

interface ImportedFile {
  readonly types: ProtoTypes;
  readonly imports: readonly string[];
  /** What is wrong with the file itself, and the remedy. */
  readonly trouble: string | undefined;
}

const NOTHING = { types: new Map() as ProtoTypes, imports: [] };

/** What imported files declare. Each is read once. */
export class ImportedTypes {
  readonly #open: (path: string) => string | undefined;
  readonly #files = new Map<string, ImportedFile>();

  /** `open` gives the text of a file by the path that an import names; undefined where there is none. */
  constructor(open: (path: string) => string | undefined) {
    this.#open = open;
  }

  trouble(path: string): string | undefined {
    return this.#file(path).trouble;
  }

  /** Those of files, and of all that they import: they may lead in a circle. */
  types(paths: readonly string[]): ProtoTypes[] {
    const all = new Set(paths);
    for (const path of all) {
      if (all.size > MAX_IMPORTS) break;
      for (const next of this.#file(path).imports) all.add(next);
    }
    return [...all].map((path) => this.#file(path).types);
  }

  #file(path: string): ImportedFile {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const made = this.#read(path);
    this.#files.set(path, made);
    return made;
  }

  #read(path: string): ImportedFile {
    const text = this.#open(path);
    if (text === undefined)
      return {
        ...broughtAlong(path),
        trouble: "is not in the folder given; put it there, at the path that the import names",
      };
    try {
      const { root, imports = [], weakImports = [] } = protobuf.parse(text, new protobuf.Root(), { keepCase: true });
      return { types: protoTypes(root), imports: [...imports, ...weakImports], trouble: undefined };
    } catch (error) {
      return { ...NOTHING, trouble: `can't be read (${(error as Error).message}); mend it` };
    }
  }
}

/** What compilers bring along of it stands beside no file: times, durations and the like. */
function broughtAlong(path: string): Pick<ImportedFile, "types" | "imports"> {
  const known = BROUGHT_ALONG.test(path) ? protobuf.common.get(path) : null;
  return known === null ? NOTHING : { types: protoTypes(protobuf.Root.fromJSON(known)), imports: [] };
}

/** With the same lines as before. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, " "));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
