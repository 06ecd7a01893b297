import type { RpcKind } from "../message.js";

const HASH = 0x23;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_PAREN = 0x28;
const CLOSE_PAREN = 0x29;
const COMMA = 0x2c;
const DOT = 0x2e;
const COLON = 0x3a;
const AT = 0x40;
const UNDERSCORE = 0x5f;
const SPACE = 0x20;
/** Stands where bytes were lost. */
const LOST = 0;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const MAX_NAME_BYTES = 128;
const MAX_DEFINITIONS = 64;
const MAX_SPREADS = 256;
/** Braces within braces that are told apart; those within them count as fields'. */
const MAX_NESTING = 1_024;

/** One operation, or one fragment, of a document. */
export interface Definition {
  readonly kind: Extract<RpcKind, "query" | "mutation" | "subscription"> | "fragment";
  readonly name: string | undefined;
  /** First field at the root. */
  field: string | undefined;
  /** Fields within fields, at least 1; without those of fragments. */
  depth: number;
  /** Asks for the schema. */
  isDiscovery: boolean;
  readonly spreads: Spread[];
}

interface Spread {
  readonly name: string;
  /** Depth at which the fragment's fields stand. */
  readonly depth: number;
}

/**
 * Reads a GraphQL document (spec.graphql.org, October 2021, §2) as far as it says what is asked for: operations, their kinds and names,
 * and how deep fields nest. Values are passed over. One object is used again for every document.
 */
export class DocumentReader {
  definitions: Definition[] = [];
  /** The text ended where a document may. */
  isWhole = false;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #spreads = 0;
  readonly #isField = new Uint8Array(MAX_NESTING);

  /** False where it is no document. One that breaks off behind the first brace is one. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#spreads = 0;
    this.isWhole = false;
    this.definitions = [];
    while (this.definitions.length < MAX_DEFINITIONS) {
      const next = this.#peek();
      if (next < 0) {
        this.isWhole = this.definitions.length > 0;
        break;
      }
      const outcome = this.#definition(next);
      if (outcome === "broken") return false;
      if (outcome === "cut") break;
    }
    return this.definitions.length > 0;
  }

  /** With the fields of fragments, and theirs; undefined where not all of it was seen. */
  depthOf(definition: Definition): number | undefined {
    return this.isWhole ? this.#depth(definition, new Map()) : undefined;
  }

  /** §5.5.2.2: fragments form no cycles; where they do the server refuses them. */
  #depth(definition: Definition, known: Map<Definition, number>): number {
    let deepest = definition.depth;
    known.set(definition, deepest);
    for (const spread of definition.spreads) {
      const fragment = this.definitions.find(({ kind, name }) => kind === "fragment" && name === spread.name);
      if (fragment === undefined) continue;
      deepest = Math.max(deepest, spread.depth - 1 + (known.get(fragment) ?? this.#depth(fragment, known)));
    }
    known.set(definition, deepest);
    return deepest;
  }

  /** `next` is its first byte. */
  #definition(next: number): Outcome {
    if (next === OPEN_BRACE) return this.#selection(definitionOf("query", undefined));
    // A description.
    if (next === QUOTE) this.#skipString();
    const keyword = this.#name();
    const kind = KINDS.get(keyword ?? "");
    if (kind === undefined) return this.#at >= this.#end ? "cut" : "broken";
    let name: string | undefined;
    for (let names = 0; ; ) {
      const byte = this.#peek();
      if (byte < 0) return "cut";
      if (byte === OPEN_BRACE) return this.#selection(definitionOf(kind, name));
      if (byte === OPEN_PAREN) this.#skipParens();
      else if (byte === AT) {
        this.#at++;
        this.#name();
      } else if (isNameByte(byte) && ++names <= (kind === "fragment" ? 3 : 1)) {
        const word = this.#name();
        if (names === 1) name = word;
      } else return "broken";
    }
  }

  /** From the brace that opens it to the one that closes it. */
  #selection(definition: Definition): Outcome {
    this.#at++;
    let nesting = 1;
    let depth = 1;
    // What a brace would open.
    let opens: "nothing" | "field" | "fragment" = "nothing";
    this.#isField[0] = 1;
    for (;;) {
      const next = this.#peek();
      if (next < 0) return this.#fate(definition);
      if (isNameByte(next)) {
        if (!this.#field(definition, depth)) return this.#fate(definition);
        opens = "field";
      } else if (next === DOT) {
        const spread = this.#spread(definition, depth);
        if (spread === "broken") return this.#fate(definition);
        opens = spread;
      } else if (next === OPEN_PAREN && opens === "field") this.#skipParens();
      else if (next === AT) {
        this.#at++;
        this.#name();
        if (this.#peek() === OPEN_PAREN) this.#skipParens();
      } else if (next === OPEN_BRACE && opens !== "nothing") {
        this.#at++;
        if (opens === "field") depth++;
        if (nesting < MAX_NESTING) this.#isField[nesting] = opens === "field" ? 1 : 0;
        nesting++;
        opens = "nothing";
      } else if (next === CLOSE_BRACE) {
        this.#at++;
        nesting--;
        if (nesting >= MAX_NESTING || this.#isField[nesting] === 1) depth--;
        opens = "nothing";
        if (nesting === 0) return this.#isEmpty(definition) ? "broken" : this.#keep(definition, "whole");
      } else return "broken";
    }
  }

  #isEmpty({ field, spreads, depth }: Definition): boolean {
    return field === undefined && spreads.length === 0 && depth === 0;
  }

  #keep(definition: Definition, outcome: Outcome): Outcome {
    this.definitions.push(definition);
    return outcome;
  }

