import { Scratch } from "../body/scratch.js";
import type { RpcKind } from "../message.js";
import { FAILED, SUCCEEDED } from "../outcome.js";
import type { Dialect, Operation } from "../rpc/dialect.js";
import { JsonError } from "../rpc/json-error.js";
import { eachObject, JsonMembers, skipSpace } from "../rpc/json-members.js";
import { beginsWithMember, mayHoldJson } from "../rpc/json-type.js";
import type { OperationNames } from "../rpc/operation-names.js";
import { QueryParameters } from "../rpc/query-parameters.js";
import { closerOf } from "../rpc/refusal-words.js";
import { type Definition, DocumentReader } from "./document.js";
import { type KnownDocument, KnownDocuments } from "./known-documents.js";
import { documentId, keptId, labelOfId, PersistedOperations, persistedHash } from "./persisted-operations.js";

const QUERY = Buffer.from("query");
const OPERATION_NAME = Buffer.from("operationName");
const VARIABLES = Buffer.from("variables");
const EXTENSIONS = Buffer.from("extensions");
const DOCUMENT_ID = Buffer.from("documentId");
const MEMBERS = [QUERY, OPERATION_NAME, VARIABLES, EXTENSIONS, DOCUMENT_ID];
/** What else documents that a server keeps are asked for by, where the path says that it is GraphQL: of other paths any may be anything. */
const ID = Buffer.from("id");
const DOC_ID = Buffer.from("doc_id");
const DATA = Buffer.from("data");
const ERRORS = Buffer.from("errors");
const NOTHING = Buffer.alloc(0);
const QUOTE = 0x22;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;
const PLUS = 0x2b;
const DASH = 0x2d;
const EQUALS = 0x3d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
/** First bytes of a document: a keyword's, a comment's, a brace. */
const DOCUMENT_BYTES = new Set(Buffer.from("qmsf#{"));
/** What a file upload's first part is called (GraphQL multipart request specification). */
const UPLOAD_PART = Buffer.from('name="operations"');
const UPLOAD_HEAD_BYTES = 512;
const HEAD_END = Buffer.from("\r\n\r\n");
const PREFIXES = { query: "query.", mutation: "mutation.", subscription: "subscription.", fragment: "" } as const;
const ANONYMOUS = { query: "query(", mutation: "mutation(", subscription: "subscription(", fragment: "" } as const;

/**
 * GraphQL over HTTP (graphql.github.io/graphql-over-http): the operation is the endpoint, by its kind and name; one without a name goes
 * by its first field. Persisted operations go by what was seen of their document, else by their hash.
 */
export function graphql(names: OperationNames, maxBytes: number): Dialect {
  return new GraphQl(names, maxBytes);
}

/** What one request says beside its document. */
interface Asked {
  /** Of several operations in the document. */
  operationName: string | undefined;
  hash: string | undefined;
  /** The document was read into the reader; `cut` where its end was not seen. */
  document: "none" | "whole" | "cut";
  /** It came before, and was not read. */
  known: KnownDocument | undefined;
  /** The server keeps the document, under whatever it is asked for by. */
  isKept: boolean;
}

function askedOf(document: Asked["document"]): Asked {
  return { operationName: undefined, hash: undefined, document, known: undefined, isKept: false };
}

class GraphQl implements Dialect {
  readonly system = "graphql";
  readonly firstMembers = MEMBERS;
  readonly pathSegment = "graphql";
  readonly queryBeginnings = ["query", "operationName", "variables", "extensions", "documentId"];
  readonly #names: OperationNames;
  readonly #members = new JsonMembers();
  readonly #errors = new JsonError();
  readonly #documents = new DocumentReader();
  readonly #known = new KnownDocuments();
  readonly #persisted = new PersistedOperations();
  readonly #parameters = new QueryParameters();
  readonly #maxBytes: number;
  #made: Scratch | undefined = undefined;
  readonly #values = new Scratch();
  /** The document read last, borrowed for as long as the request is. */
  #bytes: Buffer = NOTHING;
  #start = 0;
  #end = 0;

  constructor(names: OperationNames, maxBytes: number) {
    this.#names = names;
    this.#maxBytes = maxBytes;
  }

