import { inNetwork } from "../../shared/virtual-network.js";
import type { Endpoint, Service } from "../inventory/observation.js";
import type { FindingDraft } from "./finding.js";

export type Server = Pick<FindingDraft, "serverAddress" | "serverPort" | "virtualNetwork">;

/** What a finding says of the service that it is about. */
export function serverOf({ address, port, virtualNetwork }: Service): Server {
  return { serverAddress: address, serverPort: port, ...inNetwork(virtualNetwork) };
}

/** The same of an endpoint. */
export function endpointOf({
  service,
  method,
  template,
}: Endpoint): Server & Pick<FindingDraft, "method" | "template"> {
  return { ...serverOf(service), method, template };
}

/** What tells an endpoint from all others, over restarts and among tenants with the same addresses. */
export function endpointKey({ service, method, template }: Endpoint): string {
  return `${service.place} ${service.port} ${method} ${template}`;
}
