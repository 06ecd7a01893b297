import type { Rpc } from "../../protocol/message.js";
import { StatusCounts } from "../count/status-counts.js";

/** Calls by gRPC's own status code, which that of HTTP says nothing of. Most endpoints have none: these take no room. */
export class RpcStatuses {
  #counts: StatusCounts | undefined = undefined;

  note({ system, status }: Rpc): void {
    if (system === "grpc" && status !== undefined) this.#made().add(status);
  }

  #made(): StatusCounts {
    this.#counts ??= new StatusCounts();
    return this.#counts;
  }

  merge(other: RpcStatuses): void {
    if (other.#counts !== undefined) this.#made().merge(other.#counts.entries());
  }

  /** Undefined where no call had any. */
  record(): Record<string, number> | undefined {
    return this.#counts?.record();
  }

  /** Adds what a record has. */
  restore(record: Readonly<Record<string, number>> = {}): void {
    if (Object.keys(record).length > 0) this.#made().restore(record);
  }
}
