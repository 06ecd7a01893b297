import { isRandom } from "../random-value.js";
import { eachObject, JsonMembers } from "../rpc/json-members.js";
import type { BodyKey } from "./body-keys.js";
import { argumentsOf } from "./graphql-arguments.js";
import { LoginFields } from "./login-fields.js";

/** Members beside those that JSON-RPC 2.0 §4 has: whoever adds one says with it who asks, as Zabbix does with `auth`. */
const PROOFS = new Set("auth token session sessionid session_id sid ticket".split(" "));
/** Of a call, and of one within the parameters of another, as Odoo has them. */
const METHODS = new Set(["method"]);
const PARAMETERS = new Set(["params", "args"]);
/** aria2's own: the secret is the first parameter of each call. */
const TOKEN_PARAMETER = /^token:./;
const LOGGING_IN =
  /log[-_.]?(?:in|on)(?![a-z])|sign[-_.]?in(?![a-z])|authenticat|token[-_.]?(?:auth|create)|access[-_.]?token|(?:create|generate|obtain|get|request|issue)\w*(?:token|session)|session[-_.]?create/i;
/** Who is given a password, or another one, proves nothing with it. */
const SIGNING_UP = /sign[-_.]?up|regist|reset|change|forgot|recover/i;
/** What may be done with somebody's name and password, or with those of another service, other than to log in with them. */
const KEEPING = /create|add|new|insert|invite|import|update|edit|set|save|store|config|connect|test|check|verify/i;
const MAX_NAME_BYTES = 128;
const MAX_LIST_BYTES = 4_096;
/** Calls of a batch that are looked at: the others are like them. */
const MAX_CALLS = 4;
/** A call within the parameters of another. */
const MAX_DEPTH = 2;
const OPEN_ARRAY = 0x5b;

interface Part {
  readonly start: number;
  readonly end: number;
}

/** What a call says of itself. */
interface Asked {
  method: string | undefined;
  parameters: Part | undefined;
  hasProof: boolean;
  document: Part | undefined;
  variables: Part | undefined;
  operationName: string;
}

/**
 * Finds credentials in calls of JSON-RPC (jsonrpc.org) and GraphQL: what stands beside the call to say who asks, and a password among the
 * arguments where by these, or by its name, the call logs somebody in. Values are let go.
 */
export class CallKeys {
  readonly #login = new LoginFields();

  inObject(bytes: Buffer, start: number, end: number): BodyKey | undefined {
    return this.#inCall(bytes, start, end, 0);
  }

  inList(bytes: Buffer, start: number, end: number): BodyKey | undefined {
    let found: BodyKey | undefined;
    let calls = 0;
    eachObject(bytes, start, end, (from, until) => {
      found = this.#inCall(bytes, from, until, 0);
      return found === undefined && ++calls < MAX_CALLS;
    });
    return found;
  }

