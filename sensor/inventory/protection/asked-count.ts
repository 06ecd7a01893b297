import type { AskedCounts } from "../../../shared/protection.js";
import type { Outcome } from "../../protocol/outcome.js";

/** Calls that carried the same, counting. Only success shows that nothing more was asked for, and only a refusal that something was. */
export class AskedCount implements AskedCounts {
  calls = 0;
  answered = 0;
  refused = 0;

  add(outcome: Outcome, times: number): void {
    this.calls += times;
    if (outcome === "answered") this.answered += times;
    else if (outcome === "refused") this.refused += times;
  }

  merge({ calls, answered, refused }: AskedCounts): void {
    this.calls += calls;
    this.answered += answered;
    this.refused += refused;
  }

  record(): AskedCounts {
    const { calls, answered, refused } = this;
    return { calls, answered, refused };
  }
}
