import { CommandError } from "../../../shared/command-error.js";
import { type CheckedDocument, checkedDocuments } from "../../../shared/config/checked-document.js";
import type { ClusterObject } from "./cluster-object.js";
import { expectationsOf, readKubernetes } from "./kubernetes.js";
import type { Expectation, Policy, PolicyException } from "./policy.js";
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
  for (const document of checkedDocuments(text, file)) {
    if (isKubernetes(document.value)) {
      objects.push(...readKubernetes(document, notices));
      continue;
    }
    const input = document.check(POLICY, document.value);
    for (const [index, entry] of (input.expectations ?? []).entries()) {
      refuseRepeated(document, expectations, entry.name, ["expectations", index, "name"]);
      expectations.push(expectationOf(entry));
    }
    for (const [index, entry] of (input.exceptions ?? []).entries()) {
      const exception = exceptionOf(entry, document.place(["exceptions", index]));
      refuseRepeated(document, exceptions, exception.name, ["exceptions", index, "name"]);
      exceptions.push(exception);
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

/** Findings are told apart by these names. */
function refuseRepeated(
  document: CheckedDocument,
  there: readonly { readonly name: string }[],
  name: string,
  path: readonly PropertyKey[],
): void {
  if (there.some((entry) => entry.name === name))
    throw new CommandError(
      `${document.place(path)}: the name ${JSON.stringify(name)} is taken; allowed: a name of its own`,
    );
}
