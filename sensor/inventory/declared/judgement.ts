import type { EndpointRecord } from "../../../shared/event.js";
import type { DeclaredMessages } from "../../declared/declared-api.js";
import type { Call, WireDeprecation } from "../../protocol/message.js";
import type { Declaration, Deprecation, Difference } from "../observation.js";
import { isRefusal, type LearnedSchemas } from "../schema/endpoint-schemas.js";
import type { Coverage, DeclaredPath } from "./coverage.js";
import { declarationFacts, deprecationFacts } from "./declared-facts.js";
import { OperationDeclaration } from "./declared-operation.js";
import { Departures, type StoredDepartures } from "./departures.js";
import { combineDeprecation, laterWire } from "./deprecation.js";
import { driftOf } from "./drift.js";
import { rpcServiceOf } from "./procedure.js";
import type { Route } from "./route-table.js";
import { schemaDrift } from "./schema-drift.js";
import { valuesIn } from "./template-values.js";

/** What is judged: an endpoint, by where it stands. */
export interface Judged {
  readonly service: { readonly coverage: Coverage | undefined; readonly naming: { isInUse(name: string): boolean } };
  readonly method: string;
  readonly template: string;
  /** The declared path that it fits, and whether its template is a fixed one. */
  readonly route: Route<DeclaredPath> | undefined;
  readonly isFixed: boolean;
  readonly schemas: LearnedSchemas | undefined;
  readonly isThere: boolean;
  /** Names by which it was called; the same list until there is another. */
  readonly hosts: { list(): readonly string[] };
}

/** What a store keeps of it. */
export interface StoredJudgement {
  /** What its answers say of its end, as far as they do. */
  readonly deprecation?: Partial<WireDeprecation>;
  readonly departures?: StoredDepartures;
}

const NO_DEPRECATION: WireDeprecation = { sinceMicros: undefined, sunsetMicros: undefined };
export const NO_DIFFERENCES: readonly Difference[] = [];

/** What files say of one endpoint, what marks it, and how it differs. Most endpoints have none. */
export class Judgement {
  wire: WireDeprecation | undefined = undefined;
  readonly #judged: Judged;
  #coverage: Coverage | undefined = undefined;
  #template = "";
  #hosts: readonly string[] | undefined = undefined;
  #isThere = false;
  #declaration: Declaration | undefined = undefined;
  #deprecation: Deprecation | undefined = undefined;
  #differences: readonly Difference[] = NO_DIFFERENCES;
  #comparedVersion = -1;
  #compared: Declaration | undefined = undefined;
  #departures: Departures | undefined = undefined;

  constructor(judged: Judged) {
    this.#judged = judged;
  }

  get declaration(): Declaration | undefined {
    const { service, template, isThere } = this.#judged;
    const hosts = this.#judged.hosts.list();
    if (
      service.coverage !== this.#coverage ||
      template !== this.#template ||
      hosts !== this.#hosts ||
      isThere !== this.#isThere
    ) {
      this.#hosts = hosts;
      this.#isThere = isThere;
      this.#coverage = service.coverage;
      this.#template = template;
      this.#declaration = service.coverage && this.#declaredBy(service.coverage);
      this.#deprecation = combineDeprecation(this.#declaration, this.wire);
    }
    return this.#declaration;
  }

  #declaredBy(coverage: Coverage): Declaration | undefined {
    const { service, route, isFixed, isThere, method, template } = this.#judged;
    // In an order that a restart keeps.
    const hosts = [...this.#judged.hosts.list()].sort();
    const called = { hosts, isThere, isInUse: (host: string) => service.naming.isInUse(host) };
    if (route !== undefined) return coverage.ofPath(method, route, called);
    if (!isFixed) return coverage.ofOther(method, template, hosts);
    return rpcServiceOf(template) === undefined ? undefined : coverage.ofProcedure(template, called);
  }

  get deprecation(): Deprecation | undefined {
    // Whether a file marks it shows there.
    void this.declaration;
    return this.#deprecation;
  }

  markedByWire(told: WireDeprecation): void {
    const later = laterWire(this.wire, told);
    if (later === this.wire) return;
    this.wire = later;
    this.#deprecation = combineDeprecation(this.declaration, later);
  }

  /** Messages that a file declares of it; the same object as long as it does. */
  get messages(): DeclaredMessages | undefined {
    const { declaration } = this;
    return declaration instanceof OperationDeclaration ? declaration.operation.messages : undefined;
  }

  /** Only the few calls whose heads were looked at are held against what must be seen in the call itself, and no refused one: it may be why. */
  call(call: Call): void {
    if (call.shapes?.header === undefined || isRefusal(call.status)) return;
    const { declaration } = this;
    if (!(declaration instanceof OperationDeclaration)) return;
    if (declaration.operation.isBodyRequired) this.#departed().takeBody(declaration, call.isBodiless);
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

  /** The same list until something is learned. */
  differences(): readonly Difference[] {
    const { declaration } = this;
    if (!(declaration instanceof OperationDeclaration)) return NO_DIFFERENCES;
    const version = (this.#judged.schemas?.version ?? 0) + (this.#departures?.version ?? 0);
    if (version !== this.#comparedVersion || declaration !== this.#compared) {
      this.#comparedVersion = version;
      this.#compared = declaration;
      this.#differences = this.#compare(declaration);
    }
    return this.#differences;
  }

  #compare(declaration: OperationDeclaration): readonly Difference[] {
    const { schemas } = this.#judged;
    const told = [
      ...(this.#departures?.differences(declaration) ?? []),
      ...(schemas === undefined ? [] : schemaDrift(declaration.operation, schemas)),
    ];
    return told.length === 0 ? NO_DIFFERENCES : told;
  }

  merge(other: Judgement): void {
    if (other.wire !== undefined) this.markedByWire(other.wire);
    if (other.#departures !== undefined) this.#departed().merge(other.#departures);
  }

  state(): StoredJudgement {
    const departures = this.#departures?.state();
    return {
      ...(this.wire === undefined ? {} : { deprecation: this.wire }),
      ...(departures === undefined ? {} : { departures }),
    };
  }

  restore({ deprecation, departures }: StoredJudgement): void {
    if (deprecation !== undefined) this.markedByWire({ ...NO_DEPRECATION, ...deprecation });
    if (departures !== undefined) this.#departed().restore(departures);
  }

  facts(statuses: Iterable<number>): Pick<EndpointRecord, "declaration" | "deprecation" | "drift"> {
    const { declaration, deprecation } = this;
    const drift = declaration === undefined ? [] : driftOf(declaration, statuses, this.differences());
    return {
      ...(declaration === undefined ? {} : { declaration: declarationFacts(declaration) }),
      ...(deprecation === undefined ? {} : { deprecation: deprecationFacts(deprecation) }),
      ...(drift.length === 0 ? {} : { drift }),
    };
  }
}
