import type { DeclaredBody, DeclaredOperation, DeclaredSchema } from "../../declared/declared-api.js";
import { isControlInformation } from "../../protocol/learned-names.js";
import { ANY_NAME } from "../../protocol/shape.js";
import type { Difference } from "../observation.js";
import type { LearnedSchemas } from "../schema/endpoint-schemas.js";
import { namesOf } from "../schema/json-schema.js";
import type { SchemaNode } from "../schema/schema-node.js";
import { keyNames } from "./credential-drift.js";
import type { OperationDeclaration } from "./declared-operation.js";
import { answerOf, hasNoOtherFields } from "./declared-type.js";
import { answerHeadDrift, requestHeadDrift } from "./head-drift.js";
import { messageDrift } from "./message-drift.js";
import { MIN_SEEN, mismatch } from "./mismatch.js";
import { Missing } from "./missing.js";
import { baseOf, parametersOf, propertiesOf } from "./named-schema.js";
import { textDifference } from "./text-drift.js";

const MAX_DIFFERENCES = 64;
const FORM = /^(application\/x-www-form-urlencoded|multipart\/form-data)$/;

interface Comparison {
  /** Where it stands: `request`, `response 200`. */
  readonly where: string;
  /** Values may be texts, whatever they stand for: of forms they are. */
  readonly isText: boolean;
  readonly isAnswer: boolean;
  readonly told: Difference[];
}

/** Media types of the bodies from which something was learned, by status. */
export interface SeenTypes {
  of(status: number): readonly string[];
}

/** What is known of the media types of the bodies that schemas were learned from. */
export interface SeenBodies {
  /** No request had a body of fields that is of none of the declared types. */
  readonly areRequestsDeclared: boolean;
  readonly answerTypes: SeenTypes;
}

/**
 * How queries, heads and bodies that were seen differ from those declared. Where some bodies were of a type that is not declared, which is told by
 * itself, the schema of another is none that what was learned of all of them could be held against.
 */
export function schemaDrift(
  { api, operation }: OperationDeclaration,
  learned: LearnedSchemas,
  { areRequestsDeclared, answerTypes }: SeenBodies,
): Difference[] {
  const told: Difference[] = [];
  if (learned.query !== undefined) queryDrift(operation, learned.query, told);
  missingParameters(operation, learned, told);
  requestHeadDrift(operation, learned, told);
  const { request, responses } = operation;
  if (learned.request !== undefined && request !== undefined && areRequestsDeclared)
    bodyDrift(request, learned.request, { where: "request", isText: isForm(request), isAnswer: false, told });
  if (learned.request !== undefined && request === undefined && api.kind === "openapi")
    noneDeclared(learned.request, told);
  for (const [status, node] of learned.responses) {
    const declared = answerOf(responses, status)?.response;
    const where = `response ${status}`;
    if (declared !== undefined && hasNoOtherFields(answerTypes.of(status), declared.contentTypes))
      bodyDrift(declared, node, { where, isText: false, isAnswer: true, told });
  }
  for (const [status, head] of learned.answers) {
    const declared = answerOf(responses, status)?.response;
    if (declared !== undefined) answerHeadDrift(status, declared.headers, head, told);
  }
  if (learned.messages !== undefined && operation.messages !== undefined)
    messageDrift(operation.messages, learned.messages, told);
  return told.slice(0, MAX_DIFFERENCES);
}

function isForm({ contentTypes }: DeclaredBody): boolean {
  return contentTypes.some((type) => FORM.test(type));
}

function queryDrift(operation: DeclaredOperation, query: SchemaNode, told: Difference[]): void {
  const { query: declared } = operation;
  if (declared === undefined) return;
  const keys = keyNames(operation, "query");
  for (const name of namesOf(query)) {
    const known = parametersOf(declared, name);
    if (known.length === 0 && !declared.isOpen && !keys.includes(name))
      told.push(parameterDifference(`query parameter ${name} is not declared`));
    const node = query.properties?.get(name);
    for (const one of known.length === 0 ? [declared.more] : known) {
      const wrong = node && one && textDifference(name, node, one);
      if (wrong !== undefined) told.push(parameterDifference(`query parameter ${wrong}`));
    }
  }
}

