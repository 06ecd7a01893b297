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

/** What a console's file holds beside an endpoint that a review of it needs. Made anew for each question: it remembers what it read. */
export class ReviewContext {
  readonly #edge: Database.Statement<[string, string], Edge>;
  readonly #services: ReadonlyMap<string, number>;
  readonly #sensors: ReadonlyMap<string, number>;
  readonly #kinds = new Map<string, readonly string[]>();

  constructor(database: Database.Database) {
    this.#edge = database.prepare(
      `SELECT json_extract(record, '$.postureCounts') AS counts, json_extract(record, '$.connections') AS connections
       FROM edge WHERE sensor = ? AND identity = ?`,
    );
    this.#services = timesOf(
      database,
      `SELECT sensor || ' ' || service AS place, max(approved_micros) AS micros FROM opinion
       WHERE approved_micros IS NOT NULL GROUP BY sensor, service`,
    );
    this.#sensors = timesOf(
      database,
      "SELECT sensor AS place, min(at_micros) AS micros FROM review WHERE action = 'approve' GROUP BY sensor",
    );
  }

  /**
   * When an endpoint of its service was approved last, in microseconds since 1970; where none was, when the first of its sensor was: the
   * service is one that came later.
   */
  reviewedMicros(sensor: string, endpoint: EndpointRecord): number | undefined {
    return this.#services.get(`${sensor} ${serviceIdentity(endpoint)}`) ?? this.#sensors.get(sensor);
  }

  /** What the connections of its listed callers to it were, as an edge's `postureCounts` calls them, in order. */
  connections(sensor: string, endpoint: EndpointRecord): readonly string[] {
    const service = serviceIdentity(endpoint);
    const kinds = new Set(endpoint.callers.flatMap((caller) => this.#kindsOf(sensor, `${caller} ${service}`)));
    return [...kinds].sort();
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

function kindsOf({ counts, connections }: Edge): string[] {
  const postureCounts = counts === null ? {} : (JSON.parse(counts) as Readonly<Record<string, number>>);
  return Object.entries(allCounts({ connections, postureCounts })).flatMap(([kind, count]) =>
    count > 0 && kind !== NOT_CARRYING ? [kind] : [],
  );
}

function timesOf(database: Database.Database, sql: string): ReadonlyMap<string, number> {
  const rows = database.prepare<[], { place: string; micros: number }>(sql).all();
  return new Map(rows.map(({ place, micros }) => [place, micros]));
}
