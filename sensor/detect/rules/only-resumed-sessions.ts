import type { Edge } from "../../inventory/observation.js";
import type { Handshake } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";

const MIN_HANDSHAKES = 20;
const MIN_MICROS = 3_600e6;

interface Resumptions {
  count: number;
  firstMicros: number;
}

/** Most edges show a full handshake before long, and are of no more interest from then on. */
const SAW_FULL = {};

/** An edge of which no full handshake was seen in a long time: one finding an edge. */
export const onlyResumedSessions: Rule = {
  id: "only-resumed-sessions",
  watch: ({ findings }) => ({
    // Where it can't be told whether a session was resumed, nothing follows.
    handshake({ atMicros, established, resumed }: Handshake, edge: Edge | undefined): void {
      if (established === false || resumed === undefined || edge === undefined) return;
      if (edge.resumptions === SAW_FULL) return;
      if (!resumed) {
        edge.resumptions = SAW_FULL;
        return;
      }
      edge.resumptions ??= { count: 0, firstMicros: atMicros };
      const seen = edge.resumptions as Resumptions;
      seen.count++;
      if (atMicros < seen.firstMicros) seen.firstMicros = atMicros;
      if (seen.count < MIN_HANDSHAKES || atMicros - seen.firstMicros <= MIN_MICROS) return;
      if (findings.again(edge, atMicros)) return;
      const { clientAddress, service } = edge;
      findings.first(edge, `${clientAddress} ${service.place} ${service.port}`, atMicros, {
        summary: `${clientAddress} has only resumed sessions with ${service.name} in ${seen.count} handshakes over more than an hour: what is said of its certificates rests on a handshake never seen.`,
        clientAddress,
        ...serverOf(service),
        evidence: { handshakes: seen.count },
      });
    },
  }),
};
