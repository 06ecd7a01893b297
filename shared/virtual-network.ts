/**
 * Two virtual networks may have the same addresses: where an address is, in one text, for identities. Without a virtual network it is the
 * address itself.
 */
export function placeOf(address: string, virtualNetwork: string | undefined): string {
  return virtualNetwork === undefined ? address : `${address} ${virtualNetwork}`;
}

/** A field that is there only where its value is. */
export function inNetwork(virtualNetwork: string | undefined): { readonly virtualNetwork?: string } {
  return virtualNetwork === undefined ? {} : { virtualNetwork };
}
