import { ANY_NAME, joinLengths, type LengthCounts, type Shape, UNTOLD } from "../../protocol/shape.js";
import { HeldNames, isWorded } from "./held-names.js";
import { lengthKind } from "./length-kind.js";
import { MIN_ALIKE, namesThatAreValues } from "./map-names.js";
import type { SchemaBudget } from "./schema-budget.js";
import { isSecretAsName } from "./secret-name.js";
import { type StoredWords, WordCount } from "./word-count.js";

const MAX_PROPERTIES = 64;
const FIRST_OBJECTS = 8;
/** Values under one name before it is told, where it may be a value. */
const MIN_SHARED = 4;

/** One place of a schema as JSON: counts and bits in their order, then what lies below. */
export type StoredNode = readonly [
  kinds: number,
  formats: number,
  times: number,
  objects: number,
  present: number,
  words: StoredWords | null,
  items: StoredNode | null,
  properties: Readonly<Record<string, StoredNode>> | null,
  /** Only of fields of Protocol Buffers. */
  field?: StoredField,
];

type StoredField = readonly [lengths: readonly number[] | null, name: string | null];

/** What stands at one place of messages, merged from many. */
export class SchemaNode {
  kinds = 0;
  formats = 0;
  times = 0;
  objects = 0;
  present = 0;
  words: WordCount | undefined = undefined;
  properties: Map<string, SchemaNode> | undefined = undefined;
  items: SchemaNode | undefined = undefined;
  /** Of a field of Protocol Buffers: what its values with a length looked like, and what the server itself calls it. */
  lengths: LengthCounts | undefined = undefined;
  fieldName: string | undefined = undefined;
  /** Under names that may be values. */
  readonly #held = new HeldNames<SchemaNode>();
  readonly #budget: SchemaBudget;
  readonly #keepsNames: boolean;

  /** `names`: whether they may be values, which those of a query's parameters and numbers of fields are not; here and below. */
  constructor(budget: SchemaBudget, names: "may-be-values" | "are-names" = "may-be-values") {
    this.#budget = budget;
    this.#keepsNames = names === "are-names";
  }

  /** True where anything but counts changed, or may have: the schema is another than before. */
  take(shape: Shape): boolean {
    let isNews = (shape.kinds & ~this.kinds) !== 0 || (shape.formats & ~this.formats) !== 0;
    // Of the first objects each may be the one without which nothing is said yet.
    if (shape.objects > 0 && this.objects <= FIRST_OBJECTS) isNews = true;
    const alwaysBefore = this.#alwaysThere();
    this.kinds |= shape.kinds;
    this.formats |= shape.formats;
    this.times += shape.times;
    this.objects += shape.objects;
    this.present += shape.present;
    if (shape.formats !== 0 && this.#takeWords(shape.words)) isNews = true;
    if (this.#takeField(shape)) isNews = true;
    if (shape.items !== undefined) {
      this.items ??= this.#make();
      if (this.items?.take(shape.items) === true) isNews = true;
    }
    if (shape.properties === undefined) return isNews;
    this.properties ??= new Map();
    for (const [name, property] of shape.properties) {
      const known = this.properties.get(name);
      const node = known ?? (isWorded(name) ? this.#held.of(name, () => this.#make()) : this.#property(name));
      if (known === undefined) isNews = true;
      if (node?.take(property) === true) isNews = true;
      if (node === undefined) this.kinds |= UNTOLD;
      else if (known === undefined && isWorded(name)) this.#tellShared(name, node);
    }
    this.#foldNames();
    return isNews || this.#alwaysThere() !== alwaysBefore;
  }

  /**
   * Learns from a request that was not answered with success what stood there, but neither that it must nor that it need not: what it
   * lacked may be why.
   */
  takeRefused(shape: Shape): boolean {
    const isNews = this.take(shape);
    this.#uncount(shape);
    return isNews;
  }

  #uncount(shape: Shape): void {
    this.objects -= shape.objects;
    if (shape.items !== undefined && this.items !== undefined) this.items.#uncount(shape.items);
    for (const [name, property] of shape.properties ?? []) {
      const node = this.properties?.get(name) ?? this.#held.find(name) ?? this.properties?.get(ANY_NAME);
      if (node === undefined) continue;
      node.present -= property.present;
      node.#uncount(property);
    }
  }

  /** Whether what is not among its properties was not there: some may have found no place, or be no names. */
  get hasAllNames(): boolean {
    return (this.kinds & UNTOLD) === 0 && this.properties?.has(ANY_NAME) !== true && this.#held.size === 0;
  }

  /** Of a name in the words of a language: it is one, and no value, once it is in as many objects as not. */
  #tellShared(name: string, node: SchemaNode): void {
    const isShared = node.times >= MIN_SHARED && node.present * 2 >= this.objects;
    if (isShared) {
      this.#held.let(name);
      const known = this.#property(name, node);
      if (known === node) return;
      known?.merge(node);
      node.drop();
    } else if (this.#held.isFull) this.#foldHeld();
  }

  /** So many names that are seldom there are of a map. */
  #foldHeld(): void {
    for (const node of this.#held.empty()) {
      this.#property(ANY_NAME)?.merge(node);
      node.drop();
    }
  }

  /** How many properties were in each object. */
  #alwaysThere(): number {
    let always = 0;
    for (const { present } of this.properties?.values() ?? []) if (present >= this.objects) always++;
    return always;
  }

