import { ENOUGH_CALLS, type PathShape, ShapeSample } from "./shape-sample.js";

/** Clients told apart, and shapes of paths that are kept of each, and of all: some 90 KB, if there are so many. */
const MAX_CLIENTS = 16;
const MAX_SHAPES = 64;
const MAX_SHAPES_OF_ALL = 128;
/** Who asked for so many shapes and hardly called them guesses; all clients that do not, taken together, from so many on. */
export const MANY_GUESSES = 16;
const MANY_GUESSES_OF_ALL = 64;
/**
 * From fewer on each is to be called some times first: so few that a scanner's words are not yet taken for values of one parameter, which the words
 * of real paths would be as well.
 */
const UNSURE_GUESSES = 8;
const CALLS_TO_BE_SURE = 3;

/** What a call is by what its client asked for before: `often` where it stands out from what is hardly called, `maybe` where that can't be told yet. */
export type Sort = "guess" | "maybe" | "often";

/**
 * Who asks one service for things that may not be there, and is answered in one way whatever it asks for. Whoever knows what is there calls the
 * same again and again, with other values; who guesses asks for ever more.
 */
export class Guesses {
  readonly #clients = new Map<string, ShapeSample>();
  /** Of clients that do not guess. */
  readonly #all = new ShapeSample(MAX_SHAPES_OF_ALL);
  /** One call for each client: what many ask for is there, guess as they may. */
  readonly #shared = new ShapeSample(MAX_SHAPES_OF_ALL);
  /** Somebody guesses who did not when that was asked last. */
  isDue = false;

  get hasGuessers(): boolean {
    for (const client of this.#clients.values()) if (isGuesser(client)) return true;
    return this.#doAllGuess();
  }

  note(address: string, shape: PathShape): Sort {
    const client = this.#clients.get(address) ?? this.#addClient(address);
    const wasGuesser = isGuesser(client);
    const isCalled = client.note(shape, this.#all.isCalled(shape) || this.#shared.isCalled(shape));
    if (client.callsOf(shape.hash) === 1) this.#shared.note(shape, false);
    const isNowGuesser = isGuesser(client);
    if (isNowGuesser) {
      if (!wasGuesser) this.#all.takeOut(client);
      this.isDue ||= !wasGuesser;
      return isCalled ? "often" : "guess";
    }
    const sort = this.#noteOfAll(shape);
    return isCalled ? "often" : sort;
  }

  #noteOfAll(shape: PathShape): Sort {
    const didGuess = this.#doAllGuess();
    if (this.#all.note(shape, false)) return "often";
    if (this.#doAllGuess()) {
      this.isDue ||= !didGuess;
      return "guess";
    }
    const mayBeThere = this.#all.hardlyCalled <= UNSURE_GUESSES || this.#all.callsOf(shape.hash) >= CALLS_TO_BE_SURE;
    return mayBeThere ? "maybe" : "guess";
  }

  /** Calls that stand out from the guesses of clients; none where not all of them guess. Who called is not always known. */
  enoughCalls(addresses: readonly string[], shape: Pick<PathShape, "guesses">): number {
    let enough = this.#doAllGuess() ? this.#all.enoughCalls(shape) : addresses.length === 0 ? ENOUGH_CALLS : 0;
    for (const address of addresses) {
      const client = this.#clients.get(address);
      if (client !== undefined && isGuesser(client)) enough = Math.max(enough, client.enoughCalls(shape));
      else if (!this.#doAllGuess()) return 0;
    }
    return enough;
  }

  #doAllGuess(): boolean {
    return this.#all.hardlyCalled >= MANY_GUESSES_OF_ALL;
  }

  /** Where there are too many, who guesses least gives way. */
  #addClient(address: string): ShapeSample {
    if (this.#clients.size >= MAX_CLIENTS) {
      let given = "";
      let least = Number.POSITIVE_INFINITY;
      for (const [one, { hardlyCalled }] of this.#clients)
        if (hardlyCalled < least) [given, least] = [one, hardlyCalled];
      this.#clients.delete(given);
    }
    const made = new ShapeSample(MAX_SHAPES);
    this.#clients.set(address, made);
    return made;
  }
}

function isGuesser(client: ShapeSample): boolean {
  return client.hardlyCalled >= MANY_GUESSES;
}
