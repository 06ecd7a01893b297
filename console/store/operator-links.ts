import { randomBytes } from "node:crypto";
import type Database from "better-sqlite3";
import { hashToken } from "./sensor-tokens.js";

/** Whom a one-time link is for, and for what: to become an operator, or to choose another password. */
export interface OperatorLink {
  readonly name: string;
  readonly purpose: "add" | "password";
  /** Who made it; empty for whoever was at the console's host. */
  readonly by: string;
}

const LIFE_MICROS = 24 * 3_600e6;

/** One-time links of operators, one for a name, kept as SHA-256 only: a token is 192 random bits. */
export class OperatorLinks {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** The token; it holds for a day, in place of the one before for that name. */
  make({ name, purpose, by }: OperatorLink): string {
    const token = randomBytes(24).toString("base64url");
    const nowMicros = Date.now() * 1_000;
    this.#database.prepare("DELETE FROM operator_link WHERE expires_micros <= ?").run(nowMicros);
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO operator_link (token_hash, name, purpose, made_by, made_micros, expires_micros)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(hashToken(token), name, purpose, by, nowMicros, nowMicros + LIFE_MICROS);
    return token;
  }

  /** Undefined where it was used, taken back or is too old. */
  find(token: string): OperatorLink | undefined {
    return this.#database
      .prepare<[string, number], OperatorLink>(
        "SELECT name, purpose, made_by AS by FROM operator_link WHERE token_hash = ? AND expires_micros > ?",
      )
      .get(hashToken(token), Date.now() * 1_000);
  }

  /** The same, once. */
  take(token: string): OperatorLink | undefined {
    const link = this.find(token);
    if (link !== undefined) this.withdraw(link.name);
    return link;
  }

  /** Whether there was one. */
  withdraw(name: string): boolean {
    return this.#database.prepare("DELETE FROM operator_link WHERE name = ?").run(name).changes > 0;
  }

  /** Those that hold, the latest first. */
  list(): (OperatorLink & { readonly expiresMicros: number })[] {
    return this.#database
      .prepare<[number], OperatorLink & { expiresMicros: number }>(
        `SELECT name, purpose, made_by AS by, expires_micros AS expiresMicros FROM operator_link WHERE expires_micros > ?
         ORDER BY made_micros DESC`,
      )
      .all(Date.now() * 1_000);
  }
}
