import type { DeclaredOperation, DeclaredParameter } from "../../declared/declared-api.js";
import { isLearnedCookie, isLearnedField } from "../../protocol/learned-names.js";
import type { Difference } from "../observation.js";
import type { LearnedSchemas } from "../schema/endpoint-schemas.js";
import type { HeadSchema } from "../schema/head-schema.js";
import { namesOf } from "../schema/json-schema.js";
import { MIN_SEEN, mismatch } from "./mismatch.js";

/**
 * Fields that any API may have without a word of it in its file: those of conditional requests, ranges, redirects, preferences and
 * warnings (RFC 9110, RFC 9111, RFC 7240, RFC 8288, RFC 8594, RFC 9530, RFC 9745), and what frameworks, clouds and watchers of
 * applications add on their own.
 */
const USUAL: ReadonlySet<string> = new Set(
  (
    "etag last-modified location content-location content-language content-disposition content-range accept-ranges range if-match " +
    "if-none-match if-modified-since if-unmodified-since if-range allow link retry-after warning prefer preference-applied " +
    "deprecation sunset www-authenticate authentication-info digest content-digest repr-digest want-content-digest " +
    "want-repr-digest accept-patch accept-post save-data early-data x-requested-with x-robots-tag x-ua-compatible " +
    "x-correlation-id correlation-id correlation-context request-id request-context x-trace-id x-span-id x-request-start " +
    "x-response-time x-amzn-requestid x-ms-request-id x-azure-ref x-goog-request-id x-ot-span-context sentry-trace " +
    "elastic-apm-traceparent newrelic x-kong-upstream-latency x-kong-proxy-latency x-kong-request-id"
  ).split(" "),
);
const USUAL_BEGINNING =
  /^(x-datadog-|x-newrelic-|x-dynatrace|x-instana-|x-amz-apigw-|x-appengine-|x-azure-|x-fastly-|x-akamai-|fly-)/;

/** How heads of requests differ: parameters. Cookies that a file does not name belong to the site, and are no parameters of the operation. */
export function requestHeadDrift(
  { parameters }: DeclaredOperation,
  { header, cookie }: LearnedSchemas,
  told: Difference[],
): void {
  const headers = parameters.filter((one) => one.in === "header");
  const differences = [
    ...fieldDrift(
      "request header",
      lowered(headers).filter(({ name }) => isLearnedField(name)),
      header,
    ),
    ...fieldDrift(
      "cookie",
      parameters.filter((one) => one.in === "cookie" && isLearnedCookie(one.name)),
      cookie,
    ),
    ...undeclared("request header", headers, header),
  ];
  for (const text of differences) told.push({ kind: "parameter", text });
}

/** The same of answers: part of what they are built of. */
export function answerHeadDrift(
  status: number,
  headers: readonly DeclaredParameter[],
  head: HeadSchema,
  told: Difference[],
): void {
  const where = `response ${status}: header`;
  const differences = [
    ...fieldDrift(
      where,
      lowered(headers).filter(({ name }) => isLearnedField(name)),
      head,
    ),
    ...undeclared(where, headers, head),
  ];
  for (const text of differences) told.push({ kind: "schema", text });
}

/** RFC 9110 §5.1: names of fields are the same in any case. */
function lowered(headers: readonly DeclaredParameter[]): DeclaredParameter[] {
  return headers.map((one) => ({ ...one, name: one.name.toLowerCase() }));
}

function fieldDrift(where: string, declared: readonly DeclaredParameter[], head: HeadSchema): string[] {
  return declared.flatMap(({ name, isRequired, schema }) => {
    const node = head.node?.properties?.get(name);
    const wrong = node && mismatch(node, schema, true);
    if (wrong !== undefined) return [`${where} ${name} is ${wrong}`];
    const present = head.present(name);
    const isMissing = isRequired && head.heads >= MIN_SEEN && present !== undefined && present < head.heads;
    return isMissing ? [`${where} ${name} is required and was missing`] : [];
  });
}

/** Fields that a file does not name, where it names some: most files leave all of them out, and say nothing by that. */
function undeclared(where: string, declared: readonly DeclaredParameter[], { node }: HeadSchema): string[] {
  if (declared.length === 0 || node === undefined) return [];
  const known = new Set(declared.map(({ name }) => name.toLowerCase()));
  return namesOf(node)
    .filter((name) => !known.has(name) && !USUAL.has(name) && !USUAL_BEGINNING.test(name))
    .map((name) => `${where} ${name} is not declared`);
}
