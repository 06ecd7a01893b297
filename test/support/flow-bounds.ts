import type { DecodeSettings } from "../../sensor/decode/decode-settings.js";
import type { FlowSettings } from "../../sensor/flow/flow-table.js";

/** Bounds small enough to be met by a few packets. */
export const DECODE_BOUNDS: DecodeSettings = {
  maxFragmentedDatagrams: 4,
  maxFragmentBytes: 200_000,
  fragmentSeconds: 30,
  virtualNetworks: true,
  vlanNetworks: false,
  sessionNetworks: false,
};
export const FLOW_BOUNDS: FlowSettings = {
  maxFlows: 1_000,
  maxPendingBytesPerSide: 10_000,
  maxPendingBytes: 50_000,
  gapMillis: 1_000,
  idleSeconds: 300,
  halfOpenSeconds: 30,
  closedSeconds: 10,
};
