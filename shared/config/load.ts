import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import {
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLParseError,
} from "yaml";
import { z } from "zod";
import { CommandError } from "../command-error.js";
import { environmentName } from "./environment-name.js";
import { isNetwork } from "./network-text.js";
import type { Setting, SettingValue } from "./setting.js";
import { SETTINGS } from "./setting-list.js";
import { buildSettings, type Settings } from "./settings.js";
import { suggestion } from "./suggestion.js";

export interface Loaded {
  readonly settings: Settings;
  readonly values: ReadonlyMap<string, SettingValue>;
  /** Key → `default`, `flag --console`, `environment EASTWATCH_…` or `file.yaml:3:5`. */
  readonly origins: ReadonlyMap<string, string>;
}

export interface LoadOptions {
  readonly file?: string;
  /** Values given as flags, by key of the setting. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** The same, given by `--set`. */
  readonly sets?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const BY_KEY: ReadonlyMap<string, Setting> = new Map(SETTINGS.map((setting) => [setting.key, setting]));

/** Flag over environment over file over default. Throws CommandError that names key, value and what is allowed. */
export function loadSettings({ file, flags = {}, sets = {}, environment = {} }: LoadOptions): Loaded {
  const values = new Map<string, SettingValue>(SETTINGS.map((setting) => [setting.key, setting.default]));
  const origins = new Map<string, string>(SETTINGS.map((setting) => [setting.key, "default"]));
  const set = (setting: Setting, value: unknown, origin: string): void => {
    values.set(setting.key, check(setting, value, origin));
    origins.set(setting.key, origin);
  };
  const path = file ?? environment.EASTWATCH_CONFIG;
  if (path !== undefined && path !== "") readConfigFile(path, set);
  readEnvironment(environment, set);
  for (const [origin, given] of Object.entries({ flag: flags, "--set": sets })) {
    for (const [key, value] of Object.entries(given)) {
      const setting = BY_KEY.get(key);
      if (setting === undefined)
        throw new CommandError(`${origin}: unknown setting "${key}"${suggestion(key, [...BY_KEY.keys()])}`);
      if (value !== undefined) set(setting, typeof value === "string" ? fromText(setting, value) : value, origin);
    }
  }
  for (const setting of SETTINGS) checkAtMost(setting, values, origins.get(setting.key) ?? "");
  return { settings: buildSettings(values), values, origins };
}

type Set = (setting: Setting, value: unknown, origin: string) => void;

function readEnvironment(environment: Readonly<Record<string, string | undefined>>, set: Set): void {
  const known = new Map(SETTINGS.map((setting) => [environmentName(setting.key), setting]));
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith("EASTWATCH_") || value === undefined || OTHER_VARIABLES.has(name)) continue;
    const setting = known.get(name);
    if (setting === undefined) {
      throw new CommandError(`environment variable ${name} is no setting${suggestion(name, [...known.keys()])}`);
    }
    set(setting, fromText(setting, value), `environment ${name}`);
  }
}

