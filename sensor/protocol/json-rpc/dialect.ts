import type { RpcKind } from "../message.js";
import { FAILED, SUCCEEDED, UNIMPLEMENTED } from "../outcome.js";
import type { Dialect, Operation } from "../rpc/dialect.js";
import { JsonError } from "../rpc/json-error.js";
import { eachObject, JsonMembers } from "../rpc/json-members.js";
import { beginsWithMember, mayHoldJson } from "../rpc/json-type.js";
import type { OperationNames } from "../rpc/operation-names.js";

const JSONRPC = Buffer.from("jsonrpc");
const METHOD = Buffer.from("method");
const PARAMS = Buffer.from("params");
const ID = Buffer.from("id");
const MEMBERS = [JSONRPC, METHOD, PARAMS, ID];
const RESULT = Buffer.from("result");
const ERROR = Buffer.from("error");
const CODE = Buffer.from("code");
const LETTER_N = 0x6e;
const VERSION = Buffer.from("2.0");
/** §5.1: the method does not exist. */
const METHOD_NOT_FOUND = -32_601;
/** OpenRPC and the convention of XML-RPC: what there is to be called. */
const DISCOVERY: ReadonlySet<string> = new Set(["rpc.discover", "system.listMethods", "system.describe"]);

/** JSON-RPC 2.0 (jsonrpc.org) and 1.0: the method is the operation, also of each call of a batch. */
export function jsonRpc(names: OperationNames): Dialect {
  return new JsonRpc(names);
}

class JsonRpc implements Dialect {
  readonly system = "jsonrpc";
  readonly mayHold = mayHoldJson;
  readonly firstMembers = MEMBERS;
  readonly #names: OperationNames;
  readonly #members = new JsonMembers();
  readonly #inner = new JsonMembers();
  readonly #errors = new JsonError();

  constructor(names: OperationNames) {
    this.#names = names;
  }

  mayBegin(bytes: Buffer, start: number, end: number): boolean {
    return beginsWithMember(bytes, start, end, MEMBERS) && this.#mayFollowId(bytes, start, end);
  }

  /** Much else begins with an `id`: the member behind it tells. */
  #mayFollowId(bytes: Buffer, start: number, end: number): boolean {
    const members = this.#members;
    if (!members.open(bytes, start, end) || !members.next() || !members.isNamed(ID) || !members.next()) return true;
    for (const name of MEMBERS) if (members.isNamed(name)) return true;
    return false;
  }

  operations(bytes: Buffer, start: number, end: number): readonly Operation[] | undefined {
    const called: Operation[] = [];
    eachObject(bytes, start, end, (from, until) => {
      const operation = this.#call(bytes, from, until);
      if (operation !== undefined) called.push(operation);
      return operation !== undefined;
    });
    return called.length === 0 ? undefined : called;
  }

  /** The first error of the answer, or of those in a batch. */
  outcome(bytes: Buffer, start: number, end: number): number | undefined {
    let outcome: number | undefined;
    eachObject(bytes, start, end, (from, until) => {
      const one = this.#answer(bytes, from, until);
      if (one !== undefined && (outcome ?? SUCCEEDED) === SUCCEEDED) outcome = one;
      return one === SUCCEEDED;
    });
    return outcome;
  }

  /** A member that no version has ends the reading: it is another's. */
  #call(bytes: Buffer, start: number, end: number): Operation | undefined {
    const members = this.#members;
    if (!members.open(bytes, start, end)) return undefined;
    let isVersion2 = false;
    let hasList = false;
    let id: "absent" | "null" | "given" = "absent";
    let methodStart = -1;
    let methodEnd = -1;
    while (members.next()) {
      if (members.isNamed(JSONRPC)) {
        if (members.kind !== "string" || !is(bytes, members, VERSION)) return undefined;
        isVersion2 = true;
      } else if (members.isNamed(METHOD)) {
        if (members.kind !== "string") return undefined;
        if (members.isCut) break;
        methodStart = members.valueStart;
        methodEnd = members.hasEscape ? methodStart : members.valueEnd;
      } else if (members.isNamed(PARAMS)) hasList = members.kind === "array";
      else if (members.isNamed(ID))
        id = bytes[members.valueStart] === LETTER_N && members.kind === "other" ? "null" : "given";
      else if (!isVersion2) return undefined;
      if (members.isCut) break;
    }
    // 1.0, §1.1: all three are there, the parameters as a list.
    const isCall = methodStart >= 0 && (isVersion2 || (hasList && id !== "absent" && members.isWhole));
    if (!isCall) return undefined;
    const isNotification = members.isWhole && (isVersion2 ? id === "absent" : id === "null");
    return this.#operation(bytes, methodStart, methodEnd, isNotification ? "notification" : undefined);
  }

  #operation(bytes: Buffer, start: number, end: number, kind: RpcKind | undefined): Operation {
    const method = this.#names.get(bytes, start, end);
    const isDiscovery = method !== undefined && DISCOVERY.has(method);
    return { system: this.system, method, kind, isDiscovery, label: method };
  }

  #answer(bytes: Buffer, start: number, end: number): number | undefined {
    const members = this.#members;
    if (!members.open(bytes, start, end)) return undefined;
    let hasResult = false;
    while (members.next()) {
      // 1.0 has both, of which one is null.
      const isNull = members.kind === "other" && bytes[members.valueStart] === LETTER_N;
      if (members.isNamed(ERROR) && !isNull) return this.#error(bytes, members.valueStart, members.valueEnd);
      if (members.isNamed(RESULT) && !isNull) return SUCCEEDED;
      if (members.isNamed(RESULT)) hasResult = true;
    }
    return members.isWhole && hasResult ? SUCCEEDED : undefined;
  }

  #error(bytes: Buffer, start: number, end: number): number {
    const inner = this.#inner;
    if (!inner.open(bytes, start, end)) return FAILED;
    while (inner.next())
      if (inner.isNamed(CODE) && inner.kind === "other" && !inner.isCut)
        return Number(bytes.latin1Slice(inner.valueStart, inner.valueEnd)) === METHOD_NOT_FOUND
          ? UNIMPLEMENTED
          : this.#errors.status(bytes, start, end);
    return this.#errors.status(bytes, start, end);
  }
}

function is(bytes: Buffer, { valueStart, valueEnd }: JsonMembers, word: Buffer): boolean {
  return valueEnd - valueStart === word.length && bytes.compare(word, 0, word.length, valueStart, valueEnd) === 0;
}
