/**
 * Whether what goes between two addresses stays within one host and crosses no network, as between a service and its own proxy: both are one
 * address, or on the loopback (RFC 1122 §3.2.1.3).
 */
export function isWithinHost(one: string, other: string): boolean {
  return one === other || (one.startsWith("127.") && other.startsWith("127."));
}
