/** A reason, and its remedy where that does not depend on what the file is for. */
interface Words {
  readonly reason: string;
  readonly remedy?: string;
}

const FULL: Words = { reason: "no room is left on its disk", remedy: "make room there, or name another place" };
const FORBIDDEN: Words = { reason: "this user may not write there" };

const NOT_WRITTEN: Readonly<Record<string, Words>> = {
  ENOENT: { reason: "no file can be made there" },
  ENOTDIR: { reason: "a file stands where a folder belongs" },
  EISDIR: { reason: "it is a folder" },
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: { reason: "its file system is read-only" },
  ENOSPC: FULL,
  EDQUOT: FULL,
  SQLITE_FULL: FULL,
  SQLITE_BUSY: { reason: "another program holds it", remedy: "end that one" },
};

const NOT_READ: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EISDIR: "it is a folder",
};

/** Why a file can't be written, behind it what to do: the system's codes and paths are not what a person asked for. */
export function writeReason(error: unknown, remedy: string): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const words = NOT_WRITTEN[code] ?? { reason: message };
  return `${words.reason}; ${words.remedy ?? remedy}`;
}

/** Why a file can't be read. */
export function readReason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return NOT_READ[code] ?? message;
}