function missingParameters({ parameters }: DeclaredOperation, learned: LearnedSchemas, told: Difference[]): void {
  const seen = (): number => (learned.query?.objects ?? 0) + learned.withoutQuery;
  if (seen() < MIN_SEEN || learned.query?.hasAllNames === false) return;
  for (const { name, in: place, isRequired, schema } of parameters) {
    // Lists and objects have several ways to be written.
    const isList = schema.types.includes("object") || schema.types.includes("array");
    if (place !== "query" || !isRequired || isList) continue;
    const present = (): number => learned.query?.properties?.get(name)?.present ?? 0;
    if (present() >= seen()) continue;
    const count = () => [seen() - present(), seen()] as const;
    told.push(new Missing("parameter", `query parameter ${name}`, "calls", count));
  }
}

function parameterDifference(text: string): Difference {
  return { kind: "parameter", text };
}

/** Of requests that were not refused: what others tried departs from nothing. That there is a body is told of calls. */
function noneDeclared(node: SchemaNode, told: Difference[]): void {
  if (node.objects === 0) return;
  for (const name of namesOf(node))
    if (!isControlInformation(name)) told.push({ kind: "schema", text: `request: ${name} is not declared` });
}

function bodyDrift({ schema }: DeclaredBody, node: SchemaNode, comparison: Comparison): void {
  if (schema !== undefined) compare(node, schema, "", comparison);
}

/** Goes as deep as what was learned, which is bounded: declared schemas may hold themselves. */
function compare(node: SchemaNode, declared: DeclaredSchema, path: string, comparison: Comparison): void {
  const { where, isText, isAnswer, told } = comparison;
  if (told.length >= MAX_DIFFERENCES) return;
  const wrong = differenceAt(node, declared, path === "" ? "the whole" : path, isText);
  if (wrong !== undefined) told.push({ kind: "schema", text: `${where}: ${wrong}` });
  if (node.items !== undefined && declared.items !== undefined && !isText)
    compare(node.items, declared.items, `${path}[]`, comparison);
  const isMap = Object.keys(declared.properties).length === 0 && declared.patterns.length === 0;
  if (isMap) {
    compareMap(node, declared, path, comparison);
    return;
  }
  const [oneWay, way] = isAnswer ? [declared.onlyInRequests, "writeOnly"] : [declared.onlyInAnswers, "readOnly"];
  for (const property of namesOf(node)) {
    const below = path === "" ? property : `${path}.${property}`;
    const next = node.properties?.get(property);
    const known = isText ? parametersOf(declared, property) : propertiesOf(declared, property);
    if (known.length === 0 && declared.isOpen) known.push(declared.more);
    if (known.length === 0 && (isText || !isControlInformation(property)))
      told.push({ kind: "schema", text: `${where}: ${below} is not declared` });
    if (oneWay.includes(property)) told.push({ kind: "schema", text: `${where}: ${below} is there, declared ${way}` });
    if (next !== undefined) for (const one of known) if (one !== undefined) compare(next, one, below, comparison);
  }
  if (node.objects < MIN_SEEN || !node.hasAllNames) return;
  for (const property of declared.required) {
    const present = (): number => node.properties?.get(property)?.present ?? 0;
    if (oneWay.includes(property) || present() >= node.objects || (isText && isSpelledElse(node, property))) continue;
    const below = path === "" ? property : `${path}.${property}`;
    const count = () => [node.objects - present(), node.objects] as const;
    told.push(new Missing("schema", `${where}: ${below}`, "objects", count));
  }
}

function differenceAt(node: SchemaNode, declared: DeclaredSchema, name: string, isText: boolean): string | undefined {
  if (isText) return textDifference(name, node, declared);
  const wrong = mismatch(node, declared, false);
  return wrong === undefined ? undefined : `${name} is ${wrong}`;
}

/** Without any named property: whatever names stand there, what is under them may be declared. */
function compareMap(node: SchemaNode, { more }: DeclaredSchema, path: string, comparison: Comparison): void {
  if (more === undefined) return;
  for (const name of [...namesOf(node), ANY_NAME]) {
    const next = node.properties?.get(name);
    if (next !== undefined) compare(next, more, path === "" ? name : `${path}.${name}`, comparison);
  }
}

/** In a form what lies deeper stands under names of its own. */
function isSpelledElse({ properties }: SchemaNode, name: string): boolean {
  return [...(properties?.keys() ?? [])].some((one) => one !== name && baseOf(one) === name);
}
