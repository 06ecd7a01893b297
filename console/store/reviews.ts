import type Database from "better-sqlite3";
import type { EdgeRecord, EndpointRecord } from "../../shared/event.js";
import { allCounts } from "../../shared/posture.js";
import { type EndpointPlace, endpointIdentity, serviceIdentity } from "../../shared/record-identity.js";
import { type Opinion, type Review, reviewOf } from "../../shared/review.js";
import { reviewedFacts } from "../../shared/reviewed-facts.js";
import { ReviewContext } from "../../shared/sqlite/review-context.js";
import type { Approvals, EndpointItem, EndpointRow, Listing, ReviewEntry, ReviewHistory } from "../api.js";
import { afterAction, joined, type ReviewAction } from "../review/review-action.js";
import { endpointRow } from "./endpoint-row.js";
import { entriesOf } from "./review-entries.js";

/** Words on one endpoint: operators are few, a script of theirs may run wild. */
const MAX_ENTRIES = 1_000;
const SHOWN_ENTRIES = 100;
const SHOWN_CALLERS = 100;
/** A caller that its service has not seen for so long, while it was called, has gone. */
const GONE_MICROS = 7 * 86_400e6;
/** Under it stands what nobody said: that an endpoint became part of another. */
const NOBODY = "";

interface Row {
  readonly record: string;
  readonly sensor: string;
  readonly sensorId: string;
  readonly opinion: string | null;
}

interface Known {
  readonly record: EndpointRecord;
  readonly sensor: string;
  readonly sensorId: string;
  readonly opinion: Opinion;
}

const OF_ENDPOINT = `t.sensor AS sensorId, sensor.name AS sensor, o.opinion FROM endpoint t
  JOIN sensor ON sensor.id = t.sensor LEFT JOIN opinion o ON o.sensor = t.sensor AND o.identity = t.identity`;
const ENDPOINT = `SELECT t.record, ${OF_ENDPOINT}`;
/** Schemas, most of a record, are compared only with what somebody approved: to read them all takes longer than all the rest. */
const LISTED_ENDPOINT = `SELECT CASE WHEN o.approved_micros IS NULL THEN json_remove(t.record, '$.schemas') ELSE t.record END AS record,
  ${OF_ENDPOINT}`;

/** What people say of endpoints: each word for good, and what holds of them now. */
export class Reviews {
  readonly #database: Database.Database;
  #lastApprovedMicros: number;

  constructor(database: Database.Database) {
    this.#database = database;
    const last = database.prepare<[], number | null>("SELECT max(at_micros) FROM review WHERE action = 'approve'");
    this.#lastApprovedMicros = last.pluck().get() ?? 0;
  }

  /** When somebody approved an endpoint last; 0 where nobody did. */
  get lastApprovedMicros(): number {
    return this.#lastApprovedMicros;
  }

