import type { AskedCounts } from "../../../shared/protection.js";

/** Whether a status is one of success, or of a caller who is refused. */
export function isAnswered(status: number): boolean {
  return status >= 200 && status < 300;
}

export function isRefused(status: number): boolean {
  return status === 401 || status === 403;
}

/** Calls that carried the same, counting. */
export class AskedCount implements AskedCounts {
  calls = 0;
  answered = 0;
  refused = 0;

  add(status: number, times: number): void {
    this.calls += times;
    if (isAnswered(status)) this.answered += times;
    else if (isRefused(status)) this.refused += times;
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
