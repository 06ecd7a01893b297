import type { BlindInterval } from "../../shared/health.js";
import { REPLAY } from "../capture/host-interfaces.js";
import type { SensorStore } from "../store/sensor-store.js";

const NOT_RUNNING = "the sensor was not running";
/** No run before it is known: what went by earlier nobody was there for. */
const STARTING = "the sensor was starting";
const ENDED = "; the sensor ended meanwhile";

/**
 * The intervals that last until the captures begin: nobody saw what went by since the sensor last ran, or since this one
 * was started where none ever captured the interface. Those of interfaces that are captured no more, and those in which a part was lost, end in the store.
 */
export function blindBefore(store: SensorStore, captured: readonly string[], startedMicros: number): BlindInterval[] {
  const blind = new Map<string, BlindInterval>();
  for (const [interfaceName, aliveMicros] of store.alive()) {
    // The host's clock may have been set back.
    const fromMicros = Math.min(aliveMicros, startedMicros);
    blind.set(interfaceName, { kind: "blind", interfaceName, fromMicros, reason: NOT_RUNNING });
  }
  for (const open of store.blindIntervals()) {
    if (open.untilMicros !== undefined) continue;
    const isTold = open.reason === NOT_RUNNING || open.reason.endsWith(ENDED);
    const interval = isTold ? open : { ...open, reason: `${open.reason}${ENDED}` };
    if (captured.includes(open.interfaceName) && open.isPartial !== true) blind.set(open.interfaceName, interval);
    else store.blind({ ...interval, untilMicros: startedMicros });
  }
  for (const interfaceName of captured) {
    // A replay waits with what it has.
    if (blind.has(interfaceName) || interfaceName.startsWith(REPLAY)) continue;
    blind.set(interfaceName, { kind: "blind", interfaceName, fromMicros: startedMicros, reason: STARTING });
  }
  return [...blind.values()];
}
