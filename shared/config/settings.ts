import type { SettingValue } from "./setting.js";
import { SETTINGS } from "./setting-list.js";

/** All settings, with defaults in place; a setting without one may be undefined. */
export interface Settings {
  readonly capture: {
    readonly interface: readonly string[];
    readonly filter: string;
    readonly bufferBytes: number;
    readonly snapLength: number;
    readonly promiscuous: boolean;
    readonly implementation: "auto" | "native" | "cap";
    readonly restartMinMillis: number;
    readonly restartMaxMillis: number;
  };
  readonly decode: {
    readonly maxFragmentedDatagrams: number;
    readonly maxFragmentBytes: number;
    readonly fragmentSeconds: number;
    readonly virtualNetworks: boolean;
    readonly vlanNetworks: boolean;
    readonly sessionNetworks: boolean;
  };
  readonly flow: {
    readonly maxFlows: number;
    readonly maxPendingBytesPerSide: number;
    readonly maxPendingBytes: number;
    readonly gapMillis: number;
    readonly idleSeconds: number;
    readonly halfOpenSeconds: number;
    readonly closedSeconds: number;
  };
  readonly protocol: {
    readonly maxHeldBytesPerSide: number;
    readonly maxHeadBytes: number;
    readonly maxPipelined: number;
    readonly maxStreams: number;
    readonly maxHandshakeBytes: number;
    readonly faults: "throw" | "survive";
    /** The same as `data`. */
    readonly data: DataSection;
  };
  readonly data: DataSection;
  readonly inventory: {
    readonly eastWestNetworks: readonly string[];
    readonly maxServices: number;
    readonly maxEdges: number;
    readonly maxEndpoints: number;
    readonly maxOperationsPerService: number;
    readonly maxCallersPerEndpoint: number;
    readonly maxSchemaPlaces: number;
    readonly maxCertificates: number;
    readonly dormantSeconds: number;
    readonly literalSegments: readonly string[];
    readonly pathRulesFile: string | undefined;
    readonly pathRulesReloadSeconds: number;
    /** The same as `detect.learningSeconds`. */
    readonly learningSeconds: number;
    /** The same as `data.rules`. */
    readonly dataRules: readonly string[];
  };
  readonly declared: {
    readonly files: readonly string[];
    readonly services: readonly string[];
    readonly scope: "service" | "base-path";
    readonly ignore: readonly string[];
    readonly windowSeconds: number;
    readonly reloadSeconds: number;
  };
  readonly identity: {
    readonly files: readonly string[];
    readonly gateways: readonly string[];
    readonly reloadSeconds: number;
  };
  readonly detect: {
    readonly learningSeconds: number;
    readonly maxFindings: number;
    readonly disabledRules: readonly string[];
    /** The same as `data.rules`. */
    readonly dataRules: readonly string[];
    readonly maxRemembered: number;
    readonly certificateDays: number;
    readonly sharedCertificateHosts: number;
    readonly failedHandshakes: number;
    readonly failedHandshakeSeconds: number;
    readonly tokenHours: number;
  };
  readonly policy: { readonly file: string | undefined };
  readonly sample: { readonly callsPerSecond: number; readonly connectionsPerSecond: number };
  readonly overload: { readonly memoryBytes: number };
  readonly ring: {
    readonly folder: string | undefined;
    readonly maxBytes: number;
    readonly segmentBytes: number;
    readonly maxWaitingBytes: number;
    readonly allowSecrets: boolean;
  };
  readonly store: { readonly database: string; readonly maxOutboxEvents: number; readonly maxOutboxBytes: number };
  readonly deliver: {
    readonly console: string | undefined;
    readonly token: string | undefined;
    readonly tokenFile: string | undefined;
    readonly caFile: string | undefined;
    readonly allowPlaintext: boolean;
    readonly retryMinMillis: number;
    readonly retryMaxMillis: number;
    readonly name: string | undefined;
  };
  readonly report: { readonly workloadsFile: string | undefined };
  readonly evidence: { readonly keyFile: string | undefined };
  readonly health: { readonly listen: string };
  readonly console: {
    readonly listen: string;
    readonly database: string;
    readonly certificateFile: string | undefined;
    readonly keyFile: string | undefined;
    readonly allowPlainFromNetwork: boolean;
    readonly maxCalls: number;
    readonly maxFindings: number;
    readonly maxConnections: number;
    readonly sessionHours: number;
  };
  readonly log: { readonly level: "debug" | "info" | "warn" | "error" };
}

export interface DataSection {
  readonly bodies: boolean;
  readonly maxBodyBytes: number;
  readonly maxHeldBytes: number;
  readonly firstBodies: number;
  readonly oneIn: number;
  readonly kinds: readonly string[];
  readonly rules: readonly string[];
  readonly mute: readonly string[];
}

export function defaultSettings(): Settings {
  return buildSettings(new Map(SETTINGS.map((setting) => [setting.key, setting.default])));
}

/** Settings from a value for each key of the list. */
export function buildSettings(values: ReadonlyMap<string, SettingValue>): Settings {
  const sections: Record<string, Record<string, SettingValue>> = {};
  for (const { key } of SETTINGS) {
    const [section, name] = key.split(".");
    sections[section] ??= {};
    sections[section][name] = values.get(key);
  }
  sections.detect.dataRules = values.get("data.rules");
  sections.inventory.dataRules = values.get("data.rules");
  sections.inventory.learningSeconds = values.get("detect.learningSeconds");
  // One object for both: what the protocols are told is what the section says.
  const { protocol, data } = sections;
  return { ...sections, protocol: { ...protocol, data } } as unknown as Settings;
}
