// What classes are told of labelled values, and how often that is right.
import { BodyReader } from "../../sensor/protocol/body/body-reader.js";
import { defaultSettings } from "../../shared/config/settings.js";

export interface Sample {
  /** Undefined for what is of no class. */
  readonly expected: string | undefined;
  readonly field: string;
  readonly value: string | number;
}

interface Tally {
  hits: number;
  misses: number;
  falseAlarms: number;
  /** The same values in running text, after their field's name. */
  hitsInText: number;
  inText: number;
}

/** What only a field of its own can tell: in running text a name is a word. */
const FIELD_ONLY = new Set([
  ..."card-verification date-of-birth person-name postal-address health-code geolocation password".split(" "),
]);

const classifier = new BodyReader({ ...defaultSettings().data, firstBodies: 65_535, oneIn: 1 });
const flow = classifier.ofFlow({ serverAddress: "10.0.0.1", serverPort: 80 } as Parameters<
  typeof classifier.ofFlow
>[0]);

/** Classes told of one JSON body. */
function classesOf(body: object): readonly string[] {
  const bytes = Buffer.from(JSON.stringify(body));
  const facts = {
    method: "GET",
    pathShape: 1,
    status: 200,
    requestContentType: undefined,
    responseContentType: "a/json",
  };
  const look = flow.open("server", facts, undefined, bytes.length);
  look?.take(bytes, 0, bytes.length);
  return look?.end("whole")?.classes ?? [];
}

const tallies = new Map<string, Tally>();
const missed = new Map<string, string[]>();
const alarms = new Map<string, string[]>();
function tallyOf(name: string): Tally {
  const known = tallies.get(name) ?? { hits: 0, misses: 0, falseAlarms: 0, hitsInText: 0, inText: 0 };
  tallies.set(name, known);
  return known;
}

/** A value is right where its class is told, wrong where another one is. */
export function judge({ expected, field, value }: Sample): void {
  const told = classesOf({ [field]: value });
  if (expected !== undefined) {
    const isHit = told.includes(expected);
    if (isHit) tallyOf(expected).hits++;
    else tallyOf(expected).misses++;
    if (!isHit) note(missed, expected, `${field}=${value}`);
  }
  if (expected !== undefined && !FIELD_ONLY.has(expected)) {
    const words = field.replace(/_/g, " ").replace(/([a-z])([A-Z])/g, "$1 $2");
    tallyOf(expected).inText++;
    const isHit = classesOf({ comment: `Dear team, the ${words} is ${value}. Thank you!` }).includes(expected);
    if (isHit) tallyOf(expected).hitsInText++;
    else note(missed, `${expected} in text`, `${words} is ${value}`);
  }
  for (const name of told) {
    if (name === expected) continue;
    tallyOf(name).falseAlarms++;
    note(alarms, name, `${field}=${value}`);
  }
}

function note(into: Map<string, string[]>, name: string, text: string): void {
  const list = into.get(name) ?? [];
  if (list.length < 4) into.set(name, [...list, text.slice(0, 60)]);
}

/** By class: how many there were, precision, recall, and recall within running text; with some of those that were wrong. */
export function printScores(): void {
  console.log("class               seen precision    recall  in text");
  const percent = (part: number, all: number): string =>
    (all === 0 ? "-" : `${((part / all) * 100).toFixed(2)} %`).padStart(9);
  for (const [name, { hits, misses, falseAlarms, hitsInText, inText }] of [...tallies].sort()) {
    const line = `${name.padEnd(18)} ${String(hits + misses).padStart(5)} ${percent(hits, hits + falseAlarms)} ${percent(hits, hits + misses)} ${percent(hitsInText, inText)}`;
    console.log(
      [
        line,
        ...(missed.get(name) ?? []).map((text) => `    missed ${text}`),
        ...(missed.get(`${name} in text`) ?? []).map((text) => `    missed ${text}`),
        ...(alarms.get(name) ?? []).map((text) => `    false  ${text}`),
      ].join("\n"),
    );
  }
}
