import { BlockList } from "node:net";

/** Networks that are somebody's own unless a setting says otherwise (RFC 1918, 3927, 4193, 4291, 6598), in CIDR form. */
export const OWN_NETWORKS: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
];

/** Whether an address is in one of these. */
export function isOwnByDefault(address: string): boolean {
  return blocks().check(address, address.includes(":") ? "ipv6" : "ipv4");
}

let made: BlockList | undefined;

/** Made when it is first asked for: most who read the settings never ask. */
function blocks(): BlockList {
  if (made !== undefined) return made;
  made = new BlockList();
  for (const network of OWN_NETWORKS) {
    const [address, prefix] = network.split("/");
    made.addSubnet(address, Number(prefix), address.includes(":") ? "ipv6" : "ipv4");
  }
  return made;
}
