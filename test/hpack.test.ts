import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { WordTable } from "../sensor/bytes/word-table.js";
import { BlockReader } from "../sensor/protocol/hpack/block-reader.js";
import { DynamicTable } from "../sensor/protocol/hpack/dynamic-table.js";
import { FieldList, IS_NAMED } from "../sensor/protocol/hpack/field-list.js";
import type { HeaderField, HeaderSink } from "../sensor/protocol/hpack/header-field.js";
import { decodeHuffman, measureHuffman } from "../sensor/protocol/hpack/huffman.js";
import { StaticTable } from "../sensor/protocol/hpack/static-table.js";

const CORPUS = join(process.env.EASTWATCH_CORPORA ?? "../shared/corpora", "hpack");
const STORIES = existsSync(CORPUS) ? readStories() : [];
/** Every name that the tests send is read: what nobody reads is not kept. */
const NAMES = new WordTable([
  ...new Set([
    ..."a c d e f :path :method".split(" "),
    ...Array.from({ length: 1_000 }, (_none, at) => `n${at}`),
    ...STORIES.flatMap(({ cases }) => cases.flatMap(({ headers }) => headers.flatMap((header) => Object.keys(header)))),
  ]),
]);
const NO_NUMBERS = { ofName: () => 0, of: () => 0 };
const READER = new BlockReader(
  new StaticTable(NAMES, NO_NUMBERS),
  () => true,
  () => false,
);

/** Keeps each field as `name: value`, `?` where it can't be told. */
class Fields implements HeaderSink {
  readonly lines: string[] = [];

  field({ id, hasValue, valueBytes, valueStart, valueLength }: HeaderField): void {
    if (id === -1) {
      this.lines.push(`unread ${valueLength}`);
      return;
    }
    const name = id === -2 ? "?" : NAMES.words[id];
    this.lines.push(`${name}: ${hasValue ? valueBytes.latin1Slice(valueStart, valueStart + valueLength) : "?"}`);
  }
}

interface Story {
  readonly file: string;
  readonly cases: readonly {
    readonly wire: string;
    readonly header_table_size?: number;
    readonly headers: readonly Readonly<Record<string, string>>[];
  }[];
}

