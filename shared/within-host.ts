/**
 * Whether what goes between two addresses crosses no network, as between a service and its own proxy: both are one. Two addresses of the
 * loopback are two: containers and programs are given them to be told apart, and stand for hosts.
 */
export function isWithinHost(one: string, other: string): boolean {
  return one === other;
}
