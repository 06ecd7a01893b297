import type { EdgeItem } from "../api.js";

/** Identifies an edge among those of all sensors. */
export function edgeKey(edge: EdgeItem): string {
  return [edge.sensor, edge.clientAddress, edge.serverAddress, edge.serverPort, edge.virtualNetwork].join(" ");
}
