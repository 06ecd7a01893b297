import type Database from "better-sqlite3";
import { LRUCache } from "lru-cache";
import type { EdgeRecord, EndpointRecord } from "../../shared/event.js";
import { goneCallers } from "../../shared/last-calls.js";
import { allCounts } from "../../shared/posture.js";
import { type EndpointPlace, endpointIdentity, serviceIdentity } from "../../shared/record-identity.js";
import { type Opinion, type Review, reviewOf, type Said } from "../../shared/review.js";
import { type CountedFacts, reviewedFacts } from "../../shared/reviewed-facts.js";
import { readBlindTimes } from "../../shared/sqlite/blind-times.js";
import { KeptStatements } from "../../shared/sqlite/kept-statements.js";
import { ReviewContext } from "../../shared/sqlite/review-context.js";
import type {
  Approvals,
  EndpointItem,
  EndpointRow,
  Listing,
  RefusedApproval,
  ReviewEntry,
  ReviewHistory,
  SinceShown,
} from "../api.js";
import { afterAction, joined, type ReviewAction } from "../review/review-action.js";
import { factsVersion, parseVersion, ShownFacts, versionText } from "../review/shown-version.js";
import { endpointRow } from "./endpoint-row.js";
import { digestOf } from "./past-records.js";
import { entriesOf, entriesSince } from "./review-entries.js";

/** Words on one endpoint: operators are few, a script of theirs may run wild. */
const MAX_ENTRIES = 1_000;
const SHOWN_ENTRIES = 100;
const SHOWN_CALLERS = 100;
/** Edges whose connections are remembered: each list of endpoints asks for those of all their callers. */
const MAX_KNOWN_EDGES = 100_000;
/** Under it stands what nobody said: that an endpoint became part of another. */
const NOBODY = "";

interface Row {
  readonly record: string;
  readonly sensor: string;
  readonly sensorId: string;
  readonly opinion: string | null;
  readonly compared: string;
  readonly said: number;
  readonly hasFields: number;
}

interface Known {
  readonly record: EndpointRecord;
  readonly sensor: string;
  readonly sensorId: string;
  readonly opinion: Opinion;
  /** The digest of what is compared of it. */
  readonly compared: string;
  /** The last entry of its history; 0 where there is none. */
  readonly said: number;
  readonly hasFields: boolean;
}

/** An endpoint as an operator sees it, and says something of it. */
interface Viewed {
  readonly key: string;
  readonly version: string;
  /** Put together when first asked for. */
  facts(): CountedFacts;
}

/** What was said now. */
interface Spoken {
  readonly known: Known;
  readonly since?: undefined;
}

interface Unspoken {
  readonly since: SinceShown;
  readonly endpoint: EndpointRecord;
}

/** What an operator wants to say, and what they were shown of the endpoint. */
export interface Saying {
  readonly key: string;
  readonly version: string;
  readonly action: ReviewAction;
}

export type Acted = { readonly review: Review; readonly version: string; readonly since?: undefined } | Unspoken;

const OF_ENDPOINT = `t.sensor AS sensorId, sensor.name AS sensor, o.opinion, t.compared,
  coalesce((SELECT max(id) FROM review r WHERE r.sensor = t.sensor AND r.identity = t.identity), 0) AS said FROM endpoint t
  JOIN sensor ON sensor.id = t.sensor LEFT JOIN opinion o ON o.sensor = t.sensor AND o.identity = t.identity`;
const ENDPOINT = `SELECT t.record, 1 AS hasFields, ${OF_ENDPOINT}`;
/**
 * Schemas, most of a record, are compared only with what somebody approved, or where an earlier version kept no digest: to read them all
 * takes longer than all the rest.
 */
const IS_WHOLE = "(o.approved_micros IS NOT NULL OR t.compared = '')";
const LISTED_ENDPOINT = `SELECT CASE WHEN ${IS_WHOLE} THEN t.record ELSE json_remove(t.record, '$.schemas') END AS record,
  ${IS_WHOLE} AS hasFields, ${OF_ENDPOINT}`;