  #takeField({ lengths, fieldName }: Shape): boolean {
    const isNamed = fieldName !== undefined && fieldName !== this.fieldName;
    if (isNamed) this.fieldName = fieldName;
    if (lengths === undefined) return isNamed;
    const before = lengthKind(this.lengths).kind;
    const isEarly = (this.lengths?.sized ?? 0) <= FIRST_OBJECTS;
    this.lengths = joinLengths(this.lengths, lengths);
    return isNamed || isEarly || lengthKind(this.lengths).kind !== before;
  }

  #takeWords(words: readonly string[] | undefined): boolean {
    this.words ??= new WordCount();
    if (words === undefined) return this.words.spoil();
    let isNews = false;
    for (const word of words) if (this.words.add(word)) isNews = true;
    return isNews;
  }

  /** Names that are values, as of customers in a map of them, are not kept: only what stands under them is. */
  #foldNames(): void {
    const { properties } = this;
    if (properties === undefined || properties.size < MIN_ALIKE || this.#keepsNames) return;
    const values = namesThatAreValues(properties, this.objects);
    if (values.length === 0) return;
    const folded = properties.get(ANY_NAME) ?? this.#make();
    for (const name of values) {
      const node = properties.get(name);
      properties.delete(name);
      if (node === undefined) continue;
      folded?.merge(node);
      node.drop();
    }
    if (folded !== undefined) properties.set(ANY_NAME, folded);
  }

  merge(other: SchemaNode): void {
    this.kinds |= other.kinds;
    this.formats |= other.formats;
    this.times += other.times;
    this.objects += other.objects;
    this.present += other.present;
    if (other.words !== undefined) {
      if (this.words === undefined && this.formats === other.formats) this.words = new WordCount();
      this.words?.merge(other.words);
    }
    if (other.#held.size > 0) this.kinds |= UNTOLD;
    this.lengths = joinLengths(this.lengths, other.lengths);
    this.fieldName ??= other.fieldName;
    if (other.items !== undefined) {
      this.items ??= this.#make();
      this.items?.merge(other.items);
    }
    for (const [name, node] of other.properties ?? []) {
      this.properties ??= new Map();
      (this.properties.get(name) ?? this.#property(name))?.merge(node);
    }
  }

  /** Gives back the room of everything here and below. */
  drop(): void {
    this.#budget.giveBack(this.places);
  }

  get places(): number {
    let places = 1 + (this.items?.places ?? 0);
    for (const node of this.properties?.values() ?? []) places += node.places;
    for (const node of this.#held.nodes()) places += node.places;
    return places;
  }

  /** `made`: what is to stand there, where there is nothing yet. */
  #property(name: string, made?: SchemaNode): SchemaNode | undefined {
    this.properties ??= new Map();
    const isFull = this.properties.size >= MAX_PROPERTIES;
    // Once names were found to be values, so are those that come later.
    const isMap = this.properties.has(ANY_NAME) && !this.#keepsNames;
    const key = isFull || isMap || isSecretAsName(name) ? ANY_NAME : name;
    const node = this.properties.get(key) ?? made ?? this.#make();
    if (node === undefined) this.kinds |= UNTOLD;
    else this.properties.set(key, node);
    return node;
  }

  #make(): SchemaNode | undefined {
    return this.#budget.take() ? new SchemaNode(this.#budget, this.#keepsNames ? "are-names" : undefined) : undefined;
  }

  state(): StoredNode {
    const { kinds, formats, times, objects, present, words, items, properties, lengths, fieldName } = this;
    const field: StoredField | undefined =
      lengths === undefined && fieldName === undefined ? undefined : [storedLengths(lengths), fieldName ?? null];
    const stored = [
      // Names that are held back are forgotten.
      this.#held.size === 0 ? kinds : kinds | UNTOLD,
      formats,
      times,
      objects,
      present,
      words?.state() ?? null,
      items?.state() ?? null,
      properties === undefined ? null : Object.fromEntries([...properties].map(([name, node]) => [name, node.state()])),
    ] as const;
    return field === undefined ? stored : [...stored, field];
  }

  restore([kinds, formats, times, objects, present, words, items, properties, field]: StoredNode): void {
    Object.assign(this, { kinds, formats, times, objects, present });
    this.lengths = restoredLengths(field?.[0] ?? null);
    this.fieldName = field?.[1] ?? undefined;
    if (formats !== 0) {
      this.words = new WordCount();
      this.words.restore(words);
    }
    if (items !== null) {
      this.items = this.#make();
      this.items?.restore(items);
    }
    if (properties === null) return;
    this.properties = new Map();
    for (const [name, stored] of Object.entries(properties)) {
      const node = this.#make();
      if (node === undefined) {
        this.kinds |= UNTOLD;
        return;
      }
      node.restore(stored);
      this.properties.set(name, node);
    }
  }
}

function storedLengths(lengths: LengthCounts | undefined): readonly number[] | null {
  if (lengths === undefined) return null;
  const { sized, texts, messages, both, likelyMessages, packed } = lengths;
  return [sized, texts, messages, both, likelyMessages, packed];
}

function restoredLengths(stored: readonly number[] | null): LengthCounts | undefined {
  if (stored === null) return undefined;
  const [sized, texts, messages, both, likelyMessages, packed] = stored;
  return { sized, texts, messages, both, likelyMessages, packed };
}
