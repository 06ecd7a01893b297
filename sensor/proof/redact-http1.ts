import { type Field, type HeadLine, readField, readRequestLine, readStatusLine } from "./redact-head.js";
import type { SideBytes } from "./side-bytes.js";

const MAX_HEAD_BYTES = 65_536;
const MAX_CHUNK_LINE = 256;
const HEAD_END = "\r\n\r\n";
const LINE_END = "\r\n";
const LENGTH = /^\d{1,15}$/;

/** Where both sides go on as something else; `upgrade` is the protocol that the response names, in lower case. */
export interface Switch {
  readonly clientAt: number;
  readonly serverAt: number;
  readonly upgrade: string;
}

interface Message {
  readonly fields: readonly Field[];
  readonly version: string;
  readonly bodyStart: number;
}

interface Request extends Message {
  readonly method: string;
  readonly end: number | undefined;
}

/** Whether the side goes on where the message ends, and where that is; undefined where it can't be told. */
type Place = number | undefined;

/**
 * Shows the heads of an HTTP/1 connection, as far as it is beyond doubt where each message begins: both ends read in step, every
 * ambiguity of RFC 9112 §6 ends it. Undefined where nothing follows that is not HTTP/1, or nothing of it can be known.
 */
export function redactHttp1(
  client: SideBytes,
  clientStart: number,
  server: SideBytes,
  serverStart: number,
): Switch | undefined {
  let clientAt: Place = clientStart;
  let serverAt: Place = serverStart;
  while (clientAt !== undefined) {
    const request = readRequest(client, clientAt);
    if (request === undefined) return undefined;
    const answered: Answer | undefined = serverAt === undefined ? undefined : readAnswer(server, serverAt, request);
    if (answered?.upgrade !== undefined) {
      if (request.end === undefined || answered.end === undefined) return undefined;
      return { clientAt: request.end, serverAt: answered.end, upgrade: answered.upgrade };
    }
    // What follows such a request is this protocol only if the answer says so.
    if (answered === undefined && mayBeSwitched(request)) return undefined;
    clientAt = request.end;
    serverAt = answered?.end;
  }
  return undefined;
}

function readRequest(client: SideBytes, at: number): Request | undefined {
  const head = headAt(client, at);
  if (head === undefined) return undefined;
  const line = readRequestLine(head.lines[0], client);
  if (line === undefined) return undefined;
  const fields = showFields(client, head, head.lines.slice(1));
  if (fields === undefined) return undefined;
  const message = { fields, version: line.version, bodyStart: head.end };
  return { ...message, method: line.method, end: bodyEnd(client, message, "none") };
}

interface Answer {
  readonly end: Place;
  readonly upgrade: string | undefined;
}

/** The final answer to a request, those before it (RFC 9110 §15.2) included. */
function readAnswer(server: SideBytes, start: number, request: Request): Answer | undefined {
  for (let at = start; ; ) {
    const head = headAt(server, at);
    if (head === undefined) return undefined;
    const line = readStatusLine(head.lines[0], server);
    if (line === undefined) return undefined;
    const fields = showFields(server, head, head.lines.slice(1));
    if (fields === undefined) return undefined;
    const { status } = line;
    if (status === 101) return { end: head.end, upgrade: valuesOf(fields, "upgrade").join().toLowerCase() };
    if (status < 200) {
      at = head.end;
      continue;
    }
    if (request.method === "CONNECT" && status < 300) return { end: head.end, upgrade: "connect" };
    const hasNoBody = request.method === "HEAD" || status === 204 || status === 304;
    if (hasNoBody) return { end: head.end, upgrade: undefined };
    const message = { fields, version: line.version, bodyStart: head.end };
    return { end: bodyEnd(server, message, "until-close"), upgrade: undefined };
  }
}

function mayBeSwitched({ method, fields }: Request): boolean {
  return method === "CONNECT" || fields.some(({ name }) => name === "upgrade");
}

