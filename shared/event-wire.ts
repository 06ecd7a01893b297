import protobuf from "protobufjs/minimal.js";
import type { EndpointRecord, SensorEvent } from "./event.js";
import { eastwatch } from "./generated/event.js";

const { ConsoleMessage, Event, SensorMessage } = eastwatch.v1;

/** Bytes that are no message of ours. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "WireError";
  }
}

// Zeros are not sent: without defaults they would be missing.
const OBJECT_OPTIONS = { longs: Number, arrays: true, objects: true, defaults: true } as const;
const SEQUENCES_TAG = (1 << 3) | 2;
const EVENTS_TAG = (2 << 3) | 2;
const DROPPED_TAG = 3 << 3;
const NOT_SAMPLED_TAG = 4 << 3;
const BATCH_TAG = (2 << 3) | 2;

/** One event as it lies in the outbox and in a batch. */
export function encodeEvent(event: SensorEvent): Uint8Array {
  const { kind, ...record } = event;
  return Event.encode({ [kind]: wireRecord(event, record) }).finish();
}

/** What the wire has in another form: lists that may be absent, and what differs from rule to rule. */
function wireRecord(event: SensorEvent, record: object): object {
  if (event.kind === "finding") return { ...record, evidence: JSON.stringify(event.evidence) };
  if (event.kind === "endpoint") return wireEndpoint(event, record);
  if (event.kind !== "call") return record;
  const { requestClasses, responseClasses } = event;
  return {
    ...record,
    requestClasses: requestClasses && { names: requestClasses },
    responseClasses: responseClasses && { names: responseClasses },
  };
}

/** Throws WireError. */
export function decodeEvent(bytes: Uint8Array): SensorEvent {
  return toEvent(parse(() => Event.decode(bytes)));
}

function wireEndpoint(
  { schemas, protection, reached, responseContentTypesByStatus: types }: EndpointRecord,
  record: object,
): object {
  if ([schemas, protection, reached, types].every((field) => field === undefined)) return record;
  return {
    ...record,
    ...(types === undefined ? {} : { responseContentTypesByStatus: namedLists(types) }),
    schemas: schemas && JSON.stringify(schemas),
    protection: protection && JSON.stringify(protection),
    reached: reached && JSON.stringify(reached),
  };
}

/** A map of Protocol Buffers has no lists. */
function namedLists(
  lists: Readonly<Record<string, readonly string[]>>,
): Record<string, { readonly names: readonly string[] }> {
  return Object.fromEntries(Object.entries(lists).map(([key, names]) => [key, { names }]));
}

export interface WireEvent {
  readonly sequence: number;
  /** As `encodeEvent` made it. */
  readonly bytes: Uint8Array;
}

/** A SensorMessage with a batch, put together without taking its events apart. */
export function encodeBatch(
  events: readonly WireEvent[],
  droppedTotal: number,
  callsNotSampledTotal: number,
): Uint8Array {
  const batch = protobuf.Writer.create();
  batch.uint32(SEQUENCES_TAG).fork();
  for (const { sequence } of events) batch.uint64(sequence);
  batch.ldelim();
  for (const { bytes } of events) batch.uint32(EVENTS_TAG).bytes(bytes);
  batch.uint32(DROPPED_TAG).uint64(droppedTotal).uint32(NOT_SAMPLED_TAG).uint64(callsNotSampledTotal);
  return protobuf.Writer.create().uint32(BATCH_TAG).bytes(batch.finish()).finish();
}

export interface HelloMessage {
  readonly type: "hello";
  readonly protocolVersion: number;
  readonly name: string;
  readonly version: string;
  readonly host: string;
}

export interface BatchMessage {
  readonly type: "batch";
  readonly events: readonly { readonly sequence: number; readonly event: SensorEvent }[];
  readonly droppedTotal: number;
  readonly callsNotSampledTotal: number;
}

export function encodeHello({ protocolVersion, name, version, host }: Omit<HelloMessage, "type">): Uint8Array {
  return SensorMessage.encode({ hello: { protocolVersion, name, version, host } }).finish();
}

