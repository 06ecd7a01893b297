import * as zlib from "node:zlib";
import fc from "fast-check";
import t from "tap";
import { decodeZstd } from "../sensor/protocol/body/zstd/decode-zstd.js";
import { ZstdError } from "../sensor/protocol/body/zstd/zstd-error.js";
import { DOCUMENT, DOCUMENT_CLASSES, look } from "./support/body-look.js";
import { ZSTD_BEYOND, ZSTD_FRAMES, ZSTD_NEARER } from "./support/zstd-frames.js";

t.test("content codings: whole, cut, broken, bombs", (t) => {
  const text = Buffer.from(
    JSON.stringify(Array.from({ length: 400 }, (_, id) => ({ id, mail: `u${id * 7}@example.com` }))),
  );
  const coded: readonly (readonly [string, Buffer])[] = [
    ["gzip", zlib.gzipSync(text)],
    ["x-gzip", zlib.gzipSync(text)],
    ["deflate", zlib.deflateSync(text)],
    ["deflate", zlib.deflateRawSync(text)],
    ["br", zlib.brotliCompressSync(text)],
  ];
  for (const [coding, bytes] of coded) {
    t.same(look([bytes], "application/json", coding).classes, ["email"], coding);
    t.same(
      look([bytes.subarray(0, bytes.length >> 1)], "application/json", coding).classes,
      ["email"],
      `${coding} cut`,
    );
    const holed = look(
      [bytes.subarray(0, bytes.length >> 1), 3, bytes.subarray(bytes.length >> 1)],
      "text/json",
      coding,
    );
    t.same(holed.classes, ["email"], `${coding} before a hole`);
    for (let at = 0; at < bytes.length; at += 7) look([bytes.subarray(0, at)], "application/json", coding);
  }
  for (const none of ["identity", "none", "UTF-8", "utf8, none", ""])
    t.same(look([text], "application/json", none).classes, ["email"], `${none} is no coding`);
  const broken = look([Buffer.from("no gzip at all")], "application/json", "gzip");
  t.same([broken.classes, broken.counters.bodies_not_decoded], [undefined, 1]);
  const twice = zlib.gzipSync(zlib.gzipSync(text));
  const both = zlib.brotliCompressSync(zlib.gzipSync(text));
  const doubled: readonly (readonly [string, Buffer])[] = [
    ["gzip, gzip", twice],
    ["gzip,br", both],
    ["GZIP, identity, br", both],
  ];
  for (const [codings, bytes] of doubled)
    t.same(look([bytes], "application/json", codings).classes, ["email"], `${codings}, the last undone first`);
  t.same(look([both], "application/json", "br, gzip").counters.bodies_not_decoded, 1, "in an order that is not theirs");
  t.same(look([text], "application/json", "gzip, compress").counters.bodies_not_decoded, 1, "one that nobody knows");
  const [thrice, often] = [3, 4].map((times) => {
    let bytes = text;
    for (let time = 0; time < times; time++) bytes = zlib.gzipSync(bytes);
    return look([bytes], "application/json", Array(times).fill("gzip").join());
  });
  t.same(thrice.classes, ["email"]);
  t.same([often.classes, often.counters.bodies_not_decoded], [undefined, 1], "more than anybody sends");
  const bombs = [zlib.gzipSync(Buffer.alloc(50_000_000)), zlib.brotliCompressSync(Buffer.alloc(50_000_000))];
  for (const [index, bomb] of bombs.entries()) {
    const { classes, counters } = look([bomb], "application/json", index === 0 ? "gzip" : "br");
    t.same([classes, counters.bodies_not_decoded], [undefined, 1], "what grows without end is not followed");
  }
  t.end();
});

