import type { JsonSchema, ProtobufFacts } from "../../shared/endpoint-facts.js";
import type { EndpointState } from "../../shared/event.js";
import { aroundWords, gatewayWords } from "../../shared/gateway.js";
import { remainingCallers } from "../../shared/last-calls.js";
import { protectionRows } from "../../shared/protection-words.js";
import type { EndpointItem } from "../api.js";
import { DetailPane, Fields } from "./detail.js";
import { dateAndTime } from "./format-date.js";
import { hostWords, isCalledOtherwise } from "./host-words.js";
import { ReviewPanel } from "./review-panel.js";
import { TemplatePanel } from "./template-panel.js";

const STATE_WORDS: Readonly<Record<EndpointState, string>> = {
  active: "Called.",
  new: "Called for the first time not long ago.",
  shadow: "Called and answering, and in none of the files that declare its service.",
  deprecated: "Marked as deprecated; nobody calls it any more, or not from then on.",
  zombie: "Marked as deprecated, and still called.",
  dormant: "No call was seen for long, or declared and none was seen. Calls inside of TLS are not.",
};

interface Props {
  readonly endpoint: EndpointItem;
  /** Why it could not be read again; empty where it could. */
  readonly trouble: string;
  onClose(): void;
}

/** An endpoint in words, then what its calls are built of, then everything that is known of it. */
export function EndpointDetail({ endpoint, trouble, onClose }: Props) {
  const { schemas, drift = [], hosts, moreHosts, protection, reached, review, key, parameters, ...record } = endpoint;
  return (
    <DetailPane onClose={onClose}>
      <h3>
        {endpoint.method} {endpoint.template}
      </h3>
      {trouble !== "" && <p class="bad">{trouble}</p>}
      <p>
        {STATE_WORDS[endpoint.state]} {declaredWords(endpoint)} {deprecatedWords(endpoint)}
      </p>
      {isCalledOtherwise(endpoint) && <p>It is called as {hostWords(endpoint)}.</p>}
      {cutWords(endpoint).map((text) => (
        <p key={text}>{text}</p>
      ))}
      {endpoint.state === "zombie" && <p>Remaining callers: {remainingWords(endpoint)}.</p>}
      {drift.length > 0 && (
        <>
          <h4>Other than declared</h4>
          <ul class="drift">
            {drift.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
      <Reached endpoint={endpoint} />
      <Protection endpoint={endpoint} />
      <ReviewPanel key={key} endpoint={endpoint} />
      <TemplatePanel key={`template ${key}`} endpoint={endpoint} />
      {schemas?.query !== undefined && <Schema title="Query" schema={schemas.query} />}
      {schemas?.header !== undefined && <Schema title="Headers" schema={schemas.header} />}
      {schemas?.cookie !== undefined && <Schema title="Cookies" schema={schemas.cookie} />}
      {schemas?.request !== undefined && (
        <Schema title={`Request${read(schemas.bodiesRead?.request)}`} schema={schemas.request} />
      )}
      {Object.entries(schemas?.responses ?? {}).map(([status, schema]) => (
        <Schema
          key={status}
          title={`Answer ${status}${read(schemas?.bodiesRead?.responses[status])}`}
          schema={schema}
        />
      ))}
      {schemas?.messages?.request !== undefined && <Schema title="Request message" schema={schemas.messages.request} />}
      {Object.entries(schemas?.messages?.responses ?? {}).map(([status, schema]) => (
        <Schema key={`message ${status}`} title={`Message of answer ${status}`} schema={schema} />
      ))}
      {Object.entries(schemas?.responseHeaders ?? {}).map(([status, schema]) => (
        <Schema key={`headers ${status}`} title={`Headers of answer ${status}`} schema={schema} />
      ))}
      <Fields record={record} />
    </DetailPane>
  );
}

/** No class found in a part says nothing of the rest. */
function cutWords(endpoint: EndpointItem): string[] {
  const { requestBodiesRead, requestBodiesCut = 0, responseBodiesRead, responseBodiesCut = 0 } = endpoint;
  const words = (whose: string, read: number, cut: number): string[] =>
    cut === 0
      ? []
      : [
          `Of ${read.toLocaleString("en")} bodies of ${whose} that were looked at for data, ${cut.toLocaleString("en")} were so only in part: what the rest held is not known.`,
        ];
  return [
    ...words("requests", requestBodiesRead, requestBodiesCut),
    ...words("answers", responseBodiesRead, responseBodiesCut),
  ];
}

function declaredWords({ declaration }: EndpointItem): string {
  if (declaration === undefined) return "";
  return declaration.isDeclared
    ? `Declared in ${declaration.place ?? declaration.file}.`
    : `Files: ${declaration.file}.`;
}

function deprecatedWords({ deprecation }: EndpointItem): string {
  if (deprecation === undefined) return "";
  const { marks, fromMicros, sunsetMicros } = deprecation;
  const who = marks.map((mark) => (mark === "file" ? "its file" : "its own answers")).join(" and ");
  const since = fromMicros === undefined ? "" : ` from ${day(fromMicros)}`;
  const end = sunsetMicros === undefined ? "" : `, to go away on ${day(sunsetMicros)}`;
  return `Marked by ${who}${since}${end}.`;
}

function day(micros: number): string {
  return dateAndTime(micros / 1_000).slice(0, 10);
}

/** Those that called it last, and when each did. */
function remainingWords(endpoint: EndpointItem): string {
  const lastCalls = endpoint.deprecation?.lastCalls;
  if (lastCalls === undefined) return callerWords(endpoint);
  const remaining = remainingCallers(endpoint.deprecation ?? {});
  return remaining.map((caller) => `${caller} (last ${dateAndTime(lastCalls[caller] / 1_000)})`).join(", ");
}

function callerWords({ callers, callerCount }: EndpointItem): string {
  const more = callerCount - callers.length;
  return more > 0 ? `${callers.join(", ")} and ${more.toLocaleString("en")} more` : callers.join(", ");
}

/** Through which gateways it is called, and by whom around them. */
function Reached({ endpoint: { reached } }: { readonly endpoint: EndpointItem }) {
  if (reached === undefined) return null;
  return (
    <>
      <h4>Reached</h4>
      <Fields record={{ through: reached.gateways.map(gatewayWords), "around the gateway": aroundWords(reached) }} />
    </>
  );
}

/** Who is let in, by what, and what the answers let others do. */
function Protection({ endpoint }: { readonly endpoint: EndpointItem }) {
  const rows = protectionRows(endpoint);
  if (rows.length === 0) return null;
  return (
    <>
      <h4>Protection</h4>
      <Fields record={Object.fromEntries(rows)} />
    </>
  );
}

/** On how many bodies a schema rests. */
function read(bodies: number | undefined): string {
  if (bodies === undefined) return "";
  return bodies === 1 ? ", of 1 body" : `, of ${bodies.toLocaleString("en")} bodies`;
}

/** Fields by their paths, as deep as they were learned. */
function Schema({ title, schema }: { readonly title: string; readonly schema: JsonSchema }) {
  const rows = [...rowsOf(schema, "", true)];
  return (
    <>
      <h4>{title}</h4>
      <table class="pairs schema">
        <tbody>
          {rows.map(({ name, what, isOptional }) => (
            <tr key={name}>
              <th>{name === "" ? "(all of it)" : name}</th>
              <td>
                {what}
                {isOptional && <span class="quiet"> optional</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

interface SchemaRow {
  readonly name: string;
  readonly what: string;
  readonly isOptional: boolean;
}

function* rowsOf(schema: JsonSchema, name: string, isAlways: boolean): Iterable<SchemaRow> {
  yield { name, what: typeWords(schema), isOptional: !isAlways };
  const required = new Set(schema.required ?? []);
  for (const [property, below] of Object.entries(schema.properties ?? {}))
    yield* rowsOf(below, name === "" ? property : `${name}.${property}`, required.has(property));
  if (schema.additionalProperties !== undefined)
    yield* rowsOf(schema.additionalProperties, name === "" ? "*" : `${name}.*`, true);
  const { items } = schema;
  if (items !== undefined && (items.properties ?? items.items) !== undefined) yield* rowsOf(items, `${name}[]`, true);
}

/** `string date-time`, `one of pending, shipped`, `list of integer`; of a field of Protocol Buffers its number beside that. */
function typeWords(schema: JsonSchema): string {
  const { type, format, enum: words, items } = schema;
  const facts = schema["x-protobuf"];
  const ofField = facts === undefined ? "" : protobufWords(facts);
  if (words !== undefined) return `one of ${words.join(", ")}${ofField}`;
  const types = (typeof type === "string" ? [type] : (type ?? [])).map((one) =>
    one === "array" ? listWords(items) : one,
  );
  return [types.join(" or "), format].filter((word) => word !== undefined && word !== "").join(" ") + ofField;
}

/** ` · field 3, VARINT, declared int32`, ` · field 2, LEN, may be string, confidence 0.5`. */
function protobufWords({ number, wireType = "", type, mayBe, declared, confidence, message }: ProtobufFacts): string {
  if (number === undefined) return message === undefined ? "" : ` · ${message}`;
  const wire = typeof wireType === "string" ? wireType : wireType.join(" and ");
  const said = type === undefined ? undefined : `declared ${type}`;
  const guessed = mayBe === undefined ? undefined : `may be ${mayBe.join(", ")}`;
  const other = declared === undefined ? undefined : `but declared ${declared}`;
  const sure = confidence === undefined || confidence === 1 ? undefined : `confidence ${confidence}`;
  return ` · ${[`field ${number}`, wire, said, guessed, sure, other].filter((word) => word !== undefined).join(", ")}`;
}

function listWords(items: JsonSchema | undefined): string {
  const of = items === undefined ? "" : typeWords(items);
  return of === "" ? "list" : `list of ${of}`;
}
