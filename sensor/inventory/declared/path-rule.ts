import { parameterNames } from "../../../shared/path-template.js";
import type {
  DeclaredLimits,
  DeclaredOperation,
  DeclaredParameter,
  DeclaredSchema,
} from "../../declared/declared-api.js";
import { formsFitting, namesOfForms, textFormOf } from "../../protocol/text-form.js";
import { cheapPattern, MAX_MATCHED } from "./cheap-pattern.js";
import { includes, orList } from "./mismatch.js";

/** What a file says of a parameter of a path, and whether a value is that. */
export interface PathRule {
  /** Name and what is declared: counts of the same are of the same rule. */
  readonly key: string;
  readonly name: string;
  readonly declared: string;
  /** Told only where no value was what is declared: whether it is one of a form is a guess. */
  readonly isOfAll: boolean;
  /** What the value is, in words that do not tell it; undefined where it fits. */
  wrong(value: string): string | undefined;
}

const INTEGER = /^-?\d+$/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const BEYOND = "a number beyond that";

/** For each parameter of an operation's own template, in its order, the rules that its values are held against. */
export function pathRules({ template, parameters }: DeclaredOperation): readonly (readonly PathRule[])[] {
  return parameterNames(template).map((name) => {
    const parameter = parameters.find((one) => one.in === "path" && one.name === name);
    return parameter === undefined ? [] : rulesOf(parameter);
  });
}

/** In the order in which a value fails them: it is told of one alone. */
function rulesOf({ name, schema }: DeclaredParameter): PathRule[] {
  // Nothing in a path is null, and lists and objects have several ways to be written.
  const types = schema.types.filter((type) => type !== "null");
  if (types.some((type) => !/^(string|integer|number|boolean)$/.test(type))) return [];
  const known = { ...schema, types };
  const tests = [...typeTests(known), ...formatTests(known), ...valueTests(known), ...limitTests(known)];
  return tests.map(({ declared, isOfAll = false, wrong }) => ({
    key: `${name} declared ${declared}`,
    ...{ name, declared, isOfAll, wrong },
  }));
}

interface Test extends Pick<PathRule, "declared" | "wrong"> {
  readonly isOfAll?: true;
}

function typeOf(value: string): "boolean" | "integer" | "number" | "string" {
  if (value === "true" || value === "false") return "boolean";
  if (INTEGER.test(value)) return "integer";
  return NUMBER.test(value) ? "number" : "string";
}

function typeTests({ types }: DeclaredSchema): Test[] {
  // A string may look like anything.
  if (types.length === 0 || types.includes("string")) return [];
  const wrong = (value: string): string | undefined => {
    const seen = typeOf(value);
    return types.some((type) => type === seen || includes(type, seen)) ? undefined : seen;
  };
  return [{ declared: types.join(" or "), wrong }];
}

function formatTests({ types, format }: DeclaredSchema): Test[] {
  if (types.length > 0 && !types.includes("string")) {
    const isInt32 = format === "int32" && types.join() === "integer";
    return isInt32 ? [{ declared: format, wrong: (value) => (isOfInt32(Number(value)) ? undefined : BEYOND) }] : [];
  }
  const fitting = formsFitting(format);
  if (format === undefined || fitting === undefined) return [];
  const wrong = (value: string): string | undefined => {
    const type = typeOf(value);
    if (type !== "string") return types.includes(type) ? undefined : type;
    const bit = textFormOf(value);
    return (bit & fitting) === 0 ? namesOfForms(bit).join() : undefined;
  };
  return [{ declared: format, isOfAll: true, wrong }];
}

function isOfInt32(value: number): boolean {
  return value >= -(2 ** 31) && value < 2 ** 31;
}

function valueTests({ types, values }: DeclaredSchema): Test[] {
  if (values === undefined || values.length === 0) return [];
  const isNumber = types.length > 0 && types.every((type) => type === "integer" || type === "number");
  const numbers = new Set(isNumber ? values.map(Number) : []);
  const known = new Set(values);
  const wrong = (value: string): string | undefined =>
    known.has(value) || (isNumber && numbers.has(Number(value))) ? undefined : "another value";
  return [{ declared: orList(values), wrong }];
}

/** JSON Schema 2020-12 §6.2 and §6.3: limits of numbers say nothing of strings, nor the other way round. */
function limitTests({ types, limits }: DeclaredSchema): Test[] {
  if (types.length === 0) return [];
  if (types.every((type) => type === "integer" || type === "number")) return limits.flatMap(boundTests);
  return types.join() === "string" ? limits.flatMap(textTests) : [];
}

function boundTests(limits: DeclaredLimits): Test[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = limits;
  const test = (
    name: string,
    limit: number | undefined,
    isWithin: (value: number, limit: number) => boolean,
  ): Test[] =>
    limit === undefined
      ? []
      : [
          {
            declared: `${name} ${limit}`,
            wrong: (value) => (isWithin(Number(value), limit) ? undefined : BEYOND),
          },
        ];
  return [
    ...test("minimum", minimum, (value, limit) => value >= limit),
    ...test("maximum", maximum, (value, limit) => value <= limit),
    ...test("exclusive minimum", exclusiveMinimum, (value, limit) => value > limit),
    ...test("exclusive maximum", exclusiveMaximum, (value, limit) => value < limit),
  ];
}

function textTests({ minLength, maxLength, pattern }: DeclaredLimits): Test[] {
  const tests: Test[] = [];
  // JSON Schema 2020-12 §6.3.1: characters, of which some are two of a text's units.
  if (minLength !== undefined)
    tests.push({
      declared: `minLength ${minLength}`,
      wrong: (value) => ([...value].length < minLength ? "a shorter text" : undefined),
    });
  if (maxLength !== undefined)
    tests.push({
      declared: `maxLength ${maxLength}`,
      wrong: (value) => ([...value].length > maxLength ? "a longer text" : undefined),
    });
  const expression = pattern === undefined ? undefined : cheapPattern(pattern);
  if (expression !== undefined)
    tests.push({
      declared: `pattern ${pattern}`,
      wrong: (value) => (value.length > MAX_MATCHED || expression.test(value) ? undefined : "a text of another form"),
    });
  return tests;
}