t.test("zstd is read by every version of Node, whole, cut, broken and beyond the bound", (t) => {
  const MAX = 65_536;
  for (const [text, frame] of ZSTD_FRAMES) {
    const bytes = Buffer.from(frame, "base64");
    t.equal(decodeZstd(bytes, MAX).toString(), text);
    t.equal(decodeZstd(Buffer.concat([bytes, bytes]), MAX).toString(), text + text, "one frame after the other");
    t.throws(() => decodeZstd(bytes, text.length - 1), { code: "ERR_BUFFER_TOO_LARGE" });
    for (let at = 0; at < bytes.length - 7; at++) t.equal(decodeZstd(bytes.subarray(0, at), MAX).length, 0);
    const { classes, counters } = look([bytes.subarray(0, 200)], "application/json", "zstd");
    t.same([classes, counters.bodies_not_decoded], [undefined, 1], "of a block that is cut nothing is known");
  }
  const [nearer, coded] = ZSTD_NEARER;
  t.equal(decodeZstd(Buffer.from(coded, "base64"), MAX).toString(), nearer);
  const beyond = Buffer.concat(ZSTD_BEYOND.map((text) => Buffer.from(text, "base64")));
  t.throws(() => decodeZstd(beyond, MAX), /a match before the beginning/, "a frame knows nothing of the one before it");
  const [, frame] = ZSTD_FRAMES[0];
  t.same(look([Buffer.from(frame, "base64")], "application/json", "zstd").classes, DOCUMENT_CLASSES);
  const skipped = Buffer.from("502a4d1803000000414243", "hex");
  t.equal(decodeZstd(Buffer.concat([skipped, Buffer.from(frame, "base64")]), MAX).toString(), DOCUMENT);
  // Blocks as they are, and one byte again and again (RFC 8878 §3.1.1.2).
  const plain = Buffer.from("28b52ffd0058" + "200000" + "61626364" + "5b0000" + "65", "hex");
  t.equal(decodeZstd(plain, MAX).toString(), "abcdeeeeeeeeeee");
  const bomb = Buffer.concat([Buffer.from("28b52ffd0058", "hex"), ...Array(999).fill(Buffer.from("02001000", "hex"))]);
  const { classes, counters } = look([bomb], "application/json", "zstd");
  t.same([classes, counters.bodies_not_decoded], [undefined, 1], "what grows without end is not followed");
  fc.assert(
    fc.property(
      fc.constantFrom(...ZSTD_FRAMES),
      fc.array(fc.tuple(fc.nat(500), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      ([, coded], changes) => {
        const changed = Buffer.from(coded, "base64");
        for (const [at, byte] of changes) changed[4 + (at % (changed.length - 4))] = byte;
        try {
          decodeZstd(changed, MAX);
        } catch (error) {
          if (!(error instanceof ZstdError)) throw error;
        }
      },
    ),
    { numRuns: 3_000 },
  );
  t.end();
});

t.test("texts in UTF-16, or with a mark before them, are read as those without", (t) => {
  const wide = (text: string, isBig: boolean): Buffer => {
    const bytes = Buffer.from(text, "utf16le");
    return isBig ? bytes.swap16() : bytes;
  };
  const MARK = "\ufeff";
  const forms: readonly (readonly [string, (text: string) => Buffer])[] = [
    ["UTF-8 with a mark", (text) => Buffer.from(MARK + text)],
    ["UTF-16LE with a mark", (text) => wide(MARK + text, false)],
    ["UTF-16BE with a mark", (text) => wide(MARK + text, true)],
    ["UTF-16LE", (text) => wide(text, false)],
    ["UTF-16BE", (text) => wide(text, true)],
  ];
  const xml = '<?xml version="1.0"?><s:Body><u:GivenName>Ada</u:GivenName><m>b@example.com</m></s:Body>';
  for (const [name, form] of forms) {
    const bytes = form(DOCUMENT);
    t.same(look([bytes]).classes, DOCUMENT_CLASSES, name);
    t.same(look([bytes], "text/plain").classes, DOCUMENT_CLASSES, `${name}, without a type that says JSON`);
    t.same(look([...bytes].map((byte) => Buffer.from([byte]))).classes, DOCUMENT_CLASSES, `${name}, byte by byte`);
    t.same(look([zlib.gzipSync(bytes)], "application/json", "gzip").classes, DOCUMENT_CLASSES, `${name}, compressed`);
    t.same(look([form(xml)], "application/soap+xml").classes, ["email", "person-name"], `${name}, markup`);
    for (let at = 1; at < bytes.length; at += 11) {
      const cut = look([bytes.subarray(0, at)]).classes ?? [];
      const holed = look([bytes.subarray(0, at), 3, bytes.subarray(at + 3)]).classes ?? [];
      const made = [...cut, ...holed].filter((found) => !DOCUMENT_CLASSES.includes(found));
      t.same(made, [], `${name}, cut or with a hole at ${at}`);
    }
  }
  const late = wide('{"note":"nothing of anybody","mail":"ada@example.com"}', false);
  const holed = look([late.subarray(0, 20), 3, late.subarray(23)]);
  t.same(holed.classes ?? [], [], "what follows lost bytes can't be read as what was before them");
  const four = Buffer.from([...DOCUMENT].flatMap((letter) => [letter.charCodeAt(0), 0, 0, 0]));
  for (const bytes of [four, Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), four])]) {
    const { classes, counters } = look([bytes]);
    t.same([classes, counters.bodies_not_decoded], [undefined, 1], "what nobody reads is said not to have been read");
  }
  t.end();
});
