import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isWithin } from "./within-folder.js";

/**
 * Opens what an import names. Compilers are told the folders that such paths begin in; here they are the one that the file is in, those
 * around it up to the one that was given, and all others that were given.
 */
export function importOpener(
  file: { readonly path: string; readonly root: string },
  roots: readonly string[],
  maxBytes: number,
): (path: string) => string | undefined {
  const given = resolve(file.root);
  const folders = new Set<string>();
  for (let folder = dirname(resolve(file.path)); isInside(given, folder); folder = dirname(folder)) {
    folders.add(folder);
    if (folder === given) break;
  }
  const inside = [...folders].map((folder) => ({ folder, root: given }));
  const all = [...inside, ...roots.map((root) => ({ folder: resolve(root), root: resolve(root) }))];
  return (path) => {
    for (const { folder, root } of all) {
      const text = textOf(join(folder, path), root, maxBytes);
      if (text !== undefined) return text;
    }
    return undefined;
  };
}

function isInside(root: string, folder: string): boolean {
  return folder === root || folder.startsWith(root.endsWith("/") ? root : `${root}/`);
}

function textOf(path: string, root: string, maxBytes: number): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size > maxBytes || !isWithin(root, path)) return undefined;
  try {
    return readFileSync(path, "utf8").replace(/^\ufeff/, "");
  } catch {
    return undefined;
  }
}
