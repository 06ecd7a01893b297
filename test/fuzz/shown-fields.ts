import { DataClassifier } from "../../sensor/protocol/data/data-classifier.js";
import { FieldMemory } from "../../sensor/protocol/data/field-memory.js";
import { ProtobufScan } from "../../sensor/protocol/grpc/protobuf-scan.js";
import {
  DOUBTFUL_KEY_CLASS,
  HMAC_CLASS,
  KEY_CLASSES,
  keyClassOf,
  SCHEME_CLASS,
  SIGNATURE_CLASS,
} from "../../sensor/protocol/http/key-name.js";
import { defaultSettings } from "../../shared/config/settings.js";
import { Scene } from "../support/scene.js";
import { spentMillis } from "./spent-time.js";

export interface FieldFuzzResult {
  /** In each a name, a path and a message. */
  readonly runs: number;
  readonly slowestMillis: number;
}

/** More of the CPU than this no name, path or message may take; the collection of garbage of many may fall on one. */
const MAX_MILLIS = 500;
const PATHS_A_SCENE = 64;
/** What names of credentials are made of, and what takes them back. */
const NAME_PARTS =
  "x- - _ api access auth secret token jwt key sig hmac sha256 authorization password csrf page next app client private user T K \x80 \xff % é".split(
    " ",
  );
const CLASSES: ReadonlySet<string | undefined> = new Set([
  undefined,
  ...KEY_CLASSES,
  DOUBTFUL_KEY_CLASS,
  HMAC_CLASS,
  SIGNATURE_CLASS,
  SCHEME_CLASS,
]);
/** What stands around a value in a segment, RFC 3986 §3.3 and OData 4.01, URL Conventions §4.3.1. */
const FRAMES =
  "users user- admin_ cars orders Products ( ) ('…') (Mail='…') (Id=7,Mail='…') ;owner= = ' '' , & ? : . ~ v1 7 .json :cancel %27 %28 %29 %2C %3B %3D %20 %e4".split(
    " ",
  );
/** Unlike every word around it, so that nothing of it may be told. */
const PERSON = "zoraqwyn.vellimard";
const MAILS = [`${PERSON}@example.com`, `${PERSON}%40example.com`, `${PERSON}+shop@mail.example.org`];
const MAX_DEPTH = 10;

type Random = () => number;

/** Shows made-up names of fields, paths with a mail address in them and messages of Protocol Buffers, by turns, until the time is over. */
export function fuzzShownFields(millis: number, seed: number, random: Random): FieldFuzzResult {
  const scan = new ProtobufScan(new FieldMemory(() => new DataClassifier(defaultSettings().data)));
  const start = spentMillis();
  let scene = new Scene();
  let shown: string[] = [];
  let [runs, slowestMillis] = [0, 0];
  for (; spentMillis() - start < millis; runs++) {
    const before = process.cpuUsage();
    try {
      showName(random);
      shown.push(showPath(scene, random));
      if (shown.length === PATHS_A_SCENE) {
        checkTold(scene, shown);
        scene = new Scene();
        shown = [];
      }
      showMessage(scan, random);
    } catch (error) {
      throw new Error(`run ${runs} of seed ${seed}: ${(error as Error).stack}`);
    }
    const used = process.cpuUsage(before);
    const took = (used.user + used.system) / 1_000;
    if (took > MAX_MILLIS) throw new Error(`run ${runs} of seed ${seed} took ${took.toFixed(0)} ms`);
    slowestMillis = Math.max(slowestMillis, Math.round(took));
  }
  return { runs, slowestMillis };
}

/** One of few classes, the same however it is written and wherever it lies. */
function showName(random: Random): void {
  const name = Buffer.from(some(NAME_PARTS, random() % 10, random).join(""), "latin1");
  const found = keyClassOf(name, 0, name.length);
  if (!CLASSES.has(found)) throw new Error(`the class ${found} of ${JSON.stringify(name.latin1Slice())}`);
  const upper = Buffer.from(`:${name.latin1Slice().replace(/[a-z]/g, (letter) => letter.toUpperCase())}:`, "latin1");
  const other = keyClassOf(upper, 1, upper.length - 1);
  if (other !== found) throw new Error(`${JSON.stringify(name.latin1Slice())} is ${found}, in capitals ${other}`);
}

