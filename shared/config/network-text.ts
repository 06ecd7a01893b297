import { isIP } from "node:net";

/** An address and its prefix: 10.0.0.0/8 or fc00::/7. */
export function isNetwork(value: string): boolean {
  const [address, prefix, ...rest] = value.split("/");
  const family = isIP(address);
  return (
    family > 0 &&
    !address.includes("%") &&
    rest.length === 0 &&
    /^(0|[1-9]\d{0,2})$/.test(prefix ?? "") &&
    Number(prefix) <= (family === 4 ? 32 : 128)
  );
}

/** Whether the address has bits set beyond the prefix: 10.1.2.3/8 is read as 10.0.0.0/8, which may not be what was meant. */
export function hasBitsBeyondPrefix(network: string): boolean {
  const [address, prefix] = network.split("/");
  const bits = isIP(address) === 4 ? 32 : 128;
  return (addressBits(address) & ((1n << BigInt(bits - Number(prefix))) - 1n)) !== 0n;
}

function addressBits(address: string): bigint {
  if (isIP(address) === 4) return address.split(".").reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  // An IPv4 address may stand at the end (RFC 4291 §2.2).
  const hex = address.replace(/[\d.]+$/, (last) => (last.includes(".") ? pairOf(addressBits(last)) : last));
  const [head, tail] = hex.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(8 - head.length - (tail?.length ?? 0)).fill("0");
  return [...head, ...zeros, ...(tail ?? [])].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function pairOf(bits: bigint): string {
  return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}
