import type { Edge } from "../../inventory/observation.js";
import type { Handshake } from "../../protocol/message.js";
import type { Rule } from "../finding.js";

const MIN_HANDSHAKES = 20;
const MIN_MICROS = 3_600e6;

interface Resumptions {
  count: number;
  firstMicros: number;
  sawFull: boolean;
}

/** An edge of which no full handshake was seen in a long time: one finding an edge. */
export const onlyResumedSessions: Rule = {
  id: "only-resumed-sessions",
  watch: ({ findings }) => {
    const byEdge = new WeakMap<Edge, Resumptions>();
    return {
      // Where it can't be told whether a session was resumed, nothing follows.
      handshake({ atMicros, established, resumed }: Handshake, edge: Edge | undefined): void {
        if (established === false || resumed === undefined || edge === undefined) return;
        const seen = byEdge.get(edge) ?? { count: 0, firstMicros: atMicros, sawFull: false };
        if (seen.count === 0) byEdge.set(edge, seen);
        seen.count++;
        if (atMicros < seen.firstMicros) seen.firstMicros = atMicros;
        if (!resumed) seen.sawFull = true;
        if (seen.sawFull || seen.count < MIN_HANDSHAKES || atMicros - seen.firstMicros <= MIN_MICROS) return;
        if (findings.again(edge, atMicros)) return;
        const { clientAddress, service } = edge;
        findings.first(edge, `${clientAddress} ${service.address} ${service.port}`, atMicros, {
          summary: `${clientAddress} has only resumed sessions with ${service.name} in ${seen.count} handshakes over more than an hour: what is said of its certificates rests on a handshake never seen.`,
          clientAddress,
          serverAddress: service.address,
          serverPort: service.port,
          evidence: { handshakes: seen.count },
        });
      },
    };
  },
};
