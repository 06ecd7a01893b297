import type { BlindTimes } from "../../../shared/blind-times.js";
import type { EndpointRecord } from "../../../shared/event.js";
import { goneCallers } from "../../../shared/last-calls.js";
import type { DeclaredMessages } from "../../declared/declared-api.js";
import type { Call } from "../../protocol/message.js";
import type { Declaration, Deprecation, Difference } from "../observation.js";
import type { StoredValue } from "../path/path-parameters.js";
import { isRefusal, type LearnedSchemas } from "../schema/endpoint-schemas.js";
import type { Coverage, DeclaredPath } from "./coverage.js";
import { type Carried, credentialDrift } from "./credential-drift.js";
import { declarationFacts, deprecationFacts } from "./declared-facts.js";
import { OperationDeclaration } from "./declared-operation.js";
import { Departures, type StoredDepartures } from "./departures.js";
import { combineDeprecation, type StoredWireMark, WireMark } from "./deprecation.js";
import { driftOf } from "./drift.js";
import { LastCalls } from "./last-calls.js";
import { rpcServiceOf } from "./procedure.js";
import type { Route } from "./route-table.js";
import { RouteWords } from "./route-words.js";
import { type SeenTypes, schemaDrift } from "./schema-drift.js";
import { valuesIn } from "./template-values.js";

/** What is judged: an endpoint, by where it stands. */
export interface Judged extends Carried {
  readonly service: { readonly coverage: Coverage | undefined; readonly naming: { isInUse(name: string): boolean } };
  readonly template: string;
  /** The declared path that it fits, and whether its template is a fixed one. */
  readonly route: Route<DeclaredPath> | undefined;
  readonly isFixed: boolean;
  /** Its place among the paths seen; undefined where its template is another. */
  readonly node: object | undefined;
  readonly operation: string | undefined;
  readonly schemas: LearnedSchemas | undefined;
  /** Media types of its answers, by status. */
  readonly answerTypes: SeenTypes & { readonly version: number };
  readonly isThere: boolean;
  /** Names by which it was called. */
  readonly hosts: { readonly version: number; list(): readonly string[] };
}

/** What a store keeps of it. */
export interface StoredJudgement {
  /** What its answers say of its end, as far as they do. */
  readonly deprecation?: StoredWireMark;
  readonly lastCalls?: Readonly<Record<string, number>>;
  readonly words?: readonly StoredValue[];
  readonly departures?: StoredDepartures;
}

export const NO_DIFFERENCES: readonly Difference[] = [];

/** What files say of one endpoint, what marks it, and how it differs. Most endpoints have none. */
export class Judgement {
  readonly #wire = new WireMark();
  readonly #judged: Judged;
  #coverage: Coverage | undefined = undefined;
  #template = "";
  #hostsVersion = 0;
  #isThere = false;
  #declaration: Declaration | undefined = undefined;
  #deprecation: Deprecation | undefined = undefined;
  #differences: readonly Difference[] = NO_DIFFERENCES;
  #comparedVersion = -1;
  #compared: Declaration | undefined = undefined;
  #departures: Departures | undefined = undefined;
  /** Since it was marked. */
  #lastCalls: LastCalls | undefined = undefined;
  #words: RouteWords | undefined = undefined;

  constructor(judged: Judged) {
    this.#judged = judged;
  }

  get declaration(): Declaration | undefined {
    const { service, template, hosts, isThere } = this.#judged;
    if (
      service.coverage !== this.#coverage ||
      template !== this.#template ||
      hosts.version !== this.#hostsVersion ||
      isThere !== this.#isThere
    ) {
      this.#hostsVersion = hosts.version;
      this.#isThere = isThere;
      this.#coverage = service.coverage;
      this.#template = template;
      this.#declaration = service.coverage && this.#declaredBy(service.coverage);
      this.#combine(this.#declaration);
    }
    return this.#declaration;
  }

  #declaredBy(coverage: Coverage): Declaration | undefined {
    const { service, route, isFixed, isThere, method, template } = this.#judged;
    // In an order that a restart keeps.
    const hosts = [...this.#judged.hosts.list()].sort();
    const called = { hosts, isThere, isInUse: (host: string) => service.naming.isInUse(host) };
    if (route !== undefined) return coverage.ofPath(method, route, called);
    if (!isFixed) return coverage.ofOther(method, template, called);
    return rpcServiceOf(template) === undefined ? undefined : coverage.ofProcedure(template, called);
  }

  get deprecation(): Deprecation | undefined {
    // Whether a file marks it shows there.
    void this.declaration;
    return this.#deprecation;
  }

  #combine(declaration: Declaration | undefined): void {
    const found = combineDeprecation(declaration, this.#wire.told);
    if (found !== undefined) this.#lastCalls ??= new LastCalls();
    this.#deprecation = found && { ...found, callers: this.#lastCalls };
  }

  get words(): RouteWords | undefined {
    return this.#words;
  }

  /** Messages that a file declares of it; the same object as long as it does. */
  get messages(): DeclaredMessages | undefined {
    const { declaration } = this;
    return declaration instanceof OperationDeclaration ? declaration.operation.messages : undefined;
  }