  #inCall(bytes: Buffer, start: number, end: number, depth: number): BodyKey | undefined {
    const asked = askedIn(bytes, start, end);
    if (asked === undefined) return undefined;
    if (asked.document !== undefined) return this.#logsInByDocument(bytes, asked) ? "password" : undefined;
    const { method, parameters } = asked;
    if (method === undefined || parameters === undefined) return undefined;
    if (asked.hasProof) return "bearer";
    return bytes[parameters.start] === OPEN_ARRAY
      ? this.#inParameters(bytes, parameters, method)
      : this.#inNamed(bytes, parameters, method, depth);
  }

  #inNamed(bytes: Buffer, { start, end }: Part, method: string, depth: number): BodyKey | undefined {
    this.#login.begin();
    this.#fields(bytes, start, end, 0);
    if (this.#logsIn(method)) return "password";
    return depth + 1 < MAX_DEPTH ? this.#inCall(bytes, start, end, depth + 1) : undefined;
  }

  /** By position. One of them may say what is done, and another be an object of arguments. */
  #inParameters(bytes: Buffer, { start, end }: Part, method: string): BodyKey | undefined {
    const list = listOf(bytes, start, end);
    const texts = list.filter((entry): entry is string => typeof entry === "string" && entry !== "");
    if (typeof list[0] === "string" && TOKEN_PARAMETER.test(list[0])) return "bearer";
    this.#login.begin();
    for (const entry of list)
      if (typeof entry === "object" && entry !== null && !Array.isArray(entry))
        for (const [name, value] of Object.entries(entry)) this.#login.named(name, !isGiven(value));
    if (this.#logsIn([method, ...texts].join(" "))) return "password";
    return texts.length >= 2 && isToLogIn(method) ? "password" : undefined;
  }

  #logsInByDocument(bytes: Buffer, { document, variables, operationName }: Asked): boolean {
    this.#login.begin();
    if (variables !== undefined) this.#fields(bytes, variables.start, variables.end, 0);
    if (document === undefined) return false;
    const text = bytes.latin1Slice(document.start, document.end);
    if (this.#login.hasPassword && this.#logsIn(`${operationName} ${rootNames(text)}`)) return true;
    const given = new Set(variables === undefined ? [] : givenNames(bytes, variables));
    for (const { name, values } of argumentsOf(text)) {
      this.#login.begin();
      for (const [argument, value] of values)
        this.#login.named(argument, value === '""' || (value.startsWith("$") && !given.has(value.slice(1))));
      if (this.#logsIn(`${operationName} ${name}`)) return true;
    }
    return false;
  }

  /** Whether what was noted last logs somebody in, done by something of that name. */
  #logsIn(name: string): boolean {
    const login = this.#login;
    if (!login.hasPassword || SIGNING_UP.test(name)) return false;
    return isToLogIn(name) || (login.isLogin && !KEEPING.test(name));
  }

  /** Notes the members of an object, and of the objects among them: `input`, `credentials`. */
  #fields(bytes: Buffer, start: number, end: number, depth: number): void {
    const members = new JsonMembers();
    if (!members.open(bytes, start, end)) return;
    while (members.next()) {
      const { kind, nameStart, nameEnd, valueStart, valueEnd } = members;
      if (kind === "object" && depth === 0) this.#fields(bytes, valueStart, valueEnd, depth + 1);
      else this.#login.field(bytes, nameStart, nameEnd, kind !== "string" || valueEnd <= valueStart);
    }
  }
}

function isToLogIn(name: string): boolean {
  return LOGGING_IN.test(name) && !SIGNING_UP.test(name);
}

function askedIn(bytes: Buffer, start: number, end: number): Asked | undefined {
  const members = new JsonMembers();
  if (!members.open(bytes, start, end)) return undefined;
  const asked: Asked = {
    method: undefined,
    parameters: undefined,
    hasProof: false,
    document: undefined,
    variables: undefined,
    operationName: "",
  };
  while (members.next()) note(asked, bytes, members);
  return asked;
}

function note(asked: Asked, bytes: Buffer, members: JsonMembers): void {
  const { kind, valueStart: start, valueEnd: end } = members;
  const name = bytes.latin1Slice(members.nameStart, Math.min(members.nameEnd, members.nameStart + MAX_NAME_BYTES));
  const part = { start, end };
  if (kind === "string") {
    const text = (): string => bytes.latin1Slice(start, Math.min(end, start + MAX_NAME_BYTES));
    if (METHODS.has(name)) asked.method = text();
    else if (name === "operationName") asked.operationName = text();
    else if (name === "query" && bytes.subarray(start, end).includes("{")) asked.document = part;
    else if (PROOFS.has(name.toLowerCase())) asked.hasProof ||= isRandom(bytes, start, end);
  } else if (kind !== "other" && PARAMETERS.has(name)) asked.parameters = part;
  else if (kind === "object" && name === "variables") asked.variables = part;
}

/** The entries of a list; none where it is cut off, or too long to be looked at. */
function listOf(bytes: Buffer, start: number, end: number): readonly unknown[] {
  if (end - start > MAX_LIST_BYTES) return [];
  try {
    const list: unknown = JSON.parse(bytes.latin1Slice(start, end));
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function isGiven(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** Of the variables that are given. */
function* givenNames(bytes: Buffer, { start, end }: Part): Generator<string> {
  const members = new JsonMembers();
  members.open(bytes, start, end);
  while (members.next())
    if (members.kind !== "string" || members.valueEnd > members.valueStart)
      yield bytes.latin1Slice(members.nameStart, members.nameEnd);
}

/** Names in a document before its first field's arguments or fields: of the operation, and of what it asks for. */
function rootNames(document: string): string {
  return (
    document
      .slice(0, MAX_LIST_BYTES)
      .match(/[A-Za-z_]\w*(?=\s*(?:\(|\{))/g)
      ?.slice(0, 2)
      .join(" ") ?? ""
  );
}
