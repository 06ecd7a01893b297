import type { RemovalRecord } from "../../../shared/event.js";
import { placeOf as placeIn } from "../../../shared/virtual-network.js";
import type { Service } from "../observation.js";

/** A row that is gone from where it was told, and the service at another address that has it now. */
export interface LeftRow {
  readonly removal: RemovalRecord;
  readonly to: Service | undefined;
}

/**
 * Removals in an order in which whoever takes one after the other moves what hangs on a row to where nothing of another row hangs any
 * more. Where rows changed places in a circle, one of them is set down beside its address first.
 */
export function inOrder(left: readonly LeftRow[]): RemovalRecord[] {
  const waiting = new Map(left.map((one) => [placeOf(one.removal), one]));
  const ordered: RemovalRecord[] = [];
  for (const one of left) {
    const path = new Set<LeftRow>();
    let next: LeftRow | undefined = waiting.get(placeOf(one.removal));
    for (; next !== undefined && !path.has(next); next = waiting.get(goalOf(next))) path.add(next);
    if (next !== undefined) ordered.push({ ...next.removal, ...into(next, besideOf(next)) });
    for (const step of [...path].reverse()) {
      waiting.delete(placeOf(step.removal));
      const from = step === next ? { serverAddress: besideOf(step) } : {};
      ordered.push({ ...step.removal, ...from, ...into(step) });
    }
  }
  return ordered;
}

/** No address, so that nothing is there. */
function besideOf({ removal }: LeftRow): string {
  return `${removal.serverAddress} (moving)`;
}

function goalOf({ removal, to }: LeftRow): string {
  return to === undefined ? "" : placeOf({ ...removal, serverAddress: to.address });
}

function into({ removal, to }: LeftRow, address = to?.address): Partial<RemovalRecord> {
  if (to === undefined || address === undefined) return {};
  return { mergedInto: removal.template, mergedIntoAddress: address, mergedIntoService: to.name };
}

function placeOf({ serverAddress, serverPort, virtualNetwork, method, template }: RemovalRecord): string {
  return `${placeIn(serverAddress, virtualNetwork)} ${serverPort} ${method} ${template}`;
}
