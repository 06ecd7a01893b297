import type { CertificateRecord, EdgeRecord, EndpointRecord, ServiceRecord } from "../../shared/event.js";
import type { EdgeEntry } from "./edge-entry.js";
import type { EndpointEntry, EndpointStateText, StoredEvidence } from "./endpoint-entry.js";
import type { MethodSet } from "./method-set.js";
import { newEvidence } from "./path/evidence.js";
import type { PathNode } from "./path/path-node.js";
import type { InventoryRow } from "./row.js";
import type { ServiceEntry } from "./service-entry.js";

/** Makes the entries that rows are read back into; undefined beyond a bound. */
export interface RestoreTarget {
  service(record: ServiceRecord): ServiceEntry | undefined;
  edge(record: EdgeRecord, service: ServiceEntry): EdgeEntry | undefined;
  endpoint(
    record: EndpointRecord,
    service: ServiceEntry,
    node: PathNode<MethodSet> | undefined,
  ): EndpointEntry | undefined;
  certificate(record: CertificateRecord, state: string): void;
}

/** Services first: edges and endpoints hang on them. */
export function restoreRows(rows: readonly InventoryRow[], target: RestoreTarget): void {
  const services = new Map<string, ServiceEntry>();
  for (const { record, state } of rows) {
    if (record.kind !== "service") continue;
    const service = target.service(record);
    service?.restore(record, state);
    if (service !== undefined) services.set(`${record.address} ${record.port}`, service);
  }
  for (const { record, state } of rows) {
    if (record.kind === "service") continue;
    if (record.kind === "certificate") {
      target.certificate(record, state);
      continue;
    }
    const service = services.get(`${record.serverAddress} ${record.serverPort}`);
    if (service === undefined) continue;
    if (record.kind === "edge") target.edge(record, service)?.restore(record);
    else restoreEndpoint(record, state, service, target);
  }
}

function restoreEndpoint(record: EndpointRecord, state: string, service: ServiceEntry, target: RestoreTarget): void {
  const { evidence, isFixed } = JSON.parse(state) as EndpointStateText;
  const isOfPaths = isFixed !== true && record.template.startsWith("/");
  const node = isOfPaths ? nodeOf(service.paths.root, record, evidence) : undefined;
  target.endpoint(record, service, node)?.restore(record, state);
}

/** Walks the template; parameters come back with the name and the evidence they had. */
function nodeOf(
  root: PathNode<MethodSet>,
  record: EndpointRecord,
  stored: readonly StoredEvidence[],
): PathNode<MethodSet> | undefined {
  let node = root;
  let parameters = 0;
  for (const text of record.template.slice(1).split("/")) {
    const parameter = /^\{([^}]*)\}(.*)$/.exec(text);
    if (parameter === null) {
      node = node.addLiteral(text);
      continue;
    }
    const known = stored[parameters++];
    // Without evidence it is no parameter of a path seen, but one of the fixed templates.
    if (known === undefined) return undefined;
    const [, name, suffix] = parameter;
    const next = node.parameter(suffix) ?? node.addParameter(suffix, newEvidence(known.type, known.reason));
    next.setName(name);
    if (next.evidence !== undefined) {
      for (const value of known.values) next.evidence.values.add(value);
    }
    node = next;
  }
  return node;
}
