import type { FindingRecord } from "../../shared/event.js";
import type { BlindInterval, InterfaceHealth } from "../../shared/health.js";
import type { CaptureSettings } from "../capture/capture-supervisor.js";
import type { RingSettings } from "../capture/packet-ring.js";
import type { Declared } from "../declared/declared-api.js";
import type { Delta } from "../detect/delta.js";
import type { Identities } from "../identity/identities.js";
import type { ServiceRules } from "../inventory/path/path-rule.js";
import type { InventoryRow } from "../inventory/row.js";
import type { ConnectionEnds } from "./own-traffic.js";
import type { PipelineSettings } from "./pipeline.js";

/** What the analysis thread is started with. */
export interface AnalysisStart {
  readonly capture: CaptureSettings;
  readonly pipeline: PipelineSettings;
  /** Undefined where no packets are kept. */
  readonly ring: RingSettings | undefined;
  readonly callsPerSecond: number;
  /** Memory of the whole process beyond which the analysis gives things up. */
  readonly memoryBytes: number;
  /** Salts the flow table's hash. */
  readonly seed: number;
  /** What the store kept from before, so that counting goes on. */
  readonly rows: readonly InventoryRow[];
  readonly findings: readonly FindingRecord[];
  /** Of each interface that was captured before: since when nobody has. */
  readonly blind: readonly BlindInterval[];
  /** Those that ended before. */
  readonly pastBlind: readonly BlindInterval[];
}

/**
 * Main thread → analysis: end the captures and tell what is left; leave a connection of the sensor's own out; the delta is written: what
 * changed since may come; other files declare; other files say who is where; an operator says something else of paths.
 */
export type ToAnalysis =
  | { readonly type: "stop" }
  | { readonly type: "own"; readonly ends: ConnectionEnds }
  | { readonly type: "written" }
  | { readonly type: "declare"; readonly declared: Declared }
  | { readonly type: "identify"; readonly identities: Identities }
  | { readonly type: "rule"; readonly rules: readonly ServiceRules[] };

/** Analysis → main thread. */
export type FromAnalysis =
  | {
      readonly type: "delta";
      readonly delta: Delta;
      readonly interfaces: readonly InterfaceHealth[];
      /** Of the interfaces those of which nobody knows yet whether they can be captured. */
      readonly starting: readonly string[];
    }
  | { readonly type: "blind"; readonly interval: BlindInterval }
  | { readonly type: "notice"; readonly level: "info" | "warn" | "error"; readonly text: string }
  | { readonly type: "refused"; readonly text: string }
  | { readonly type: "stopped" };
