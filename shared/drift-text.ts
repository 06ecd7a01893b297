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

/** How something differs by several who counted each on its own: figures of the same difference are put together by `together`. */
export function joinedDrift(
  all: readonly (readonly string[])[],
  together: (figures: readonly number[]) => number,
): string[] {
  const joined = new Map<string, string[]>();
  for (const text of all.flat()) {
    const bare = withoutFigures(text);
    joined.set(bare, [...(joined.get(bare) ?? []), text]);
  }
  return [...joined.values()].map((texts) => withFiguresOf(texts, together));
}

function withFiguresOf(texts: readonly string[], together: (figures: readonly number[]) => number): string {
  const told = texts.filter((text) => FIGURES.test(text));
  const [first] = told;
  if (first === undefined) return texts[0];
  const figures = told.flatMap((text) => [...text.matchAll(ALL_FIGURES)].slice(0, 1));
  const [missing, all] = [1, 2].map((at) => together(figures.map((one) => Number(one[at]))));
  return first.replace(FIGURES, ` in ${missing} of ${all} ${figures[0][3]}`);
}
