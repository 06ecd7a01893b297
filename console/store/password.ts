import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** RFC 7914; OWASP's advice of 2023 for interactive logins. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const HASH_BYTES = 32;
const NOBODY = "AAAAAAAAAAAAAAAAAAAAAA==:";

/** What is kept of a password: salt and hash. */
export async function passwordHash(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt);
  return `${salt.toString("base64")}:${hash.toString("base64")}`;
}

/** Takes as long where nothing is kept, of somebody who is not there. */
export async function verifyPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [salt, expected] = (kept ?? NOBODY).split(":").map((part) => Buffer.from(part, "base64"));
  const hash = await derive(password, salt);
  return expected.length === HASH_BYTES && timingSafeEqual(hash, expected);
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, COST, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}
