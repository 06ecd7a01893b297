import type { EndpointRow } from "../api.js";

type Called = Pick<EndpointRow, "service" | "hosts" | "moreHosts">;

/** `a.test, b.test and 3 more`; empty where it is called by address alone. */
export function hostWords({ hosts = [], moreHosts = 0 }: Called): string {
  return moreHosts > 0 ? `${hosts.join(", ")} and ${moreHosts.toLocaleString("en")} more` : hosts.join(", ");
}

/** Whether it is called by other names than its service's. */
export function isCalledOtherwise(called: Called): boolean {
  return hostWords(called) !== "" && hostWords(called) !== called.service;
}
