import { isIPv4 } from "node:net";
import { plainHost } from "../../../shared/host-name.js";
import { MASK } from "../../protocol/message.js";

const MAX_LENGTH = 253;

/** Host of an authority as names are compared; undefined where it is an address or no name at all. */
export function hostName(authority: string): string | undefined {
  const host = plainHost(authority.replace(/:\d*$/, ""));
  // What of a name is masked leaves the rest of it a name.
  const told = host.replaceAll(MASK, "");
  if (told === "" || host.length > MAX_LENGTH || !/^[a-z0-9._-]+$/.test(told) || isIPv4(host)) return undefined;
  return host;
}
