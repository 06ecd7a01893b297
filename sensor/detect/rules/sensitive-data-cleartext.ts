import { type DataGroup, dataGroups } from "../../../shared/data-class.js";
import type { Severity } from "../../../shared/event.js";
import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import { DataExposure, type Held } from "../data-exposure.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";

/** Groups that matter when others can read them, and how much. */
const SEVERITIES: Partial<Record<DataGroup, Severity>> = {
  personal: "medium",
  financial: "high",
  health: "high",
  secret: "high",
};
const WORDS: Partial<Record<DataGroup, string>> = {
  personal: "personal data",
  financial: "payment data",
  health: "health data",
  secret: "secrets",
};
const NOTHING: readonly string[] = [];

/** Personal data or secrets in calls that could be read on the network: one finding an endpoint and group of classes. */
export const sensitiveDataCleartext: Rule = {
  id: "sensitive-data-cleartext",
  watch: ({ findings, settings }) => {
    const groups = dataGroups(settings.dataRules);
    const exposure = new DataExposure(findings);
    return {
      call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        const { requestClasses = NOTHING, responseClasses = NOTHING } = call;
        if (edge === undefined || (requestClasses.length === 0 && responseClasses.length === 0)) return;
        for (const held of heldBy(groups, requestClasses, responseClasses)) {
          const { service, clientAddress } = edge;
          exposure.found(call, edge, endpoint, held, (place) => ({
            severity: SEVERITIES[held.group] ?? "medium",
            summary: `Calls to ${place} of ${service.name} carry ${WORDS[held.group]} (${namesOf(held)}) without TLS.`,
            clientAddress,
            ...serverOf(service),
            method: call.method ?? "",
            template: endpoint?.template ?? "",
            evidence: { group: held.group },
          }));
        }
      },
    };
  },
};

/** What the call held, by group; groups that do not matter are left out. */
function heldBy(
  groups: ReadonlyMap<string, DataGroup>,
  request: readonly string[],
  response: readonly string[],
): readonly Held[] {
  const found = new Set([...request, ...response].map((name) => groups.get(name) ?? "personal"));
  return [...found]
    .filter((group) => SEVERITIES[group] !== undefined)
    .map((group) => {
      const isOfGroup = (name: string): boolean => (groups.get(name) ?? "personal") === group;
      return { group, request: request.filter(isOfGroup), response: response.filter(isOfGroup) };
    });
}

function namesOf({ request, response }: Held): string {
  return [...new Set([...request, ...response])].sort().join(", ");
}
