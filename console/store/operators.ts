import { randomBytes } from "node:crypto";
import type Database from "better-sqlite3";
import type { OperatorItem } from "../api.js";
import { OperatorLinks } from "./operator-links.js";
import { passwordHash, verifyPassword } from "./password.js";
import { hashToken } from "./sensor-tokens.js";

export const MIN_PASSWORD_LENGTH = 12;
const MAX_NAME_LENGTH = 64;
/** Letters of any script; single spaces, and nothing that is not seen or turns a line around. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._@+-]| (?=\S))*$/u;
/** Those that were removed are among them: their names are in the history of reviews. */
const MAX_OPERATORS = 1_000;

/** Why an operator can't be added, removed or given a link, in words for whoever asked. */
export class OperatorRefusal extends Error {
  readonly reason: "name" | "taken" | "unknown" | "last" | "full";

  constructor(reason: OperatorRefusal["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Who may look and review: operators with passwords, and their sessions. Whoever was removed stays known by name. */
export class Operators {
  readonly links: OperatorLinks;
  readonly #database: Database.Database;
  readonly #sessionHours: number;

  constructor(database: Database.Database, sessionHours: number) {
    this.#database = database;
    this.#sessionHours = sessionHours;
    this.links = new OperatorLinks(database);
  }

  get isEmpty(): boolean {
    return this.#database.prepare("SELECT 1 FROM operator WHERE removed_micros IS NULL LIMIT 1").get() === undefined;
  }

  /** Whether an operator of that name may log in. */
  has(name: string): boolean {
    return (
      this.#database.prepare("SELECT 1 FROM operator WHERE name = ? AND removed_micros IS NULL").get(name) !== undefined
    );
  }

  /** In the order in which they came. */
  list(): OperatorItem[] {
    const rows = this.#database
      .prepare<[], Record<"name" | "addedBy", string> & Record<"addedMicros" | "login" | "removed", number> & By>(
        `SELECT name, created_micros AS addedMicros, added_by AS addedBy, last_login_micros AS login, removed_micros AS removed,
         removed_by AS removedBy FROM operator ORDER BY created_micros, name`,
      )
      .all();
    return rows.map(({ name, addedMicros, addedBy, login, removed, removedBy }) => ({
      ...{ name, addedMicros, addedBy },
      ...(login === null ? {} : { lastLoginMicros: login }),
      ...(removed === null ? {} : { removed: { by: removedBy ?? "", atMicros: removed } }),
    }));
  }

  /** The token of a link that makes an operator of that name. `by` is empty for whoever is at the console's host. Throws OperatorRefusal. */
  invite(name: string, by: string): string {
    return this.#database.transaction(() => {
      this.#checkFree(name);
      return this.links.make({ name, purpose: "add", by });
    })();
  }

  /** The token of a link by which the operator chooses another password; until then the old one holds. Throws OperatorRefusal. */
  renew(name: string, by: string): string {
    return this.#database.transaction(() => {
      this.#checkKnown(name);
      return this.links.make({ name, purpose: "password", by });
    })();
  }

  /** The first operator, of whom no link is made here. False where there is one meanwhile. Throws OperatorRefusal where it is no name. */
  async addFirst(name: string, password: string): Promise<boolean> {
    this.#checkFree(name);
    const hash = await passwordHash(password);
    return this.#database.transaction(() => {
      if (!this.isEmpty) return false;
      this.#add(name, hash, "");
      return true;
    })();
  }

  /** Makes the operator of the link, or changes the password and ends all sessions. False where the link does not hold any more. */
  async useLink(token: string, password: string): Promise<boolean> {
    const hash = await passwordHash(password);
    return this.#database.transaction(() => {
      const link = this.links.take(token);
      if (link === undefined) return false;
      if (link.purpose === "add") this.#add(link.name, hash, link.by);
      else {
        this.#checkKnown(link.name);
        this.#database.prepare("UPDATE operator SET password = ? WHERE name = ?").run(hash, link.name);
        this.#database.prepare("DELETE FROM session WHERE operator = ?").run(link.name);
      }
      return true;
    })();
  }

  /**
   * Another password for who knows the old one; ends all sessions but the one of `token`, and a link for another password. False where the
   * old one is wrong, or no longer the one that holds.
   */
  async changePassword(name: string, old: string, password: string, token: string): Promise<boolean> {
    const before = this.#hashOf(name);
    if (!(await verifyPassword(old, before))) return false;
    const hash = await passwordHash(password);
    return this.#database.transaction(() => {
      // Meanwhile another may have changed it, or have removed the operator.
      if (this.#hashOf(name) !== before || this.sessionOf(token) !== name) return false;
      this.#database.prepare("UPDATE operator SET password = ? WHERE name = ?").run(hash, name);
      this.#database.prepare("DELETE FROM session WHERE operator = ? AND token_hash <> ?").run(name, hashToken(token));
      this.links.withdraw(name);
      return true;
    })();
  }

  /** Ends the operator's sessions and links; the name stays. Throws OperatorRefusal. */
  remove(name: string, by: string): void {
    this.#database.transaction(() => {
      this.#checkKnown(name);
      const { others } = this.#database
        .prepare("SELECT count(*) AS others FROM operator WHERE removed_micros IS NULL AND name <> ?")
        .get(name) as { others: number };
      if (others === 0)
        throw new OperatorRefusal("last", `"${name}" is the last operator; invite another before you remove this one.`);
      this.#database
        .prepare("UPDATE operator SET password = '', removed_micros = ?, removed_by = ? WHERE name = ?")
        .run(Date.now() * 1_000, by, name);
      this.#database.prepare("DELETE FROM session WHERE operator = ?").run(name);
      this.links.withdraw(name);
    })();
  }

  /** Takes as long for a name that is not there. */
  async verify(name: string, password: string): Promise<boolean> {
    return verifyPassword(password, this.#hashOf(name));
  }

  #hashOf(name: string): string | undefined {
    return this.#database
      .prepare<[string], string>("SELECT password FROM operator WHERE name = ? AND removed_micros IS NULL")
      .pluck()
      .get(name);
  }

  /** The token for the cookie; only its hash is kept. */
  openSession(operator: string): string {
    const token = randomBytes(32).toString("base64url");
    const nowMicros = Date.now() * 1_000;
    this.#database.prepare("DELETE FROM session WHERE expires_micros < ?").run(nowMicros);
    this.#database
      .prepare("INSERT INTO session (token_hash, operator, expires_micros) VALUES (?, ?, ?)")
      .run(hashToken(token), operator, nowMicros + this.#sessionHours * 3_600e6);
    this.#database.prepare("UPDATE operator SET last_login_micros = ? WHERE name = ?").run(nowMicros, operator);
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

  #add(name: string, hash: string, by: string): void {
    this.#database
      .prepare("INSERT INTO operator (name, password, created_micros, added_by) VALUES (?, ?, ?, ?)")
      .run(name, hash, Date.now() * 1_000, by);
  }

  /** Two names that differ in capitals or in how a character is written would pass for each other. */
  #checkFree(name: string): void {
    if (name.length > MAX_NAME_LENGTH || !NAME.test(name))
      throw new OperatorRefusal(
        "name",
        `An operator's name is of letters, digits, single spaces and . _ @ + -, a letter or digit first, at most ${MAX_NAME_LENGTH}; "${name}" is not.`,
      );
    const known = this.list();
    if (known.length >= MAX_OPERATORS)
      throw new OperatorRefusal("full", `There are ${MAX_OPERATORS} operators, which is all that are kept.`);
    const other = [...known, ...this.links.list().filter((link) => link.name !== name)].find(
      (one) => folded(one.name) === folded(name),
    );
    if (other === undefined) return;
    const wasRemoved = "removed" in other && other.removed !== undefined;
    throw new OperatorRefusal(
      "taken",
      wasRemoved
        ? `There was an operator called "${other.name}", whose name is in the history; choose another.`
        : `There is an operator called "${other.name}" already, or one is invited; choose another name.`,
    );
  }

  #checkKnown(name: string): void {
    if (this.has(name)) return;
    const names = this.list().flatMap((one) => (one.removed === undefined ? [one.name] : []));
    const others = names.length === 0 ? "there is none yet" : `there are ${names.join(", ")}`;
    throw new OperatorRefusal("unknown", `There is no operator called "${name}"; ${others}.`);
  }

  #operatorOf(tokenHash: string): string | undefined {
    return this.#database
      .prepare<[string, number], { operator: string }>(
        `SELECT session.operator FROM session JOIN operator ON operator.name = session.operator
         WHERE token_hash = ? AND expires_micros > ? AND removed_micros IS NULL`,
      )
      .get(tokenHash, Date.now() * 1_000)?.operator;
  }
}

interface By {
  readonly removedBy: string | null;
}

function folded(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
