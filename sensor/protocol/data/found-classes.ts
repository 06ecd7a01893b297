export const NO_CLASSES: readonly string[] = [];

/** Bounded by the combinations that really occur; started over where somebody makes up all of them. */
const MAX_SETS = 1_024;

/**
 * Which classes were found since `clear`, as one of the sets that were found before: the same list for the same classes, made once, and
 * no limit to how many classes there are.
 */
export class FoundClasses {
  readonly #names: readonly string[];
  /** Of each set the places of its classes in `#names`, in order, and their names. */
  #members: (readonly number[])[] = [[]];
  #lists: (readonly string[])[] = [NO_CLASSES];
  readonly #byKey = new Map<string, number>([["", 0]]);
  /** From a set and one class more to the set of both. */
  readonly #next = new Map<number, number>();
  #set = 0;

  /** Names are sorted: lists have their order. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  clear(): void {
    this.#set = 0;
  }

  has(place: number): boolean {
    return this.#members[this.#set].includes(place);
  }

  add(place: number): void {
    if (this.has(place)) return;
    const step = this.#set * this.#names.length + place;
    const known = this.#next.get(step);
    if (known !== undefined) {
      this.#set = known;
      return;
    }
    const members = [...this.#members[this.#set], place].sort((a, b) => a - b);
    if (this.#members.length >= MAX_SETS) this.#forget();
    else this.#next.set(step, this.#setOf(members));
    this.#set = this.#setOf(members);
  }

  list(): readonly string[] {
    return this.#lists[this.#set];
  }

  #setOf(members: readonly number[]): number {
    const key = members.join();
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const made = this.#members.push(members) - 1;
    this.#lists.push(members.map((place) => this.#names[place]));
    this.#byKey.set(key, made);
    return made;
  }

  #forget(): void {
    this.#members = [[]];
    this.#lists = [NO_CLASSES];
    this.#byKey.clear();
    this.#byKey.set("", 0);
    this.#next.clear();
  }
}
