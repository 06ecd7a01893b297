import type { RemovalRecord } from "../../../shared/event.js";
import { inNetwork } from "../../../shared/virtual-network.js";
import type { Service } from "../observation.js";

interface Told {
  readonly service: Service;
  readonly method: string;
  readonly template: string;
}

/** Takes an endpoint's row back, as it is told so far. */
export function removalOf({ service, method, template }: Told): RemovalRecord {
  const server = { serverAddress: service.address, serverPort: service.port, ...inNetwork(service.virtualNetwork) };
  return { kind: "removal", ...server, method, template };
}