/** What people say of endpoints: each word for good, and what holds of them now. */
export class Reviews {
  readonly #database: Database.Database;
  readonly #statements: KeptStatements;
  readonly #shown = new ShownFacts();
  readonly #connections = new LRUCache<string, readonly string[]>({ max: MAX_KNOWN_EDGES });
  #lastApprovedMicros: number;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#statements = new KeptStatements(database);
    const last = database.prepare<[], number | null>("SELECT max(at_micros) FROM review WHERE action = 'approve'");
    this.#lastApprovedMicros = last.pluck().get() ?? 0;
  }

  /** When somebody approved an endpoint last; 0 where nobody did. */
  get lastApprovedMicros(): number {
    return this.#lastApprovedMicros;
  }

  /** Endpoints, latest seen first, with what is said of them. */
  list(limit: number, nowMicros: number): Listing<EndpointRow> {
    const rows = this.#statements.of(`${LISTED_ENDPOINT} ORDER BY t.last_micros DESC LIMIT ?`).all(limit) as Row[];
    const total = this.#database.prepare<[], number>("SELECT count(*) FROM endpoint").pluck().get() ?? 0;
    const context = this.#context();
    const items = rows
      .map(knownOf)
      .map((known) => endpointRow(known.record, { sensor: known.sensor, ...this.#review(known, context, nowMicros) }));
    return { items, total };
  }

  /** All of one endpoint; undefined where there is no such endpoint. */
  endpoint(key: string, nowMicros: number): EndpointItem | undefined {
    const known = this.#known(key);
    if (known === undefined) return undefined;
    const { key: own, version, review } = this.#review(known, this.#context(), nowMicros);
    return { ...known.record, sensor: known.sensor, key: own, version, review };
  }

  /** What is kept of an edge is another now. */
  edgeChanged(sensorId: string, identity: string): void {
    this.#connections.delete(`${sensorId} ${identity}`);
  }

  #context(): ReviewContext {
    return new ReviewContext(this.#database, this.#connections);
  }

  /** Remembers it as shown. */
  #show(known: Known, context: ReviewContext): Viewed {
    const viewed = viewOf(known, context);
    this.#shown.note(parseVersion(viewed.version).facts, viewed.facts, known.hasFields);
    return viewed;
  }

  #review(known: Known, context: ReviewContext, nowMicros: number) {
    const { key, version, facts } = this.#show(known, context);
    const around = context.of(known.sensorId, known.record, facts);
    return { key, version, review: reviewOf(known.record, known.opinion, around, nowMicros) };
  }

  /**
   * What holds then, or what happened since the version that was shown: then nothing was said. Undefined where there is no such endpoint.
   * Throws RangeError where too much was said already.
   */
  act({ key, version, action }: Saying, operator: string, nowMicros: number): Acted | undefined {
    return this.#database.transaction((): Acted | undefined => {
      const spoken = this.#say({ key, version, action }, { by: operator, atMicros: nowMicros }, this.#context());
      if (spoken === undefined || spoken.since !== undefined) return spoken;
      // What was said may have changed when its service was approved last.
      const { review, version: made } = this.#review(spoken.known, this.#context(), nowMicros);
      return { review, version: knownTo(version, made, action) };
    })();
  }

  /** Within the caller's transaction. */
  #say({ key, version, action }: Saying, said: Said, context: ReviewContext): Spoken | Unspoken | undefined {
    const known = this.#known(key);
    if (known === undefined) return undefined;
    const { record, sensorId } = known;
    const viewed = this.#show(known, context);
    const since = this.#since(version, viewed, known, action);
    if (since !== undefined) return { since, endpoint: record };
    const { count } = this.#statements
      .of("SELECT count(*) AS count FROM review WHERE sensor = ? AND identity = ?")
      .get(sensorId, endpointIdentity(record)) as { readonly count: number };
    if (count >= MAX_ENTRIES)
      throw new RangeError(
        `${record.method} ${record.template} has ${MAX_ENTRIES} entries in its history, which is all it takes.`,
      );
    const opinion = afterAction(known.opinion, action, said, viewed.facts());
    const madeId = this.#write(sensorId, record, { ...said, ...action }, opinion);
    return { known: { ...known, opinion, said: madeId } };
  }

  /** What happened since it was shown that whoever says this has to know; undefined where there is nothing. */
  #since(version: string, viewed: Viewed, known: Known, { action }: ReviewAction): SinceShown | undefined {
    const shown = parseVersion(version);
    const { facts: nowVersion } = parseVersion(viewed.version);
    const { changes, untold } =
      action === "approve" ? this.#shown.since(shown.facts, nowVersion, viewed.facts()) : { changes: [], untold: [] };
    const identity = endpointIdentity(known.record);
    const said = entriesSince(this.#statements, known.sensorId, identity, shown.said, SHOWN_ENTRIES);
    if (changes.length + untold.length + said.length === 0) return undefined;
    return { changes, untold, said, version: knownTo(version, viewed.version, { action }) };
  }

  /**
   * How many were approved, how many are there no more or take no more entries, and which are other than they were when they were shown. All
   * at once or, where the disk fails, none.
   */
  approveAll(shown: readonly Omit<Saying, "action">[], operator: string, nowMicros: number): Approvals {
    return this.#database.transaction(() => {
      const refused: RefusedApproval[] = [];
      const outcome = { approved: 0, gone: 0, full: 0, refused };
      const said = { by: operator, atMicros: nowMicros };
      const context = this.#context();
      for (const { key, version } of shown) {
        try {
          const spoken = this.#say({ key, version, action: { action: "approve" } }, said, context);
          if (spoken === undefined) outcome.gone++;
          else if (spoken.since === undefined) outcome.approved++;
          else {
            const { service, method, template } = spoken.endpoint;
            refused.push({ key, service, method, template, ...spoken.since });
          }
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
  ): number {
    const { by, atMicros, action, ...said } = entry;
    const identity = endpointIdentity(place);
    if (action === "approve") this.#lastApprovedMicros = Math.max(this.#lastApprovedMicros, atMicros);
    const { lastInsertRowid } = this.#statements
      .of("INSERT INTO review (sensor, identity, operator, at_micros, action, said) VALUES (?, ?, ?, ?, ?, ?)")
      .run(sensorId, identity, by, atMicros, action, JSON.stringify(said));
    this.#statements
      .of(
        `INSERT INTO opinion (sensor, identity, service, approved_micros, opinion) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (sensor, identity) DO UPDATE SET approved_micros = excluded.approved_micros, opinion = excluded.opinion`,
      )
      .run(sensorId, identity, serviceIdentity(place), opinion.approved?.atMicros ?? null, JSON.stringify(opinion));
    return Number(lastInsertRowid);
  }

  /**
   * An endpoint became part of another: owner, tags and note go along, where that has none. With `service` it is the same endpoint where the
   * service of that name is now, and all goes along but an approval of whoever has its address by now. Within the caller's transaction.
   */
  join(sensorId: string, from: EndpointPlace, into: EndpointPlace, service?: string): void {
    const moved = this.#opinion(sensorId, from);
    if (moved === undefined) return;
    const known = this.#opinion(sensorId, into) ?? {};
    const isOfOther = service !== undefined && this.#isOfWhoIsThere(sensorId, from, moved, service);
    const opinion = service === undefined || isOfOther ? joined(known, moved) : { ...moved, ...known };
    const text = `${from.method} ${from.template}`;
    const entry = {
      by: NOBODY,
      atMicros: Date.now() * 1_000,
      action: "join",
      text,
      from: endpointIdentity(from),
    } as const;
    this.#write(sensorId, into, entry, opinion);
    if (isOfOther)
      this.#database
        .prepare("UPDATE opinion SET opinion = ? WHERE sensor = ? AND identity = ?")
        .run(JSON.stringify({ approved: moved.approved }), sensorId, endpointIdentity(from));
    else
      this.#database
        .prepare("DELETE FROM opinion WHERE sensor = ? AND identity = ?")
        .run(sensorId, endpointIdentity(from));
  }

  /** Whether it was approved of the service that stays where another, called `left`, went away from. */
  #isOfWhoIsThere(sensorId: string, place: EndpointPlace, { approved }: Opinion, left: string): boolean {
    const name = this.#database
      .prepare<[string, string], string>(
        "SELECT json_extract(record, '$.name') FROM service WHERE sensor = ? AND identity = ?",
      )
      .pluck()
      .get(sensorId, serviceIdentity(place));
    return name !== undefined && name !== left && approved?.seen.service === name;
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

  /** Its callers that did not call its service for long. While the sensor was blind nobody was silent. Where one was the only caller of it, nothing of the service was seen since either. */
  #gone(sensorId: string, record: EndpointRecord): string[] {
    const edges = this.#database
      .prepare<unknown[], { readonly caller: string; readonly lastMicros: number }>(
        `SELECT caller.value AS caller, edge.last_micros AS lastMicros FROM json_each(?) caller
         JOIN edge ON edge.sensor = ? AND edge.identity = caller.value || ' ' || ?`,
      )
      .all(JSON.stringify(record.callers), sensorId, serviceIdentity(record));
    const nowMicros = this.#database
      .prepare<[string], number | null>("SELECT max(last_micros) FROM service WHERE sensor = ?")
      .pluck()
      .get(sensorId);
    const lastCalls = Object.fromEntries(edges.map(({ caller, lastMicros }) => [caller, lastMicros]));
    return goneCallers(lastCalls, nowMicros ?? 0, readBlindTimes(this.#database, sensorId)).slice(0, SHOWN_CALLERS);
  }

  #known(key: string): Known | undefined {
    const [sensorId = "", identity = ""] = Buffer.from(key, "base64url").toString().split("\n", 2);
    const row = this.#statements.of(`${ENDPOINT} WHERE t.sensor = ? AND t.identity = ?`).get(sensorId, identity);
    return row === undefined ? undefined : knownOf(row as Row);
  }
}

/** What somebody knows after they were told: of the facts only whoever approves was told what they are now. */
function knownTo(shown: string, now: string, { action }: ReviewAction): string {
  return action === "approve" ? now : versionText({ facts: parseVersion(shown).facts, said: parseVersion(now).said });
}

function viewOf(known: Known, context: ReviewContext): Viewed {
  const { record, sensorId, compared, said } = known;
  const connections = context.connections(sensorId, record);
  let made: CountedFacts | undefined;
  const facts = (): CountedFacts => {
    made ??= reviewedFacts(record, connections);
    return made;
  };
  return { key: keyOf(known), version: versionText({ facts: factsVersion(compared, connections), said }), facts };
}

function sumsOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}

function knownOf({ record: text, sensor, sensorId, opinion, compared, said, hasFields }: Row): Known {
  const record = JSON.parse(text) as EndpointRecord;
  return {
    ...{ record, sensor, sensorId, said, hasFields: hasFields === 1 },
    // A console of an earlier version kept none.
    compared: compared || digestOf(record),
    opinion: opinion === null ? {} : (JSON.parse(opinion) as Opinion),
  };
}

/** Names the row to whoever wants to say something of it; what stands in it may be shown in another spelling. */
function keyOf({ sensorId, record }: Pick<Known, "sensorId" | "record">): string {
  return Buffer.from(`${sensorId}\n${endpointIdentity(record)}`).toString("base64url");
}
