import { createHash } from "node:crypto";
import type { FieldMemory } from "../data/field-memory.js";
import { MASK } from "../message.js";
import { isSecret, maskPath } from "./secret.js";

const MAX_LENGTH = 200;
const MAX_KNOWN = 4_096;
const FINGERPRINT_LENGTH = 12;
const PRINTABLE = /^[\x20-\x7e]+$/;
/** RFC 3986: what stands before the host, and what a URL asks for. */
const USERINFO = /\/\/[^/?#]*@/;
const QUERY = /[?#].*$/;
/** As numbers of customers and accounts have them; in hashes, UUIDs and numbers of projects something else stands beside the digits. */
const NUMBER = /(?<![a-f\d-])\d{7,}(?![a-f\d-])/i;

/**
 * Names that tokens give to issuers, audiences, keys and scopes, as far as they are fit to be kept: whoever makes a token writes what
 * they like there.
 */
export class PublicNames {
  readonly #fields: FieldMemory;
  /** Names that are kept as they stand: the same few come again and again. Bounded by starting over. */
  readonly #known = new Set<string>();

  constructor(fields: FieldMemory) {
    this.#fields = fields;
  }

  /**
   * The name without what a URL in it asks for. What is personal or is none is masked; what is random enough to be a secret, as keys'
   * names often are, is told by the beginning of its SHA-256, so that it is the same again.
   */
  of(name: string): string {
    if (this.#known.has(name)) return name;
    const told = this.#told(name);
    if (told !== name) return told;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.add(name);
    return name;
  }

  #told(name: string): string {
    if (name.length > MAX_LENGTH || !PRINTABLE.test(name) || USERINFO.test(name)) return MASK;
    const text = name.includes("://") ? name.replace(QUERY, "") : name;
    if (NUMBER.test(text) || this.#fields.isPrivate(text)) return MASK;
    if (isSecret(text)) return fingerprint(text);
    return text.includes("/") ? maskPath(text) : text;
  }
}

function fingerprint(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex").slice(0, FINGERPRINT_LENGTH)}`;
}
