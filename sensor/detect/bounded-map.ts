/** A map by text that takes no more than it has room for; what it turns away is told to `refused`. */
export class BoundedMap<V> {
  readonly #values = new Map<string, V>();
  readonly #maxEntries: number;
  readonly #refused: () => void;

  constructor(maxEntries: number, refused: () => void) {
    this.#maxEntries = maxEntries;
    this.#refused = refused;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  /** False where there is no room for one more. */
  set(key: string, value: V): boolean {
    if (this.#values.size >= this.#maxEntries && !this.#values.has(key)) {
      this.#refused();
      return false;
    }
    this.#values.set(key, value);
    return true;
  }
}
