import { CommandError } from "../../../shared/command-error.js";
import { type CheckedDocument, checkedDocuments } from "../../../shared/config/checked-document.js";
import { hasBitsBeyondPrefix } from "../../../shared/config/network-text.js";
import type { ClusterObject } from "./cluster-object.js";
import { expectationsOf, readKubernetes } from "./kubernetes.js";
import type { ClientMatch, Expectation, Policy, PolicyException, ServerMatch } from "./policy.js";
import { POLICY, type PolicyInput, untilMicros, type WorkloadInput } from "./schema.js";
import { WorkloadList } from "./workload-list.js";

export interface ParsedPolicy {
  readonly policy: Policy;
  /** What could not be applied, each for a person. */
  readonly notices: readonly string[];
}

/**
 * Reads a policy file: documents of our own and of Kubernetes in any order. What is written in `expectations` comes before what
 * is read from Kubernetes, whose own precedence orders the rest. Throws CommandError with file, line and column.
 */
export function parsePolicy(text: string, file: string): ParsedPolicy {
  const expectations: Expectation[] = [];
  const exceptions: PolicyException[] = [];
  const workloads: WorkloadInput[] = [];
  const objects: ClusterObject[] = [];
  const notices: string[] = [];
  const expected = new Set<string>();
  const excepted = new Set<string>();
  const twins = new Map<string, ClusterObject>();
  for (const document of checkedDocuments(text, file)) {
    if (isKubernetes(document.value)) {
      for (const object of readKubernetes(document, notices)) objects.push(refuseTwin(twins, object));
      continue;
    }
    const input = document.check(POLICY, document.value);
    for (const [index, entry] of (input.expectations ?? []).entries()) {
      refuseRepeated(document, expected, entry.name, ["expectations", index, "name"]);
      expectations.push(expectationOf(entry));
      noteNetworks(document, entry, ["expectations", index], notices);
    }
    for (const [index, entry] of (input.exceptions ?? []).entries()) {
      const exception = exceptionOf(entry, document.place(["exceptions", index]));
      refuseRepeated(document, excepted, exception.name, ["exceptions", index, "name"]);
      exceptions.push(exception);
      noteNetworks(document, entry, ["exceptions", index], notices);
    }
    workloads.push(...(input.workloads ?? []));
  }
  expectations.push(...expectationsOf(objects, new WorkloadList(workloads), notices));
  return { policy: { expectations, exceptions }, notices };
}

function isKubernetes(value: unknown): boolean {
  return typeof value === "object" && value !== null && ("kind" in value || "apiVersion" in value);
}

function expectationOf({
  name,
  server,
  client,
  expect,
  reason,
}: NonNullable<PolicyInput["expectations"]>[number]): Expectation {
  return { name, servers: [server], client, expect, reason };
}

function exceptionOf(entry: NonNullable<PolicyInput["exceptions"]>[number], place: string): PolicyException {
  const { server, client, reason, until } = entry;
  return {
    name: entry.name ?? `${place.replace(/^.*\//, "")} ${reason}`,
    server,
    client,
    reason,
    until,
    untilMicros: untilMicros(until) ?? 0,
  };
}

/** Two of one name are a file put together twice, or a mistake: which of them is meant nobody knows. */
function refuseTwin(twins: Map<string, ClusterObject>, object: ClusterObject): ClusterObject {
  const { mesh, kind, namespace, name, place } = object;
  const key = JSON.stringify([mesh, kind, namespace, name]);
  const first = twins.get(key);
  if (first !== undefined)
    throw new CommandError(
      `${place}: ${kind} ${namespace}/${name} is there twice, first at ${first.place}; allowed: each object once`,
    );
  twins.set(key, object);
  return object;
}

function noteNetworks(
  document: CheckedDocument,
  { server, client }: { readonly server: ServerMatch; readonly client?: ClientMatch | undefined },
  path: readonly PropertyKey[],
  notices: string[],
): void {
  for (const [end, networks] of [
    ["server", server.network],
    ["client", client?.network],
  ] as const)
    for (const network of networks ?? [])
      if (hasBitsBeyondPrefix(network))
        notices.push(
          `${document.place([...path, end, "network"])}: ${network} is read as the whole network with this prefix; ` +
            `for one address write ${network.replace(/\/.*/, network.includes(":") ? "/128" : "/32")}`,
        );
}

/** Findings are told apart by these names. */
function refuseRepeated(
  document: CheckedDocument,
  there: Set<string>,
  name: string,
  path: readonly PropertyKey[],
): void {
  if (there.has(name))
    throw new CommandError(
      `${document.place(path)}: the name ${JSON.stringify(name)} is taken; allowed: a name of its own`,
    );
  there.add(name);
}
