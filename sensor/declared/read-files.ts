import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { CommandError } from "../../shared/command-error.js";
import type { DeclaredApi } from "./declared-api.js";
import { DeclaredFault } from "./declared-fault.js";
import { complaintsOf } from "./openapi-check.js";
import { isOpenApi, readOpenApi } from "./openapi-reader.js";
import { ImportedTypes, protoComplaints } from "./proto-check.js";
import { importOpener } from "./proto-import.js";
import { readDescriptorSet, readProto } from "./proto-reader.js";
import { SourceDocument } from "./source-document.js";
import { isWithin } from "./within-folder.js";

const MAX_FILES = 5_000;
const MAX_DEPTH = 16;
const MAX_FILE_BYTES = 32 * 1024 * 1024;
/** Folders in which an import that is not beside its file is looked for. */
const MAX_IMPORT_FOLDERS = 256;
const DESCRIPTOR = /\.(pb|binpb|desc|protoset|fds)$/i;
const READABLE = /\.(ya?ml|json|proto|pb|binpb|desc|protoset|fds)$/i;

/** One file that was found, and what it was when it was read. */
export interface FoundFile {
  /** As messages name it. */
  readonly name: string;
  readonly path: string;
  /** Named by the setting, not found in a folder. */
  readonly isNamed: boolean;
  readonly root: string;
  readonly bytes: number;
  readonly modifiedMillis: number;
  /** Why it can't be read: it is no file. To open a pipe would wait for whoever writes. */
  readonly fault?: string;
}

export interface ReadFiles {
  readonly apis: readonly DeclaredApi[];
  /** Files that can't be used, each with file, line, what is wrong and the remedy. */
  readonly faults: readonly { readonly file: string; readonly text: string }[];
  /** What is wrong in files that are used all the same. */
  readonly complaints: readonly string[];
  /** Names of files of folders that declare nothing, and that no other refers to. */
  readonly leftOut: readonly string[];
}

/** The files a list of files and folders stands for, in the order of their names. Throws CommandError for one that is not there. */
export function findFiles(paths: readonly string[]): FoundFile[] {
  const found: FoundFile[] = [];
  for (const path of paths) {
    const stats = statOf(path);
    if (stats.isDirectory()) found.push(...filesBelow(path, path, 0));
    else found.push(fileAt(path, path, dirname(path), true));
  }
  if (found.length > MAX_FILES)
    throw new CommandError(`declared.files names ${found.length} files; allowed: at most ${MAX_FILES}`);
  return found;
}

/** Reads each; one that can't be used leaves the others be. */
export async function readFiles(files: readonly FoundFile[]): Promise<ReadFiles> {
  const apis: DeclaredApi[] = [];
  const faults: { file: string; text: string }[] = [];
  const complaints: string[] = [];
  const others: FoundFile[] = [];
  const referred = new Set<string>();
  const importedBy = importsOf(files);
  for (const file of files) {
    try {
      const api = await readOne(file, { complaints, referred, importedBy });
      if (api !== undefined) apis.push(api);
      else others.push(file);
    } catch (error) {
      if (!(error instanceof DeclaredFault)) throw error;
      faults.push({ file: file.name, text: error.message });
    }
  }
  const leftOut = others.filter(({ path }) => !referred.has(resolve(path))).map(({ name }) => name);
  return { apis, faults, complaints, leftOut };
}

/** What is known and told of all files together. */
interface Reading {
  readonly complaints: string[];
  /** Takes the files that one leads to. */
  readonly referred: Set<string>;
  importedBy(file: FoundFile): ImportedTypes;
}

/** Files of one folder import the same ones. */
function importsOf(files: readonly FoundFile[]): Reading["importedBy"] {
  const protos = files.filter(({ path }) => /\.proto$/i.test(path)).map(({ path }) => dirname(path));
  const roots = [...new Set([...files.map(({ root }) => root), ...protos])].slice(0, MAX_IMPORT_FOLDERS);
  const known = new Map<string, ImportedTypes>();
  return (file) => {
    const folder = dirname(resolve(file.path));
    const made = known.get(folder) ?? new ImportedTypes(importOpener(file, roots, MAX_FILE_BYTES));
    known.set(folder, made);
    return made;
  };
}

