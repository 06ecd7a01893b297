import type { CertificateRecord, EdgeRecord, EndpointRecord, ServiceRecord } from "../../../shared/event.js";
import { plainName } from "../../../shared/path-template.js";
import { placeOf } from "../../../shared/virtual-network.js";
import type { EdgeEntry } from "../connection/edge-entry.js";
import type { EndpointEntry } from "../endpoint/endpoint-entry.js";
import type { EndpointStateText } from "../endpoint/endpoint-state-text.js";
import type { MethodSet } from "../endpoint/method-set.js";
import { operationOf, pathOf } from "../endpoint/operation.js";
import { addValue, newEvidence } from "../path/evidence.js";
import { reasonWithoutRule } from "../path/node-rule.js";
import type { PathNode } from "../path/path-node.js";
import { restOf, type StoredEvidence, useOf } from "../path/path-parameters.js";
import { pathOfTemplate } from "../path/remembered-value.js";
import { typeOf } from "../path/segment.js";
import type { ValueUse } from "../path/value-use.js";
import type { InventoryRow } from "../row.js";
import type { ServiceEntry } from "../service/service-entry.js";

/** Makes the entries that rows are read back into; undefined beyond a bound. */
export interface RestoreTarget {
  service(record: ServiceRecord): ServiceEntry | undefined;
  edge(record: EdgeRecord, service: ServiceEntry): EdgeEntry | undefined;
  /** Once every service is there, before the first endpoint. */
  servicesRestored(rows: readonly InventoryRow[]): void;
  /** `nodeOf`: the place in the paths seen, made when asked for; undefined where the template does not come from them. */
  endpoint(
    record: EndpointRecord,
    service: ServiceEntry,
    nodeOf: (() => PathNode<MethodSet> | undefined) | undefined,
    fill: (entry: EndpointEntry) => void,
  ): void;
  /** What one value was called for goes from the parameter to an endpoint of its own. */
  split(uses: readonly ValueUse[], from: PathNode<MethodSet>, to: PathNode<MethodSet>): void;
  certificate(record: CertificateRecord, state: string): void;
}

/** Services first: edges and endpoints hang on them. */
export function restoreRows(rows: readonly InventoryRow[], target: RestoreTarget): void {
  const services = new Map<string, ServiceEntry>();
  for (const { record, state } of rows) {
    if (record.kind !== "service") continue;
    const service = target.service(record);
    service?.restore(record, state);
    if (service !== undefined)
      services.set(`${placeOf(record.address, record.virtualNetwork)} ${record.port}`, service);
  }
  target.servicesRestored(rows);
  for (const { record, state } of rows) {
    if (record.kind === "service") continue;
    if (record.kind === "certificate") {
      target.certificate(record, state);
      continue;
    }
    const service = services.get(`${placeOf(record.serverAddress, record.virtualNetwork)} ${record.serverPort}`);
    if (service === undefined) continue;
    if (record.kind === "edge") target.edge(record, service)?.restore(record);
    else restoreEndpoint(record, state, service, target);
  }
}

export function restoreEndpoint(
  record: EndpointRecord,
  state: string,
  service: ServiceEntry,
  target: Pick<RestoreTarget, "endpoint" | "split">,
): void {
  const read = JSON.parse(state) as EndpointStateText;
  const { evidence, isFixed, values: seen = [], words = [] } = read;
  // Words of what was declared are values of what is seen once no file has it.
  const values = [...seen, ...words];
  const isOfPaths = isFixed !== true && record.template.startsWith("/");
  let found: Found | undefined;
  const place = (): PathNode<MethodSet> | undefined => {
    found = nodeOf(service.paths.root, record, evidence);
    return found?.node;
  };
  target.endpoint(record, service, isOfPaths ? place : undefined, (entry) => entry.restore(record, read));
  if (found === undefined) return;
  const { method, template } = record;
  const uses = values.map((value) => ({ path: value.path, use: useOf(method, value) }));
  // What a rule makes a value of is known by what it was called for, so that another rule may take it out again.
  if (found.isOfValue && operationOf(template) === undefined)
    for (const use of restOf(method, record, values)) uses.push({ path: pathOfTemplate(template), use });
  const { node } = found;
  for (const { path, use } of uses) {
    const there = service.paths.remember(node, path, use);
    if (there !== node) target.split([use], node, there);
  }
}

/** A place in the paths, and whether a rule made a value of a word of the template. */
interface Found {
  readonly node: PathNode<MethodSet>;
  readonly isOfValue: boolean;
}

/** Walks the template, without an operation; parameters come back with the name and the evidence they had. */
function nodeOf(
  root: PathNode<MethodSet>,
  record: EndpointRecord,
  stored: readonly StoredEvidence[],
): Found | undefined {
  let node = root;
  let isOfValue = false;
  let parameters = 0;
  for (const text of pathOf(record.template).slice(1).split("/")) {
    const parameter = /^\{([^}]*)\}([^{]*)$/.exec(text);
    if (parameter === null) {
      node = restoredLiteral(node, text);
      isOfValue ||= node.isParameter;
      continue;
    }
    const known = stored[parameters++];
    // Without evidence it is no parameter of a path seen, but one of the fixed templates.
    if (known === undefined) return undefined;
    const [, name, suffix] = parameter;
    node = restoredParameter(node, name, suffix, known);
  }
  return { node, isOfValue };
}

/** A rule may have made it a value since. */
function restoredLiteral(node: PathNode<MethodSet>, text: string): PathNode<MethodSet> {
  const known = node.literal(text);
  if (node.isRest) return known ?? node;
  const pinned = node.rule?.isPinned === true && text !== "" ? node.parameter("") : undefined;
  if (pinned?.evidence === undefined || (known !== undefined && known.alias === undefined))
    return node.addLiteral(text);
  addValue(pinned.evidence, text, typeOf(text));
  return pinned;
}

function restoredParameter(
  node: PathNode<MethodSet>,
  name: string,
  suffix: string,
  stored: StoredEvidence,
): PathNode<MethodSet> {
  // All that follows is of the one that stands for it.
  if (node.isRest) return node;
  const { rule } = node;
  const pinned = rule?.isPinned === true ? node.parameter("") : undefined;
  if (pinned?.isRest) return pinned;
  const reason = reasonWithoutRule(stored.reason);
  const parameter = pinned ?? node.parameter(suffix) ?? node.addParameter(suffix, newEvidence(stored.type, reason));
  // A rule names it itself.
  if (pinned === undefined) parameter.setName(plainName(name));
  for (const value of stored.values) if (rule?.words.has(value) !== true) parameter.evidence?.values.add(value);
  return parameter;
}
