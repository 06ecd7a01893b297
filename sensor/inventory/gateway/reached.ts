import type { CallingGateway, GatewayFacts, ReachedFacts } from "../../../shared/gateway.js";

interface CalledService {
  readonly edges: ReadonlyMap<string, { readonly client: { readonly gateway: GatewayFacts | undefined } }>;
}

/**
 * How these callers reach an endpoint of a service; undefined where no gateway is known among them. Of a caller without an edge, there
 * being no room for one, it is not known what it is.
 */
export function reachedBy(
  callers: readonly string[],
  callerCount: number,
  service: CalledService,
  serviceAt: (address: string) => string | undefined,
): ReachedFacts | undefined {
  const gateways: CallingGateway[] = [];
  const around: string[] = [];
  for (const address of callers) {
    const client = service.edges.get(address)?.client;
    if (client?.gateway === undefined) {
      if (client !== undefined) around.push(address);
      continue;
    }
    const name = serviceAt(address);
    gateways.push({ address, ...(name === undefined ? {} : { service: name }), ...client.gateway });
  }
  if (gateways.length === 0) return undefined;
  return { gateways, around, untoldCallers: callerCount - gateways.length - around.length };
}
