import { alwaysSentOf, TRAITS, traitsOf } from "./compared-traits.js";
import { withoutFigures } from "./drift-text.js";
import type {
  CertificateRecord,
  EdgeRecord,
  EndpointRecord,
  FindingRecord,
  InVirtualNetwork,
  Posture,
  ServiceRecord,
} from "./event.js";
import { sumPostures } from "./posture.js";
import { accessOf, askedBy, longestWords } from "./protection-words.js";
import { fieldTypesOf } from "./schema-fields.js";
import { placeOf } from "./virtual-network.js";

/** What an inventory holds. */
export type InventoryRecord = ServiceRecord | EdgeRecord | EndpointRecord | CertificateRecord | FindingRecord;
type Rows = Iterable<{ readonly record: InventoryRecord }>;

export const CHANGE_KINDS = ["added", "removed", "changed"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One thing of an inventory that is in one of two and not in the other, or in both and not the same. */
export interface Change {
  readonly change: ChangeKind;
  readonly kind: "service" | "edge" | "endpoint" | "certificate" | "finding";
  /** What it is, in words that mean the same thing in both inventories. */
  readonly subject: string;
  /** What it is to somebody who does not know it yet, or any more; undefined of what changed. */
  readonly about?: string;
  /** Of what changed: the name, and its value before and after. */
  readonly fields: readonly { readonly name: string; readonly before: string; readonly after: string }[];
}

type Facts = Readonly<Record<string, string>>;

interface Thing {
  readonly kind: Change["kind"];
  readonly subject: string;
  readonly facts: Facts;
  readonly about: string;
}

/** How a thing of one inventory is found in the other: at its address, or, across days and environments, under its service's name. */
export type SameBy = "address" | "name";

/**
 * What changed from one inventory to another. Counts and times are left out: they always differ. In the order of kind and subject, so
 * that the same two inventories give the same list.
 */
export function differenceOf(before: Rows, after: Rows, sameBy: SameBy = "address"): Change[] {
  const old = thingsOf(before, sameBy);
  const now = thingsOf(after, sameBy);
  const changes: Change[] = [];
  for (const [key, { kind, subject, about }] of old)
    if (!now.has(key)) changes.push({ change: "removed", kind, subject, ...told(subject, about), fields: [] });
  for (const [key, { kind, subject, about, facts }] of now) {
    const known = old.get(key);
    if (known === undefined) changes.push({ change: "added", kind, subject, ...told(subject, about), fields: [] });
    else {
      const fields = changedFields(known.facts, facts);
      if (fields.length > 0) changes.push({ change: "changed", kind, subject, fields });
    }
  }
  const keyOf = ({ kind, subject, change }: Change): string => `${KINDS.indexOf(kind)} ${subject} ${change}`;
  return changes.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** What of a record is compared, as one text: two that are alike in it are no change. */
export function comparedText(record: InventoryRecord): string {
  return withoutFigures(JSON.stringify(factsOf(record)));
}

function told(subject: string, about: string): Pick<Change, "about"> {
  return about === subject ? {} : { about };
}

const UNNAMED = "(unnamed)";
export const KINDS: readonly Change["kind"][] = ["service", "edge", "endpoint", "certificate", "finding"];

/** Several sensors of a console may see one thing: it is there once. */
function thingsOf(rows: Rows, sameBy: SameBy): Map<string, Thing> {
  const things = new Map<string, Thing>();
  const all = sameBy === "address" ? rows : [...rows];
  const names = sameBy === "address" ? NO_NAMES : namesIn(all);
  for (const { record } of all) {
    if (record.kind === "service" && names.left.has(serverOf(record.address, record.port, record))) continue;
    const thing = sameBy === "address" ? thingOf(record) : namedThing(record, names);
    const key = `${thing.kind} ${thing.subject}`;
    const known = things.get(key);
    things.set(
      key,
      known === undefined || sameBy === "address" ? thing : { ...thing, facts: joined(known.facts, thing.facts) },
    );
  }
  return things;
}

/** Of services by address and port, of clients by address. */
interface Names {
  readonly services: ReadonlyMap<string, string>;
  readonly clients: ReadonlyMap<string, string>;
  /** Where nothing is left of services that went elsewhere: what was said of them there is said of the same ones. */
  readonly left: ReadonlySet<string>;
}

const NO_NAMES: Names = { services: new Map(), clients: new Map(), left: new Set() };

function namesIn(rows: Rows): Names {
  const found = new Map<string, ServiceRecord>();
  const withEndpoints = new Set<string>();
  const clients = new Map<string, string>();
  for (const { record } of rows) {
    if (record.kind === "service") found.set(serverOf(record.address, record.port, record), record);
    else if (record.kind === "endpoint") withEndpoints.add(serverOf(record.serverAddress, record.serverPort, record));
    else if (record.kind === "edge" && record.clientService !== undefined)
      clients.set(placeOf(record.clientAddress, record.virtualNetwork), record.clientService);
  }
  const services = new Map<string, string>();
  const left = new Set<string>();
  for (const [place, service] of found) {
    const now = whereItIs(place, service, found, withEndpoints);
    if (now !== service) left.add(place);
    services.set(place, now.name);
  }
  return { services, clients, left };
}

/** A service that moved is at the end of its way, if that is known. */
function whereItIs(
  place: string,
  service: ServiceRecord,
  found: ReadonlyMap<string, ServiceRecord>,
  withEndpoints: ReadonlySet<string>,
): ServiceRecord {
  const passed = new Set<string>();
  let [at, now] = [place, service];
  while (now.movedTo !== undefined && !withEndpoints.has(at) && !passed.has(at)) {
    passed.add(at);
    at = serverOf(now.movedTo.address, now.port, now);
    const next = found.get(at);
    if (next === undefined) return service;
    now = next;
  }
  return now;
}

/** Whoever has no name is one of many who have none. */
function namedThing(record: InventoryRecord, names: Names): Thing {
  const thing = thingOf(record);
  switch (record.kind) {
    case "service": {
      const { name, ...facts } = thing.facts;
      return { ...thing, subject: name, about: name, facts };
    }
    case "edge":
      return {
        ...thing,
        subject: `${record.clientService ?? UNNAMED} > ${nameOf(record, names)}`,
        about: record.posture,
      };
    case "endpoint": {
      const subject = `${record.service} ${record.method} ${record.template}`;
      return {
        ...thing,
        subject,
        about: record.state,
        facts: { ...thing.facts, callers: namedCallers(record, names) },
      };
    }
    case "certificate":
      return {
        ...{ ...thing, subject: record.subject, about: `issued by ${record.issuer}` },
        facts: { issuer: record.issuer, key: record.key },
      };
    default: {
      const { method = "", template = "" } = record;
      const subject = `${record.rule} ${nameOf(record, names)} ${method} ${template}`.trimEnd();
      return { ...thing, subject, about: `${record.severity}: ${record.title}`, facts: { severity: record.severity } };
    }
  }
}

function namedCallers({ callers, callerCount, virtualNetwork }: EndpointRecord, { clients }: Names): string {
  const named = callers.map((address) => clients.get(placeOf(address, virtualNetwork)) ?? UNNAMED);
  return list([...new Set(callerCount > callers.length ? [...named, "others"] : named)]);
}

function nameOf(record: EdgeRecord | FindingRecord, { services }: Names): string {
  const { serverAddress, serverPort } = record;
  if (serverAddress === undefined || serverPort === undefined) return UNNAMED;
  return services.get(serverOf(serverAddress, serverPort, record)) ?? UNNAMED;
}

/** Of what goes by one name: everything that is said of any. */
function joined(one: Facts, other: Facts): Facts {
  const both = Object.keys({ ...one, ...other }).map((name): [string, string] => {
    const values = [one[name] ?? "", other[name] ?? ""];
    if (name === "posture") return [name, sumPostures(values as Posture[])];
    return [name, list([...new Set(values.flatMap((value) => value.split(", ")))].filter((value) => value !== ""))];
  });
  return Object.fromEntries(both);
}

function thingOf(record: InventoryRecord): Thing {
  return { ...namedByAddress(record), about: aboutOf(record) };
}

function aboutOf(record: InventoryRecord): string {
  switch (record.kind) {
    case "service":
      return record.name;
    case "edge":
      return `${record.clientService ?? UNNAMED} > ${record.serverService ?? UNNAMED}, ${record.posture}`;
    case "endpoint":
      return `of ${record.service}, ${record.state}`;
    case "certificate":
      return record.subject;
    default:
      return `${record.severity}: ${record.summary}`;
  }
}

function namedByAddress(record: InventoryRecord): Omit<Thing, "about"> {
  switch (record.kind) {
    case "service":
      return { kind: "service", subject: serverOf(record.address, record.port, record), facts: factsOf(record) };
    case "edge": {
      const server = serverOf(record.serverAddress, record.serverPort, record);
      return { kind: "edge", subject: `${record.clientAddress} > ${server}`, facts: factsOf(record) };
    }
    case "endpoint": {
      const { method, template, serverAddress, serverPort } = record;
      const subject = `${serverOf(serverAddress, serverPort, record)} ${method} ${template}`;
      return { kind: "endpoint", subject, facts: factsOf(record) };
    }
    case "certificate":
      return { kind: "certificate", subject: record.fingerprint, facts: factsOf(record) };
    default:
      return { kind: "finding", subject: `${record.rule} ${record.id}`, facts: factsOf(record) };
  }
}

function factsOf(record: InventoryRecord): Facts {
  switch (record.kind) {
    case "service":
      return serviceFacts(record);
    case "edge":
      return edgeFacts(record);
    case "endpoint":
      return endpointFacts(record);
    case "certificate":
      return { subject: record.subject };
    default:
      return findingFacts(record);
  }
}

function serverOf(address: string, port: number, { virtualNetwork }: InVirtualNetwork): string {
  return `${address}:${port}${virtualNetwork === undefined ? "" : ` in ${virtualNetwork}`}`;
}

function serviceFacts({ name, software, frameworks, protocols }: ServiceRecord): Facts {
  return { name, software: list(software), frameworks: list(frameworks), protocols: list(protocols) };
}

function edgeFacts({ posture, scope, credentials, protocols }: EdgeRecord): Facts {
  return { posture, scope, credentials: list(Object.keys(credentials)), protocols: list(Object.keys(protocols)) };
}

function endpointFacts(endpoint: EndpointRecord): Facts {
  const { state, credentials, dataClasses } = endpoint;
  const traits = traitsOf(endpoint);
  const types = fieldTypesOf(endpoint);
  const lasts = endpoint.protection?.tokens?.longestSeconds;
  return {
    state,
    callers: callersOf(endpoint),
    credentials: list(Object.keys(credentials)),
    calls: carriedBy(endpoint),
    data: list(dataClasses),
    ...(endpoint.calls === 0 ? {} : { access: accessOf(endpoint) }),
    fields: list([...types.keys()]),
    // Commas part values of lists.
    drift: list((endpoint.drift ?? []).map((text) => text.replaceAll(", ", " "))),
    ...Object.fromEntries(TRAITS.map((trait) => [trait, list(traits[trait] ?? [])])),
    "token lifetimes": list([
      ...(lasts === undefined ? [] : [longestWords(lasts)]),
      ...(traits["token lifetimes"] ?? []),
    ]),
    "header fields of all answers": list(alwaysSentOf(endpoint)),
    ...Object.fromEntries([...types].map(([field, words]) => [`${TYPE_OF}${field}`, words])),
  };
}

const TYPE_OF = "type of ";

/** Those that are listed, and how many more there are. */
function callersOf({ callers, callerCount }: EndpointRecord): string {
  const more = callerCount - callers.length;
  return more > 0 ? `${list(callers)}, ${more} more` : list(callers);
}

/** What its calls carry, each as far as there are any. */
function carriedBy(endpoint: EndpointRecord): string {
  const { carried, cookieOnly, bare } = askedBy(endpoint);
  const kinds = [
    [carried, "with a credential"],
    [cookieOnly, "with cookies only"],
    [bare, "without one of a known kind"],
  ] as const;
  return list(kinds.flatMap(([{ calls }, words]) => (calls > 0 ? [words] : [])));
}

function findingFacts({ severity, summary }: FindingRecord): Facts {
  return { severity, summary };
}

function list(values: readonly string[]): string {
  if (values.length < 2) return values[0] ?? "";
  return [...values].sort().join(", ");
}

/** A field that came is told as one; it has no type before. */
function changedFields(before: Facts, after: Facts): Change["fields"] {
  return Object.keys(after)
    .filter((name) => !(name.startsWith(TYPE_OF) && before[name] === undefined))
    .filter((name) => withoutFigures(before[name] ?? "") !== withoutFigures(after[name]))
    .map((name) => ({ name, before: before[name] ?? "", after: after[name] }));
}
