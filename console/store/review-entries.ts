import type Database from "better-sqlite3";
import { type EndpointPlace, serviceIdentity } from "../../shared/record-identity.js";
import type { KeptStatements } from "../../shared/sqlite/kept-statements.js";
import type { ReviewEntry } from "../api.js";

interface Row {
  readonly id: number;
  readonly by: string;
  readonly atMicros: number;
  readonly action: ReviewEntry["action"];
  readonly said: string;
}

/** Something that was said of an endpoint before it became part of another. */
interface Source {
  /** Both together are its identity. */
  readonly service: string;
  readonly text: string;
  readonly beforeId: number;
  /** Undefined for the endpoint itself. */
  readonly of: string | undefined;
}

/**
 * The latest `most` entries in the history of an endpoint, latest first, with those of what became part of it. What was said of an endpoint after
 * that is of another that came to be at its place.
 */
export function entriesOf(
  database: Database.Database,
  sensor: string,
  place: EndpointPlace,
  most: number,
): ReviewEntry[] {
  const statement = database.prepare<[string, string, number, number], Row>(
    `SELECT id, operator AS by, at_micros AS atMicros, action, said FROM review WHERE sensor = ? AND identity = ? AND id < ?
     ORDER BY id DESC LIMIT ?`,
  );
  const found = new Map<number, ReviewEntry>();
  const seen = new Set<string>();
  const text = `${place.method} ${place.template}`;
  let sources: Source[] = [{ service: serviceIdentity(place), text, beforeId: Number.MAX_SAFE_INTEGER, of: undefined }];
  // What became part last is looked at first: each of the latest entries is then reached through one that is among them.
  for (let looked = 0; sources.length > 0 && looked <= most; looked++) {
    const [source, ...others] = sources.sort((a, b) => b.beforeId - a.beforeId);
    sources = others;
    // Two may have become part of each other by turns: what is known of one already holds what was before.
    const identity = `${source.service} ${source.text}`;
    if (seen.has(identity)) continue;
    seen.add(identity);
    for (const row of statement.all(sensor, identity, source.beforeId, most)) {
      const { from, ...said } = JSON.parse(row.said) as { readonly from?: string; readonly text?: string };
      const { id, by, atMicros, action } = row;
      found.set(id, { by, atMicros, action, ...said, ...(source.of === undefined ? {} : { of: source.of }) });
      if (action === "join") sources.push(sourceOf(source, place, id, from, said.text ?? ""));
    }
  }
  return [...found]
    .sort(([a], [b]) => b - a)
    .slice(0, most)
    .map(([, entry]) => entry);
}

/** What was said of an endpoint since the entry with that id, latest first, at most `most`. */
export function entriesSince(
  statements: KeptStatements,
  sensor: string,
  identity: string,
  since: number,
  most: number,
): ReviewEntry[] {
  const rows = statements
    .of(
      `SELECT id, operator AS by, at_micros AS atMicros, action, said FROM review WHERE sensor = ? AND identity = ? AND id > ?
       ORDER BY id DESC LIMIT ?`,
    )
    .all(sensor, identity, since, most) as Row[];
  return rows.map(({ by, atMicros, action, said }) => {
    const { from, ...words } = JSON.parse(said) as { readonly from?: string };
    return { by, atMicros, action, ...words };
  });
}

/** Entries of before their source was kept are of the same service. */
function sourceOf(
  into: Source,
  place: EndpointPlace,
  beforeId: number,
  from: string | undefined,
  text: string,
): Source {
  const service = from === undefined ? into.service : from.slice(0, -text.length - 1);
  return { service, text, beforeId, of: service === serviceIdentity(place) ? text : `${service} ${text}` };
}
