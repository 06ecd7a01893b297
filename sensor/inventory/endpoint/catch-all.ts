import type { ServiceEntry } from "../service/service-entry.js";
import type { EndpointEntry } from "./endpoint-entry.js";
import { isCalledOften } from "./guessed.js";
import { isSized, SURE, showsNothing, UNSEEN } from "./little-told.js";

/** So many endpoints of one client that are hardly called and answered alike are guesses, if most of what it made are. */
export const MANY_MADE = 64;
const MOST = 0.75;
/** Calls that show that an endpoint is called. */
const CALLED = 3;
/**
 * What scanners look for at whatever service they find: files of programs and of their keepers, which no API has side by side. A client that learns
 * to know an API asks for each of its endpoints once as well.
 */
const FORGOTTEN =
  /\.(php|aspx?|jsp|cgi|bak|old|sql|env|git|svn|htaccess|htpasswd|DS_Store)\b|\b(wp-(admin|content|login)|phpmyadmin|cgi-bin)\b|etc\/passwd/gi;
const MANY_FORGOTTEN = 3;
/** How often an answer has what was asked for in it: not at all, as a message, or as a link with its text. */
const ECHOES = [0, 1, 2] as const;

/** An answer to whatever is asked for: bytes that are the same (`little-told.ts`) but for so many copies of the path. */
export class CatchAll {
  readonly #little: number;
  readonly #echoes: number;

  constructor(little: number, echoes: number) {
    this.#little = little;
    this.#echoes = echoes;
  }

  /** Tells it from all others, and from what answers tell. */
  get way(): number {
    return this.#echoes === 0 ? this.#little : -(this.#little * ECHOES.length + this.#echoes);
  }

  isAnswer(little: number, pathLength: number): boolean {
    return withoutPath(little, pathLength, this.#echoes) === this.#little;
  }
}

export interface Found {
  readonly catchAll: CatchAll;
  readonly client: string;
  readonly endpoints: readonly EndpointEntry[];
}

/** What a service answers to a client that guesses, by endpoints that were made for it; undefined where nobody is seen to. */
export function findCatchAll(service: ServiceEntry, all: Iterable<EndpointEntry>): Found | undefined {
  const alike = new Map<string, Found & { endpoints: EndpointEntry[] }>();
  const made = new Map<string, number>();
  let most: Found | undefined;
  for (const endpoint of all) {
    const client = endpoint.service === service ? hardlyCalledBy(endpoint) : undefined;
    if (client === undefined) continue;
    made.set(client, (made.get(client) ?? 0) + 1);
    for (const echoes of echoesOf(endpoint)) {
      const little = withoutPath(endpoint.little, endpoint.template.length, echoes);
      const key = `${client} ${echoes} ${little}`;
      const found = alike.get(key) ?? { catchAll: new CatchAll(little, echoes), client, endpoints: [] };
      alike.set(key, found);
      found.endpoints.push(endpoint);
      if (found.endpoints.length > (most?.endpoints.length ?? 0)) most = found;
    }
  }
  if (most === undefined || most.endpoints.length < MANY_MADE) return undefined;
  if (most.endpoints.length < MOST * (made.get(most.client) ?? 0)) return undefined;
  return kindsForgotten(most.endpoints) < MANY_FORGOTTEN ? undefined : most;
}

function kindsForgotten(endpoints: readonly EndpointEntry[]): number {
  const kinds = new Set<string>();
  for (const { template } of endpoints)
    for (const [kind] of template.matchAll(FORGOTTEN)) kinds.add(kind.toLowerCase());
  return kinds.size;
}

/** The one client of an endpoint that it called a few times, without a credential. */
function hardlyCalledBy(endpoint: EndpointEntry): string | undefined {
  const { node, operation, little } = endpoint;
  if (node === undefined || operation !== undefined || little === SURE || little === UNSEEN) return undefined;
  if (endpoint.callerCount !== 1 || isCalledOften(endpoint, CALLED) || endpoint.history() === undefined)
    return undefined;
  return endpoint.callers()[0];
}

/** Of paths with values the one that an answer was given to is not known. */
function echoesOf({ little, template }: EndpointEntry): readonly number[] {
  if (isSized(little) && !template.includes("{")) return showsNothing(little) ? ECHOES.slice(1) : ECHOES;
  return showsNothing(little) ? [] : ECHOES.slice(0, 1);
}

function withoutPath(little: number, pathLength: number, echoes: number): number {
  return little - 2 * pathLength * echoes;
}
