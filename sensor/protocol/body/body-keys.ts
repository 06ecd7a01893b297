import { WordTable } from "../../bytes/word-table.js";
import { isNoValue } from "../no-value.js";
import { JsonMembers, skipSpace } from "../rpc/json-members.js";
import { QueryParameters } from "../rpc/query-parameters.js";
import { CallKeys } from "./call-keys.js";
import { LoginFields } from "./login-fields.js";
import { eachPart, fieldNameOf } from "./multipart-scan.js";
import { NestedKeys } from "./nested-keys.js";

/** Names under which a request's body says who sends it. */
const KEYS =
  "api_key apikey api-key api_token apitoken access_key accesskey app_key appkey auth_key authkey user_key".split(" ");
const TOKENS = "access_token accesstoken auth_token authtoken id_token idtoken session_token sessiontoken jwt".split(
  " ",
);
const NAMES = new WordTable([...KEYS, ...TOKENS]);
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const DASH = 0x2d;
const LESS = 0x3c;
const EQUALS = 0x3d;
/** WS-Security 1.1.1 §6.2 and §6.3: elements of an envelope's header. */
const SECURITY = ["UsernameToken", "BinarySecurityToken"].map((name) => Buffer.from(name));
const MAX_HEADER_BYTES = 8_192;

/** What stands in a body by which its sender proves who it is. */
export type BodyKey = "api-key" | "bearer" | "password" | "ws-security";

/**
 * Finds credentials in bodies by the names they go under: among the members of an object and of what wraps it, in entries of a list, in
 * calls of JSON-RPC and GraphQL and in forms of both kinds. Values are let go.
 */
export class BodyKeys {
  /** Where the value lies of what was found last under a name of its own, and not deeper; empty where it was. */
  valueStart = 0;
  valueEnd = 0;
  readonly #members = new JsonMembers();
  readonly #inner = new JsonMembers();
  readonly #parameters = new QueryParameters();
  readonly #login = new LoginFields();
  readonly #nested = new NestedKeys(keyOf);
  readonly #calls = new CallKeys();

  find(bytes: Buffer, start: number, end: number, layout: "form" | "other"): BodyKey | undefined {
    this.valueStart = this.valueEnd = 0;
    if (layout === "form") return this.#inForm(bytes, start, end);
    const first = bytes[skipSpace(bytes, start, end)];
    if (first === OPEN_OBJECT)
      return (
        this.#inObject(bytes, start, end) ??
        this.#nested.inObject(bytes, start, end) ??
        this.#calls.inObject(bytes, start, end)
      );
    if (first === OPEN_ARRAY) return this.#nested.inList(bytes, start, end) ?? this.#calls.inList(bytes, start, end);
    if (first === DASH) return inParts(bytes, start, end);
    if (first !== LESS) return undefined;
    const header = bytes.subarray(start, Math.min(end, start + MAX_HEADER_BYTES));
    return SECURITY.some((name) => header.includes(name)) ? "ws-security" : undefined;
  }

  #inObject(bytes: Buffer, start: number, end: number): BodyKey | undefined {
    const members = this.#members;
    if (!members.open(bytes, start, end)) return undefined;
    this.#login.begin();
    while (members.next()) {
      const key = members.kind === "string" ? keyOf(bytes, members) : undefined;
      if (key !== undefined) return this.#at(key, members.valueStart, members.valueEnd);
      this.#member(bytes, members);
    }
    return this.#login.isLogin ? "password" : undefined;
  }

  #member(bytes: Buffer, member: JsonMembers): void {
    const { kind, nameStart, nameEnd, valueStart, valueEnd } = member;
    const [login, inner] = [this.#login, this.#inner];
    if (kind === "object" && login.wraps(bytes, nameStart, nameEnd) && inner.open(bytes, valueStart, valueEnd))
      while (inner.next()) login.field(bytes, inner.nameStart, inner.nameEnd, isEmpty(inner));
    else login.field(bytes, nameStart, nameEnd, isEmpty(member));
  }

  #inForm(bytes: Buffer, start: number, end: number): BodyKey | undefined {
    const parameters = this.#parameters;
    if (!bytes.subarray(start, end).includes(EQUALS)) return undefined;
    parameters.open(bytes, start, end);
    this.#login.begin();
    while (parameters.next()) {
      const { name, valueStart, valueEnd } = parameters;
      const key = isNoValue(bytes, valueStart, valueEnd) ? undefined : keyNamed(name.bytes, name.start, name.end);
      if (key !== undefined) return this.#at(key, valueStart, valueEnd);
      this.#login.field(name.bytes, name.start, name.end, valueEnd <= valueStart);
    }
    return this.#login.isLogin ? "password" : undefined;
  }

  #at(key: BodyKey, start: number, end: number): BodyKey {
    this.valueStart = start;
    this.valueEnd = end;
    return key;
  }
}

function isEmpty({ kind, valueStart, valueEnd }: JsonMembers): boolean {
  return kind !== "string" || valueEnd <= valueStart;
}

/** RFC 7578 §4.2: a field of a form in parts; a file is none. */
function inParts(bytes: Buffer, start: number, end: number): BodyKey | undefined {
  let found: BodyKey | undefined;
  eachPart(bytes, start, end, false, (head, from, until) => {
    const name = fieldNameOf(head);
    if (found !== undefined || name === undefined || isNoValue(bytes, from, until)) return;
    found = keyNamed(Buffer.from(name, "latin1"), 0, name.length);
  });
  return found;
}

export type Named = Pick<JsonMembers, "nameStart" | "nameEnd" | "valueStart" | "valueEnd">;

/** An empty one proves nothing. */
function keyOf(bytes: Buffer, { nameStart, nameEnd, valueStart, valueEnd }: Named): BodyKey | undefined {
  return isNoValue(bytes, valueStart, valueEnd) ? undefined : keyNamed(bytes, nameStart, nameEnd);
}

function keyNamed(bytes: Buffer, start: number, end: number): BodyKey | undefined {
  const found = NAMES.indexOf(bytes, start, end);
  if (found < 0) return undefined;
  return found < KEYS.length ? "api-key" : "bearer";
}