  /** Where a name is missing the text broke off or is none. */
  #fate(definition: Definition): Outcome {
    if (this.#at < this.#end) return "broken";
    return this.#isEmpty(definition) && definition.name === undefined ? "cut" : this.#keep(definition, "cut");
  }

  /** A field, behind its alias where it has one; false where its end is not seen. */
  #field(definition: Definition, depth: number): boolean {
    let start = this.#at;
    if (!this.#skipName()) return false;
    let end = this.#at;
    if (this.#peek() === COLON) {
      this.#at++;
      if (!isNameByte(this.#peek())) return false;
      start = this.#at;
      if (!this.#skipName()) return false;
      end = this.#at;
    }
    if (depth > definition.depth) definition.depth = depth;
    if (depth > 1 && this.#bytes[start] !== UNDERSCORE) return true;
    const name = this.#text(start, end);
    if (depth === 1) definition.field ??= name;
    if (name === "__schema" || name === "__type") definition.isDiscovery = true;
    return true;
  }

  /** `...name`, `... on Type`, `...`: what a brace behind it would open. */
  #spread(definition: Definition, depth: number): "nothing" | "fragment" | "broken" {
    for (let dots = 0; dots < 3; dots++) if (this.#bytes[this.#at++] !== DOT) return "broken";
    if (!isNameByte(this.#peek())) return "fragment";
    const start = this.#at;
    if (!this.#skipName()) return "broken";
    const name = this.#text(start, this.#at);
    if (name === "on") {
      if (!isNameByte(this.#peek()) || !this.#skipName()) return "broken";
      return "fragment";
    }
    if (name !== undefined && ++this.#spreads <= MAX_SPREADS) definition.spreads.push({ name, depth });
    return "nothing";
  }

  /** The next byte that counts, -1 at the end. §2.1.7: commas are as good as white space. */
  #peek(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === HASH) while (at + 1 < end && bytes[at + 1] !== LINE_FEED && bytes[at + 1] !== CARRIAGE_RETURN) at++;
      else if ((byte > SPACE || byte === LOST) && byte !== COMMA && byte !== 0xef && byte !== 0xbb && byte !== 0xbf)
        break;
    }
    this.#at = at;
    return at < end ? bytes[at] : -1;
  }

  /** The name that begins here; undefined where its end is not seen, or it is none. */
  #name(): string | undefined {
    if (!isNameByte(this.#peek())) return undefined;
    const start = this.#at;
    return this.#skipName() ? this.#text(start, this.#at) : undefined;
  }

  /** False where it may go on beyond the end. */
  #skipName(): boolean {
    while (this.#at < this.#end && isNameByte(this.#bytes[this.#at])) this.#at++;
    return this.#at < this.#end;
  }

  #text(start: number, end: number): string | undefined {
    return end - start > MAX_NAME_BYTES ? undefined : this.#bytes.latin1Slice(start, end);
  }

  #skipParens(): void {
    let depth = 0;
    while (this.#peek() >= 0) {
      const byte = this.#bytes[this.#at];
      if (byte === QUOTE) {
        this.#skipString();
        continue;
      }
      this.#at++;
      if (byte === OPEN_PAREN) depth++;
      else if (byte === CLOSE_PAREN && --depth === 0) return;
    }
  }

  /** §2.9.4: in one quotation mark or in three. */
  #skipString(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at + 1;
    const isBlock = bytes[at] === QUOTE && bytes[at + 1] === QUOTE && at + 1 < end;
    if (isBlock) at += 2;
    else if (at < end && bytes[at] === QUOTE) {
      this.#at = at + 1;
      return;
    }
    for (; at < end; at++) {
      if (bytes[at] === BACKSLASH) at++;
      else if (bytes[at] === QUOTE && (!isBlock || (bytes[at + 1] === QUOTE && bytes[at + 2] === QUOTE))) break;
    }
    this.#at = Math.min(end, at + (isBlock ? 3 : 1));
  }
}

type Outcome = "whole" | "cut" | "broken";

const KINDS: ReadonlyMap<string, Definition["kind"]> = new Map(
  (["query", "mutation", "subscription", "fragment"] as const).map((kind) => [kind, kind]),
);

function definitionOf(kind: Definition["kind"], name: string | undefined): Definition {
  return { kind, name, field: undefined, depth: 0, isDiscovery: false, spreads: [] };
}

function isNameByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === UNDERSCORE;
}
