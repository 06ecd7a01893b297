import type { RemovalRecord } from "../../../shared/event.js";
import { inNetwork } from "../../../shared/virtual-network.js";
import type { Move } from "./move.js";
import { inOrder, type LeftRow } from "./removal-order.js";
import type { EndpointRow, ServiceBinding } from "./service-binding.js";
import type { ServiceEntry } from "./service-entry.js";

/** A move between services that are both there. */
export interface Placed {
  readonly from: ServiceEntry;
  readonly to: ServiceEntry;
  readonly move: Pick<Move, "leaving">;
}

/** Endpoints, or those of a name, go to services at other addresses, all at once: two may have changed places. */
export function moveEndpoints(moves: readonly Placed[], binding: ServiceBinding): void {
  const homes = new Map<ServiceEntry, readonly EndpointRow[]>();
  const told = new Map<ServiceEntry, readonly RemovalRecord[]>();
  for (const service of new Set(moves.flatMap(({ from, to }) => [from, to]))) {
    const isCountedApart = moves.some(({ from }) => from === service) && service.apart !== undefined;
    const rows = isCountedApart ? [] : binding.takeOut(service);
    homes.set(service, rows);
    told.set(service, isCountedApart ? binding.takeDown(service) : rows.map(removalOf));
  }
  const leaving = moves.map((move) => ({ ...move, rows: rowsLeaving(move, homes) }));
  for (const { to, rows } of leaving)
    homes.set(to, [...(homes.get(to) ?? []), ...rows.map((row) => placedAt(row, to))]);
  for (const { from, to, move, rows } of leaving)
    if (to.apart !== undefined) to.apart.arrive(move.leaving?.name ?? from.name, rows);
  const left = [...new Set(moves.map(({ from }) => from))].flatMap((from) => {
    const going = leaving.filter((one) => one.from === from);
    return leftAt(from, told.get(from) ?? [], going, homes);
  });
  binding.remove(inOrder(left));
  for (const [service, rows] of homes) binding.settle(service, rows);
}

/** What goes; `homes` have what stays. */
function rowsLeaving({ from, move }: Placed, homes: Map<ServiceEntry, readonly EndpointRow[]>): readonly EndpointRow[] {
  if (from.apart !== undefined) {
    const going = from.apart.leave(move.leaving);
    homes.set(
      from,
      from.apart.rows().map((row) => placedAt(row, from)),
    );
    return going;
  }
  const all = homes.get(from) ?? [];
  const rows = new Set(all.filter(({ record }) => move.leaving?.goes(record) ?? true));
  homes.set(
    from,
    all.filter((row) => !rows.has(row)),
  );
  return [...rows];
}

interface Going {
  readonly to: ServiceEntry;
  readonly rows: readonly EndpointRow[];
}

/** Rows told at an address that are not what they were: each is where most of it went. */
function leftAt(
  from: ServiceEntry,
  told: readonly RemovalRecord[],
  going: readonly Going[],
  homes: ReadonlyMap<ServiceEntry, readonly EndpointRow[]>,
): LeftRow[] {
  const stays = keysOf(homes.get(from) ?? []);
  const places = going.map(({ to, rows }) => ({ to, gone: keysOf(rows), there: keysOf(homes.get(to) ?? []) }));
  return told.flatMap((removal): LeftRow[] => {
    const key = keyOf(removal);
    const goal = places.find(({ gone }) => gone.has(key));
    if (goal !== undefined) return [{ removal, to: goal.to }];
    if (stays.has(key)) return [];
    // Counted by itself it has another template: it is where one of this template is.
    const joined = places.find(({ there }) => there.has(key));
    return [{ removal, to: joined?.to }];
  });
}

function keysOf(rows: readonly EndpointRow[]): ReadonlySet<string> {
  return new Set(rows.map(({ record }) => keyOf(record)));
}

function keyOf({ method, template }: Pick<RemovalRecord, "method" | "template">): string {
  return `${method} ${template}`;
}

function removalOf({ record }: EndpointRow): RemovalRecord {
  const { serverAddress, serverPort, virtualNetwork, method, template } = record;
  return { kind: "removal", serverAddress, serverPort, ...inNetwork(virtualNetwork), method, template };
}

function placedAt({ record, state }: EndpointRow, { address, name }: ServiceEntry): EndpointRow {
  return { record: { ...record, serverAddress: address, service: name }, state };
}