/** Throws WireError. */
export function decodeSensorMessage(bytes: Uint8Array): HelloMessage | BatchMessage {
  const message = parse(() => SensorMessage.decode(bytes));
  if (message.hello) {
    const { protocolVersion, name, version, host } = message.hello;
    return {
      type: "hello",
      protocolVersion: protocolVersion ?? 0,
      name: name ?? "",
      version: version ?? "",
      host: host ?? "",
    };
  }
  if (!message.batch) throw new WireError("neither hello nor batch");
  const { sequences, events, droppedTotal, callsNotSampledTotal } = message.batch;
  if (sequences?.length !== events?.length) throw new WireError("a batch with another number of sequences than events");
  return {
    type: "batch",
    events: (events ?? []).map((event, index) => ({ sequence: Number(sequences?.[index]), event: toEvent(event) })),
    droppedTotal: Number(droppedTotal ?? 0),
    callsNotSampledTotal: Number(callsNotSampledTotal ?? 0),
  };
}

export type ConsoleReply =
  | {
      readonly type: "welcome";
      readonly protocolVersion: number;
      readonly version: string;
      readonly lastSequence: number;
      /** Of a console before there were such records: false. */
      readonly takesConnections: boolean;
    }
  | { readonly type: "acknowledge"; readonly sequence: number }
  | { readonly type: "refusal"; readonly reason: string };

export function encodeReply(reply: ConsoleReply): Uint8Array {
  const { type, ...body } = reply;
  return ConsoleMessage.encode({ [type]: body }).finish();
}

/** Throws WireError. */
export function decodeReply(bytes: Uint8Array): ConsoleReply {
  const { welcome, acknowledge, refusal } = parse(() => ConsoleMessage.decode(bytes));
  if (acknowledge) return { type: "acknowledge", sequence: Number(acknowledge.sequence ?? 0) };
  if (refusal) return { type: "refusal", reason: refusal.reason ?? "" };
  if (!welcome) throw new WireError("neither welcome, acknowledge nor refusal");
  const { protocolVersion, version, lastSequence, takesConnections } = welcome;
  return {
    type: "welcome",
    protocolVersion: protocolVersion ?? 0,
    version: version ?? "",
    lastSequence: Number(lastSequence ?? 0),
    takesConnections: takesConnections ?? false,
  };
}

function toEvent(event: eastwatch.v1.IEvent): SensorEvent {
  const plain = Event.toObject(event as eastwatch.v1.Event, OBJECT_OPTIONS);
  const [kind] = Object.keys(plain);
  if (kind === undefined) throw new WireError("an event of no known kind");
  const record = plain[kind];
  if (kind === "finding") record.evidence = objectOf("evidence", record.evidence);
  if (kind === "endpoint") fillEndpoint(record);
  if (kind === "edge" && Object.keys(record.clientCertificates).length === 0) delete record.clientCertificates;
  if (kind === "service" && record.movedFrom?.length === 0) delete record.movedFrom;
  if (kind === "service" && record.formerNames?.length === 0) delete record.formerNames;
  if (kind === "call") {
    if (record.requestClasses) record.requestClasses = record.requestClasses.names;
    if (record.responseClasses) record.responseClasses = record.responseClasses.names;
  }
  return { kind, ...record } as SensorEvent;
}

/** What the wire can't leave out, or has as text. */
function fillEndpoint(record: {
  drift?: unknown[];
  hosts?: unknown[];
  ownClasses?: object;
  deprecation?: { lastCalls?: object; gone?: readonly string[] };
  schemas?: unknown;
  protection?: unknown;
  reached?: unknown;
  responseContentTypesByStatus?: object;
  rpcStatuses?: object;
}): void {
  if (record.drift?.length === 0) delete record.drift;
  if (record.hosts?.length === 0) delete record.hosts;
  if (Object.keys(record.ownClasses ?? {}).length === 0) delete record.ownClasses;
  if (Object.keys(record.deprecation?.lastCalls ?? {}).length === 0) delete record.deprecation?.lastCalls;
  if (record.deprecation?.gone?.length === 0) delete record.deprecation.gone;
  if (record.protection !== undefined) record.protection = objectOf("protection", record.protection);
  if (record.reached !== undefined) record.reached = objectOf("reached", record.reached);
  if (record.schemas !== undefined) record.schemas = objectOf("schemas", record.schemas);
  if (Object.keys(record.rpcStatuses ?? {}).length === 0) delete record.rpcStatuses;
  const lists = Object.entries(record.responseContentTypesByStatus ?? {});
  if (lists.length === 0) delete record.responseContentTypesByStatus;
  else record.responseContentTypesByStatus = Object.fromEntries(lists.map(([status, { names }]) => [status, names]));
}

function objectOf(name: string, text: unknown): unknown {
  try {
    const parsed: unknown = JSON.parse(String(text));
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    throw new WireError(`${name} that is no JSON`);
  }
}

function parse<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new WireError((error as Error).message);
  }
}