interface Head {
  readonly lines: readonly HeadLine[];
  readonly end: number;
}

/** A head whose lines all end with CRLF and none of which goes on in the next (RFC 9112 §5.2). */
function headAt(side: SideBytes, start: number): Head | undefined {
  const at = side.find(HEAD_END, start, start + MAX_HEAD_BYTES);
  const text = at < 0 ? undefined : side.text(start, at);
  if (text === undefined) return undefined;
  const lines = linesOf(text, start);
  return lines && { lines, end: at + HEAD_END.length };
}

function linesOf(text: string, start: number): HeadLine[] | undefined {
  const lines: HeadLine[] = [];
  let at = start;
  for (const line of text.split(LINE_END)) {
    if (/[\r\n\0]/.test(line) || /^[ \t]/.test(line)) return undefined;
    lines.push({ start: at, text: line });
    at += line.length + LINE_END.length;
  }
  return lines;
}

/** Undefined where one of the lines is no field: what was shown is hidden again, for then it is not known what the whole is. */
function showFields(side: SideBytes, { lines, end }: Head, of: readonly HeadLine[]): Field[] | undefined {
  const fields: Field[] = [];
  for (const line of of) {
    const field = readField(line, side);
    if (field === undefined) {
      side.hide(lines[0].start, end);
      return undefined;
    }
    fields.push(field);
  }
  for (const { start, text } of lines) {
    side.show(start + text.length, start + text.length + LINE_END.length);
    for (const [from, until] of side.added.in(text)) side.hide(start + from, start + until);
  }
  side.show(end - LINE_END.length, end);
  return fields;
}

/** RFC 9112 §6.3, without what it lets a recipient get away with. */
function bodyEnd(side: SideBytes, message: Message, otherwise: "none" | "until-close"): Place {
  const { fields, version, bodyStart } = message;
  const codings = valuesOf(fields, "transfer-encoding");
  const lengths = valuesOf(fields, "content-length");
  if (codings.length > 0) {
    const isChunked = codings.length === 1 && codings[0].toLowerCase() === "chunked";
    return isChunked && lengths.length === 0 && version === "HTTP/1.1" ? chunksEnd(side, bodyStart) : undefined;
  }
  if (lengths.length === 0) return otherwise === "none" ? bodyStart : undefined;
  return lengths.length === 1 && LENGTH.test(lengths[0]) ? bodyStart + Number(lengths[0]) : undefined;
}

function valuesOf(fields: readonly Field[], wanted: string): string[] {
  return fields.filter(({ name }) => name === wanted).map(({ value }) => value);
}

/** RFC 9112 §7.1: sizes are shown; extensions and data are not. */
function chunksEnd(side: SideBytes, start: number): Place {
  for (let at = start; ; ) {
    const lineEnd = side.find(LINE_END, at, at + MAX_CHUNK_LINE);
    const size = lineEnd < 0 ? undefined : /^[0-9A-Fa-f]{1,8}(?=$|[ \t]*;)/.exec(side.text(at, lineEnd) ?? "")?.[0];
    if (size === undefined) return undefined;
    side.show(at, at + size.length);
    side.show(lineEnd, lineEnd + LINE_END.length);
    const dataStart = lineEnd + LINE_END.length;
    const length = Number.parseInt(size, 16);
    if (length === 0) return trailersEnd(side, dataStart);
    const dataEnd = dataStart + length;
    if (side.text(dataEnd, dataEnd + LINE_END.length) !== LINE_END) return undefined;
    side.show(dataEnd, dataEnd + LINE_END.length);
    at = dataEnd + LINE_END.length;
  }
}

function trailersEnd(side: SideBytes, start: number): Place {
  if (side.text(start, start + LINE_END.length) === LINE_END) {
    side.show(start, start + LINE_END.length);
    return start + LINE_END.length;
  }
  const head = headAt(side, start);
  return head === undefined || showFields(side, head, head.lines) === undefined ? undefined : head.end;
}
