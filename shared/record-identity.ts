import type { CallRecord, EndpointRecord, HandshakeRecord, SensorEvent } from "./event.js";
import type { HealthRecord } from "./health.js";
import type { ConnectionsRecord } from "./told-connection.js";
import { placeOf } from "./virtual-network.js";

/** What of a record tells its endpoint from the sensor's others. */
export type EndpointPlace = Pick<
  EndpointRecord,
  "serverAddress" | "serverPort" | "virtualNetwork" | "method" | "template"
>;

/** What a later record of the same sensor replaces. */
export function identityOf(
  event: Exclude<SensorEvent, CallRecord | HandshakeRecord | HealthRecord | ConnectionsRecord>,
): string {
  switch (event.kind) {
    case "service":
      return `${placeOf(event.address, event.virtualNetwork)} ${event.port}`;
    case "edge":
      return `${event.clientAddress} ${placeOf(event.serverAddress, event.virtualNetwork)} ${event.serverPort}`;
    case "certificate":
      return event.fingerprint;
    case "finding":
      return event.id;
    case "blind":
      return `${event.interfaceName} ${event.fromMicros}${event.isPartial === true ? " partial" : ""}`;
    default:
      return endpointIdentity(event);
  }
}

export function endpointIdentity(endpoint: EndpointPlace): string {
  return `${serviceIdentity(endpoint)} ${endpoint.method} ${endpoint.template}`;
}

/** That of the service it is of. */
export function serviceIdentity({
  serverAddress,
  serverPort,
  virtualNetwork,
}: Pick<EndpointPlace, "serverAddress" | "serverPort" | "virtualNetwork">): string {
  return `${placeOf(serverAddress, virtualNetwork)} ${serverPort}`;
}
