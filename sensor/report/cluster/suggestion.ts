import { createHash } from "node:crypto";
import { stringify } from "yaml";
import type { EdgeRecord } from "../../../shared/event.js";
import { POSTURE_WORDS, sumPostures } from "../../../shared/posture.js";
import { formatTime } from "../../../shared/time.js";
import { VERSION } from "../../../shared/version.js";
import { visible } from "../../../shared/visible-text.js";
import type { StoredRow } from "../../store/stored-row.js";
import { serverKey } from "../compliance/facts.js";
import { isKnownToStay } from "./identifying-labels.js";
import type { PodList, Workload } from "./pod-list.js";
import {
  labelText,
  type SeenCaller,
  type SeenServer,
  seenCalls,
  type UnknownCaller,
  workloadKey,
  workloadName,
} from "./seen-calls.js";

/** What one kind of policy makes of the calls to one workload: an object of Kubernetes, and what is to be known of it. */
export interface Suggested {
  /** Undefined where none of the callers can be named in one: the notes say why. */
  readonly object: object | undefined;
  readonly notes: readonly string[];
}

const MAX_LISTED = 20;

/** A YAML stream with a document for each workload that was called, each with the evidence it rests on. */
export function* suggestions(
  what: string,
  rows: readonly StoredRow[],
  pods: PodList | undefined,
  suggest: (server: SeenServer) => Suggested | undefined,
): Iterable<string> {
  yield comment([
    `${what} suggestions of eastwatch ${VERSION}, from what was seen. They are no policy until somebody has read them:`,
    "a caller that was not seen, such as a job that runs once a month, would be refused.",
  ]);
  if (pods === undefined) {
    yield comment([
      "Nothing is suggested: which address is which workload is not known, and it is not guessed.",
      "Name the cluster's pods: --workloads FILE (or report.workloadsFile in the configuration, which a console reads), made by: kubectl get pods,services -A -o json > FILE",
    ]);
    return;
  }
  yield comment([
    `Workloads are those of ${pods.source}: an address that another pod had before counts as the pod's of today.`,
  ]);
  const { servers, unplaced } = seenCalls(rows, pods);
  if (servers.length === 0) yield comment(["No call to a workload of that file was seen."]);
  for (const server of servers) yield* documentOf(server, pods, suggest);
  if (unplaced.length > 0)
    yield `\n${comment(["Called, and of no known workload; nothing is suggested for these:", ...unplaced.map(unplacedLine)])}`;
}

/** At most 63 characters, RFC 1123 as Kubernetes wants it; another for each workload. */
export function suggestionName(workload: Workload, suffix: string): string {
  const label =
    workload.labels["app.kubernetes.io/name"] ?? workload.labels.app ?? Object.values(workload.labels)[0] ?? "";
  const plain = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 30)
    .replace(/-$/, "");
  const hash = createHash("sha256").update(workloadKey(workload)).digest("hex").slice(0, 8);
  return [plain, suffix, hash].filter((part) => part !== "").join("-");
}

function* documentOf(
  server: SeenServer,
  pods: PodList,
  suggest: (server: SeenServer) => Suggested | undefined,
): Iterable<string> {
  const made = suggest(server);
  const { workload, callers, unknown, shared } = server;
  const others = pods
    .selected(workload.namespace, workload.labels)
    .filter((pod) => workloadKey(pod.workload) !== workloadKey(workload));
  const lines = [
    `For ${workloadName(workload)}`,
    ...callers.map(callerLine),
    ...callers.flatMap(({ notes }) => notes.map((text) => `Note: ${text}`)),
    ...listed(
      unknown,
      made?.object === undefined
        ? "Seen as well: callers of no known workload, not guessed"
        : "Seen as well, and refused by this: callers of no known workload, not guessed",
    ),
    ...listed(
      shared,
      made?.object === undefined
        ? "Seen as well, by a service's address: which of its pods answered is not known"
        : "Seen as well, by a service's address, and refused by this where it led here: which of its pods answered is not known",
    ),
    ...(others.length === 0
      ? []
      : [`Note: its labels also pick ${others.length} pods of another kind, such as ${others[0].name}`]),
    ...labelNotes(server, pods).map((text) => `Note: ${text}`),
    ...(made?.notes ?? []).map((text) => `Note: ${text}`),
  ];
  if (made?.object === undefined) yield `\n${comment([...lines, `Nothing is suggested: ${whyNothing(callers)}.`])}`;
  else yield `---\n${comment(lines)}${stringify(made.object, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/** What the choice of labels may have got wrong. */
function labelNotes({ workload, callers }: SeenServer, pods: PodList): string[] {
  return [workload, ...callers.map((caller) => caller.workload)].flatMap((one) => {
    const its = pods
      .selected(one.namespace, one.labels)
      .filter((pod) => workloadKey(pod.workload) === workloadKey(one));
    const values = (name: string): number => new Set(its.map(({ otherLabels }) => otherLabels[name])).size;
    const names = new Set(its.flatMap(({ otherLabels }) => Object.keys(otherLabels)));
    const differing = [...names].filter((name) => values(name) > 1).sort();
    return [
      ...(differing.length === 0
        ? []
        : [`pods of ${workloadName(one)} differ in ${differing.join(", ")}, and are taken for one workload`]),
      ...(isKnownToStay(one.labels)
        ? []
        : [
            `whether ${labelText(one.labels)} stays with the next release is not known by its name: look before you apply`,
          ]),
    ];
  });
}

function whyNothing(callers: readonly SeenCaller[]): string {
  return callers.length === 0
    ? "no caller of a known workload was seen"
    : "none of the callers above can be named in a policy";
}

function callerLine({ workload, ports, edges }: SeenCaller): string {
  const connections = sum(edges, ({ connections }) => connections);
  const posture = POSTURE_WORDS[sumPostures(edges.map(({ posture }) => posture))];
  const first = edges.reduce((first, { firstMicros }) => Math.min(first, firstMicros), Number.MAX_VALUE);
  const last = edges.reduce((last, { lastMicros }) => Math.max(last, lastMicros), 0);
  return `Evidence: ${workloadName(workload)} → port ${ports.join(", ")}: ${connections} ${connections === 1 ? "connection" : "connections"}, ${posture}, ${formatTime(first)} to ${formatTime(last)}`;
}

function listed(unknown: readonly UnknownCaller[], heading: string): string[] {
  if (unknown.length === 0) return [];
  const rest = unknown.length - MAX_LISTED;
  return [
    `${heading}:`,
    ...unknown
      .slice(0, MAX_LISTED)
      .map(
        ({ edge, why }) =>
          `  ${edge.clientAddress} → port ${edge.serverPort}, ${edge.connections} ${edge.connections === 1 ? "connection" : "connections"}: ${why}`,
      ),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function unplacedLine({ edge, why }: UnknownCaller): string {
  return `  ${serverKey(edge.serverAddress, edge.serverPort, edge)} (${edge.serverService}), by ${edge.clientAddress}: ${why}`;
}

function sum(edges: readonly EdgeRecord[], of: (edge: EdgeRecord) => number): number {
  return edges.reduce((total, edge) => total + of(edge), 0);
}

/** A text from the wire must not end a comment. */
function comment(lines: readonly string[]): string {
  return lines.map((line) => `# ${visible(line)}\n`).join("");
}
