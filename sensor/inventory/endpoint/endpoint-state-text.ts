import type { StoredJudgement } from "../declared/judgement.js";
import type { StoredEvidence, StoredValue } from "../path/path-parameters.js";
import type { StoredSchemas } from "../schema/endpoint-schemas.js";
import type { HostSetState } from "./host-set.js";
import type { ToldState } from "./told-answers.js";

/** What a store keeps of an endpoint beside its record, as JSON. */
export interface EndpointStateText extends StoredJudgement, ToldState {
  readonly duration: readonly number[];
  readonly requestSize: readonly number[];
  readonly responseSize: readonly number[];
  readonly callers?: string;
  /** Left out where it was called by one name or none. */
  readonly hosts?: HostSetState;
  /** How long streams lasted. */
  readonly lasted?: readonly number[];
  /** The template does not come from the paths seen. */
  readonly isFixed?: true;
  /** Left out in files of before it was kept. */
  readonly isThere?: boolean;
  readonly standsOut?: true;
  readonly withQuery?: number;
  readonly schemas?: StoredSchemas;
  /** For each parameter of the template, in its order. */
  readonly evidence: readonly StoredEvidence[];
  /** Left out where its parameters have no values that are words. */
  readonly values?: readonly StoredValue[];
}
