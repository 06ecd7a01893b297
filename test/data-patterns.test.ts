import fc from "fast-check";
import t from "tap";
import { FieldWords, wordsOf } from "../sensor/protocol/data/field-words.js";
import { FoundClasses } from "../sensor/protocol/data/found-classes.js";
import { PatternError } from "../sensor/protocol/data/pattern.js";
import { PatternSet } from "../sensor/protocol/data/pattern-set.js";

t.test("patterns mean what regular expressions mean, in linear time", (t) => {
  const atom = fc.constantFrom("a", "b", "[ab]", "[^a]", "\\d", ".", "[0-9b-]", "(a|bb)", "(ab?)", "\\.");
  const piece = fc.tuple(atom, fc.constantFrom("", "", "?", "*", "+", "{2}", "{1,3}", "{2,}")).map(([a, r]) => a + r);
  const pattern = fc
    .array(fc.array(piece, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map((choices) => choices.map((pieces) => pieces.join("")).join("|"));
  const text = fc.array(fc.constantFrom("a", "b", "1", ".", "-"), { maxLength: 12 }).map((all) => all.join(""));
  const anywhere = new Uint8Array([1, 1]);
  fc.assert(
    fc.property(pattern, text, (one, subject) => {
      const whole = new RegExp(`^(?:${one})$`, "s");
      if (whole.test("")) {
        t.throws(() => new PatternSet([one]), PatternError);
        return;
      }
      const set = new PatternSet(["zz", one]);
      set.match(Buffer.from(subject), 0, subject.length, anywhere);
      const ends = [...set.hitIds.subarray(0, set.hits)].map((id, hit) => (id === 1 ? set.hitEnds[hit] : -1));
      const expected = Array.from({ length: subject.length }, (_, at) => at + 1).filter((end) =>
        whole.test(subject.slice(0, end)),
      );
      if (JSON.stringify(ends) !== JSON.stringify(expected))
        throw new Error(`${one} on ${subject}: ${ends}, not ${expected}`);
    }),
    { numRuns: 2_000 },
  );
  const hard = new PatternSet(["(a*)*b".replace("(a*)*", "(a+|aa|aaa)+"), "(x+x+)+y", "(.{1,200}){1,3}z"]);
  const steps = hard.match(Buffer.alloc(20_000, "a"), 0, 20_000, new Uint8Array(3));
  t.ok(steps <= 20_000, "each byte is looked at once");
  t.end();
});

t.test("classes found together are one list, whatever came first and however many sets there were", (t) => {
  const names = Array.from({ length: 80 }, (_, at) => `c${100 + at}`);
  const found = new FoundClasses(names);
  const listOf = (places: readonly number[]): readonly string[] => {
    found.clear();
    for (const place of places) found.add(place);
    return found.list();
  };
  t.equal(listOf([70, 3, 41]), listOf([41, 70, 3, 3]), "the same list");
  t.same(listOf([70, 3, 41]), ["c103", "c141", "c170"]);
  t.same(listOf([]), []);
  for (let a = 0; a < 80; a++)
    for (let b = a; b < 80; b++)
      t.same(listOf([b, a]), [...new Set([names[a], names[b]])], "beyond the sets remembered");
  t.same(listOf([70, 3, 41]), ["c103", "c141", "c170"]);
  t.end();
});

t.test("the first look at the words before a value leaves out none that tell", (t) => {
  const fields = ["contactnumber", "ssn", "nhsno", "birthdate", "cc", "contrasena", "telefono", "電話"];
  const names = new FieldWords([fields]);
  const told = ["contact number", "ContactNumber is", "my_ssn", "SSNs", "ssnValue", "SSN_NO", "nhs no", "nhs no value"];
  told.push("birth-date was", "BirthDate", "myCc", "cc is", "contraseña", "teléfono no", "電話");
  for (const text of told) {
    const bytes = Buffer.from(`the ${text}`);
    t.not(names.find(wordsOf(`the ${text}`), []).length, 0, text);
    t.ok(names.mayEnd(bytes, 0, bytes.length), text);
  }
  for (const text of ["order", "the total is", "shipment number", "on Monday", "value", "is"]) {
    const bytes = Buffer.from(text);
    t.notOk(names.mayEnd(bytes, 0, bytes.length), text);
  }
  t.end();
});
