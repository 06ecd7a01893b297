import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as zlib from "node:zlib";
import t from "tap";
import { callRecord } from "../sensor/analysis/call-record.js";
import { DataClassifier } from "../sensor/protocol/data/data-classifier.js";
import { NATIONAL_RULES } from "../sensor/protocol/data/national-rules.js";
import { PERSONAL_RULES } from "../sensor/protocol/data/personal-rules.js";
import { SECRET_RULES } from "../sensor/protocol/data/secret-rules.js";
import type { Call } from "../sensor/protocol/message.js";
import { toldHost } from "../sensor/protocol/tls/told-name.js";
import { dataGroups } from "../shared/data-class.js";
import { decodeEvent, encodeEvent } from "../shared/event-wire.js";
import { PcapOutput } from "./bench/pcap-output.js";
import { classesOf, jsonOf, look } from "./support/body-look.js";
import { CANARIES, DATA_CASES } from "./support/data-cases.js";
import { delta, sensorStore } from "./support/delivery.js";
import { feed } from "./support/dialog.js";
import { TcpDialog } from "./support/frame-builder.js";
import { KEY_CASES, KEYS } from "./support/key-cases.js";
import { NATIONAL_CASES } from "./support/national-cases.js";
import { run, temporaryFolder } from "./support/program.js";
import { Scene } from "./support/scene.js";
import { HOSTS, PLAIN_HOSTS, PLAIN_PATHS, PLAIN_SOFTWARE, SOFTWARE } from "./support/secret-cases.js";

const POST = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
/** Keys whose beginning is told from the end of a word. */
const BEHIND_WORDS = /^(sk-|ATATT3|dapi|do|dckr|GOCSPX|glpat|hf_|lin|NRAK|ntn|npm|pypi|SG|shp|sq0|hvs)/;
const MAIL = '{"email":"ada@example.com"}';

t.test("each class is told by its form, its check digits or its field, and by nothing less", (t) => {
  const cases = [...DATA_CASES, ...NATIONAL_CASES, ...KEY_CASES];
  for (const [value, field, expected] of cases) {
    t.same(classesOf(jsonOf(field, value))?.join(), expected, `${field ?? "-"}: ${value}`);
  }
  const tried = new Set(cases.flatMap(([, , classes]) => classes.split(",")));
  const groups = dataGroups([]);
  for (const { name } of [...PERSONAL_RULES, ...NATIONAL_RULES, ...SECRET_RULES]) {
    t.ok(tried.has(name), `${name} is tried`);
    t.ok(groups.has(name), `${name} has a group`);
  }
  t.end();
});

