import type Database from "better-sqlite3";
import type { FindingRecord } from "../../shared/event.js";
import { presentFindings } from "../../shared/present-findings.js";
import { endpointIdentity } from "../../shared/record-identity.js";
import type { FindingItem, Listing } from "../api.js";

interface Row {
  readonly record: string;
  readonly sensor: string;
  readonly name: string;
}

/**
 * Findings, latest seen first, named as the endpoints are today. Those that are the same then are one, among those that are listed:
 * to look through all that are kept, whenever a page asks, would hold up what sensors tell.
 */
export function listFindings(database: Database.Database, limit: number): Listing<FindingItem> {
  const stored = database
    .prepare<[number], Row>(
      `SELECT t.record, t.sensor, sensor.name FROM finding t JOIN sensor ON sensor.id = t.sensor
       ORDER BY t.last_micros DESC LIMIT ?`,
    )
    .all(limit);
  const kept = database.prepare<[], number>("SELECT count(*) FROM finding").pluck().get() ?? 0;
  const items = presented(database, stored);
  return { items, total: kept - (stored.length - items.length) };
}

/** Those told, also once more, after what has the number: the latest, and how many more these are. */
export function findingsSince(
  database: Database.Database,
  told: number,
  limit: number,
): { readonly records: readonly FindingItem[]; readonly missed: number } {
  const stored = database
    .prepare<[number, number], Row>(
      `SELECT t.record, t.sensor, sensor.name FROM finding t JOIN sensor ON sensor.id = t.sensor
       WHERE t.told > ? ORDER BY t.told DESC LIMIT ?`,
    )
    .all(told, limit);
  const all = database.prepare<[number], number>("SELECT count(*) FROM finding WHERE told > ?").pluck().get(told) ?? 0;
  return { records: presented(database, stored), missed: all - stored.length };
}

function presented(database: Database.Database, stored: readonly Row[]): FindingItem[] {
  const rows = stored.map(({ record, sensor, name }) => ({
    record: JSON.parse(record) as FindingRecord,
    sensor,
    name,
  }));
  const templates = new KnownTemplates(database);
  const present = presentFindings(rows, (finding, sensor = "") => templates.at(finding, sensor));
  return present.map(({ record, name }) => ({ ...record, sensor: name }));
}

/** What stands at a server is read only where a finding names what is not there: nearly all name an endpoint of today. */
class KnownTemplates {
  readonly #isThere: Database.Statement<[string, string], number>;
  readonly #below: Database.Statement<[string, string, string], string>;
  readonly #read = new Map<string, ReadonlySet<string>>();

  constructor(database: Database.Database) {
    this.#isThere = database
      .prepare<[string, string], number>("SELECT 1 FROM endpoint WHERE sensor = ? AND identity = ?")
      .pluck();
    this.#below = database
      .prepare<[string, string, string], string>(
        "SELECT identity FROM endpoint WHERE sensor = ? AND identity >= ? AND identity < ?",
      )
      .pluck();
  }

  at(finding: FindingRecord, sensor: string): ReadonlySet<string> | undefined {
    const { serverAddress = "", serverPort = 0, method = "", template = "", virtualNetwork } = finding;
    const network = virtualNetwork === undefined ? {} : { virtualNetwork };
    const place = { serverAddress, serverPort, method, ...network };
    if (this.#isThere.get(sensor, endpointIdentity({ ...place, template })) !== undefined) return undefined;
    const prefix = endpointIdentity({ ...place, template: "" });
    const key = `${sensor} ${prefix}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    // What follows a blank in the order of bytes ends the range.
    const below = this.#below.all(sensor, prefix, `${prefix.slice(0, -1)}!`);
    const read = new Set(below.map((identity) => identity.slice(prefix.length)));
    this.#read.set(key, read);
    return read;
  }
}
