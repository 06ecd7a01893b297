import t from "tap";
import { maskPath } from "../sensor/protocol/http/secret.js";
import type { Call } from "../sensor/protocol/message.js";
import { feed, type Step } from "./support/dialog.js";
import { Scene } from "./support/scene.js";
import { ENCODED_PATHS, PARTED_PATHS } from "./support/secret-cases.js";
import {
  certificate,
  certificateExtension,
  certificates,
  clientHello,
  der,
  handshake,
  name,
  SERVER_HELLO_DONE,
  SERVER_KEY_EXCHANGE,
  serverHello,
} from "./support/tls-builder.js";
import { handshakesIn } from "./support/tls-dialog.js";

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

t.test("a secret is masked however much of it is percent-encoded, and however often", (t) => {
  const every = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  const third = (text: string): string =>
    [...text].map((one, at) => (at % 3 === 0 || one === "/" ? every(one) : one)).join("");
  const often = (text: string): string => Array.from({ length: 5 }).reduce<string>((all) => every(all), text);
  const deep = (text: string): string => every(text).replaceAll("%", `%${"25".repeat(40)}`);
  for (const secret of [
    "glpat-x7Kq2BfT9sWnR4vLhZ8c",
    "ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2",
    "x7Kq2BfT9sWnR4vLhZ8cYpD3aQ5mT1uJ6oE0wXyZ",
    "Ab+9xQz7Tq/LmN8sVbW2cYd4Ef6GhIj==",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ",
  ])
    for (const encode of [encodeURIComponent, every, third, often, deep, (text: string) => every(every(text))]) {
      const call = feed([["client", `GET /p/${encode(secret)}/q HTTP/1.1\r\nHost: h\r\n\r\n`]]).at(-1) as Call;
      t.equal(call.path, "/p/***/q", encode(secret).slice(0, 200));
      t.equal(
        maskPath(`/p/${encode(`https://h.example/b/${secret}/c`)}`).includes("***"),
        true,
        encode(secret).slice(0, 200),
      );
    }
  t.equal(maskPath("/reset%2Dpassword/Utum95i8X2nQvcZht26cfs"), "/reset%2Dpassword/***");
  t.end();
});

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

t.test(
  "what an operator's rules are for is masked in a path whatever it is made of and whatever stands around it",
  (t) => {
    const rules = [
      "staff-id personal: E-[0-9]{6}",
      "pin financial: [A-D]PA-[0-9]+x",
      "grade personal: gr-[a-f]",
      "record-number health mrn,patient_no: [0-9]{8}",
    ];
    const CASES: readonly (readonly [path: string, told: string, classes: string | undefined])[] = [
      ["/staff/E-100847", "/staff/***", "staff-id"],
      ["/badge/E-100847/photo", "/badge/***/photo", "staff-id"],
      ["/h/E-100011?page=1", "/h/***", "staff-id"],
      ["/h/of_E-100011_x", "/h/***", "staff-id"],
      ["/pin/APA-0x", "/pin/***", "pin"],
      ["/of/gr-f", "/of/***", "grade"],
      ["/mrn/12345600", "/mrn/***", "record-number"],
      ["/patient-no/12345600/chart", "/patient-no/***/chart", "record-number"],
      ["/order/12345600", "/order/12345600", undefined],
      ["/staff/E-1008471", "/staff/E-1008471", undefined],
      ["/staff/NE-100847", "/staff/NE-100847", undefined],
      ["/of/gr-fr", "/of/gr-fr", undefined],
    ];
    for (const [path, told, classes] of CASES) {
      // The third time a path is one of those that are known.
      const request: Step = ["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`];
      const answer: Step = ["server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"];
      const messages = feed([request, answer, request, answer, request, answer], { rules });
      const calls = messages.filter(({ kind }) => kind === "call") as Call[];
      t.equal(calls.length, 3);
      for (const call of calls) t.equal(`${call.path} ${call.requestClasses?.join()}`, `${told} ${classes}`, path);
      t.equal((feed([request]).at(-1) as Call).path, path.replace(/\?.*/, ""), `${path} is nobody's without the rules`);
    }
    t.end();
  },
);

t.test(
  "it is masked in names of hosts, too: in Host, in SNI and in certificates, in either case, with its port left",
  (t) => {
    const rules = ["staff-id personal: E-[0-9]{6}", "site personal: [0-9]{2}", "record-number health mrn: [0-9]{8}"];
    const HOSTS: readonly (readonly [host: string, told: string])[] = [
      ["E-100847.staff.test", "***.staff.test"],
      ["e-100847.staff.test:8443", "***.staff.test:8443"],
      ["api.of_e-100847_x.test", "api.of_***_x.test"],
      ["mrn-12345600.clinic.test", "mrn-***.clinic.test"],
      ["12345600.clinic.test", "12345600.clinic.test"],
      ["ne-100847.staff.test", "ne-100847.staff.test"],
      ["pod-42.staff.test", "pod-***.staff.test"],
      ["10.20.30.40:8042", "10.20.30.40:8042"],
      ["[fd00::42]:80", "[fd00::42]:80"],
      ["staff.test", "staff.test"],
    ];
    const answer: Step = ["server", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"];
    for (const [host, told] of HOSTS) {
      const heads = [
        `GET /a HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
        `GET http://${host}/a HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
      ];
      for (const head of heads) {
        t.equal((feed([["client", head], answer], { rules }).at(-1) as Call).authority, told);
        t.equal((feed([["client", head], answer]).at(-1) as Call).authority, host, "nobody's without the rules");
      }
      if (host.includes(":")) continue;
      const san = certificateExtension("551d11", der(0x30, der(0x82, host)));
      const server = certificate({ subject: name(["03", host]), extensions: [san] });
      const steps: Step[] = [
        ["client", handshake(clientHello({ serverName: host }))],
        ["server", handshake(serverHello(), certificates(server), SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE)],
      ];
      const { serverName, serverChain } = handshakesIn(feed(steps, { rules }))[0];
      t.same([serverName, serverChain[0].subject, serverChain[0].san], [told, `CN=${told}`, [told]]);
    }
    t.end();
  },
);
