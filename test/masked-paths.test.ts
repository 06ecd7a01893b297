import t from "tap";
import { maskPath } from "../sensor/protocol/http/secret.js";
import type { Call } from "../sensor/protocol/message.js";
import { feed } from "./support/dialog.js";
import { Scene } from "./support/scene.js";
import { ENCODED_PATHS, PARTED_PATHS } from "./support/secret-cases.js";

t.test(
  "characters drawn by chance are masked where a path says that a secret follows, however few digits are among them",
  (t) => {
    const letters = "abcdefghijklmnopqrstuvwxyz";
    // A generator of its own, so that the same are drawn each time.
    let state = 7;
    const draw = (alphabet: string): string => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return alphabet[(state >>> 8) % alphabet.length];
    };
    for (const alphabet of [`${letters}0123456789`, `${letters}${letters.toUpperCase()}0123456789`])
      for (const length of [16, 20, 22, 26, 32, 43]) {
        let told = 0;
        for (let times = 0; times < 500; times++) {
          const token = Array.from({ length }, () => draw(alphabet)).join("");
          if (maskPath(`/password/reset/${token}`) !== "/password/reset/***") told++;
        }
        t.ok(told <= 3, `${told} of 500 of ${length} are told`);
      }
    t.end();
  },
);

t.test("of a segment that has parts only what is personal is masked, and the words around it stay", (t) => {
  for (const [path, told, classes] of PARTED_PATHS) {
    const call = feed([["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`]]).at(-1) as Call;
    t.equal(call.path, told, path);
    t.equal(call.requestClasses?.join(), classes, path);
  }
  const scene = new Scene();
  for (const name of ["ada", "bob", "eve"])
    for (const at of [`users('${name}@x.test')/a`, `contacts('${name}@x.test')/a`, `cars;owner=${name}@x.test/a`])
      scene.get(`/g/${at}`).get(`/h/user-${name}@x.test/a`);
  t.same(scene.templates(), [
    "GET /g/cars/a ×3",
    "GET /g/contacts({key})/a ×3",
    "GET /g/users({key})/a ×3",
    "GET /h/user-{email}/a ×9",
  ]);
  t.end();
});

t.test("secrets that are masked to one text are no evidence that the words beside them are values", (t) => {
  const scene = new Scene();
  const secret = (at: number): string =>
    Array.from({ length: 40 }, (_, place) => "x7Kq2BfT9sWnR4vLhZ8cYpD3"[(at * 11 + place * 7) % 24]).join("");
  for (let round = 0; round < 20; round++) {
    for (const word of ["rpc", "eth", "gql", "sip", "slack", "env200"])
      scene.exchange({ method: "POST", path: `/${word}` }).get(`/u/${word}`);
    scene
      .get(`/${secret(round % 6)}/send`)
      .get(`/u/${secret(round % 6)}/send`)
      .get("/u/bot7:AAH4x9Kq2BfT9sWnR4vLhZ8cYpD/x");
  }
  t.same(
    scene.templates().filter((text) => text.includes("{")),
    ["GET /u/{token}/send ×20", "GET /u/{token}/x ×20", "GET /{token}/send ×20"],
  );
  t.equal(scene.templates().length, 15, "and each word is an endpoint");
  t.end();
});

t.test("what is written in hexadecimal or base64 in a path is masked as if it stood there in the clear", (t) => {
  for (const [path, told, classes] of ENCODED_PATHS) {
    const call = feed([["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`]]).at(-1) as Call;
    t.equal(call.path, told, path);
    t.equal(call.requestClasses?.join(), classes, path);
  }
  t.end();
});