t.test("what may be a card's number is masked in a path, and is of no class by that alone", (t) => {
  const seen = (path: string): string => {
    const call = feed([["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`]]).at(-1) as Call;
    return `${call.path} ${call.requestClasses?.join() ?? ""}`;
  };
  t.equal(seen("/me/4111111111111111"), "/me/*** ");
  t.equal(seen("/me/5555555555554444.json"), "/me/***.json ", "before an extension");
  t.equal(seen("/me/2345%206789%200124"), "/me/*** ", "a person's number by its form alone");
  t.equal(seen("/aadhaar/2345%206789%200124"), "/aadhaar/*** in-aadhaar");
  t.equal(seen("/cards/4111111111111111"), "/cards/*** payment-card", "by what stands before it");
  for (const id of ["4111111111111112", "1700000000000000005", "a4111111111111111", "41111111111111110000"])
    t.equal(seen(`/me/${id}`), `/me/${id} `, id);
  t.end();
});

t.test("keys of issuers are masked in paths, as segments and behind words", (t) => {
  for (const [key] of KEYS) {
    const behind = BEHIND_WORDS.test(key) ? [`/a/user_${key}/b`] : [];
    for (const path of [`/a/${key}/b`, `/a/${encodeURIComponent(key)}/b`, `/a;key=${key}/b`, ...behind])
      t.notMatch(
        (feed([["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`]]).at(-1) as Call).path,
        key.slice(9),
        path,
      );
  }
  t.end();
});

t.test("ids, hashes, slugs and file names are no secrets", (t) => {
  for (const path of PLAIN_PATHS)
    t.equal((feed([["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`]]).at(-1) as Call).path, path);
  t.end();
});

t.test("heads, names of files and URLs within queries are looked at for classes of data", (t) => {
  const mail = "ada%40example.com";
  const part = 'Content-Disposition: form-data; name="f"; filename="ada@example.com.png"\r\nContent-Type: image/png';
  const form = `--XX\r\n${part}\r\n\r\nPNG\r\n--XX--\r\n`;
  const cases: readonly (readonly [target: string, fields: string, answer: string, told: string])[] = [
    ["/a", "X-User: ada@example.com\r\n", "", "email -"],
    ["/b", "Referer: https://x.test/u?m=ada%2540example.com\r\n", "", "email -"],
    ["/c", `Cookie: last=${mail}; b=1\r\n`, "", "email -"],
    ["/d", "", `Location: /u?m=${mail}\r\n`, "- email"],
    ["/e", "", `Set-Cookie: last=${mail}; Path=/\r\n`, "- email"],
    ["/f", "X-Card: 4111111111111111\r\n", "X-Iban: DE89370400440532013000\r\n", "payment-card iban"],
    [`/g?next=${encodeURIComponent(`https://x.test/u?m=${mail}`)}`, "", "", "email -"],
    [`/h?next=${encodeURIComponent(encodeURIComponent(`/u?m=${mail}`))}`, "", "", "email -"],
    ["/i", `Content-Type: multipart/form-data; boundary=XX\r\nContent-Length: ${form.length}\r\n`, "", "email -"],
    ["/j", "Referer: https://x.test/orders/7?page=2\r\nX-Page: 7\r\nCookie: lang=de\r\n", "Location: /x\r\n", "- -"],
    ["/k", "X-Auth-Token: ada@example.com\r\n", "", "- -"],
  ];
  for (const [target, fields, answer, told] of cases) {
    const head = `POST ${target} HTTP/1.1\r\nHost: h\r\n${fields}\r\n${fields.includes("multipart") ? form : ""}`;
    const seen = feed([
      ["client", head],
      ["server", `HTTP/1.1 200 OK\r\n${answer}Content-Length: 0\r\n\r\n`],
    ]).find(({ kind }) => kind === "call") as Call;
    const classes = [seen.requestClasses, seen.responseClasses].map((one) => one?.join() || "-");
    t.equal(classes.join(" "), told, target);
  }
  t.end();
});

t.test("of hosts' names only what has the form of a secret or of a person's number is masked", (t) => {
  const places: readonly ((host: string) => string)[] = [
    (host) => `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    (host) => `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    (host) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  ];
  for (const [sent, told] of [...HOSTS, ...PLAIN_HOSTS.map((host) => [host, host] as const)]) {
    for (const say of places) t.equal((feed([["client", say(sent)]]).at(-1) as Call).authority, told, say(sent));
    t.equal(toldHost(sent), told, sent);
  }
  t.end();
});

t.test("of names of software only what is a secret or a person's is masked", (t) => {
  for (const [sent, told] of [...SOFTWARE, ...PLAIN_SOFTWARE.map((name) => [name, name] as const)]) {
    const call = feed([
      ["client", `GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: ${sent}\r\n\r\n`],
      ["server", `HTTP/1.1 200 OK\r\nServer: ${sent}\r\nX-Powered-By: ${sent}\r\nContent-Length: 0\r\n\r\n`],
    ]).at(-1) as Call;
    t.same([call.userAgent, call.serverSoftware, call.poweredBy], [told, told, told]);
  }
  t.end();
});

t.test("a method that is none is told only where it is a word", (t) => {
  for (const [sent, told] of [
    ["AKIAZIBZOLSTCATQPQGK", "***"],
    ["ABCDEFGHIJKLMNOP", "***"],
    ["BZIBZOLSTCAT2QPQ", "***"],
    ["updateredirectref", "***"],
    ["UPDATEREDIRECTREF", "UPDATEREDIRECTREF"],
    ["BASELINE-CONTROL", "BASELINE-CONTROL"],
    ["X-MS-ENUMATTS", "X-MS-ENUMATTS"],
    ["PURGEALL", "PURGEALL"],
  ])
    t.equal((feed([["client", `${sent} /m HTTP/1.1\r\nHost: h\r\n\r\n`]]).at(-1) as Call).method, told, sent);
  t.end();
});

t.test("what is to be done with a secret is told, of which nothing is", (t) => {
  for (const [path, masked] of [
    ["/keys/aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v:getPublicKey", "/keys/***:getPublicKey"],
    ["/keys/aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v:aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v", "/keys/***"],
    ["/keys/aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v:XKQZW", "/keys/***"],
  ])
    t.equal((feed([["client", `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`]]).at(-1) as Call).path, masked);
  t.end();
});

t.test("a secret is no part of an authority, a method or a user agent", (t) => {
  const told = (head: string): string => {
    const call = feed([["client", `${head}\r\n\r\n`]]).find((message) => message.kind === "call") as Call;
    return `${call.method} ${call.path} ${call.authority} ${call.userAgent}`;
  };
  t.equal(told("CONNECT user:hunter2@h:443 HTTP/1.1\r\nHost: h:443"), "CONNECT h:443 h:443 undefined");
  t.equal(told("GET /10 HTTP/1.1\r\nHost: user:hunter2@h"), "GET /10 h undefined");
  t.equal(told("s3cr3tvalue1 /30 HTTP/1.1\r\nHost: h"), "*** /30 h undefined");
  t.equal(told("PURGE_ALL /30 HTTP/1.1\r\nHost: h"), "PURGE_ALL /30 h undefined");
  t.equal(
    told("GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: x/1 token=hunter2 (api_key:s3cr3tvalue1; b)"),
    "GET / h x/1 token=*** (api_key:***; b)",
  );
  const chrome =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
  t.equal(told(`GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: ${chrome}`), `GET / h ${chrome}`);
  t.end();
});

t.test("operators add classes and mute false ones; what they write wrong is told", (t) => {
  const rules = ["staff-id personal: E-[0-9]{6}", "mrn health patient_no,mrn: [0-9]{8}"];
  const told = (text: string, mute: readonly string[] = []): string | undefined =>
    look([Buffer.from(text)], "application/json", undefined, { rules, mute }).classes?.join();
  t.equal(told('{"a":"E-123456","b":"xE-123456"}'), "staff-id");
  t.equal(told('{"patientNo":"12345678","c":"87654321"}'), "mrn");
  const short = ["pin financial: [A-D]PA-[0-9]+x", "grade personal: gr-[a-f]", "badge personal: 7[0-9]{5}"];
  for (const [text, classes] of [
    ['{"a":"APA-0x"}', "pin"],
    ['{"a":"gr-f"}', "grade"],
    ['{"a":["it is gr-f"]}', "grade"],
    ['{"gr-f":1,"a":2}', "grade"],
    ['{"a":712345}', "badge"],
    ['{"a":"gr-fr","b":7123456,"c":1.712345}', ""],
  ])
    t.equal(look([Buffer.from(text)], "application/json", undefined, { rules: short }).classes?.join(), classes, text);
  t.equal(told('{"from":"ada@example.com"}', ["email"]), "");
  t.equal(told('{"from":"ada@example.com"}', ["email=from"]), "");
  t.equal(told('{"to":"ada@example.com"}', ["email=from"]), "email");
  t.equal(dataGroups(rules).get("mrn"), "health");
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["E-[0-9]", /is no rule; write "CLASS GROUP: PATTERN"/],
    ["a personal: [0-9", /lacks a \] \(at character 5\)/],
    ["a personal: (a", /lacks a \)/],
    ["a personal: a**", /has \* after a repetition/],
    ["a personal: (?=a)b", /\(\?, which is not in the language/],
    ["a personal: \\\\bx", /has \\b, which is not/],
    ["a personal: ^a", /stands for whole words/],
    ["a personal: a*", /fits the empty text/],
    ["a personal: ((a{200}){200}){200}", /is too large/],
    ["a private: a", /the group "private"; there are personal/],
  ];
  const folder = temporaryFolder(t);
  const file = join(folder, "c.yaml");
  for (const [rule, message] of wrong) {
    writeFileSync(file, `data:\n  rules: ["${rule}"]\n`);
    const { code, error } = run(["check-config", "--config", file]);
    t.equal(code, 2, rule);
    t.match(error, message, rule);
  }
  writeFileSync(file, "data:\n  mute: [emails]\n");
  t.match(
    run(["check-config", "--config", file]).error,
    /would mute "emails", which is no class; did you mean "email"\?; there are anthropic-key/,
  );
  t.throws(
    () => new DataClassifier({ rules: Array.from({ length: 240 }, (_, at) => `c${at} personal: x${at}`), mute: [] }),
  );
  t.end();
});

t.test("endpoints count classes by direction, after a restart too, and over the wire", (t) => {
  const scene = new Scene();
  const answerFields = "Content-Type: application/json\r\n";
  scene.get("/a?email=ada@example.com", { answerFields, body: MAIL }).get("/a", { answerFields, body: "{}" }).get("/a");
  const expected = {
    dataClasses: ["email"],
    requestClasses: { email: 1 },
    responseClasses: { email: 1 },
    requestBodiesRead: 0,
    responseBodiesRead: 3,
  };
  t.match(scene.endpoints()[0], expected);
  const restarted = new Scene();
  restarted.inventory.restore(scene.inventory.takeDelta(100).rows);
  t.match(restarted.endpoints()[0], expected);
  t.match(decodeEvent(encodeEvent(scene.endpoints()[0])), expected);
  const [call] = feed([["client", `${POST}Content-Length: 2\r\n\r\n{}`]]).filter(
    ({ kind }) => kind === "call",
  ) as Call[];
  const record = callRecord(call, undefined, undefined);
  t.match(record, { requestClasses: [] });
  t.same(decodeEvent(encodeEvent(record)), record, "an empty list is not an absent one");
  const full = { ...record, requestClasses: ["email"], responseClasses: ["iban", "jwt"] };
  t.same(decodeEvent(encodeEvent(full)), full);
  t.end();
});

t.test("sensitive data in the clear: one finding an endpoint and group, with counts and without values", (t) => {
  const scene = new Scene();
  const answerFields = "Content-Type: application/json\r\n";
  const body = '{"email":"ada@example.com","iban":"DE89370400440532013000","ip":"10.9.8.7"}';
  scene.get("/a", { answerFields, body, client: "8.8.8.8" }).get("/a", { answerFields, body: MAIL, client: "8.8.8.8" });
  scene.get("/b", { answerFields, body: '{"k":"AKIAIOSFODNN7EXAMPLE"}', client: "8.8.8.8" });
  scene.get("/c", { answerFields, body: '{"address":"10.9.8.7"}', client: "8.8.8.8" });
  const found = scene.detection.all().map(({ rule, severity, template, count, evidence }) => ({
    text: `${rule} ${severity} ${template} ×${count}`,
    evidence,
  }));
  t.same(
    found,
    [
      { text: "sensitive-data-cleartext medium /a ×2", evidence: { group: "personal", "response.email": 2 } },
      { text: "sensitive-data-cleartext high /a ×1", evidence: { group: "financial", "response.iban": 1 } },
      { text: "sensitive-data-cleartext high /b ×1", evidence: { group: "secret", "response.aws-key": 1 } },
      { text: "secret-in-response high /b ×1", evidence: { group: "secret", "response.aws-key": 1 } },
    ].sort((a, b) => found.findIndex(({ text }) => text === a.text) - found.findIndex(({ text }) => text === b.text)),
  );
  t.notMatch(JSON.stringify(scene.detection.all()), /ada@|DE89|AKIA|10\.9\.8\.7/);
  const restarted = new Scene();
  restarted.detection.restore(scene.detection.all(), 1_700_000_000_000_000);
  restarted.get("/a", { answerFields, body: MAIL, client: "8.8.8.8" });
  t.match(
    restarted.detection.all().find(({ evidence }) => evidence.group === "personal"),
    { count: 3, evidence: { "response.email": 3 } },
  );
  t.end();
});

t.test("canaries: not one byte of what bodies and targets hold gets out", (t) => {
  const folder = temporaryFolder(t);
  const capture = join(folder, "canary.pcap");
  writeCanaries(capture);
  const out = join(folder, "out");
  t.equal(run(["analyze", capture, "--out", out]).code, 0);
  const calls = readFileSync(join(out, "calls.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  t.equal(calls.length, 4);
  t.same(calls[0]["data.request.classes"], calls[0]["data.response.classes"]);
  t.same(
    ["email", "payment-card", "us-ssn", "br-cpf", "gitlab-token", "password", "jwt", "iban"].filter(
      (name) => !calls[0]["data.request.classes"].includes(name),
    ),
    [],
  );
  const scene = new Scene();
  const body = JSON.stringify(Object.fromEntries(CANARIES));
  scene.get(`/users/canary7f3a@example.com?password=canary-hunter2-7f3a`, {
    answerFields: "Content-Type: a/json\r\n",
    body,
  });
  const store = sensorStore(folder);
  store.apply(delta({ inventory: scene.inventory.takeDelta(100), findings: scene.detection.takeChanged(100) }));
  for (const endpoint of scene.endpoints()) t.ok(endpoint.dataClasses.length > 5);
  store.close();
  const files = [
    ...readdirSync(out).map((name) => join(out, name)),
    ...readdirSync(folder)
      .filter((name) => name.startsWith("sensor.sqlite"))
      .map((name) => join(folder, name)),
  ];
  t.ok(files.length >= 7);
  for (const file of files) t.same(leaksIn(readFileSync(file)), [], file);
  t.ok(leaksIn(readFileSync(capture)).length > 0, "they are found where they are");
  t.end();
});

/** The same document as JSON both ways, gzipped, as a form, and in targets. */
function writeCanaries(path: string): void {
  const output = new PcapOutput(path);
  const dialog = new TcpDialog(
    {
      client: "10.0.0.1",
      clientPort: 40_000,
      server: "10.0.0.2",
      serverPort: 80,
      clientSequence: 1,
      serverSequence: 1,
      segmentBytes: 400,
    },
    (frame) => output.frame(frame),
  ).open();
  const json = Buffer.from(JSON.stringify(Object.fromEntries(CANARIES)));
  const form = Buffer.from(new URLSearchParams(Object.fromEntries(CANARIES)).toString());
  const zipped = zlib.gzipSync(json);
  const say = (from: "client" | "server", head: string, body: Buffer): unknown =>
    dialog.send(from, Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]));
  const answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  say("client", POST, json);
  say("server", answer, json);
  say("client", POST.replace("json", "x-www-form-urlencoded"), form);
  say("server", `${answer}Content-Encoding: gzip\r\n`, zipped);
  say("client", `GET /a?${form} HTTP/1.1\r\nHost: h\r\n`, Buffer.alloc(0));
  say("server", answer, Buffer.from(`${"[".repeat(100)}${json}`));
  for (const [, value] of CANARIES.slice(0, 1))
    say(
      "client",
      `GET /users/${value}/cards/card/4111111111111111/iban/DE89370400440532013000 HTTP/1.1\r\nHost: h\r\n`,
      Buffer.alloc(0),
    );
  say("server", answer, json);
  dialog.close();
  output.close();
}

/** Canaries found in plain, base64 (at any of its three phases), hexadecimal or URL encoding. */
function leaksIn(bytes: Buffer): string[] {
  const text = bytes.toString("latin1");
  const lower = text.toLowerCase();
  return CANARIES.map(([, value]) => value).filter((value) => {
    const base64 = [0, 1, 2].map((phase) =>
      Buffer.from(" ".repeat(phase) + value)
        .toString("base64")
        .slice(phase === 0 ? 0 : 4, -4),
    );
    const hex = Buffer.from(value).toString("hex");
    const forms = [value, encodeURIComponent(value), ...base64.filter((form) => form.length > 5)];
    const digests = [createHash("sha256").update(value).digest("hex"), createHash("md5").update(value).digest("hex")];
    return forms.some((form) => text.includes(form)) || [hex, ...digests].some((form) => lower.includes(form));
  });
}
