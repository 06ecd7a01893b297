import { createHash } from "node:crypto";
import type { Operation } from "../rpc/dialect.js";
import { JsonMembers } from "../rpc/json-members.js";

const MAX_KNOWN = 1_024;
const PERSISTED_QUERY = Buffer.from("persistedQuery");
const SHA256_HASH = Buffer.from("sha256Hash");
const SHA256_DIGITS = 64;
const HASH = /^[0-9a-f]{64}$/;
const MAX_ID_LENGTH = 128;
const HEXADECIMAL = /^[0-9a-f]{32,128}$/i;
const NUMBER = /^\d{1,20}$/;
const MAX_HASH_LABEL = 16;
const ID = /^(?:sha256:)?([\w-]+)$/;

/**
 * What operations were whose document was seen together with its hash: later they are asked for by the hash alone. Only what the hash
 * really is of is believed, so that nobody can give another's a name. Bounded by starting over.
 */
export class PersistedOperations {
  readonly #known = new Map<string, Operation>();

  get(hash: string): Operation | undefined {
    return this.#known.get(hash);
  }

  learn(hash: string, operation: Operation, document: Buffer): void {
    if (this.#known.has(hash) || createHash("sha256").update(document).digest("hex") !== hash) return;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(hash, operation);
  }
}

const outer = new JsonMembers();
const inner = new JsonMembers();

/** Of a request's extensions: the hash its document has (Apollo's automatic persisted queries). */
export function persistedHash(bytes: Buffer, start: number, end: number): string | undefined {
  if (!outer.open(bytes, start, end)) return undefined;
  while (outer.next()) {
    if (!outer.isNamed(PERSISTED_QUERY) || !inner.open(bytes, outer.valueStart, outer.valueEnd)) continue;
    while (inner.next())
      if (inner.isNamed(SHA256_HASH) && inner.kind === "string" && inner.valueEnd - inner.valueStart === SHA256_DIGITS)
        return hashOf(bytes.latin1Slice(inner.valueStart, inner.valueEnd));
  }
  return undefined;
}

/** The identifier of a document that the server keeps: a hash of it, or a word of the server's own. */
export function documentId(bytes: Buffer, start: number, end: number): string | undefined {
  return end - start > MAX_ID_LENGTH ? undefined : ID.exec(bytes.latin1Slice(start, end))?.[1];
}

/** What `id` says is an identifier of a document only by its form, what `doc_id` says also where it is a number: anything may be an id. */
export function keptId(bytes: Buffer, start: number, end: number, isDocument: boolean): string | undefined {
  const id = documentId(bytes, start, end);
  if (id === undefined || HEXADECIMAL.test(id)) return id;
  return isDocument && NUMBER.test(id) ? id : undefined;
}

/** As much of a hash as tells documents apart, and all of a number. */
export function labelOfId(id: string): string {
  return NUMBER.test(id) ? id : id.slice(0, MAX_HASH_LABEL);
}

function hashOf(text: string): string | undefined {
  return HASH.test(text) ? text : undefined;
}
