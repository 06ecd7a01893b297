import type Database from "better-sqlite3";
import type { EndpointRecord } from "../event.js";
import { allCounts } from "../posture.js";
import { serviceIdentity } from "../record-identity.js";

interface Edge {
  readonly counts: string | null;
  readonly connections: number;
}

/** Handshakes that were not completed protect nothing and carry nothing. */
const NOT_CARRYING = "failed";

/** What connections of edges were, as far as it is remembered, by sensor and identity. */
export interface KnownConnections {
  get(edge: string): readonly string[] | undefined;
  set(edge: string, kinds: readonly string[]): unknown;
}

/** What a console's file holds beside an endpoint that a review of it needs. Made anew for each question. */
export class ReviewContext {
  readonly #edge: Database.Statement<[string, string], Edge>;
  readonly #service: Database.Statement<[string, string], number | null>;
  readonly #sensor: Database.Statement<[string], number | null>;
  readonly #times = new Map<string, number | undefined>();
  readonly #kinds: KnownConnections;
  /** By service and caller: endpoints of one service have mostly the same callers. */
  readonly #services = new Map<string, Map<string, readonly string[]>>();

  /** `kinds`: kept by whoever knows when an edge changes; what is read for this question alone without it. */
  constructor(database: Database.Database, kinds: KnownConnections = new Map()) {
    this.#kinds = kinds;
    this.#edge = database.prepare(
      `SELECT json_extract(record, '$.postureCounts') AS counts, json_extract(record, '$.connections') AS connections
       FROM edge WHERE sensor = ? AND identity = ?`,
    );
    this.#service = database
      .prepare<[string, string], number | null>(
        "SELECT max(approved_micros) FROM opinion WHERE sensor = ? AND service = ?",
      )
      .pluck();
    this.#sensor = database
      .prepare<[string], number | null>("SELECT min(at_micros) FROM review WHERE action = 'approve' AND sensor = ?")
      .pluck();
  }

  /**
   * When an endpoint of its service was approved last, in microseconds since 1970; where none was, when the first of its sensor was: the
   * service is one that came later.
   */
  reviewedMicros(sensor: string, endpoint: EndpointRecord): number | undefined {
    const service = serviceIdentity(endpoint);
    const key = `${sensor} ${service}`;
    if (!this.#times.has(key))
      this.#times.set(key, this.#service.get(sensor, service) ?? this.#sensor.get(sensor) ?? undefined);
    return this.#times.get(key);
  }

  /** What the connections of its listed callers to it were, as an edge's `postureCounts` calls them, in order. */
  connections(sensor: string, endpoint: EndpointRecord): readonly string[] {
    const service = serviceIdentity(endpoint);
    const ofService = this.#callersOf(`${sensor} ${service}`);
    const different = new Set<readonly string[]>();
    for (const caller of endpoint.callers) {
      let kinds = ofService.get(caller);
      if (kinds === undefined) {
        kinds = shared(this.#kindsOf(sensor, `${caller} ${service}`));
        ofService.set(caller, kinds);
      }
      different.add(kinds);
    }
    return different.size === 0 ? [] : [...new Set([...different].flat())].sort();
  }

  #callersOf(service: string): Map<string, readonly string[]> {
    const known = this.#services.get(service);
    if (known !== undefined) return known;
    const made = new Map<string, readonly string[]>();
    this.#services.set(service, made);
    return made;
  }

  #kindsOf(sensor: string, edge: string): readonly string[] {
    const key = `${sensor} ${edge}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const row = this.#edge.get(sensor, edge);
    const kinds = row === undefined ? [] : kindsOf(row);
    this.#kinds.set(key, kinds);
    return kinds;
  }
}

/** Lists of kinds that were seen: of a handful of kinds, so that there are few. */
const LISTS = new Map<string, readonly string[]>();
const MAX_LISTS = 1_000;

/** The one list that holds the same, so that equal ones need not be gone through. */
function shared(kinds: readonly string[]): readonly string[] {
  const text = kinds.join(" ");
  const known = LISTS.get(text);
  if (known !== undefined) return known;
  if (LISTS.size >= MAX_LISTS) LISTS.clear();
  LISTS.set(text, kinds);
  return kinds;
}

function kindsOf({ counts, connections }: Edge): string[] {
  const postureCounts = counts === null ? {} : (JSON.parse(counts) as Readonly<Record<string, number>>);
  return Object.entries(allCounts({ connections, postureCounts })).flatMap(([kind, count]) =>
    count > 0 && kind !== NOT_CARRYING ? [kind] : [],
  );
}
