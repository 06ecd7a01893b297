/** Places of all schemas together. What finds no room is counted. */
export class SchemaBudget {
  readonly counters = { schema_places: 0, schema_places_refused: 0 };
  readonly #maxPlaces: number;

  constructor(maxPlaces: number) {
    this.#maxPlaces = maxPlaces;
  }

  take(): boolean {
    if (this.counters.schema_places >= this.#maxPlaces) {
      this.counters.schema_places_refused++;
      return false;
    }
    this.counters.schema_places++;
    return true;
  }

  giveBack(places: number): void {
    this.counters.schema_places -= places;
  }
}
