/**
 * How one class of data is known. Without `fields` a value of the pattern's form is enough, wherever it stands as a whole word; with
 * `fields` only one that is all of a field with such a name, or, in running text, one right behind such a name.
 */
export interface DataRule {
  /** A class of shared/data-class.ts, or the operator's. */
  readonly name: string;
  /** In the language of pattern.ts. */
  readonly pattern: string;
  /** Field names in lower case, words put together: `birthdate` stands for `birth_date`, `birthDate` and `user.birth.date`. */
  readonly fields?: readonly string[];
  /** Fields that hold the value itself, whatever its form: never looked for in running text. */
  readonly isWholeField?: true;
  /** A byte without which a value is not tried. */
  readonly holds?: "@";
  /** Whether what stands around bytes[start, end) within bytes[from, until) lets it be one. */
  readonly around?: (bytes: Buffer, from: number, start: number, end: number, until: number) => boolean;
  /** Names of fields that say it is something else, however it looks: in running text, right before it. */
  readonly others?: readonly string[];
  /** By its form alone too little to be told, and enough not to be kept. */
  readonly isFaint?: true;
  /** What follows a match may be of the same word: the beginning says enough. */
  readonly isPrefix?: true;
  /** What the form alone can't say: check digits, ranges. */
  readonly check?: (text: string) => boolean;
}

export function words(text: string): readonly string[] {
  return text.split(" ");
}
