import type { Counted } from "../../../shared/drift-text.js";
import type { DeclaredOperation, DeclaredParameter } from "../../declared/declared-api.js";
import { isLearnedCookie, isLearnedField } from "../../protocol/learned-names.js";
import type { Difference } from "../observation.js";
import type { LearnedSchemas } from "../schema/endpoint-schemas.js";
import type { HeadSchema } from "../schema/head-schema.js";
import { namesOf } from "../schema/json-schema.js";
import { keyNames } from "./credential-drift.js";
import { MIN_SEEN } from "./mismatch.js";
import { Missing } from "./missing.js";
import { textDifference } from "./text-drift.js";

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
  operation: DeclaredOperation,
  { header, cookie }: LearnedSchemas,
  told: Difference[],
): void {
  const { parameters } = operation;
  const headers = parameters.filter((one) => one.in === "header");
  const cookies = parameters.filter((one) => one.in === "cookie" && isLearnedCookie(one.name));
  const of = { where: "request header", kind: "parameter", counted: "calls" } as const;
  fieldDrift(of, learnable(headers), header, told);
  fieldDrift({ ...of, where: "cookie" }, cookies, cookie, told);
  undeclared(of, headers, header, told, keyNames(operation, "header"));
}

/** The same of answers: part of what they are built of. */
export function answerHeadDrift(
  status: number,
  headers: readonly DeclaredParameter[],
  head: HeadSchema,
  told: Difference[],
): void {
  const of = { where: `response ${status}: header`, kind: "schema", counted: "answers" } as const;
  fieldDrift(of, learnable(headers), head, told);
  undeclared(of, headers, head, told);
}

interface Heads {
  readonly where: string;
  readonly kind: Difference["kind"];
  readonly counted: Counted;
}

/** RFC 9110 §5.1: names of fields are the same in any case. */
function learnable(headers: readonly DeclaredParameter[]): DeclaredParameter[] {
  return headers.map((one) => ({ ...one, name: one.name.toLowerCase() })).filter(({ name }) => isLearnedField(name));
}

function fieldDrift(
  { where, kind, counted }: Heads,
  declared: readonly DeclaredParameter[],
  head: HeadSchema,
  told: Difference[],
): void {
  for (const { name, isRequired, schema } of declared) {
    const node = head.node?.properties?.get(name);
    const wrong = node && textDifference(name, node, schema);
    const present = head.present(name);
    if (wrong !== undefined) told.push({ kind, text: `${where} ${wrong}` });
    else if (isRequired && head.heads >= MIN_SEEN && present !== undefined && present < head.heads) {
      const count = () => [head.heads - (head.present(name) ?? present), head.heads] as const;
      told.push(new Missing(kind, `${where} ${name}`, counted, count));
    }
  }
}

/** Fields that a file does not name, where it names some: most files leave all of them out, and say nothing by that. */
function undeclared(
  { where, kind }: Heads,
  declared: readonly DeclaredParameter[],
  { node }: HeadSchema,
  told: Difference[],
  keys: readonly string[] = [],
): void {
  if (declared.length === 0 || node === undefined) return;
  const known = new Set([...declared.map(({ name }) => name), ...keys].map((name) => name.toLowerCase()));
  for (const name of namesOf(node))
    if (!known.has(name) && !USUAL.has(name) && !USUAL_BEGINNING.test(name))
      told.push({ kind, text: `${where} ${name} is not declared` });
}
