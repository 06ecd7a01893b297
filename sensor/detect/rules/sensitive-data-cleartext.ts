import { CATALOGUE } from "../../../shared/catalogue.js";
import { type DataGroup, dataGroups, isCardClass } from "../../../shared/data-class.js";
import type { Severity } from "../../../shared/event.js";
import { referencesAbout } from "../../../shared/rule-entry.js";
import { isWithinHost } from "../../../shared/within-host.js";
import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call } from "../../protocol/message.js";
import { DataExposure, type Held } from "../data-exposure.js";
import type { Rule } from "../finding.js";

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
/** What findings on accounts at banks are known by, beside those on cards. */
const ACCOUNTS = "financial account";
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
        const isCrossing = !isWithinHost(edge.clientAddress, edge.service.address);
        for (const all of heldBy(groups, requestClasses, responseClasses)) {
          // Told apart: what stays within one host crosses no network.
          const held = isCrossing ? all : { ...all, subject: `${all.subject} within one host` };
          exposure.found(call, edge, endpoint, held, (place) => ({
            references: referencesAbout(CATALOGUE["sensitive-data-cleartext"], [
              held.group,
              ...held.request,
              ...held.response,
            ]),
            severity: isCrossing ? (SEVERITIES[held.group] ?? "medium") : "info",
            summary: `Calls to ${place} carry ${WORDS[held.group]} (${namesOf(held)}) without TLS${isCrossing ? "" : ", within one host"}.`,
          }));
        }
      },
    };
  },
};

/**
 * What the call held, by group; groups that do not matter are left out. Cards are told apart from other accounts: what is asked of the
 * one is not of the other.
 */
function heldBy(
  groups: ReadonlyMap<string, DataGroup>,
  request: readonly string[],
  response: readonly string[],
): readonly Held[] {
  const held = new Map<string, Held>();
  const put = (name: string, way: "request" | "response"): void => {
    const group = groups.get(name) ?? "personal";
    if (SEVERITIES[group] === undefined) return;
    const subject = group === "financial" && !isCardClass(name) ? ACCOUNTS : group;
    const known = held.get(subject) ?? { group, subject, request: [], response: [] };
    held.set(subject, { ...known, [way]: [...known[way], name] });
  };
  for (const name of request) put(name, "request");
  for (const name of response) put(name, "response");
  return [...held.values()];
}

function namesOf({ request, response }: Held): string {
  return [...new Set([...request, ...response])].sort().join(", ");
}
