import { classesIn } from "../../../shared/catalogue.js";
import type { CertificateRecord, FindingRecord } from "../../../shared/event.js";
import type { Control } from "./control.js";
import { hasMorePresenters } from "./evidence/certificates.js";
import { MEANT_BY } from "./evidence/data-flows.js";
import { amount, when } from "./evidence.js";
import type { EvidenceName } from "./evidence-list.js";
import { edgeKey, type Facts, flowKey, serverKey } from "./facts.js";

/** How what a finding tells of stands to the data that a control is about. */
export type Nearness = "theirs" | "beside" | "apart";

/** What of an inventory has to do with the data that a control is about. */
export interface AboutFacts {
  /** Of the services, edges and endpoints alone that were seen to carry such data. */
  readonly facts: Facts;
  /** Stands in the titles of what is gathered of these alone. */
  readonly words: string;
  /** What could not be told of who carries them. */
  readonly unknowns: readonly string[];
  nearness(finding: FindingRecord): Nearness;
}

export type About = NonNullable<Control["about"]>;

const WORDS: Readonly<Partial<Record<EvidenceName, string>>> = {
  "payment-flows": "where card data were seen",
  "health-flows": "where health data were seen",
  "personal-flows": "where personal data were seen",
};

/** Undefined where no such data were seen: then nobody can tell what carries them. */
export function aboutFacts(facts: Facts, about: About): AboutFacts | undefined {
  const isMeant = MEANT_BY[about]?.(facts);
  const called = facts.called.filter(({ dataClasses }) => isMeant !== undefined && dataClasses.some(isMeant));
  if (isMeant === undefined || called.length === 0) return undefined;
  const servers = new Set(called.map((one) => serverKey(one.serverAddress, one.serverPort, one)));
  const endpoints = new Set(called.map(placeOf));
  const flows = new Set(
    called.flatMap((one) =>
      one.callers.map((client) => flowKey(client, serverKey(one.serverAddress, one.serverPort, one))),
    ),
  );
  const services = facts.services.filter((one) => servers.has(serverKey(one.address, one.port, one)));
  const names = new Set([...services.map(({ name }) => name), ...called.map(({ service }) => service)]);
  const isTheirs = ({ services: by }: CertificateRecord): boolean => by.some((service) => names.has(service));
  const unplaced = facts.certificates.filter((one) => hasMorePresenters(one) && !isTheirs(one)).length;
  const more = called.filter(({ callers, callerCount }) => callerCount > callers.length).length;
  return {
    facts: {
      ...facts,
      services,
      endpoints: called,
      called,
      edges: facts.edges.filter((edge) => flows.has(edgeKey(edge))),
      certificates: facts.certificates.filter(isTheirs),
    },
    words: WORDS[about] ?? "",
    unknowns: [
      ...when(
        more > 0,
        `Of ${amount(more, "endpoint", ["more callers", "more callers"])} were counted than are kept by address.`,
      ),
      ...when(
        unplaced > 0,
        `${amount(unplaced, "certificate", ["is", "are"])} presented by more services than are kept with it: whether one of these carries such data is not known.`,
      ),
    ],
    nearness: (finding) => {
      const isTheirs = isOfClasses(finding, isMeant);
      if (isTheirs !== undefined) return isTheirs ? "theirs" : "apart";
      return nearnessOf(finding, { servers, endpoints, flows });
    },
  };
}

/**
 * A finding that tells which classes of data it is about is one of those alone, wherever it is: e-mail in the clear is no gap of card
 * numbers. Undefined where it tells of none.
 */
export function isOfClasses({ evidence }: FindingRecord, isMeant: (name: string) => boolean): boolean | undefined {
  const classes = classesIn(evidence);
  return classes.length === 0 ? undefined : classes.some(isMeant);
}

interface Carriers {
  readonly servers: ReadonlySet<string>;
  readonly endpoints: ReadonlySet<string>;
  readonly flows: ReadonlySet<string>;
}

/** By the closest that it names: an endpoint, else who calls a service, else the service. One that names none may be of any. */
function nearnessOf(finding: FindingRecord, { servers, endpoints, flows }: Carriers): Nearness {
  const { clientAddress, serverAddress, serverPort, method, template } = finding;
  if (serverAddress === undefined || serverPort === undefined) return "beside";
  const server = serverKey(serverAddress, serverPort, finding);
  if (!servers.has(server)) return "apart";
  if (method !== undefined && template !== undefined)
    return endpoints.has(placeOf({ ...finding, serverAddress, serverPort, method, template })) ? "theirs" : "beside";
  return clientAddress === undefined || flows.has(flowKey(clientAddress, server)) ? "theirs" : "beside";
}

function placeOf(one: {
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly virtualNetwork?: string;
  readonly method: string;
  readonly template: string;
}): string {
  return `${serverKey(one.serverAddress, one.serverPort, one)} ${one.method} ${one.template}`;
}
