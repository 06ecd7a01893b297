import { z } from "zod";
import { CommandError } from "../../shared/command-error.js";
import { type CheckedDocument, checkedDocuments } from "../../shared/config/checked-document.js";
import { keys, list, text } from "../../shared/config/checked-schema.js";
import { isRest, parameterNames } from "../../shared/path-template.js";
import { hostAndPort } from "../declared/server-url.js";
import { type PathRule, parameterOf, type ServiceRules } from "../inventory/path/path-rule.js";

const MAX_SEGMENTS = 32;
const TEMPLATE =
  "a template such as /reports/{name}/pages, each segment fixed or one parameter in braces, one of them {key+} for several segments, behind which a word or nothing stands";
const PLACE =
  "a template that ends with the parameter, such as /teams/{team}, or /kv/{key+} for all segments that follow";
const PREFIX = "the path before the words, such as /users, or / for the first segment";
const WORD = "one segment that is no value, such as me";

const SERVICE = keys({
  service: text("a host name, an address, either with a port, or a pattern with *"),
  pin: list(template(TEMPLATE, isTemplate), "templates").optional(),
  merge: list(template(PLACE, isParameterPlace), "templates").optional(),
  split: z
    .record(
      template(PREFIX, isPrefix),
      list(template(WORD, isWord), "words"),
      "paths, each with a list of words, such as /users: [me, search]",
    )
    .optional(),
});
const FILE = keys({ services: list(SERVICE, "services with their rules") });

type ServiceInput = z.infer<typeof SERVICE>;
type Kind = "pin" | "merge" | "split";

function template(what: string, isIt: (text: string) => boolean) {
  return z.string(what).refine(isIt, what);
}

/** Reads YAML or JSON. Throws CommandError with file, line, value and what is allowed. */
export function parsePathRules(content: string, file: string): readonly ServiceRules[] {
  return documentsOf(content, file).flatMap((document) =>
    document
      .check(FILE, document.value)
      .services.map((input, index) => serviceRules(input, (path) => document.place(["services", index, ...path]))),
  );
}

function documentsOf(content: string, file: string): CheckedDocument[] {
  try {
    return checkedDocuments(content, file);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // In YAML a brace within brackets begins a map.
    throw new CommandError(`${error.message}; within [ ] put templates in quotes: ["/teams/{team}"]`);
  }
}

function serviceRules(input: ServiceInput, placeOf: (path: readonly PropertyKey[]) => string): ServiceRules {
  const { host, port } = hostAndPort(input.service);
  if (host === undefined || /[/\s]/.test(host))
    throw new CommandError(
      `${placeOf(["service"])}: services.service is ${JSON.stringify(input.service)}; allowed: a host name, an address, either with a port, or a pattern with *`,
    );
  const rules = [...rulesOf(input, placeOf)];
  refuseOtherNames(rules);
  return { host, port, rules };
}

function* rulesOf(
  { pin = [], merge = [], split = {} }: ServiceInput,
  placeOf: (path: readonly PropertyKey[]) => string,
) {
  const rule = (path: string, words: readonly string[], where: readonly [Kind, PropertyKey]): PathRule => ({
    segments: segmentsOf(path),
    words,
    place: lineOf(placeOf(where)),
  });
  for (const [index, path] of pin.entries()) yield rule(path, [], ["pin", index]);
  for (const [index, path] of merge.entries()) yield rule(path, [], ["merge", index]);
  for (const [path, words] of Object.entries(split)) yield rule(path, words, ["split", path]);
}

/** One segment is one parameter, with one name. */
function refuseOtherNames(rules: readonly PathRule[]): void {
  const named = new Map<string, { readonly name: string; readonly place: string }>();
  for (const { segments, place } of rules) {
    let before = "";
    for (const segment of segments) {
      const name = parameterOf(segment);
      const known = name === undefined ? undefined : named.get(before);
      if (name !== undefined && known !== undefined && known.name !== name)
        throw new CommandError(
          `${place}: the parameter behind "${before || "/"}" is {${name}}, and {${known.name}} in ${known.place}; call it the same in both`,
        );
      if (name !== undefined && known === undefined) named.set(before, { name, place });
      before += `/${name === undefined ? segment : "{}"}`;
    }
  }
}

function segmentsOf(path: string): string[] {
  return path === "/" ? [] : path.slice(1).split("/");
}

function isTemplate(path: string): boolean {
  return path !== "/" && isPrefix(path);
}

function isParameterPlace(path: string): boolean {
  return isTemplate(path) && parameterOf(segmentsOf(path).at(-1) ?? "") !== undefined;
}

function isPrefix(path: string): boolean {
  const segments = segmentsOf(path);
  const names = parameterNames(path);
  if (!path.startsWith("/") || segments.length > MAX_SEGMENTS || new Set(names).size < names.length) return false;
  return hasOneRest(segments) && segments.every((segment) => isWord(segment) || NAMED.test(parameterOf(segment) ?? ""));
}

const NAMED = /^[A-Za-z_][\w.-]*\+?$/;

/** Behind it a word has to stand that tells where it ends. */
function hasOneRest(segments: readonly string[]): boolean {
  const at = segments.findIndex(isRest);
  return at < 0 || (!segments.slice(at + 1).some(isRest) && (at === segments.length - 1 || isWord(segments[at + 1])));
}

function isWord(segment: string): boolean {
  return segment !== "" && !/[{}/?#\s]/.test(segment);
}

/** Without the column: it stands with each parameter. */
function lineOf(place: string): string {
  return place.replace(/:\d+$/, "");
}