/** Variables with our prefix that are no settings. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set(["EASTWATCH_CONFIG", "EASTWATCH_CORPORA", "EASTWATCH_DEMO_PORT"]);

function fromText(setting: Setting, text: string): unknown {
  if (setting.kind === "texts" || setting.kind === "networks")
    return text === "" ? [] : text.split(",").map((part) => part.trim());
  if (setting.kind === "integer") return /^-?\d+$/.test(text) ? Number(text) : text;
  if (setting.kind === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

function readConfigFile(path: string, set: Set): void {
  const lines = new LineCounter();
  const text = readText(path);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw new CommandError(`${at(path, lines, fault.pos[0])}: ${faultText(fault, text)}`);
  if (document.contents === null) return;
  if (!isMap(document.contents))
    throw new CommandError(`${path}:1:1: must hold sections such as "flow:"; see the example file`);
  for (const section of document.contents.items) readSection(path, lines, section as Pair<Node, Node>, set);
}

function faultText({ code, message, pos }: YAMLParseError, text: string): string {
  if (code === "MULTIPLE_DOCS") return "a second document begins here; keep one";
  if (code !== "DUPLICATE_KEY") return `${message}; "eastwatch check-config --example" shows how it is written`;
  const [key] = /^[^\s:]+/.exec(text.slice(pos[0])) ?? [""];
  return `"${key}" is there twice; keep one of them`;
}

function readSection(path: string, lines: LineCounter, section: Pair<Node, Node>, set: Set): void {
  const name = String(section.key);
  const where = at(path, lines, section.key.range?.[0] ?? 0);
  const sections = [...new Set(SETTINGS.map((setting) => setting.key.split(".")[0]))];
  if (!sections.includes(name))
    throw new CommandError(`${where}: unknown section "${name}"${suggestion(name, sections)}`);
  if (section.value === null || (isScalar(section.value) && section.value.value === null)) return;
  if (!isMap(section.value))
    throw new CommandError(`${where}: "${name}" must hold settings, each on a line of its own`);
  for (const item of (section.value as YAMLMap<Node, Node>).items) {
    const key = `${name}.${String(item.key)}`;
    const place = at(path, lines, item.value?.range?.[0] ?? item.key.range?.[0] ?? 0);
    const setting = BY_KEY.get(key);
    if (setting === undefined) {
      const keyPlace = at(path, lines, item.key.range?.[0] ?? 0);
      throw new CommandError(`${keyPlace}: unknown setting "${key}"${suggestion(key, [...BY_KEY.keys()])}`);
    }
    const value = item.value === null ? null : (item.value as { toJSON(): unknown }).toJSON();
    if (value !== null) set(setting, value, place);
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder; name a file in it",
  EACCES: "this user may not read it",
};

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const reason = UNREADABLE[code] ?? message;
    throw new CommandError(`configuration "${path}" can't be read: ${reason}`);
  }
}

function at(path: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${path}:${line}:${col}`;
}

function check(setting: Setting, value: unknown, origin: string): SettingValue {
  const parsed = schemaOf(setting).safeParse(value);
  if (parsed.success) return parsed.data as SettingValue;
  const shown = setting.isSecret === true ? "what was given" : JSON.stringify(value);
  throw new CommandError(
    `${origin}: ${setting.key} is ${shown}; allowed: ${allowed(setting)}${asList(setting, value)}`,
  );
}

function checkAtMost({ key, atMost }: Setting, values: Loaded["values"], origin: string): void {
  // Nobody asked for a default: who lowers the bound alone means it.
  if (atMost === undefined || origin === "default") return;
  const [value, most] = [values.get(key), values.get(atMost)] as [number, number];
  if (value > most)
    throw new CommandError(`${origin}: ${key} is ${value}; allowed: at most ${atMost}, which is ${most}`);
}

/** A single text where a list belongs. */
function asList({ kind }: Setting, value: unknown): string {
  return (kind === "texts" || kind === "networks") && typeof value === "string" ? `; write [${value}]` : "";
}

function schemaOf(setting: Setting): z.ZodType {
  const text = setting.accepts === undefined ? z.string() : z.string().refine(setting.accepts);
  switch (setting.kind) {
    case "integer":
      return z
        .int()
        .min(setting.min ?? 0)
        .max(setting.max ?? Number.MAX_SAFE_INTEGER);
    case "boolean":
      return z.boolean();
    case "choice":
      return z.enum((setting.choices ?? []) as [string, ...string[]]);
    case "texts":
      return z.array(text.min(1));
    case "networks":
      return z.array(z.string().refine(isNetwork));
    case "listen":
      return z.string().refine((text) => text === "" || isListen(text));
    default:
      return text;
  }
}

/** What a setting takes, in words. */
export function allowed(setting: Setting): string {
  if (setting.allows !== undefined) return setting.allows;
  switch (setting.kind) {
    case "integer":
      return `a whole number from ${setting.min} to ${setting.max}`;
    case "boolean":
      return "true or false";
    case "choice":
      return (setting.choices ?? []).join(", ");
    case "texts":
      return "a list of texts";
    case "networks":
      return "a list of networks such as 10.0.0.0/8 or fc00::/7";
    case "listen":
      return "an address and a port such as 127.0.0.1:8470 or [::1]:8470";
    default:
      return "a text";
  }
}

function isListen(text: string): boolean {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  return match !== null && Number(match[3]) <= 65_535 && (match[1] === undefined || isIP(match[1]) === 6);
}