function readStories(): Story[] {
  const files = readdirSync(CORPUS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return files.map((file) => ({ file, ...JSON.parse(readFileSync(join(CORPUS, file), "utf8")) }));
}

/** The block's fields, and behind them how it ended where that was not well. */
function read(table: DynamicTable, wire: string | Buffer, mostTableBytes = 4_096): string[] {
  const block = typeof wire === "string" ? Buffer.from(wire, "hex") : wire;
  const bytes = Buffer.concat([Buffer.from("##"), block, Buffer.from("##")]);
  const fields = new Fields();
  const list = new FieldList(fields);
  const outcome = READER.read(table, bytes, 2, bytes.length - 2, list, mostTableBytes);
  list.tell();
  return outcome === "whole" ? fields.lines : [...fields.lines, outcome];
}

t.test(
  "every header block of the corpus decodes to the headers its encoder was given",
  { skip: existsSync(CORPUS) ? false : `SKIPPED: no ${CORPUS}` },
  (t) => {
    let blocks = 0;
    for (const { file, cases } of STORIES) {
      const table = new DynamicTable();
      let most = 4_096;
      const wrong: string[] = [];
      for (const { wire, headers, header_table_size: size } of cases) {
        most = Math.max(most, size ?? 0);
        const expected = headers.map((header) => Object.entries(header)[0].join(": "));
        const seen = read(table, wire, most);
        if (JSON.stringify(seen) !== JSON.stringify(expected)) wrong.push(`${wire}: ${seen.join(" | ")}`);
        blocks++;
      }
      t.same(wrong, [], file);
    }
    t.ok(blocks > 500, `${blocks} blocks`);
    t.end();
  },
);

/** The block's fields, of which those that nobody reads say their names themselves. */
function readKept(reader: BlockReader, names: WordTable, table: DynamicTable, wire: string, most: number): string[] {
  const bytes = Buffer.from(wire, "hex");
  const list = new FieldList({ field() {} });
  t.equal(reader.read(table, bytes, 0, bytes.length, list, most), "whole");
  return Array.from({ length: list.count }, (_none, at) => {
    const value = list.bytes[at].latin1Slice(list.starts[at], list.endOf(at));
    const isNamed = (list.traitsOf(at) & IS_NAMED) !== 0;
    return isNamed ? `${list.nameOf(at)}: ${value}` : `${names.words[list.idOf(at)]}: ${value}`;
  });
}

t.test(
  "what nobody reads is kept with its name where a table asks for it, in every block of the corpus",
  { skip: existsSync(CORPUS) ? false : `SKIPPED: no ${CORPUS}` },
  (t) => {
    // Of a field that came whole from the static table the name is in no table of a connection.
    const names = new WordTable(":method :path :scheme :status accept-encoding".split(" "));
    const reader = new BlockReader(
      new StaticTable(names, NO_NUMBERS),
      (name) => name !== "user-agent",
      () => false,
    );
    const isLong = (line: string) => line.indexOf(": ", 1) > 64;
    for (const { file, cases } of STORIES) {
      const table = new DynamicTable();
      table.keepsUnread = true;
      let most = 4_096;
      const wrong: string[] = [];
      for (const { wire, headers, header_table_size: size } of cases) {
        most = Math.max(most, size ?? 0);
        const expected = headers.map((header) => Object.entries(header)[0].join(": "));
        const seen = readKept(reader, names, table, wire, most);
        const isSame = seen.every((line, at) => {
          const isLeft = expected[at].startsWith("user-agent: ") || isLong(expected[at]);
          return isLeft ? line.startsWith("undefined: ") : line === expected[at] || isEmptyStatic(line, expected[at]);
        });
        if (!isSame || seen.length !== expected.length) wrong.push(`${wire}: ${seen.join(" | ")}`);
      }
      t.same(wrong, [], file);
    }
    t.end();
  },
);

/** By its index alone, a field of the static table has no value. */
function isEmptyStatic(line: string, expected: string): boolean {
  return line === "undefined: " && expected.endsWith(": ");
}

t.test("Huffman padding is a few ones and nothing else, RFC 7541 §5.2", (t) => {
  const decode = (hex: string): string | undefined => {
    const into = Buffer.alloc(64);
    const made = decodeHuffman(Buffer.from(hex, "hex"), 0, hex.length / 2, into, 0);
    return made < 0 ? undefined : into.latin1Slice(0, made);
  };
  t.equal(decode("f1e3c2e5f23a6ba0ab90f4ff"), "www.example.com");
  t.equal(decode(""), "");
  t.equal(decode("1f"), "a", "three ones");
  t.equal(decode("18"), undefined, "padded with zeros");
  t.equal(decode("1fff"), undefined, "a byte of padding");
  t.equal(decode("ffffffff"), undefined, "EOS itself");
  t.equal(decode("fffffff0"), undefined, "a code that is cut");
  t.equal(decode("ff9ffffffff7"), undefined, "EOS after a byte");
  t.end();
});

t.test("a value that nobody reads is measured, and has its place", (t) => {
  const table = new DynamicTable();
  t.same(measureHuffman(Buffer.from("f1e3c2e5f23a6ba0ab90f4ff", "hex"), 0, 12), 15);
  t.same(measureHuffman(Buffer.from("1fff", "hex"), 0, 2), -1);
  const unread = "40017a8cf1e3c2e5f23a6ba0ab90f4ff";
  t.same(read(table, `3f2c${unread}`), ["unread 15"], "a size update of 75 bytes, then z: www.example.com (48 bytes)");
  t.same(read(table, "40016100be"), ["a: ", "a: "], "which a: evicts with its 33");
  t.same(read(table, "bf"), ["invalid"]);
  const kept = new DynamicTable();
  kept.keepsUnread = true;
  const names = new WordTable(["a"]);
  const reader = new BlockReader(
    new StaticTable(names, NO_NUMBERS),
    (name) => name === "z",
    () => false,
  );
  t.same(readKept(reader, names, kept, `3f2c${unread}`, 4_096), ["z: www.example.com"]);
  t.same(
    readKept(reader, names, kept, "be7e0131", 4_096),
    ["z: www.example.com", "z: 1"],
    "by its index, and its name's",
  );
  t.same(readKept(reader, names, kept, "40016100bf", 4_096), ["a: ", "z: 1"], "the first of them was evicted");
  t.same(readKept(reader, names, kept, "0f3001321f300133", 4_096), ["z: 2", "z: 3"], "one that goes into no table");
  kept.keepsUnread = false;
  t.same(readKept(reader, names, kept, "bf40017a0134", 4_096), ["z: 1", "undefined: 4"], "no more are kept");
  t.end();
});

t.test("the table evicts, shrinks and is emptied as its sender's, RFC 7541 §4", (t) => {
  const table = new DynamicTable();
  t.same(read(table, "3f21" + "40016101" + "62"), ["a: b"], "a size update of 64 bytes, then a: b (34 bytes)");
  t.same(read(table, "be"), ["a: b"]);
  t.same(read(table, "4001630164"), ["c: d"], "which evicts a: b");
  t.same(read(table, "be"), ["c: d"]);
  t.same(read(table, "bf"), ["invalid"], "nothing is behind it");
  t.same(read(table, "7e0165"), ["c: e"], "named by the entry that it evicts");
  t.same(read(table, "be"), ["c: e"]);
  t.same(read(table, `400166${"21"}${"78".repeat(33)}`), [`f: ${"x".repeat(33)}`], "larger than the table: empties it");
  t.same(read(table, "be"), ["invalid"]);
  t.same(read(table, "203fe11f4001610162be"), ["a: b", "a: b"], "two updates at the beginning of a block");
  t.same(read(table, "82203f"), [":method: GET", "invalid"], "none after a field");
  t.same(read(table, "3fe21f"), ["invalid"], "none beyond what the other side allows");
  t.end();
});

t.test("what breaks a block is told from a block that is cut", (t) => {
  t.same(read(new DynamicTable(), "80"), ["invalid"], "index 0");
  t.same(read(new DynamicTable(), "ffffffffffffff01"), ["invalid"], "a number without end");
  t.same(read(new DynamicTable(), "8240"), [":method: GET", "cut"]);
  t.same(read(new DynamicTable(), "824003616263"), [":method: GET", "cut"]);
  t.same(read(new DynamicTable(), "82ff"), [":method: GET", "cut"]);
  t.same(read(new DynamicTable(), "82400161820000"), [":method: GET", "invalid"], "Huffman code that is none");
  t.end();
});

t.test("joined late, an index stands for itself until its entry is sent again", (t) => {
  const table = new DynamicTable();
  table.forget();
  t.same(read(table, "82be84bf"), [":method: GET", "?: ?", ":path: /", "?: ?"]);
  t.same(read(table, "4001610162be"), ["a: b", "a: b"], "the new one is the first");
  t.same(read(table, "bf"), ["?: ?"], "what was first moved behind it");
  t.same(
    read(table, "7f000163bebfc0"),
    ["?: c", "?: c", "a: b", "?: ?"],
    "an entry with an unknown name has its place",
  );
  t.same(read(table, "203fe11f4001640165bebf"), ["d: e", "d: e", "invalid"], "emptied, the table is known again");
  table.forget();
  t.same(read(table, "be"), ["?: ?"], "after a gap all is unknown again");
  t.end();
});

t.test("a hundred thousand fields through tables of every size agree with a table kept as a list", (t) => {
  let state = 0x5eed;
  const random = (most: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % most;
  };
  const table = new DynamicTable();
  let list: string[] = [];
  let most = 4_096;
  const trim = (): void => {
    const size = (): number => list.reduce((sum, line) => sum + line.length - 2 + 32, 0);
    while (list.length > 0 && size() > most) list.pop();
  };
  for (let block = 0; block < 20_000; block++) {
    const wire: Buffer[] = [];
    const expected: string[] = [];
    if (random(50) === 0) {
      most = 31 + random(1_200);
      wire.push(integer(0x20, 0x1f, most));
      trim();
    }
    for (let field = random(8); field >= 0; field--) {
      if (list.length > 0 && random(2) === 0) {
        const position = random(list.length);
        wire.push(integer(0x80, 0x7f, 62 + position));
        expected.push(list[position]);
        continue;
      }
      const isNamed = list.length > 0 && random(2) === 0;
      const position = isNamed ? random(list.length) : 0;
      const name = isNamed ? list[position].split(": ")[0] : `n${random(1_000)}`;
      const value = "v".repeat(random(120)) + block;
      wire.push(isNamed ? integer(0x40, 0x3f, 62 + position) : Buffer.concat([Buffer.from([0x40]), string(name)]));
      wire.push(string(value));
      expected.push(`${name}: ${value}`);
      list.unshift(`${name}: ${value}`);
      trim();
    }
    const seen = read(table, Buffer.concat(wire));
    if (JSON.stringify(seen) !== JSON.stringify(expected)) {
      t.same(seen, expected, `block ${block}`);
      break;
    }
    list = list.slice(0, 200);
  }
  t.pass("they agree");
  t.end();
});

function integer(flags: number, mask: number, value: number): Buffer {
  if (value < mask) return Buffer.from([flags | value]);
  const bytes = [flags | mask];
  let left = value - mask;
  for (; left >= 128; left >>>= 7) bytes.push(128 | (left & 127));
  return Buffer.from([...bytes, left]);
}

function string(text: string): Buffer {
  return Buffer.concat([integer(0, 0x7f, text.length), Buffer.from(text, "latin1")]);
}
