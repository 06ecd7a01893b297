/** Captures where another tool and we differ, and why: the wire or the RFC decides, not the other tool. */
export const KNOWN_DIFFERENCES: ReadonlyMap<string, string> = new Map([]);
