import type { Settings } from "../../shared/config/settings.js";
import type { Declared, DeclaredApi } from "../declared/declared-api.js";
import { FileWatch } from "./file-watch.js";

/** Files of a folder that are named when they are left out. */
const MAX_NAMED = 8;

/** Takes what is to be told of files, for a person. */
export interface FileNotices {
  /** A file that can't be used. */
  broken(text: string): void;
  notice(text: string): void;
}

/** What the files that the settings name declare; undefined where they name none. Throws CommandError for one that is not there. */
export async function loadDeclared(
  settings: Settings["declared"],
  notices: FileNotices,
): Promise<LoadedDeclared | undefined> {
  if (settings.files.length === 0) return undefined;
  // Reading YAML, checking and protobuf take most of a start: loaded only where there are files.
  const { findFiles } = await import("../declared/read-files.js");
  return load(settings, findFiles(settings.files), undefined, notices);
}

export interface LoadedDeclared {
  readonly declared: Declared;
  /** What the files were when they were read. */
  readonly signature: string;
  /** As the files tell, before any setting moved them. */
  readonly apis: readonly DeclaredApi[];
  /** Names of files that declare nothing, as they were told. */
  readonly leftOut: readonly string[];
}

/** Hands over what the files declare whenever they changed. A file that broke since stays what it was. */
export function watchDeclared(
  settings: Settings["declared"],
  loaded: LoadedDeclared,
  notices: FileNotices,
  changed: (declared: Declared) => void,
): FileWatch {
  let before = loaded;
  const reload = async (): Promise<void> => {
    const { findFiles } = await import("../declared/read-files.js");
    const files = findFiles(settings.files);
    if (signatureOf(files) === before.signature) return;
    before = await load(settings, files, before, notices);
    changed(before.declared);
  };
  return new FileWatch(settings.reloadSeconds, reload, notices.broken);
}

type Found = ReturnType<typeof import("../declared/read-files.js").findFiles>;

async function load(
  settings: Settings["declared"],
  files: Found,
  before: LoadedDeclared | undefined,
  notices: FileNotices,
): Promise<LoadedDeclared> {
  const { readFiles } = await import("../declared/read-files.js");
  const { mapServices, serviceMappings } = await import("../declared/service-mapping.js");
  const mappings = serviceMappings(settings.services);
  const { apis, faults, complaints, leftOut } = await readFiles(files);
  for (const { text } of faults) notices.broken(text);
  for (const text of complaints) notices.notice(text);
  tellLeftOut(leftOut, before?.leftOut ?? [], notices);
  const kept = (before?.apis ?? []).filter(({ file }) => faults.some((fault) => fault.file === file));
  for (const { file } of kept) notices.notice(`${file}: what it declared before it broke is kept until it is mended`);
  const all = [...apis, ...kept];
  const mapped = mapServices(all, mappings);
  for (const text of mapped.notices) notices.notice(text);
  const { scope, ignore, windowSeconds } = settings;
  const declared = { apis: mapped.apis, scope, ignore, windowSeconds, filesBroken: faults.length };
  return { declared, signature: signatureOf(files), apis: all, leftOut };
}

/** Folders hold other files too: one word for all of them, and none again of those that it was said of. */
function tellLeftOut(names: readonly string[], toldBefore: readonly string[], notices: FileNotices): void {
  const fresh = names.filter((name) => !toldBefore.includes(name));
  if (fresh.length === 0) return;
  const more = fresh.length > MAX_NAMED ? ` and ${fresh.length - MAX_NAMED} more` : "";
  notices.notice(
    `${fresh.slice(0, MAX_NAMED).join(", ")}${more}: left out, having neither "openapi" nor "swagger"; ` +
      "begin a description of an API with one of them, move what is none out of the folder",
  );
}

/** Changes with every file that comes, goes, or is written. What references lead to beside them is not looked at. */
function signatureOf(files: Found): string {
  return files.map(({ path, bytes, modifiedMillis }) => `${path} ${bytes} ${modifiedMillis}`).join("\n");
}
