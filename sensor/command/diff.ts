import { realpathSync } from "node:fs";
import { CommandError } from "../../shared/command-error.js";
import { type Change, type ChangeKind, differenceOf, type SameBy } from "../../shared/difference.js";
import {
  type DifferenceNotes,
  noteSentences,
  notesObject,
  type Unwatched,
  unnamedCallers,
} from "../../shared/difference-notes.js";
import { changesAsMarkdown, changesAsText } from "../../shared/difference-words.js";
import { presentRows } from "../../shared/present-findings.js";
import { type PastQuestion, readInventoryAt, readMoment } from "../store/read-past.js";
import { checkSeen, readUnwatched } from "../store/read-watched.js";

export type DiffFormat = "text" | "json" | "markdown";

export interface DiffOptions {
  /** Files of a sensor or a console. */
  readonly before: string;
  readonly after: string;
  readonly format: DiffFormat;
  readonly sameBy: SameBy;
  /** Changes that end the command with 1. */
  readonly failOn: ChangeKind | "any" | undefined;
  /** Sensors of a console's file: one of both files, or one of each; all of them without any. */
  readonly sensors: readonly string[];
  /** Of a console's file: a day, or `last-review`. */
  readonly oldAt: string | undefined;
  readonly newAt: string | undefined;
  readonly goneAfterDays: number | undefined;
}

const CHANGES_FOUND = 1;

/** Tells what changed between two inventories. 0, or 1 where a change is one that the gate names. */
export function diff({ before, after, format, sameBy, failOn, ...options }: DiffOptions): number {
  const [oldQuestion, newQuestion] = questionsOf(options);
  const old = [...readInventoryAt(before, oldQuestion)];
  const now = [...readInventoryAt(after, newQuestion)];
  checkSeen(before, oldQuestion.sensor, old);
  checkSeen(after, newQuestion.sensor, now);
  const notes = {
    unwatched: unwatchedBetween({ path: before, question: oldQuestion }, { path: after, question: newQuestion }),
    ...(sameBy === "name" ? { unnamed: { before: unnamedCallers(old), after: unnamedCallers(now) } } : {}),
  };
  // Named as both are today: findings that became one since were not resolved.
  const changes = differenceOf(presentRows(presentRows(old), now), presentRows(now), sameBy);
  process.stdout.write(FORMATS[format](changes, notes));
  if (failOn === undefined) return 0;
  return changes.some(({ change }) => failOn === "any" || change === failOn) ? CHANGES_FOUND : 0;
}

type Asked = Pick<DiffOptions, "sensors" | "oldAt" | "newAt" | "goneAfterDays">;

function questionsOf({ sensors, oldAt, newAt, goneAfterDays }: Asked): [PastQuestion, PastQuestion] {
  if (sensors.length > 2)
    throw new CommandError("--sensor is given once for both files, or twice: the first for OLD, the second for NEW");
  const question = (sensor: string | undefined, flag: string, at: string | undefined): PastQuestion => ({
    ...(sensor === undefined ? {} : { sensor }),
    ...(at === undefined ? {} : { at: { flag, text: at } }),
    ...(goneAfterDays === undefined ? {} : { goneAfterDays }),
  });
  return [question(sensors[0], "--old-at", oldAt), question(sensors[1] ?? sensors[0], "--new-at", newAt)];
}

interface Compared {
  readonly path: string;
  readonly question: PastQuestion;
}

/** Of one file's own sensors at two moments: of two files, or two sensors, neither is the other's past. */
function unwatchedBetween(old: Compared, now: Compared): Unwatched[] {
  const { sensor } = now.question;
  const at = now.question.at ?? old.question.at;
  if (at === undefined || old.question.sensor !== sensor || realpathSync(old.path) !== realpathSync(now.path))
    return [];
  const nowMicros = Date.now() * 1_000;
  const moments = [old, now].map(({ path, question }) => Math.min(readMoment(path, question) ?? nowMicros, nowMicros));
  const window = { fromMicros: Math.min(...moments), untilMicros: Math.max(...moments) };
  return readUnwatched(now.path, sensor, window, `${at.flag} "${at.text}"`);
}

const FORMATS: Readonly<Record<DiffFormat, (changes: readonly Change[], notes: DifferenceNotes) => string>> = {
  text: (changes, notes) => changesAsText(changes, noteSentences(notes)),
  json: (changes, notes) => `${JSON.stringify({ changes, ...notesObject(notes) }, undefined, 2)}\n`,
  markdown: (changes, notes) => changesAsMarkdown(changes, [], noteSentences(notes)),
};
