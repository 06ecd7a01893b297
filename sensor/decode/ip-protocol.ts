/** IP protocol numbers (IANA), also those of IPv6 extension headers. */
export const TCP = 6;
export const UDP = 17;
export const AUTHENTICATION_HEADER = 51;
export const FRAGMENT_HEADER = 44;

/** Bytes of UDP's header, RFC 768. */
export const UDP_HEADER = 8;

/** Hop-by-hop, routing, authentication, destination options, mobility, HIP, Shim6 (IANA IPv6 extension header types). */
export function isSkippable(header: number): boolean {
  return (
    header === 0 ||
    header === 43 ||
    header === 51 ||
    header === 60 ||
    header === 135 ||
    header === 139 ||
    header === 140
  );
}

/** RFC 4302 §2.2: the authentication header counts in 4-byte words less 2, the others in 8-byte units less 1. */
export function extensionBytes(header: number, units: number): number {
  return header === AUTHENTICATION_HEADER ? (units + 2) * 4 : (units + 1) * 8;
}