  call(call: Call, clientAddress: string): void {
    if (this.#wire.take(call)) this.#combine(this.declaration);
    if (this.deprecation !== undefined) this.#lastCalls?.note(clientAddress, call.atMicros);
    const { route, operation, method } = this.#judged;
    if (route !== undefined && route.parameters.length > 0 && operation === undefined && call.path !== undefined)
      this.#routeWords().count(call.path, { method, status: call.status ?? 0, atMicros: call.atMicros });
    this.#holdAgainstFile(call);
    this.#holdAnswer(call);
  }

  /** Each call, for pages that stand in for an answer come seldom. HEAD, 204 and 304 tell a type and have no body (RFC 9110 §6.4.1). */
  #holdAnswer({ status, responseContentType, responseBodySize = 0 }: Call): void {
    if (status === undefined || responseContentType === undefined || responseBodySize === 0) return;
    const { declaration } = this;
    if (declaration instanceof OperationDeclaration && declaration.api.kind === "openapi")
      this.#departed().takeAnswer(declaration, status, responseContentType);
  }

  /** Only the few calls whose heads were looked at are held against what must be seen in the call itself, and no refused one: it may be why. */
  #holdAgainstFile(call: Call): void {
    if (call.shapes?.header === undefined || isRefusal(call.status)) return;
    const { declaration } = this;
    if (!(declaration instanceof OperationDeclaration)) return;
    if (declaration.operation.isBodyRequired) this.#departed().takeBody(declaration, call.isBodiless);
    // What Protocol Buffers declare has messages, and bodies only by how they are called.
    if (declaration.api.kind === "openapi" && (call.requestBodySize ?? 0) > 0)
      this.#departed().takeContent(declaration, call.requestContentType);
    if (call.path !== undefined) this.#path(declaration, call.path);
  }

  #path(declaration: OperationDeclaration, path: string): void {
    const { route } = this.#judged;
    const { pathRules } = declaration;
    if (route === undefined || pathRules.every((rules) => rules.length === 0)) return;
    const values = valuesIn(route.template, path);
    // What stands before the file's own template is the path of its server.
    this.#departed().take(declaration, values.slice(-pathRules.length));
  }

  #departed(): Departures {
    this.#departures ??= new Departures();
    return this.#departures;
  }

  /** The same list until something is learned, unless it tells of credentials: those are counted with each call. */
  differences(): readonly Difference[] {
    const { declaration } = this;
    if (!(declaration instanceof OperationDeclaration)) return NO_DIFFERENCES;
    const { schemas, answerTypes } = this.#judged;
    const version = (schemas?.version ?? 0) + (this.#departures?.version ?? 0) + answerTypes.version;
    if (version !== this.#comparedVersion || declaration !== this.#compared) {
      this.#comparedVersion = version;
      this.#compared = declaration;
      this.#differences = this.#compare(declaration);
    }
    const ofCredentials = credentialDrift(declaration, this.#judged);
    return ofCredentials.length === 0 ? this.#differences : [...ofCredentials, ...this.#differences];
  }

  #compare(declaration: OperationDeclaration): readonly Difference[] {
    const { schemas, answerTypes } = this.#judged;
    const isOther = this.#departures?.hasOtherBody(declaration) === true;
    const seen = { areRequestsDeclared: !isOther, answerTypes };
    const told = [
      ...(this.#departures?.differences(declaration) ?? []),
      ...(schemas === undefined ? [] : schemaDrift(declaration, schemas, seen)),
    ];
    return told.length === 0 ? NO_DIFFERENCES : told;
  }

  merge(other: Judgement): void {
    this.#wire.merge(other.#wire);
    this.#called(other.#lastCalls?.record());
    this.#combine(this.declaration);
    if (other.#words !== undefined && this.#judged.node === undefined)
      for (const [path, use] of other.#words.entries()) this.#routeWords().add(path, use);
    if (other.#departures !== undefined) this.#departed().merge(other.#departures);
  }

  state(): StoredJudgement {
    const departures = this.#departures?.state();
    const [deprecation, lastCalls, words] = [this.#wire.state(), this.#lastCalls?.record(), this.#words?.state()];
    return {
      ...(deprecation === undefined ? {} : { deprecation }),
      ...(lastCalls === undefined ? {} : { lastCalls }),
      ...(words === undefined || words.length === 0 ? {} : { words }),
      ...(departures === undefined ? {} : { departures }),
    };
  }

  #called(lastCalls: Readonly<Record<string, number>> | undefined): void {
    if (lastCalls === undefined) return;
    this.#lastCalls ??= new LastCalls();
    this.#lastCalls.merge(lastCalls);
  }

  #routeWords(): RouteWords {
    this.#words ??= new RouteWords(this.#judged.route?.template ?? "");
    return this.#words;
  }

  /** `values`: of a path that was seen before it was declared. */
  restore(stored: StoredJudgement & { readonly values?: readonly StoredValue[] }): void {
    const { deprecation, lastCalls, departures, words = [], values = [] } = stored;
    if (deprecation !== undefined) this.#wire.restore(deprecation);
    this.#called(lastCalls);
    this.#combine(this.declaration);
    if (words.length + values.length > 0 && this.#judged.node === undefined)
      this.#routeWords().restore(this.#judged.method, [...words, ...values]);
    if (departures !== undefined) this.#departed().restore(departures);
  }

  /** `lastMicros`: when it was called last. */
  facts(
    statuses: Iterable<number>,
    lastMicros: number,
    blindTimes: BlindTimes,
  ): Pick<EndpointRecord, "declaration" | "deprecation" | "drift"> {
    const { declaration, deprecation } = this;
    const gone = goneCallers(this.#lastCalls?.record() ?? {}, lastMicros, blindTimes);
    const drift = declaration === undefined ? [] : driftOf(declaration, statuses, this.differences());
    return {
      ...(declaration === undefined ? {} : { declaration: declarationFacts(declaration) }),
      ...(deprecation === undefined ? {} : { deprecation: deprecationFacts(deprecation, gone) }),
      ...(drift.length === 0 ? {} : { drift }),
    };
  }
}