  /** Endpoints, latest seen first, with what is said of them. */
  list(limit: number, nowMicros: number): Listing<EndpointRow> {
    const rows = this.#database
      .prepare<[number], Row>(`${LISTED_ENDPOINT} ORDER BY t.last_micros DESC LIMIT ?`)
      .all(limit);
    const total = this.#database.prepare<[], number>("SELECT count(*) FROM endpoint").pluck().get() ?? 0;
    const context = new ReviewContext(this.#database);
    const items = rows
      .map(knownOf)
      .map((known) => endpointRow(known.record, known.sensor, keyOf(known), reviewIn(context, known, nowMicros)));
    return { items, total };
  }

  /** All of one endpoint; undefined where there is no such endpoint. */
  endpoint(key: string, nowMicros: number): EndpointItem | undefined {
    const known = this.#known(key);
    if (known === undefined) return undefined;
    const review = reviewIn(new ReviewContext(this.#database), known, nowMicros);
    return { ...known.record, sensor: known.sensor, key: keyOf(known), review };
  }

  /** What holds then; undefined where there is no such endpoint. Throws RangeError where too much was said already. */
  act(key: string, operator: string, action: ReviewAction, nowMicros: number): Review | undefined {
    return this.#database.transaction(() => {
      const known = this.#known(key);
      if (known === undefined) return undefined;
      const { record, sensorId } = known;
      const identity = endpointIdentity(record);
      const said = this.#database
        .prepare<[string, string], number>("SELECT count(*) FROM review WHERE sensor = ? AND identity = ?")
        .pluck()
        .get(sensorId, identity);
      if ((said ?? 0) >= MAX_ENTRIES)
        throw new RangeError(
          `${record.method} ${record.template} has ${MAX_ENTRIES} entries in its history, which is all it takes.`,
        );
      const facts = reviewedFacts(record, new ReviewContext(this.#database).connections(sensorId, record));
      const opinion = afterAction(known.opinion, action, { by: operator, atMicros: nowMicros }, facts);
      this.#write(sensorId, record, { by: operator, atMicros: nowMicros, ...action }, opinion);
      return reviewIn(new ReviewContext(this.#database), { ...known, opinion }, nowMicros);
    })();
  }

  /** How many were approved, and how many are there no more or take no more entries. All at once or, where the disk fails, none. */
  approveAll(keys: readonly string[], operator: string, nowMicros: number): Approvals {
    return this.#database.transaction(() => {
      const outcome = { approved: 0, gone: 0, full: 0 };
      for (const key of keys) {
        try {
          if (this.act(key, operator, { action: "approve" }, nowMicros) === undefined) outcome.gone++;
          else outcome.approved++;
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          outcome.full++;
        }
      }
      return outcome;
    })();
  }

  #write(
    sensorId: string,
    place: EndpointPlace,
    entry: ReviewEntry & { readonly from?: string },
    opinion: Opinion,
  ): void {
    const { by, atMicros, action, ...said } = entry;
    const identity = endpointIdentity(place);
    if (action === "approve") this.#lastApprovedMicros = Math.max(this.#lastApprovedMicros, atMicros);
    this.#database
      .prepare("INSERT INTO review (sensor, identity, operator, at_micros, action, said) VALUES (?, ?, ?, ?, ?, ?)")
      .run(sensorId, identity, by, atMicros, action, JSON.stringify(said));
    this.#database
      .prepare(
        `INSERT INTO opinion (sensor, identity, service, approved_micros, opinion) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (sensor, identity) DO UPDATE SET approved_micros = excluded.approved_micros, opinion = excluded.opinion`,
      )
      .run(sensorId, identity, serviceIdentity(place), opinion.approved?.atMicros ?? null, JSON.stringify(opinion));
  }

  /** An endpoint became part of another: owner, tags and note go along, where that has none. Within the caller's transaction. */
  join(sensorId: string, from: EndpointPlace, into: EndpointPlace): void {
    const moved = this.#opinion(sensorId, from);
    if (moved === undefined) return;
    const opinion = joined(this.#opinion(sensorId, into) ?? {}, moved);
    const text = `${from.method} ${from.template}`;
    const entry = {
      by: NOBODY,
      atMicros: Date.now() * 1_000,
      action: "join",
      text,
      from: endpointIdentity(from),
    } as const;
    this.#write(sensorId, into, entry, opinion);
    this.#database
      .prepare("DELETE FROM opinion WHERE sensor = ? AND identity = ?")
      .run(sensorId, endpointIdentity(from));
  }

  #opinion(sensorId: string, place: EndpointPlace): Opinion | undefined {
    const text = this.#database
      .prepare<[string, string], string>("SELECT opinion FROM opinion WHERE sensor = ? AND identity = ?")
      .pluck()
      .get(sensorId, endpointIdentity(place));
    return text === undefined ? undefined : (JSON.parse(text) as Opinion);
  }

  /** What was said of an endpoint, latest first, and who began and ceased to call it. */
  history(key: string): ReviewHistory | undefined {
    const known = this.#known(key);
    if (known === undefined) return undefined;
    const { record, sensorId, opinion } = known;
    const entries = entriesOf(this.#database, sensorId, record, SHOWN_ENTRIES);
    const seen = opinion.approved?.seen;
    const before = new Set(seen?.callers ?? []);
    const appeared = seen === undefined || seen.hasMoreCallers ? [] : record.callers.filter((one) => !before.has(one));
    return { entries, appeared, gone: this.#gone(sensorId, record), way: this.#way(sensorId, record) };
  }

  /** Mutual TLS is a connection's: what was seen of those to where it is. */
  #way(sensorId: string, record: EndpointRecord): ReviewHistory["way"] {
    const end = ` ${serviceIdentity(record)}`;
    const edges = this.#database
      .prepare<[string, number, string], string>(
        "SELECT record FROM edge WHERE sensor = ? AND substr(identity, -?) = ? ORDER BY last_micros DESC LIMIT 1000",
      )
      .pluck()
      .all(sensorId, end.length, end)
      .map((text) => JSON.parse(text) as EdgeRecord);
    return {
      counts: sumsOf(edges.map(allCounts)),
      certificates: sumsOf(edges.map(({ clientCertificates }) => clientCertificates ?? {})),
    };
  }

  /** Its callers that its service has not been called by for long. */
  #gone(sensorId: string, record: EndpointRecord): string[] {
    const service = serviceIdentity(record);
    return this.#database
      .prepare<unknown[], string>(
        `SELECT caller.value FROM json_each(?) caller
         JOIN edge ON edge.sensor = ? AND edge.identity = caller.value || ' ' || ?
         JOIN service ON service.sensor = edge.sensor AND service.identity = ?
         WHERE edge.last_micros < service.last_micros - ? ORDER BY caller.value LIMIT ?`,
      )
      .pluck()
      .all(JSON.stringify(record.callers), sensorId, service, service, GONE_MICROS, SHOWN_CALLERS);
  }

  #known(key: string): Known | undefined {
    const [sensorId = "", identity = ""] = Buffer.from(key, "base64url").toString().split("\n", 2);
    const row = this.#database
      .prepare<[string, string], Row>(`${ENDPOINT} WHERE t.sensor = ? AND t.identity = ?`)
      .get(sensorId, identity);
    return row && knownOf(row);
  }
}

function reviewIn(context: ReviewContext, { record, sensorId, opinion }: Known, nowMicros: number): Review {
  const reviewedMicros = context.reviewedMicros(sensorId, record);
  const connections = context.connections(sensorId, record);
  return reviewOf(record, opinion, { reviewedMicros, connections }, nowMicros);
}

function sumsOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}

function knownOf({ record, sensor, sensorId, opinion }: Row): Known {
  return {
    record: JSON.parse(record) as EndpointRecord,
    sensor,
    sensorId,
    opinion: opinion === null ? {} : (JSON.parse(opinion) as Opinion),
  };
}

/** Names the row to whoever wants to say something of it; what stands in it may be shown in another spelling. */
function keyOf({ sensorId, record }: Known): string {
  return Buffer.from(`${sensorId}\n${endpointIdentity(record)}`).toString("base64url");
}
