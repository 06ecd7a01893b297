import type { Difference } from "../observation.js";
import type { OperationDeclaration } from "./declared-operation.js";
import {
  answerOf,
  bareType,
  type DeclaredAnswer,
  hasNoOtherFields,
  isDeclaredType,
  isHeldAnswer,
} from "./declared-type.js";
import { MIN_SEEN } from "./mismatch.js";
import { Missing } from "./missing.js";
import type { PathRule } from "./path-rule.js";

const MISSING = "missing";
/** A body, where the file declares none. */
const BODY = "a body";
const MAX_TYPES = 8;

/** By rule: values that were held against it, and what those were that did not fit. */
export type StoredDepartures = Readonly<
  Record<string, readonly [looked: number, was: Readonly<Record<string, number>>]>
>;

interface Count {
  looked: number;
  readonly was: Map<string, number>;
}

/**
 * How often calls that were looked at departed from what a file declares of parameters of their paths, of whether they have a body, and of its media type. No
 * value of a path is kept that could be compared later, when another file is read: each is held against the file as it comes, and what the
 * rules of another file counted is told no more.
 */
export class Departures {
  readonly #counts = new Map<string, Count>();
  #of: OperationDeclaration | undefined = undefined;
  #lastStatus = 0;
  #lastType = "";
  /** Rises whenever there is another difference than before, or may be. */
  version = 0;

  /** `values`: of the parameters of the operation's template, each undefined where it could not be seen. */
  take(declaration: OperationDeclaration, values: readonly (string | undefined)[]): void {
    this.#forget(declaration);
    declaration.pathRules.forEach((rules, at) => {
      const value = values[at];
      if (value !== undefined) this.#takeValue(keysFor(declaration, rules), rules, value);
    });
  }

