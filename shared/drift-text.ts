/** ` in 4 of 8 calls looked at`: of how many something was missing. */
const FIGURES = / in (\d+) of (\d+) ((?:calls|answers|objects|messages) looked at|calls answered with success)/;
const ALL_FIGURES = new RegExp(FIGURES, "g");

/** What is counted where something is required: calls, their answers, objects of their bodies, messages of Protocol Buffers. */
export type Counted = "calls" | "answers" | "objects" | "messages";

/** `query parameter page is required and was missing in 4 of 8 calls looked at`: most calls are not looked at. */
export function missingText(what: string, missing: number, all: number, counted: Counted): string {
  return `${what} is required and was missing in ${missing} of ${all} ${counted} looked at`;
}

/** `credential bearer is required and was missing in 3 of 8 calls answered with success`: these are counted, looked at or not. */
export function credentialMissingText(declared: string, missing: number, all: number): string {
  return `credential ${declared} is required and was missing in ${missing} of ${all} calls answered with success`;
}

/** What stays the same while more is counted, and what versions wrote that told no figures. */
export function withoutFigures(text: string): string {
  return text.replace(ALL_FIGURES, "");
}

/** How something differs by two who counted each on its own: figures of the same difference are added. */
export function joinedDrift(one: readonly string[], other: readonly string[]): string[] {
  const joined = new Map<string, string>();
  for (const text of [...one, ...other]) {
    const bare = withoutFigures(text);
    joined.set(bare, added(joined.get(bare) ?? bare, text));
  }
  return [...joined.values()];
}

function added(one: string, other: string): string {
  const [first, second] = [FIGURES.exec(one), FIGURES.exec(other)];
  if (first === null || second === null) return first === null ? other : one;
  const [missing, all] = [1, 2].map((at) => Number(first[at]) + Number(second[at]));
  return one.replace(FIGURES, ` in ${missing} of ${all} ${first[3]}`);
}
