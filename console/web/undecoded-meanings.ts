/** Why a frame was not decoded, for a person; the reasons are those of /metrics. */
export const UNDECODED_MEANINGS: Readonly<Record<string, string>> = {
  "link-type-unknown": "The interface speaks a link layer that the sensor does not know.",
  "frame-truncated": "Too little of the frame was captured: see capture.snapLength.",
  "ethertype-not-ip": "ARP and other protocols that are not IP. They carry no services.",
  "ip-version-unknown": "Neither IPv4 nor IPv6, where the layer below said it was.",
  "ip-header-invalid": "The IP header contradicts itself.",
  "ip-protocol-not-tcp": "UDP, ICMP and the like. What runs over QUIC is among them.",
  "ip-fragment-refused": "More fragments waited than decode.maxFragmentedDatagrams or decode.maxFragmentBytes allows.",
  "ip-fragment-expired": "The other fragments did not come within decode.fragmentSeconds.",
  "ip-fragment-overlap": "Fragments that overlap: which one the host took can't be known.",
  "ipv6-extension-limit": "More IPv6 extension headers than anybody needs.",
  "tcp-header-invalid": "The TCP header contradicts itself, or was not captured whole.",
  "vlan-depth": "More VLAN tags than are followed.",
  "mpls-depth": "More MPLS labels than are followed.",
  "ppp-protocol-not-ip": "PPP's own messages and protocols that are not IP.",
  "nflog-without-packet": "A log entry of the firewall without the packet.",
};
