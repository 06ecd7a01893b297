import { inNetwork } from "../../shared/virtual-network.js";
import type { Service } from "../inventory/observation.js";
import type { FindingDraft } from "./finding.js";

/** What a finding says of the service that it is about. */
export function serverOf({
  address,
  port,
  virtualNetwork,
}: Service): Pick<FindingDraft, "serverAddress" | "serverPort" | "virtualNetwork"> {
  return { serverAddress: address, serverPort: port, ...inNetwork(virtualNetwork) };
}
