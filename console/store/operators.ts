import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import type Database from "better-sqlite3";
import { hashToken } from "./sensor-tokens.js";

/** RFC 7914; OWASP's advice of 2023 for interactive logins. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const HASH_BYTES = 32;
export const MIN_PASSWORD_LENGTH = 12;

/** Who may look: operators with passwords, and their sessions. */
export class Operators {
  readonly #database: Database.Database;
  readonly #sessionHours: number;

  constructor(database: Database.Database, sessionHours: number) {
    this.#database = database;
    this.#sessionHours = sessionHours;
  }

  get isEmpty(): boolean {
    return this.#database.prepare("SELECT 1 FROM operator LIMIT 1").get() === undefined;
  }

  async add(name: string, password: string): Promise<void> {
    const salt = randomBytes(16);
    const hash = await derive(password, salt);
    this.#database
      .prepare("INSERT INTO operator (name, password, created_micros) VALUES (?, ?, ?)")
      .run(name, `${salt.toString("base64")}:${hash.toString("base64")}`, Date.now() * 1_000);
  }

  /** Takes as long for a name that is not there. */
  async verify(name: string, password: string): Promise<boolean> {
    const row = this.#database
      .prepare<[string], { password: string }>("SELECT password FROM operator WHERE name = ?")
      .get(name);
    const [salt, expected] = (row?.password ?? "AAAAAAAAAAAAAAAAAAAAAA==:")
      .split(":")
      .map((part) => Buffer.from(part, "base64"));
    const hash = await derive(password, salt);
    return expected.length === HASH_BYTES && timingSafeEqual(hash, expected);
  }

  /** The token for the cookie; only its hash is kept. */
  openSession(operator: string): string {
    const token = randomBytes(32).toString("base64url");
    this.#database.prepare("DELETE FROM session WHERE expires_micros < ?").run(Date.now() * 1_000);
    this.#database
      .prepare("INSERT INTO session (token_hash, operator, expires_micros) VALUES (?, ?, ?)")
      .run(hashToken(token), operator, (Date.now() + this.#sessionHours * 3_600_000) * 1_000);
    return token;
  }

  /** Name of the operator whose session it is. */
  sessionOf(token: string | undefined): string | undefined {
    return token === undefined ? undefined : this.#operatorOf(hashToken(token));
  }

  /** Asked by the token's hash, so that who waits for the end needs not hold the token. */
  isSessionOpen(tokenHash: string): boolean {
    return this.#operatorOf(tokenHash) !== undefined;
  }

  closeSession(token: string): void {
    this.#database.prepare("DELETE FROM session WHERE token_hash = ?").run(hashToken(token));
  }

  #operatorOf(tokenHash: string): string | undefined {
    return this.#database
      .prepare<[string, number], { operator: string }>(
        "SELECT operator FROM session WHERE token_hash = ? AND expires_micros > ?",
      )
      .get(tokenHash, Date.now() * 1_000)?.operator;
  }
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, COST, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}
