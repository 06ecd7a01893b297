import type { EdgeRecord } from "../../shared/event.js";
import type { FleetEdge, FleetListing, JoinedItem } from "../api.js";
import type { JoinedEdge } from "./joined-calls.js";

/** One sensor's view of an edge. */
export interface EdgeView {
  readonly identity: string;
  readonly sensor: string;
  readonly record: EdgeRecord;
}

/** What another sensor saw of this one's view as well; undefined where none did, as far as can be told. */
export function joinedOf(
  { identity, sensor }: EdgeView,
  joined: ReadonlyMap<string, JoinedEdge>,
): JoinedItem | undefined {
  const edge = joined.get(identity);
  const own = edge?.sensors.get(sensor);
  if (edge === undefined || own === undefined || own.calls + own.connections === 0) return undefined;
  const others = [...edge.sensors.keys()].filter((name) => name !== sensor).sort();
  return { ...own, sensors: others, repeatedCalls: edge.repeatedCalls };
}

/** The edges of all sensors, each once, with every sensor's own view; busiest first. */
export function fleetOf(
  views: readonly EdgeView[],
  joined: ReadonlyMap<string, JoinedEdge>,
  limit: number,
): FleetListing {
  const together = new Map<string, EdgeView[]>();
  for (const view of views) {
    const known = together.get(view.identity);
    if (known === undefined) together.set(view.identity, [view]);
    else known.push(view);
  }
  const edges = [...together].map(([identity, members]) => fleetEdge(members, joined.get(identity)));
  return {
    items: edges.sort((a, b) => b.calls - a.calls).slice(0, limit),
    total: edges.length,
    calls: edges.reduce((sum, { calls }) => sum + calls, 0),
    repeatedCalls: edges.reduce((sum, { repeatedCalls }) => sum + repeatedCalls, 0),
  };
}

function fleetEdge(views: readonly EdgeView[], joined: JoinedEdge | undefined): FleetEdge {
  const [{ record }] = views;
  const { clientAddress, serverAddress, serverPort, virtualNetwork, serverService } = record;
  const sum = (of: (record: EdgeRecord) => number): number => views.reduce((sum, view) => sum + of(view.record), 0);
  const repeatedCalls = joined?.repeatedCalls ?? 0;
  return {
    ...{ clientAddress, serverAddress, serverPort, serverService },
    ...(virtualNetwork === undefined ? {} : { virtualNetwork }),
    calls: sum(({ calls }) => calls) - repeatedCalls,
    connections: sum(({ connections }) => connections) - (joined?.repeatedConnections ?? 0),
    repeatedCalls,
    sensors: views.map(({ sensor, record: { calls, connections } }) => ({
      ...{ name: sensor, calls, connections },
      callsSeenByOthers: joined?.sensors.get(sensor)?.calls ?? 0,
    })),
  };
}
