import { isIP } from "node:net";

/** An address and its prefix: 10.0.0.0/8 or fc00::/7. */
export function isNetwork(value: string): boolean {
  const [address, prefix, ...rest] = value.split("/");
  const family = isIP(address);
  return (
    family > 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix ?? "") && Number(prefix) <= (family === 4 ? 32 : 128)
  );
}
