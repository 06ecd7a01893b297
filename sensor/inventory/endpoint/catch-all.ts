import type { ServiceEntry } from "../service/service-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import { isCalledOften } from "./guessed.js";
import { MANY_GUESSES } from "./guesses.js";
import { isSized, SURE, showsNothing } from "./little-told.js";
import { areOfScanner, scannerQuestion } from "./scanner-question.js";
import { ECHOES, type Echoes } from "./told-answers.js";

/** Where scanners made as many endpoints as a guesser guesses, hardly called and answered alike, they are guesses, if most of what they made are. */
const MOST = 0.75;
/** Calls that show that an endpoint is called. */
const CALLED = 3;
/** An answer to whatever is asked for: bytes that are the same (`little-told.ts`) but for so many copies of the path. */
export class CatchAll {
  readonly little: number;
  readonly echoes: Echoes;

  constructor(little: number, echoes: Echoes) {
    this.little = little;
    this.echoes = echoes;
  }

  /** Tells it from all others, and from what answers tell. */
  get way(): number {
    return this.echoes === 0 ? this.little : -(this.little * ECHOES.length + this.echoes);
  }
}

export interface Found {
  readonly catchAll: CatchAll;
  readonly endpoints: readonly EndpointEntry[];
}

/** What clients made that was answered in one way, and what of it only scanners ask for. */
class Alike {
  readonly catchAll: CatchAll;
  readonly #made = new Map<string, EndpointEntry[]>();
  readonly #scanners = new Set<string>();
  #questions = 0;

  constructor(catchAll: CatchAll) {
    this.catchAll = catchAll;
  }

  add(client: string, endpoint: EndpointEntry): void {
    const made = this.#made.get(client) ?? [];
    this.#made.set(client, made);
    made.push(endpoint);
    const question = scannerQuestion(endpoint.template);
    if (question !== 0) this.#scanners.add(client);
    this.#questions |= question;
  }

  /** What scanners made, from however many addresses; none where nobody is seen to be one, or where they made much else: `all` is how much. */
  guesses(all: ReadonlyMap<string, number>): readonly EndpointEntry[] {
    const guesses: EndpointEntry[] = [];
    let made = 0;
    for (const client of this.#scanners) {
      guesses.push(...(this.#made.get(client) ?? []));
      made += all.get(client) ?? 0;
    }
    const isGuessed = guesses.length >= MANY_GUESSES && guesses.length >= MOST * made && areOfScanner(this.#questions);
    return isGuessed ? guesses : [];
  }
}

/** What a service answers to scanners, by endpoints that were made for them; undefined where none are seen. */
export function findCatchAll(service: ServiceEntry, all: Iterable<EndpointEntry>): Found | undefined {
  const alike = new Map<string, Alike>();
  const made = new Map<string, number>();
  for (const endpoint of all) {
    const client = endpoint.service === service ? hardlyCalledBy(endpoint) : undefined;
    if (client === undefined) continue;
    made.set(client, (made.get(client) ?? 0) + 1);
    for (const echoes of ECHOES) {
      const little = endpoint.told.without(echoes);
      if (!mayBeGivenToAll(little, echoes)) continue;
      const key = `${echoes} ${little}`;
      const found = alike.get(key) ?? new Alike(new CatchAll(little, echoes));
      alike.set(key, found);
      found.add(client, endpoint);
    }
  }
  let most: Found | undefined;
  for (const one of alike.values()) {
    const endpoints = one.guesses(made);
    if (endpoints.length > (most?.endpoints.length ?? 0)) most = { catchAll: one.catchAll, endpoints };
  }
  return most;
}

/** The one client of an endpoint that it called a few times, without a credential. */
function hardlyCalledBy(endpoint: EndpointEntry): string | undefined {
  const { node, operation, told } = endpoint;
  if (node === undefined || operation !== undefined || !told.mayBeAlike) return undefined;
  if (endpoint.callerCount !== 1 || isCalledOften(endpoint, CALLED) || endpoint.history() === undefined)
    return undefined;
  return endpoint.callers()[0];
}

/** What shows nothing by itself is looked for anyway; pages that have the path in them are not. */
function mayBeGivenToAll(little: number, echoes: Echoes): boolean {
  return echoes === 0 ? little > SURE && !showsNothing(little) : isSized(little);
}
