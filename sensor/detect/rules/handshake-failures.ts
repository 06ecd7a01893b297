import type { Edge } from "../../inventory/observation.js";
import type { Handshake } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";

/** The last failures of an edge, as many as make a burst; the oldest is overwritten. */
interface Failures {
  readonly atMicros: number[];
  readonly alerts: string[];
  next: number;
}

/** Handshakes that fail one upon the other: one finding an edge, which counts the bursts. */
export const handshakeFailures: Rule = {
  id: "handshake-failures",
  watch: ({ findings, settings }) => {
    const byEdge = new WeakMap<Edge, Failures>();
    const { failedHandshakes, failedHandshakeSeconds } = settings;
    return {
      handshake(handshake: Handshake, edge: Edge | undefined): void {
        if (handshake.established !== false || edge === undefined) return;
        const failures = byEdge.get(edge) ?? { atMicros: [], alerts: [], next: 0 };
        byEdge.set(edge, failures);
        failures.atMicros[failures.next] = handshake.atMicros;
        failures.alerts[failures.next] = alertText(handshake);
        failures.next = (failures.next + 1) % failedHandshakes;
        if (failures.atMicros.length < failedHandshakes) return;
        const oldest = failures.atMicros[failures.next];
        if (Math.abs(handshake.atMicros - oldest) > failedHandshakeSeconds * 1e6) return;
        tell(edge, handshake.atMicros, failures.alerts);
        byEdge.delete(edge);
      },
    };

    function tell(edge: Edge, atMicros: number, alerts: readonly string[]): void {
      if (findings.again(edge, atMicros)) return;
      const { clientAddress, service } = edge;
      findings.first(edge, `${clientAddress} ${service.place} ${service.port}`, atMicros, {
        summary: `${failedHandshakes} TLS handshakes of ${clientAddress} with ${service.name} failed within ${failedHandshakeSeconds} seconds: ${tally(alerts).join(", ")}.`,
        clientAddress,
        ...serverOf(service),
        evidence: { failures: failedHandshakes, withinSeconds: failedHandshakeSeconds, alerts: tally(alerts) },
      });
    }
  },
};

function alertText({ alert, alertFrom }: Handshake): string {
  if (alert === undefined) return "closed without an alert";
  return alertFrom === undefined ? alert : `${alert} from the ${alertFrom}`;
}

/** `unknown_ca from the client ×3`, most frequent first. */
function tally(alerts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const alert of alerts) counts.set(alert, (counts.get(alert) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([alert, count]) => `${alert} ×${count}`);
}
