/** Letters alone, so that it looks like any word. */
export function wordOf(number: number): string {
  return number.toString(26).replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
}

export const GUESSES =
  "admin api backup config console data debug files login metrics old orders status test users v1 v2".split(" ");

/** What scanners ask for: words out of lists, numbers, identifiers, names of files, one below the other. */
export function guess(random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const segment = () =>
    pick([
      () => pick(GUESSES),
      () => wordOf(Math.floor(random() * 1e9)),
      () => String(Math.floor(random() * 1e6)),
      () => `${pick(GUESSES)}.${pick(["php", "bak", "json", "env"])}`,
      () => Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join(""),
    ])();
  return `/${Array.from({ length: 1 + Math.floor(random() * 4) }, segment).join("/")}`;
}