  mayHold(mediaType: string): boolean {
    return mayHoldJson(mediaType) || mediaType === "application/graphql" || mediaType === "multipart/form-data";
  }

  mayBegin(bytes: Buffer, start: number, end: number): boolean {
    const at = skipSpace(bytes, start, end);
    if (at >= end) return true;
    if (bytes[at] === DASH)
      return end - start < UPLOAD_HEAD_BYTES || bytes.subarray(at, at + UPLOAD_HEAD_BYTES).includes(UPLOAD_PART);
    const next = skipSpace(bytes, at + 1, end);
    const isJson = bytes[at] === OPEN_ARRAY || (bytes[at] === OPEN_OBJECT && (next >= end || bytes[next] === QUOTE));
    return isJson ? beginsWithMember(bytes, at, end, MEMBERS) : DOCUMENT_BYTES.has(bytes[at]);
  }

  operations(bytes: Buffer, start: number, end: number, isCut: boolean): readonly Operation[] | undefined {
    const at = skipSpace(bytes, start, end);
    if (at >= end) return undefined;
    if (bytes[at] === DASH) return this.#upload(bytes, at, end);
    const next = skipSpace(bytes, at + 1, end);
    if (bytes[at] === OPEN_ARRAY || (bytes[at] === OPEN_OBJECT && bytes[next] === QUOTE))
      return this.#json(bytes, at, end);
    if (!DOCUMENT_BYTES.has(bytes[at])) return undefined;
    if (bytes.subarray(at, at + QUERY.length + 1).includes(EQUALS)) return this.ofQuery(bytes, at, end, false, false);
    if (!this.#documents.read(bytes, at, end)) return undefined;
    return asList(this.#operation(askedOf(isCut ? "cut" : "whole")));
  }

  /** Where any of a batch has errors; GraphQL answers them with 200 as well. */
  outcome(bytes: Buffer, start: number, end: number): number | undefined {
    let outcome: number | undefined;
    eachObject(bytes, start, end, (from, until) => {
      outcome = this.#answer(bytes, from, until);
      return outcome === SUCCEEDED;
    });
    return outcome;
  }

  ofQuery(
    bytes: Buffer,
    start: number,
    end: number,
    isNamed: boolean,
    isGet: boolean,
  ): readonly Operation[] | undefined {
    // Most of what is asked for as `query=` is words.
    const valueStart = start + QUERY.length + 1;
    if (valueStart <= end && bytes[valueStart - 1] === EQUALS && !mayBeDocument(bytes, valueStart, end))
      return undefined;
    const asked = askedOf("none");
    const parameters = this.#parameters;
    parameters.open(bytes, start, end);
    while (parameters.next()) {
      const { valueStart, valueEnd } = parameters;
      if (parameters.isNamed(QUERY)) {
        this.#scratch.decodePercent(bytes, valueStart, valueEnd, "space");
        if (!this.#read(this.#scratch.bytes, 0, this.#scratch.length, "whole", asked)) return undefined;
      } else if (parameters.isNamed(OPERATION_NAME)) {
        this.#values.decodePercent(bytes, valueStart, valueEnd, "space");
        asked.operationName = this.#names.get(this.#values.bytes, 0, this.#values.length);
      } else if (parameters.isNamed(EXTENSIONS)) {
        this.#values.decodePercent(bytes, valueStart, valueEnd, "space");
        asked.hash = persistedHash(this.#values.bytes, 0, this.#values.length);
      } else if (parameters.isNamed(DOCUMENT_ID)) {
        this.#values.decodePercent(bytes, valueStart, valueEnd, "space");
        asked.hash = documentId(this.#values.bytes, 0, this.#values.length);
      } else if (isNamed && (parameters.isNamed(ID) || parameters.isNamed(DOC_ID))) {
        this.#values.decodePercent(bytes, valueStart, valueEnd, "space");
        asked.isKept = true;
        asked.hash ??= keptId(this.#values.bytes, 0, this.#values.length, parameters.isNamed(DOC_ID));
      }
    }
    // §6.2.1: only queries are asked for by GET.
    return asList(this.#operation(asked, isGet ? "query" : undefined));
  }

  get #scratch(): Scratch {
    this.#made ??= new Scratch(this.#maxBytes);
    return this.#made;
  }

  #json(bytes: Buffer, start: number, end: number): readonly Operation[] | undefined {
    const called: Operation[] = [];
    eachObject(bytes, start, end, (from, until) => {
      const operation = this.#request(bytes, from, until);
      if (operation !== undefined) called.push(operation);
      return operation !== undefined;
    });
    return called.length === 0 ? undefined : called;
  }

  #upload(bytes: Buffer, start: number, end: number): readonly Operation[] | undefined {
    const head = bytes.subarray(start, Math.min(end, start + UPLOAD_HEAD_BYTES));
    const headEnd = head.includes(UPLOAD_PART) ? head.indexOf(HEAD_END) : -1;
    return headEnd < 0 ? undefined : this.#json(bytes, start + headEnd + HEAD_END.length, end);
  }

  /** A member that is none of GraphQL's ends the reading unless the document came before it. */
  #request(bytes: Buffer, start: number, end: number): Operation | undefined {
    const members = this.#members;
    if (!members.open(bytes, start, end)) return undefined;
    const asked = askedOf("none");
    while (members.next()) {
      const { kind, valueStart, valueEnd } = members;
      if (members.isNamed(QUERY)) {
        if (kind === "string" ? !this.#query(bytes, asked) : kind !== "other") return undefined;
      } else if (members.isNamed(OPERATION_NAME)) {
        if (kind === "string" && !members.isCut) asked.operationName = this.#names.get(bytes, valueStart, valueEnd);
      } else if (members.isNamed(EXTENSIONS)) asked.hash ??= persistedHash(bytes, valueStart, valueEnd);
      else if (members.isNamed(DOCUMENT_ID)) {
        if (kind === "string" && !members.isCut) asked.hash = documentId(bytes, valueStart, valueEnd);
      } else if (!members.isNamed(VARIABLES) && asked.document === "none") return undefined;
    }
    if (asked.known !== undefined && asked.hash !== undefined) return this.#hashed(asked, asked.known);
    return this.#operation(asked);
  }

  #query(bytes: Buffer, asked: Asked): boolean {
    const { valueStart, valueEnd, hasEscape, isCut } = this.#members;
    if (valueStart === valueEnd) return true;
    asked.known = isCut ? undefined : this.#known.find(bytes, valueStart, valueEnd);
    if (asked.known !== undefined) {
      asked.document = "whole";
      return true;
    }
    const isRead = this.#unescaped(bytes, valueStart, valueEnd, hasEscape, isCut ? "cut" : "whole", asked);
    if (isRead && !isCut && asked.document === "whole" && this.#known.mayLearn(bytes, valueStart, valueEnd))
      this.#learn(Buffer.from(bytes.subarray(valueStart, valueEnd)));
    return isRead;
  }

  #unescaped(
    bytes: Buffer,
    start: number,
    end: number,
    hasEscape: boolean,
    fate: "whole" | "cut",
    asked: Asked,
  ): boolean {
    if (!hasEscape) return this.#read(bytes, start, end, fate, asked);
    this.#scratch.unescapeJson(bytes, start, end);
    return this.#read(this.#scratch.bytes, 0, this.#scratch.length, fate, asked);
  }

  #learn(bytes: Buffer): void {
    const defined = this.#documents.definitions.filter(({ kind }) => kind !== "fragment");
    if (defined.length === 0) return;
    const operations = defined.map((definition) => this.#defined(definition, "whole"));
    this.#known.learn({ bytes, names: defined.map(({ name }) => name), operations });
  }

  /** What a document is that came with its hash is only believed where the two are held together. */
  #hashed(asked: Asked, { bytes }: KnownDocument): Operation | undefined {
    asked.known = undefined;
    this.#unescaped(bytes, 0, bytes.length, bytes.includes(BACKSLASH), "whole", asked);
    return this.#operation(asked);
  }

  /** False where it is no document. */
  #read(bytes: Buffer, start: number, end: number, fate: "whole" | "cut", asked: Asked): boolean {
    if (start === end) return true;
    if (!this.#documents.read(bytes, start, end)) return false;
    asked.document = this.#documents.isWhole ? fate : "cut";
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    return true;
  }

  /** `otherwise`: what it is of whose document nothing is known. */
  #operation({ operationName, hash, document, known, isKept }: Asked, otherwise?: RpcKind): Operation | undefined {
    if (known !== undefined) {
      const at = operationName === undefined ? 0 : known.names.indexOf(operationName);
      return known.operations[Math.max(at, 0)];
    }
    if (document === "none") {
      if (hash !== undefined) return this.#persistedOperation(operationName, hash, otherwise);
      return isKept ? { ...this.#named(operationName), kind: otherwise } : undefined;
    }
    const operations = this.#documents.definitions.filter(({ kind }) => kind !== "fragment");
    const named = operations.find(({ name }) => name !== undefined && name === operationName);
    const isUnsure = document === "cut" && (operationName === undefined ? operations.length > 1 : named === undefined);
    if (operations.length === 0 || isUnsure) return document === "cut" ? this.#named(operationName) : undefined;
    const operation = this.#defined(named ?? operations[0], document);
    if (hash !== undefined && document === "whole")
      this.#persisted.learn(hash, operation, this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = NOTHING;
    return operation;
  }

  #defined(definition: Definition, document: "whole" | "cut"): Operation {
    const { isDiscovery, kind } = definition;
    const depth = document === "whole" ? this.#documents.depthOf(definition) : undefined;
    const method = definition.name === undefined ? undefined : this.#names.of(definition.name);
    const told = kind === "fragment" ? undefined : kind;
    return { system: this.system, method, kind: told, depth, isDiscovery, label: this.#label(definition, method) };
  }

  #label({ kind, field }: Definition, method: string | undefined): string {
    if (method !== undefined) return this.#names.label(PREFIXES[kind], method);
    const name = field === undefined ? undefined : this.#names.of(field);
    return name === undefined ? kind : this.#names.label(ANONYMOUS[kind], name, ")");
  }

  #persistedOperation(operationName: string | undefined, hash: string, kind: RpcKind | undefined): Operation {
    const known = this.#persisted.get(hash);
    if (known !== undefined) return known;
    if (operationName !== undefined) return { ...this.#named(operationName), kind };
    return { system: this.system, kind, label: this.#names.label("persisted(", labelOfId(hash), ")") };
  }

  /** Only its name is known, if that. */
  #named(operationName: string | undefined): Operation {
    return { system: this.system, method: operationName, label: operationName };
  }

  #answer(bytes: Buffer, start: number, end: number): number | undefined {
    const members = this.#members;
    if (!members.open(bytes, start, end)) return undefined;
    let hasData = false;
    while (members.next()) {
      if (members.isNamed(DATA)) hasData = true;
      else if (members.isNamed(ERRORS) && members.kind === "array") {
        const at = skipSpace(bytes, members.valueStart + 1, end);
        if (at < end && bytes[at] !== CLOSE_ARRAY) return this.#failure(bytes, members.valueStart, members.valueEnd);
      }
    }
    return members.isWhole && hasData ? SUCCEEDED : undefined;
  }

  /** The first of its errors that refuses, or else one that says nothing closer. */
  #failure(bytes: Buffer, start: number, end: number): number {
    let status = FAILED;
    eachObject(bytes, start, end, (from, until) => {
      status = closerOf(status, this.#errors.status(bytes, from, until));
      return status === FAILED;
    });
    return status;
  }
}

/** Whether the value that begins there may be a document, percent-encoded. */
function mayBeDocument(bytes: Buffer, start: number, end: number): boolean {
  if (start >= end || DOCUMENT_BYTES.has(bytes[start]) || bytes[start] === PLUS) return true;
  if (bytes[start] !== PERCENT || start + 3 > end) return false;
  const code = bytes.latin1Slice(start + 1, start + 3).toUpperCase();
  return code === "7B" || code === "23" || code === "20" || code === "0A" || code === "0D";
}

function asList(operation: Operation | undefined): readonly Operation[] | undefined {
  return operation === undefined ? undefined : [operation];
}
