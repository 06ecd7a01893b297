import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the lab's own npm packages, Bun and Deno, put their programs. */
const NPM_PROGRAMS = fileURLToPath(new URL("../../../../build/lab-runtimes/node_modules/.bin", import.meta.url));

/** Where a program is; servers of Debian live in folders that a user's PATH leaves out. */
export function findProgram(name: string): string | undefined {
  const folders = [NPM_PROGRAMS, ...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Why a stack that needs these programs can't run. */
export function missingPrograms(...names: readonly string[]): string | undefined {
  const gone = names.filter((name) => findProgram(name) === undefined);
  return gone.length === 0 ? undefined : `${gone.join(", ")} not installed`;
}

export function missingFile(path: string, remedy: string): string | undefined {
  return existsSync(path) ? undefined : remedy;
}

export function missingPythonModule(python: string, module: string): string | undefined {
  const { status } = spawnSync(python, ["-c", `import ${module}`]);
  return status === 0 ? undefined : `python3-${module} not installed`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