/** A call of a path with a mail address in it. */
function showPath(scene: Scene, random: Random): string {
  const before = some(FRAMES, random() % 5, random).join("");
  // A letter or digit behind would be part of the address, and make it none.
  const behind = some(FRAMES, random() % 4, random)
    .join("")
    .replace(/^\w+/, "");
  const mail = MAILS[random() % MAILS.length];
  const text = before.includes("…") ? before.replace("…", mail) + behind : before + mail + behind;
  const path = `/${random() % 3}/${text.replaceAll("…", "7")}${random() % 2 === 0 ? "" : "/tail"}`;
  const fields = random() % 4 === 0 ? `Referer: http://shop.internal${path}\r\n` : "";
  scene.get(path, { fields });
  return path;
}

/** Whatever stands around a mail address, nothing of it is told. */
function checkTold(scene: Scene, shown: readonly string[]): void {
  const telling = scene.endpoints().find((endpoint) => JSON.stringify(endpoint).includes(PERSON));
  if (telling !== undefined)
    throw new Error(`${telling.template} tells who it is of; it was called as one of these: ${shown.join(" ")}`);
}

/** Told as it was written where it is whole; anything may become of it where it is damaged, but nothing is thrown. */
function showMessage(scan: ProtobufScan, random: Random): void {
  const numbers = new Set<number>();
  const bytes = message(random, 0, numbers);
  if (bytes.length > 0) checkWhole(scan, bytes, numbers);
  const changed = Buffer.from(bytes);
  for (let count = random() % 6; count > 0 && changed.length > 0; count--)
    changed[random() % changed.length] = random() & 0xff;
  const end = random() % (changed.length + 1);
  scan.scan(changed, 0, end, random() % 2 === 0, undefined, undefined, "learns");
}

function checkWhole(scan: ProtobufScan, bytes: Buffer, numbers: ReadonlySet<number>): void {
  const told = scan.scan(bytes, 0, bytes.length, false, undefined, undefined, "learns");
  const learned = new Set(scan.shape?.properties?.keys());
  const missing = [...numbers].filter((number) => !learned.has(String(number)));
  if (told === undefined || missing.length > 0 || learned.size !== numbers.size)
    throw new Error(`of ${bytes.toString("hex")} learned ${[...learned]}, not ${[...numbers]}`);
}

function message(random: Random, depth: number, numbers: Set<number>): Buffer {
  const parts: Buffer[] = [];
  for (let count = random() % 8; count > 0; count--) {
    const number = random() % 12 === 0 ? 1 + (random() % 536_870_911) : 1 + (random() % 15);
    numbers.add(number);
    parts.push(...field(number, random, depth));
  }
  return Buffer.concat(parts);
}

/** One of the four ways in which a field is written (protobuf.dev, encoding). */
function field(number: number, random: Random, depth: number): Buffer[] {
  switch (random() % 5) {
    case 0:
      return [varint(number * 8), varint(random())];
    case 1:
      return [varint(number * 8 + 1), Buffer.alloc(8, random() & 0xff)];
    case 2:
      return [varint(number * 8 + 5), Buffer.alloc(4, random() & 0xff)];
    default: {
      const isNested = random() % 2 === 0 && depth < MAX_DEPTH;
      const content = isNested ? message(random, depth + 1, new Set()) : text(random);
      return [varint(number * 8 + 2), varint(content.length), content];
    }
  }
}

function text(random: Random): Buffer {
  const letters = Array.from({ length: random() % 40 }, () =>
    random() % 3 === 0 ? random() % 256 : 97 + (random() % 26),
  );
  return Buffer.from(letters);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function some(parts: readonly string[], count: number, random: Random): string[] {
  return Array.from({ length: count }, () => parts[random() % parts.length]);
}
