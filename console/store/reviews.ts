import type Database from "better-sqlite3";
import { LRUCache } from "lru-cache";
import type { EdgeRecord, EndpointRecord } from "../../shared/event.js";
import { allCounts } from "../../shared/posture.js";
import { type EndpointPlace, endpointIdentity, serviceIdentity } from "../../shared/record-identity.js";
import { type Opinion, type Review, reviewOf } from "../../shared/review.js";
import { type CountedFacts, reviewedFacts } from "../../shared/reviewed-facts.js";
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
/** A caller that did not call its service for so long, while the sensor saw others, has gone. */
const GONE_MICROS = 7 * 86_400e6;
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

/** An endpoint as it is shown to an operator, and said something of. */
interface Viewed {
  readonly key: string;
  readonly version: string;
  readonly review: Review;
  readonly facts: CountedFacts;
}

/** What an operator wants to say, and what they were shown of the endpoint. */
export interface Saying {
  readonly key: string;
  readonly version: string;
  readonly action: ReviewAction;
}

export type Acted =
  | { readonly review: Review; readonly version: string; readonly since?: undefined }
  | { readonly since: SinceShown; readonly endpoint: EndpointRecord };

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
  readonly #shown = new ShownFacts();
  readonly #connections = new LRUCache<string, readonly string[]>({ max: MAX_KNOWN_EDGES });
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
    const context = this.#context();
    const items = rows
      .map(knownOf)
      .map((known) => endpointRow(known.record, { sensor: known.sensor, ...this.#show(known, context, nowMicros) }));
    return { items, total };
  }

  /** All of one endpoint; undefined where there is no such endpoint. */
  endpoint(key: string, nowMicros: number): EndpointItem | undefined {
    const known = this.#known(key);
    if (known === undefined) return undefined;
    const { key: own, version, review } = this.#show(known, this.#context(), nowMicros);
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
  #show(known: Known, context: ReviewContext, nowMicros: number): Viewed {
    const viewed = viewOf(known, context, nowMicros);
    this.#shown.note(parseVersion(viewed.version).facts, viewed.facts, known.hasFields);
    return viewed;
  }

  /**
   * What holds then, or what happened since the version that was shown: then nothing was said. Undefined where there is no such endpoint.
   * Throws RangeError where too much was said already.
   */
  act({ key, version, action }: Saying, operator: string, nowMicros: number): Acted | undefined {
    return this.#database.transaction((): Acted | undefined => {
      const known = this.#known(key);
      if (known === undefined) return undefined;
      const { record, sensorId } = known;
      const viewed = this.#show(known, this.#context(), nowMicros);
      const since = this.#since(version, viewed, known, action);
      if (since !== undefined) return { since, endpoint: record };
      const identity = endpointIdentity(record);
      const said = this.#database
        .prepare<[string, string], number>("SELECT count(*) FROM review WHERE sensor = ? AND identity = ?")
        .pluck()
        .get(sensorId, identity);
      if ((said ?? 0) >= MAX_ENTRIES)
        throw new RangeError(
          `${record.method} ${record.template} has ${MAX_ENTRIES} entries in its history, which is all it takes.`,
        );
      const opinion = afterAction(known.opinion, action, { by: operator, atMicros: nowMicros }, viewed.facts);
      const madeId = this.#write(sensorId, record, { by: operator, atMicros: nowMicros, ...action }, opinion);
      const after = { ...known, opinion, said: madeId };
      const { review, version: made } = this.#show(after, this.#context(), nowMicros);
      return { review, version: knownTo(version, made, action) };
    })();
  }

  /** What happened since it was shown that whoever says this has to know; undefined where there is nothing. */
  #since(version: string, viewed: Viewed, known: Known, { action }: ReviewAction): SinceShown | undefined {
    const shown = parseVersion(version);
    const { facts: nowVersion } = parseVersion(viewed.version);
    const { changes, untold } =
      action === "approve" ? this.#shown.since(shown.facts, nowVersion, viewed.facts) : { changes: [], untold: [] };
    const identity = endpointIdentity(known.record);
    const said = entriesSince(this.#database, known.sensorId, identity, shown.said, SHOWN_ENTRIES);
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
      for (const { key, version } of shown) {
        try {
          const acted = this.act({ key, version, action: { action: "approve" } }, operator, nowMicros);
          if (acted === undefined) outcome.gone++;
          else if (acted.since === undefined) outcome.approved++;
          else {
            const { service, method, template } = acted.endpoint;
            refused.push({ key, service, method, template, ...acted.since });
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
    const { lastInsertRowid } = this.#database
      .prepare("INSERT INTO review (sensor, identity, operator, at_micros, action, said) VALUES (?, ?, ?, ?, ?, ?)")
      .run(sensorId, identity, by, atMicros, action, JSON.stringify(said));
    this.#database
      .prepare(
        `INSERT INTO opinion (sensor, identity, service, approved_micros, opinion) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (sensor, identity) DO UPDATE SET approved_micros = excluded.approved_micros, opinion = excluded.opinion`,
      )
      .run(sensorId, identity, serviceIdentity(place), opinion.approved?.atMicros ?? null, JSON.stringify(opinion));
    return Number(lastInsertRowid);
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

  /** Its callers that did not call its service for long. Where one was the only caller of it, nothing of the service was seen since either. */
  #gone(sensorId: string, record: EndpointRecord): string[] {
    const service = serviceIdentity(record);
    return this.#database
      .prepare<unknown[], string>(
        `SELECT caller.value FROM json_each(?) caller
         JOIN edge ON edge.sensor = ? AND edge.identity = caller.value || ' ' || ?
         WHERE edge.last_micros < (SELECT max(last_micros) FROM service WHERE sensor = ?) - ? ORDER BY caller.value LIMIT ?`,
      )
      .pluck()
      .all(JSON.stringify(record.callers), sensorId, service, sensorId, GONE_MICROS, SHOWN_CALLERS);
  }

  #known(key: string): Known | undefined {
    const [sensorId = "", identity = ""] = Buffer.from(key, "base64url").toString().split("\n", 2);
    const row = this.#database
      .prepare<[string, string], Row>(`${ENDPOINT} WHERE t.sensor = ? AND t.identity = ?`)
      .get(sensorId, identity);
    return row && knownOf(row);
  }
}

/** What somebody knows after they were told: of the facts only whoever approves was told what they are now. */
function knownTo(shown: string, now: string, { action }: ReviewAction): string {
  return action === "approve" ? now : versionText({ facts: parseVersion(shown).facts, said: parseVersion(now).said });
}

function viewOf(known: Known, context: ReviewContext, nowMicros: number): Viewed {
  const { record, sensorId, opinion, compared, said } = known;
  const reviewedMicros = context.reviewedMicros(sensorId, record);
  const connections = context.connections(sensorId, record);
  return {
    key: keyOf(known),
    version: versionText({ facts: factsVersion(compared, connections), said }),
    review: reviewOf(record, opinion, { reviewedMicros, connections }, nowMicros),
    facts: reviewedFacts(record, connections),
  };
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
