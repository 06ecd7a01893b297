/** Lengths of SOCKS messages; undefined while more bytes are needed to tell. */

const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 4],
  [4, 16],
]);
const DOMAIN = 3;

/** SOCKS 4: 8 bytes and a user name; 4a puts a host name behind it where the address is 0.0.0.x. */
export function socks4RequestLength(bytes: Buffer): number | undefined {
  if (bytes.length < 9) return undefined;
  const user = bytes.indexOf(0, 8);
  if (user < 0) return undefined;
  const hasName = bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0 && bytes[7] !== 0;
  if (!hasName) return user + 1;
  const name = bytes.indexOf(0, user + 1);
  return name < 0 ? undefined : name + 1;
}

/** RFC 1928 §3: version, number of methods, methods. */
export function greetingLength(bytes: Buffer): number | undefined {
  return bytes.length < 2 ? undefined : 2 + bytes[1];
}

/** RFC 1929 §2: version, name, password, each of the two with its length. */
export function passwordLength(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  const password = 2 + bytes[1];
  return bytes.length <= password ? undefined : password + 1 + bytes[password];
}

/** RFC 1928 §4 and §6: request and reply alike. */
export function addressedLength(bytes: Buffer): number | undefined {
  if (bytes.length < 5) return undefined;
  if (bytes[3] === DOMAIN) return 4 + 1 + bytes[4] + 2;
  return 4 + (ADDRESS_BYTES.get(bytes[3]) ?? 4) + 2;
}
