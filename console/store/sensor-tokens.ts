import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type Database from "better-sqlite3";
import type { SensorCreated } from "../api.js";
import type { KnownSensor, SensorTokens } from "../event-sink.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Who may send: a token for each sensor, kept as SHA-256 only. Tokens are 256 random bits, so that a fast hash is enough. */
export class StoredTokens implements SensorTokens {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  verify(token: string): KnownSensor | undefined {
    const hash = hashToken(token);
    const row = this.#database
      .prepare<[string], { id: string; name: string; hash: string }>(
        "SELECT id, name, token_hash AS hash FROM sensor WHERE token_hash = ?",
      )
      .get(hash);
    return row !== undefined && timingSafeEqual(Buffer.from(row.hash), Buffer.from(hash))
      ? { id: row.id, name: row.name }
      : undefined;
  }

  /** Undefined where the name is taken. Throws RangeError where it is no name. */
  create(name: string): SensorCreated | undefined {
    if (!NAME.test(name)) {
      throw new RangeError(
        `sensor name "${name}" must be letters, digits, dots, hyphens or underscores, at most 63, a letter or digit first`,
      );
    }
    const token = randomBytes(32).toString("base64url");
    const id = randomBytes(8).toString("hex");
    const { changes } = this.#database
      .prepare("INSERT OR IGNORE INTO sensor (id, name, token_hash, created_micros) VALUES (?, ?, ?, ?)")
      .run(id, name, hashToken(token), Date.now() * 1_000);
    return changes === 0 ? undefined : { id, name, token };
  }
}

export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
