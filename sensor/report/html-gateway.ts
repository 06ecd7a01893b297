import type { EndpointRecord, ServiceRecord } from "../../shared/event.js";
import { aroundWords, gatewayWords } from "../../shared/gateway.js";
import { gatewayRows } from "./compliance/evidence/landscape.js";
import { endpointName } from "./compliance/facts.js";
import { type Cell, section, table } from "./html-element.js";

/** Which hosts are gateways, and which endpoints behind them are reached around them as well. */
export function gatewaySection(services: readonly ServiceRecord[], endpoints: readonly EndpointRecord[]): string {
  const known = gatewayRows(services);
  const behind = endpoints
    .flatMap((endpoint) => (endpoint.reached === undefined ? [] : [{ endpoint, reached: endpoint.reached }]))
    .sort((a, b) => b.reached.around.length - a.reached.around.length);
  const rows = behind.map(({ endpoint, reached }): Cell[] => [
    endpoint.service,
    endpointName(endpoint),
    reached.gateways.map(gatewayWords).join("; "),
    aroundWords(reached),
  ]);
  const bound =
    "<p>Gateways are those that a setting names, and those that show themselves by what they do. A host that is not named here may " +
    "be one: what it carries inside of TLS is not seen.</p>\n";
  const gateways = table({ heads: ["service", "address", "sure", "why"], rows: known, empty: "None is known." });
  if (rows.length === 0) return section("Gateways", bound + gateways);
  const heads = ["service", "endpoint", "through", "around the gateway"];
  return section("Gateways", `${bound}${gateways}<h3>Endpoints behind them</h3>\n${table({ heads, rows })}`);
}
