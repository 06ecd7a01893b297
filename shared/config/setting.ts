export type SettingValue = string | number | boolean | readonly string[] | undefined;

/** One setting: everything that configuration, its errors, its documentation and `check-config` need to know of it. */
export interface Setting {
  /** `section.name`, as in the file. */
  readonly key: string;
  readonly kind: "integer" | "boolean" | "text" | "texts" | "networks" | "listen" | "choice";
  readonly default: SettingValue;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** Setting that this one may not exceed. */
  readonly atMost?: string;
  /** What else must be true of a text, or of each of several, and what is allowed then, in words. */
  readonly accepts?: (text: string) => boolean;
  readonly allows?: string;
  /** Never shown. */
  readonly isSecret?: true;
  readonly help: string;
}

export function integer(key: string, value: number, min: number, max: number, help: string): Setting {
  return { key, kind: "integer", default: value, min, max, help };
}

export function flag(key: string, value: boolean, help: string): Setting {
  return { key, kind: "boolean", default: value, help };
}

export function text(key: string, value: string | undefined, help: string): Setting {
  return { key, kind: "text", default: value, help };
}

export function texts(key: string, value: readonly string[], help: string): Setting {
  return { key, kind: "texts", default: value, help };
}
