import type { FragmentSettings } from "./fragments.js";

export interface DecodeSettings extends FragmentSettings {
  /** Addresses of one virtual network are told from the same ones of another. */
  readonly virtualNetworks: boolean;
  /** The same for VLANs. */
  readonly vlanNetworks: boolean;
  /** The same for ERSPAN sessions. */
  readonly sessionNetworks: boolean;
}
