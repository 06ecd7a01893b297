export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8470`, `[::1]:8470`; the text was checked with the configuration. Undefined for an empty one. */
export function listenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text);
  return match === null ? undefined : { host: match[1] ?? match[2], port: Number(match[3]) };
}

export function isLoopback(address: string): boolean {
  return address === "::1" || address === "localhost" || /^(::ffff:)?127\./.test(address);
}