  #takeValue(keys: readonly string[], rules: readonly PathRule[], value: string): void {
    let isTold = false;
    rules.forEach((rule, index) => {
      const count = this.#count(keys[index]);
      const was = isTold ? undefined : rule.wrong(value);
      if (rule.isOfAll && count.was.size > 0) this.version++;
      count.looked++;
      if (was === undefined) return;
      isTold = true;
      const times = count.was.get(was) ?? 0;
      if (times === 0) this.version++;
      count.was.set(was, times + 1);
    });
  }

  /** A call of an operation that requires a body; `isBodiless`: it was seen to have none. */
  takeBody(declaration: OperationDeclaration, isBodiless: boolean): void {
    this.#forget(declaration);
    const count = this.#count(bodyKey(declaration));
    const missing = count.was.get(MISSING) ?? 0;
    if (count.looked++ < MIN_SEEN || (isBodiless && missing === 0)) this.version++;
    if (isBodiless) count.was.set(MISSING, missing + 1);
  }

  /** A call that had a body, of the media type that its head tells, if any. */
  takeContent(declaration: OperationDeclaration, contentType: string | undefined): void {
    this.#forget(declaration);
    const { request } = declaration.operation;
    const type = contentType === undefined ? undefined : bareType(contentType);
    if (request !== undefined && (type === undefined || isDeclaredType(type, request.contentTypes))) return;
    this.#note(contentKey(declaration), request === undefined || type === undefined ? BODY : `${BODY} of ${type}`);
  }

  /** An answer that had a body, of the media type that its head tells. What is the same as in the one before was held already. */
  takeAnswer(declaration: OperationDeclaration, status: number, contentType: string): void {
    this.#forget(declaration);
    if (status === this.#lastStatus && contentType === this.#lastType) return;
    this.#lastStatus = status;
    this.#lastType = contentType;
    const declared = answerOf(declaration.operation.responses, status);
    if (declared === undefined || !isHeldAnswer(status, declared)) return;
    const type = bareType(contentType);
    if (!isDeclaredType(type, declared.response.contentTypes)) this.#note(answerKey(declared), `${status} ${type}`);
  }

  #note(key: string, what: string): void {
    const { was } = this.#count(key);
    const times = was.get(what) ?? 0;
    if (times === 0 && was.size >= MAX_TYPES) return;
    if (times === 0) this.version++;
    was.set(what, times + 1);
  }

  differences(declaration: OperationDeclaration): Difference[] {
    return [...this.#ofPath(declaration), ...this.#ofBody(declaration), ...this.#ofContent(declaration)];
  }

  /** Whether requests had bodies of fields, of a media type that is not declared where others are. */
  hasOtherBody(declaration: OperationDeclaration): boolean {
    const { request } = declaration.operation;
    if (request === undefined) return false;
    const was = this.#counts.get(contentKey(declaration))?.was.keys() ?? [];
    const types = [...was].map((what) => what.slice(`${BODY} of `.length));
    return !hasNoOtherFields(types, request.contentTypes);
  }

  #ofContent(declaration: OperationDeclaration): Difference[] {
    const was = this.#counts.get(contentKey(declaration))?.was.keys() ?? [];
    const requests = [...was].sort().map((what) => `request: ${what} is not declared`);
    const answers = answersOf(declaration).flatMap((answer) => [
      ...(this.#counts.get(answerKey(answer))?.was.keys() ?? []),
    ]);
    const answered = answers.sort().map((what) => `response ${what.replace(" ", `: ${BODY} of `)} is not declared`);
    return [...requests, ...answered].map((text) => ({ kind: "schema", text }));
  }

  #ofBody(declaration: OperationDeclaration): Difference[] {
    const count = declaration.operation.isBodyRequired ? this.#counts.get(bodyKey(declaration)) : undefined;
    if (count === undefined || count.looked < MIN_SEEN || !count.was.has(MISSING)) return [];
    return [new Missing("schema", "request: a body", "calls", () => [count.was.get(MISSING) ?? 0, count.looked])];
  }

  #ofPath(declaration: OperationDeclaration): Difference[] {
    return declaration.pathRules.flatMap((rules) => {
      const keys = keysFor(declaration, rules);
      return rules.flatMap(({ name, declared, isOfAll }, index): Difference[] => {
        const { looked, was } = this.#counts.get(keys[index]) ?? { looked: 0, was: new Map<string, number>() };
        const wrong = [...was.values()].reduce((sum, times) => sum + times, 0);
        if (wrong === 0 || (isOfAll && wrong < looked)) return [];
        const seen = [...was.keys()].sort().join(" or ");
        return [{ kind: "parameter", text: `path parameter ${name} is ${seen}, declared ${declared}` }];
      });
    });
  }

  /** What rules counted that are none of the file's any more. */
  #forget(declaration: OperationDeclaration): void {
    if (this.#of === declaration) return;
    this.#of = declaration;
    this.#lastStatus = 0;
    const known = new Set(declaration.pathRules.flatMap((rules) => keysFor(declaration, rules)));
    if (declaration.operation.isBodyRequired) known.add(bodyKey(declaration));
    known.add(contentKey(declaration));
    for (const answer of answersOf(declaration)) known.add(answerKey(answer));
    for (const key of this.#counts.keys()) if (!known.has(key)) this.#counts.delete(key);
  }

  merge(other: Departures): void {
    this.restore(other.state());
  }

  /** Adds what was kept. */
  restore(stored: StoredDepartures): void {
    for (const [key, [looked, was]] of Object.entries(stored)) {
      const count = this.#count(key);
      count.looked += looked;
      for (const [what, times] of Object.entries(was)) count.was.set(what, (count.was.get(what) ?? 0) + times);
    }
    this.version++;
  }

  state(): StoredDepartures {
    return Object.fromEntries(
      [...this.#counts].map(([key, { looked, was }]) => [key, [looked, Object.fromEntries(was)]]),
    );
  }

  #count(key: string): Count {
    const known = this.#counts.get(key) ?? { looked: 0, was: new Map<string, number>() };
    this.#counts.set(key, known);
    return known;
  }
}

/** With the template: of another the same name may be of another part of the path. */
function keysFor({ operation }: OperationDeclaration, rules: readonly PathRule[]): string[] {
  return rules.map(({ key }) => `${operation.template} ${key}`);
}

function bodyKey({ operation }: OperationDeclaration): string {
  return `${operation.template} requires a body`;
}

/** With what the file declares: of other types the same may be declared. */
function contentKey({ operation }: OperationDeclaration): string {
  return `content of ${operation.request?.contentTypes.join(" ") ?? "none"}`;
}

function answersOf({ operation }: OperationDeclaration): DeclaredAnswer[] {
  return Object.entries(operation.responses).map(([key, response]) => ({ key, response }));
}

function answerKey({ key, response }: DeclaredAnswer): string {
  return `content of ${key}: ${response.contentTypes.join(" ")}`;
}
