/** One name that a file gives to addresses. */
export interface NamedAddress {
  readonly name: string;
  readonly ground: "configured" | "kubernetes" | "hosts-file";
  /** One address, or a network in CIDR form. */
  readonly at: string;
  /** Every port where undefined. */
  readonly ports: readonly number[] | undefined;
}

/** What all files together say of who is where. */
export interface Identities {
  /** In the order of the files. */
  readonly named: readonly NamedAddress[];
  /** Addresses, networks, and names of services that an operator calls gateways. */
  readonly gateways?: readonly string[];
}
