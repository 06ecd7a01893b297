import { DeclaredFault } from "./declared-fault.js";
import { SchemaResources } from "./schema-resources.js";
import type { Path, SourceDocument } from "./source-document.js";

/** A value and where it stands. */
export interface Located {
  readonly document: SourceDocument;
  readonly path: Path;
  readonly value: unknown;
}

/** Opens another file that a reference names; throws DeclaredFault where it may not or can't. */
export type Opener = (from: string, target: string) => SourceDocument;

const MAX_HOPS = 32;

export type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function child(of: Located, ...steps: (string | number)[]): Located {
  let value: unknown = of.value;
  for (const step of steps) value = (value as Mapping | undefined)?.[step];
  return { document: of.document, path: [...of.path, ...steps], value };
}

/** `file:line:column: what is wrong`. */
export function faultAt({ document, path }: Located, what: string): DeclaredFault {
  return new DeclaredFault(`${document.place(path)}: ${what}`);
}

/** The value itself, or what its `$ref` leads to (JSON Reference; RFC 6901). */
export function follow(located: Located, open: Opener): Located {
  let at = located;
  for (let hops = 0; isMapping(at.value) && typeof at.value.$ref === "string"; hops++) {
    if (hops === MAX_HOPS) throw faultAt(located, `"$ref" leads in a circle; let it end at what it stands for`);
    at = target(at, at.value.$ref, open);
  }
  return at;
}

/** What tells where a reference leads, before it is followed: schemas that hold themselves are known by it. */
export function referenceKey({ document, path }: Located): string {
  return `${document.file}#${path.join("/")}`;
}

function target(from: Located, reference: string, open: Opener): Located {
  const hash = reference.indexOf("#");
  const file = hash < 0 ? reference : reference.slice(0, hash);
  const pointer = hash < 0 ? "" : reference.slice(hash + 1);
  const here = { document: from.document, path: [...from.path, "$ref"], value: reference };
  const { document, root } = documentOf(here, file, open);
  if (pointer !== "" && !pointer.startsWith("/")) return anchored(here, document, root, pointer);
  const steps = pointer.split("/").slice(1).map(unescaped);
  const found = walked(document, [...root, ...steps]);
  // Many count from the document, whatever `$id` stands between.
  const place = found.absent !== undefined && root.length > 0 ? walked(document, steps) : found;
  const { absent } = place;
  if (absent !== undefined)
    throw faultAt(here, `"$ref" is ${JSON.stringify(reference)}, and there is no "${absent}"; correct one of them`);
  return { document, path: place.path, value: place.value };
}

/** What a reference names before its fragment: a file, or a schema of this one by its `$id`. */
function documentOf(
  here: Located,
  file: string,
  open: Opener,
): { readonly document: SourceDocument; readonly root: Path } {
  const resources = SchemaResources.of(here.document);
  const around = resources.around(here.path);
  const root = file === "" ? around.path : resources.named(file, around);
  if (root !== undefined) return { document: here.document, root };
  if (/^[a-z][a-z0-9+.-]+:/i.test(file))
    throw faultAt(
      here,
      `"$ref" is ${JSON.stringify(here.value)}: nothing is fetched; save it beside this file and name that`,
    );
  return { document: opened(here, file, open), root: [] };
}

function anchored(here: Located, document: SourceDocument, root: Path, name: string): Located {
  const resources = SchemaResources.of(document);
  const path = resources.anchor(name, resources.around(root));
  if (path === undefined)
    throw faultAt(here, `"$ref" is ${JSON.stringify(here.value)}, and there is no "$anchor" of that name; give it one`);
  return { document, path, value: walked(document, path).value };
}

/** What stands at a path; `absent` is the first step that leads to nothing. */
function walked(
  document: SourceDocument,
  path: Path,
): { readonly path: Path; readonly value: unknown; readonly absent?: string } {
  let value: unknown = document.value;
  for (const step of path) {
    value = typeof value === "object" && value !== null ? (value as Mapping)[step] : undefined;
    if (value === undefined) return { path, value, absent: String(step) };
  }
  return { path, value };
}

function opened(here: Located, file: string, open: Opener): SourceDocument {
  try {
    return open(here.document.file, decodeURIComponent(file));
  } catch (error) {
    if (error instanceof DeclaredFault) throw error;
    throw faultAt(here, `"$ref" names "${file}", which ${(error as Error).message}`);
  }
}

function unescaped(step: string): string {
  const plain = step.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
