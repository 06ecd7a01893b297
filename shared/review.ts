import type { JsonSchema } from "./endpoint-facts.js";
import type { EndpointRecord, EndpointState } from "./event.js";

/** Who said it, and when. */
export interface Said {
  readonly by: string;
  readonly atMicros: number;
}

/**
 * What people said of one endpoint, as it stands: never part of what sensors tell of it. Each of these is the last word of its kind; every
 * word before it is in the history.
 */
export interface Opinion {
  /** `seen`: what was known of the endpoint when it was approved. */
  readonly approved?: Said & { readonly seen: ReviewedFacts };
  readonly owner?: Said & { readonly text: string };
  readonly tags?: Said & { readonly texts: readonly string[] };
  readonly note?: Said & { readonly text: string };
  /** It is to go away, on a day or at some time; `calls` it had until then. */
  readonly deprecated?: Said & { readonly untilMicros?: number; readonly calls: number };
  /** Nothing is asked of anybody until then. */
  readonly ignored?: Said & { readonly untilMicros: number };
}

/** What of an endpoint somebody who approves it vouches for. */
export interface ReviewedFacts {
  readonly callers: readonly string[];
  /** More than are listed called it: who is new can't be told. */
  readonly hasMoreCallers: boolean;
  readonly credentials: readonly string[];
  /** Calls in which no credential was seen. */
  readonly hasBareCalls: boolean;
  readonly dataClasses: readonly string[];
  readonly state: EndpointState;
  readonly drift: readonly string[];
  /** Fields of queries and bodies, bounded. */
  readonly fields: readonly string[];
}

/**
 * `new` nobody approved it, and it came to be after others of its service were · `changed` other facts than those approved, or called after it
 * was said to go away · `deprecated` to go away, and not called since that was said.
 */
export type ReviewStatus = "unreviewed" | "new" | "changed" | "approved" | "deprecated" | "ignored";

/** An endpoint with what people say of it. */
export interface Review {
  readonly status: ReviewStatus;
  /** What is other than it was when it was approved, each in words. */
  readonly changes: readonly string[];
  readonly opinion: Opinion;
}

type Facts = Pick<
  EndpointRecord,
  "callers" | "callerCount" | "credentials" | "calls" | "dataClasses" | "state" | "drift" | "schemas"
>;

const MAX_FIELDS = 300;
/** States that say that something is wrong. */
const GRAVE: readonly EndpointState[] = ["shadow", "zombie", "deprecated"];

export function reviewedFacts(endpoint: Facts): ReviewedFacts {
  const { callers, callerCount, credentials, dataClasses, state, drift = [] } = endpoint;
  return {
    callers,
    hasMoreCallers: callerCount > callers.length,
    credentials: Object.keys(credentials),
    hasBareCalls: hasBareCalls(endpoint),
    dataClasses,
    state,
    drift,
    fields: fieldsOf(endpoint),
  };
}

/** `servicesReviewedMicros`: when an endpoint of its service was approved last; undefined where none was. */
export function reviewOf(
  endpoint: Facts & Pick<EndpointRecord, "firstMicros" | "foundMicros">,
  opinion: Opinion,
  serviceReviewedMicros: number | undefined,
  nowMicros: number,
): Review {
  const changes = changesOf(endpoint, opinion);
  return { status: statusOf(endpoint, opinion, changes, serviceReviewedMicros, nowMicros), changes, opinion };
}

function statusOf(
  { firstMicros, foundMicros = firstMicros }: Pick<EndpointRecord, "firstMicros" | "foundMicros">,
  { approved, deprecated, ignored }: Opinion,
  changes: readonly string[],
  serviceReviewedMicros: number | undefined,
  nowMicros: number,
): ReviewStatus {
  if (ignored !== undefined && ignored.untilMicros > nowMicros) return "ignored";
  if (changes.length > 0) return "changed";
  if (deprecated !== undefined) return "deprecated";
  if (approved !== undefined) return "approved";
  return serviceReviewedMicros !== undefined && foundMicros > serviceReviewedMicros ? "new" : "unreviewed";
}

/** In the order of their weight. */
function changesOf(endpoint: Facts, { approved, deprecated }: Opinion): string[] {
  const changes: string[] = [];
  const calls = deprecated === undefined ? 0 : endpoint.calls - deprecated.calls;
  if (calls > 0) changes.push(`calls since it was said to go away: ${calls.toLocaleString("en")}`);
  if (approved === undefined) return changes;
  const { seen } = approved;
  if (endpoint.state !== seen.state && GRAVE.includes(endpoint.state)) changes.push(`is ${endpoint.state} now`);
  if (!seen.hasBareCalls && hasBareCalls(endpoint)) changes.push("calls without a credential of a known kind");
  const added = (kind: string, now: readonly string[], before: readonly string[]): void => {
    const known = new Set(before);
    const fresh = now.filter((one) => !known.has(one));
    if (fresh.length > 0) changes.push(`${kind}: ${fresh.join(", ")}`);
  };
  if (!seen.hasMoreCallers) added("new callers", endpoint.callers, seen.callers);
  added("new credentials", Object.keys(endpoint.credentials), seen.credentials);
  added("new classes of data", endpoint.dataClasses, seen.dataClasses);
  added("other than declared", endpoint.drift ?? [], seen.drift);
  if (seen.fields.length < MAX_FIELDS) added("new fields", fieldsOf(endpoint), seen.fields);
  return changes;
}

/** A call may carry several: where they are fewer than calls some had none. */
function hasBareCalls({ credentials, calls }: Facts): boolean {
  return Object.values(credentials).reduce((sum, count) => sum + count, 0) < calls;
}

export function fieldsOf({ schemas }: Pick<Facts, "schemas">): string[] {
  if (schemas === undefined) return [];
  const fields: string[] = [];
  const walk = (schema: JsonSchema | undefined, name: string): void => {
    for (const [property, below] of Object.entries(schema?.properties ?? {})) {
      // A file that names fields of a message adds none to it.
      const path = `${name}.${below["x-protobuf"]?.number ?? property}`;
      if (fields.length < MAX_FIELDS) fields.push(path);
      walk(below, path);
    }
    if (schema?.additionalProperties !== undefined) walk(schema.additionalProperties, `${name}.*`);
    if (schema?.items !== undefined) walk(schema.items, `${name}[]`);
  };
  walk(schemas.query, "query");
  walk(schemas.request, "request");
  for (const [status, schema] of Object.entries(schemas.responses)) walk(schema, `answer ${status}`);
  walk(schemas.messages?.request, "request message");
  for (const [status, schema] of Object.entries(schemas.messages?.responses ?? {}))
    walk(schema, `answer ${status} message`);
  return fields;
}
