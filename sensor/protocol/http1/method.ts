import { WordTable } from "../../bytes/word-table.js";
import { wordOf } from "../../bytes/word-view.js";
import { MASK } from "../message.js";

/** Longer than any in use, in bytes. */
export const MAX_METHOD_LENGTH = 32;

/** Methods of the IANA HTTP Method Registry and a few that never registered. */
const METHODS = new WordTable(
  (
    "get post put delete head options patch trace connect query propfind proppatch mkcol copy move lock unlock search report " +
    "mkcalendar acl bind rebind unbind checkin checkout label link unlink merge mkactivity mkredirectref mkworkspace orderpatch " +
    "update updateredirectref version-control baseline-control uncheckout purge notify subscribe unsubscribe m-search " +
    "rpc_in_data rpc_out_data bcopy bdelete bmove bpropfind bproppatch poll"
  ).split(" "),
);

/** As long as words are at most that nobody put a sign into: keys of letters alone are longer. */
const MAX_LETTERS = 15;

const METHOD_NAMES: readonly string[] = METHODS.words.map((word) => word.toUpperCase());

const GET = wordOf("GET ");
const POST = wordOf("POST");
const PUT = wordOf("PUT ");
const DELETE_METHOD = wordOf("DELE");
const PATCH = wordOf("PATC");
const HEAD = wordOf("HEAD");
const SECOND_OF_DELETE = wordOf("LETE");
const SECOND_OF_PATCH = wordOf("ATCH");

/** A method of the registry, or one of those beside it, as it is written: in capitals. */
export function isKnownMethod(bytes: Buffer, start: number, end: number): boolean {
  return METHODS.indexOf(bytes, start, end) >= 0 && bytes[start] <= 0x5a;
}

/** The method of every day that bytes from `start` on begin with; what follows it is not looked at. */
export function usualMethod(view: DataView, start: number): string | undefined {
  switch (view.getInt32(start, true)) {
    case GET:
      return "GET";
    case POST:
      return "POST";
    case PUT:
      return "PUT";
    case HEAD:
      return "HEAD";
    case DELETE_METHOD:
      return view.getInt32(start + 2, true) === SECOND_OF_DELETE ? "DELETE" : undefined;
    case PATCH:
      return view.getInt32(start + 1, true) === SECOND_OF_PATCH ? "PATCH" : undefined;
    default:
      return undefined;
  }
}

export function methodName(bytes: Buffer, start: number, end: number): string {
  const known = METHODS.indexOf(bytes, start, end);
  if (known >= 0 && bytes[start] <= 0x5a && bytes[end - 1] <= 0x5a) return METHOD_NAMES[known];
  // A method no registry knows is told only where it is made of letters: what else stands there may be a secret gone astray.
  let letters = 0;
  for (let at = start; at < end; at++) {
    if (!isMethodByte(bytes[at])) return MASK;
    letters = bytes[at] === 0x2d || bytes[at] === 0x5f ? 0 : letters + 1;
    if (letters > MAX_LETTERS) return MASK;
  }
  return bytes.latin1Slice(start, end);
}

function isMethodByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x2d || byte === 0x5f;
}

/** What is left of a method whose first letters were lost, or one behind bytes of a body. */
export function isPartOfMethod(word: string): boolean {
  return !/^[A-Z_-]+$/.test(word) || METHOD_NAMES.some((name) => name.endsWith(word) || word.endsWith(name));
}
