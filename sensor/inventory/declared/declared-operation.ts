import type { DeclaredApi, DeclaredOperation } from "../../declared/declared-api.js";
import type { Declaration } from "../observation.js";
import { type PathRule, pathRules } from "./path-rule.js";

/** An operation of a file, as an endpoint is held against it. */
export class OperationDeclaration implements Declaration {
  readonly isDeclared = true;
  readonly api: DeclaredApi;
  readonly operation: DeclaredOperation;
  readonly #statuses = new Set<number>();
  /** Hundreds of the ranges such as `4XX`. */
  readonly #ranges = new Set<number>();
  readonly #allowsAny: boolean;
  #pathRules: readonly (readonly PathRule[])[] | undefined = undefined;

  constructor(api: DeclaredApi, operation: DeclaredOperation) {
    this.api = api;
    this.operation = operation;
    const declared = Object.keys(operation.responses);
    this.#allowsAny = declared.length === 0 || declared.includes("default");
    for (const status of declared) {
      if (/^\dXX$/.test(status)) this.#ranges.add(Number(status[0]));
      else if (status !== "default") this.#statuses.add(Number(status));
    }
  }

  get file(): string {
    return this.api.file;
  }

  get title(): string {
    return this.api.title;
  }

  get place(): string {
    return this.operation.place;
  }

  get isDeprecated(): boolean {
    return this.operation.isDeprecated;
  }

  get sunsetMicros(): number | undefined {
    return this.operation.sunsetMicros;
  }

  /** For each parameter of its template, in its order. */
  get pathRules(): readonly (readonly PathRule[])[] {
    this.#pathRules ??= pathRules(this.operation);
    return this.#pathRules;
  }

  allowsStatus(status: number): boolean {
    return this.#allowsAny || this.#statuses.has(status) || this.#ranges.has(Math.floor(status / 100));
  }

  /** `200`, `4XX` and so on, for a person. */
  get statuses(): readonly string[] {
    return Object.keys(this.operation.responses);
  }
}

/** Files speak of the service, and none has this endpoint. */
export class Undeclared implements Declaration {
  readonly isDeclared = false;
  readonly file: string;
  readonly title: string;
  readonly place = undefined;
  readonly isDeprecated = false;
  readonly sunsetMicros = undefined;
  readonly statuses: readonly string[] = [];

  constructor(apis: readonly DeclaredApi[]) {
    this.file = [...new Set(apis.map(({ file }) => file))].slice(0, MAX_NAMED).join(", ");
    this.title = apis[0]?.title ?? "";
  }

  allowsStatus(): boolean {
    return true;
  }
}

const MAX_NAMED = 5;