/** Undefined for what stands in a folder and is no description of an API. */
async function readOne(file: FoundFile, reading: Reading): Promise<DeclaredApi | undefined> {
  const { complaints, referred } = reading;
  if (file.bytes > MAX_FILE_BYTES)
    throw new DeclaredFault(`${file.name}:1: has ${file.bytes} bytes; allowed: ${MAX_FILE_BYTES}; part it`);
  if (file.fault !== undefined) throw new DeclaredFault(`${file.name}:1: ${file.fault}`);
  const bytes = contentOf(file);
  if (DESCRIPTOR.test(file.path)) return readDescriptorSet(file.name, bytes);
  const text = textOf(bytes);
  if (/\.proto$/i.test(file.path)) {
    const imported = reading.importedBy(file);
    const api = readProto(file.name, text, imported);
    complaints.push(...protoComplaints(file.name, text, imported));
    return api;
  }
  // Folders hold other YAML, too, that need not even be one document.
  if (!file.isNamed && !/^\s*["']?(openapi|swagger)["']?\s*:|["'](openapi|swagger)["']\s*:/m.test(text))
    return undefined;
  const document = new SourceDocument(file.name, text);
  if (!isOpenApi(document)) {
    if (!file.isNamed) return undefined;
    throw new DeclaredFault(
      `${file.name}:1: has neither "openapi" nor "swagger"; name an OpenAPI file, a .proto or a descriptor set`,
    );
  }
  const own: string[] = [];
  const api = readOpenApi(document, opener(file, document, referred), own);
  const told = new Set(own.map(lineOf));
  const others = await complaintsOf(document, bytes.length);
  complaints.push(...own, ...others.filter((text) => !told.has(lineOf(text))));
  return api;
}

/** `file:line` at which a complaint begins: two of one line are of the same thing. */
function lineOf(complaint: string): string | undefined {
  return /^.*?:\d+(?=:)/.exec(complaint)?.[0];
}

/** Opens what references name, once, and nothing outside the folder that was given. */
function opener(
  file: FoundFile,
  document: SourceDocument,
  referred: Set<string>,
): (from: string, target: string) => SourceDocument {
  const paths = new Map([[file.name, resolve(file.path)]]);
  const documents = new Map([[resolve(file.path), document]]);
  return (from, target) => {
    const path = resolve(dirname(paths.get(from) ?? file.path), target);
    const known = documents.get(path);
    if (known !== undefined) return known;
    const name = join(dirname(file.name), relative(dirname(resolve(file.path)), path));
    if (!isWithin(file.root, path)) throw new Error(`is outside of ${file.root}; give the folder that holds both`);
    const opened = new SourceDocument(name, textOf(bytesOf(path)));
    paths.set(name, path);
    referred.add(path);
    documents.set(path, opened);
    return opened;
  };
}

function* filesBelow(folder: string, root: string, depth: number): Iterable<FoundFile> {
  if (depth > MAX_DEPTH) return;
  for (const name of listOf(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || name.startsWith(".") || name === "node_modules") continue;
    if (stats.isDirectory()) yield* filesBelow(path, root, depth + 1);
    else if (READABLE.test(name) && statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
      yield fileAt(path, relative(root, path), root, false);
  }
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new CommandError(`declared.files "${folder}" can't be read: ${(error as Error).message}`);
  }
}

function fileAt(path: string, name: string, root: string, isNamed: boolean): FoundFile {
  const stats = statSync(path, { throwIfNoEntry: false });
  const { size: bytes, mtimeMs: modifiedMillis } = stats ?? { size: 0, mtimeMs: 0 };
  const found = { name, path, root, isNamed, bytes, modifiedMillis };
  if (stats?.isFile() === true) return found;
  const what = stats === undefined ? "is a link that leads nowhere" : "is a pipe, a socket or a device";
  return { ...found, fault: `${what}; put the file itself there` };
}

function statOf(path: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(path);
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    const reason = isAbsent ? "there is no such file or folder" : (error as Error).message;
    throw new CommandError(`declared.files "${path}" can't be read: ${reason}`);
  }
}

function contentOf({ path, name }: FoundFile): Buffer {
  try {
    return bytesOf(path);
  } catch (error) {
    throw new DeclaredFault(`${name}:1: ${(error as Error).message}`);
  }
}

/** Throws an Error whose message says why in words that follow what names the file. */
function bytesOf(path: string): Buffer {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new Error("it is no file");
    return readFileSync(path);
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new Error(`can't be read: ${isAbsent ? "there is no such file" : (error as Error).message}`);
  }
}

/** By its byte order mark (Unicode 15.0 §23.8) UTF-16, else UTF-8; without the mark. */
function textOf(bytes: Buffer): string {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  const encoding = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}
