import t from "tap";
import type { EndpointRecord } from "../shared/event.js";
import { protectionRows } from "../shared/protection-words.js";
import { bearer } from "./support/protection-cases.js";
import { CLAIMS, FORM, SHOP, SHOP_TOKEN } from "./support/protection-scene.js";
import { Scene } from "./support/scene.js";

const DAY = 86_400e6;
const START = 1_700_000_000_000_000;

function protectionOf(scene: Scene, template: string): EndpointRecord["protection"] {
  return scene.endpoints().find((endpoint) => endpoint.template === template)?.protection;
}

t.test("what traffic makes up finds no more room than there is, and is counted", (t) => {
  const scene = new Scene();
  for (let number = 0; number < 100; number++)
    scene.get("/a", {
      fields: `${bearer({ alg: "RS256", kid: `key-${letters(number)}` }, { iss: `https://${letters(number)}.test`, scope: letters(number) })}Origin: https://${letters(number)}.test\r\n`,
      answerFields: `Access-Control-Allow-Origin: https://${letters(number)}.test\r\nSet-Cookie: s=1; Max-Age=${number * 9e6}\r\n`,
    });
  const facts = protectionOf(scene, "/a");
  t.equal(Object.keys(facts?.tokens?.issuers ?? {}).length, 32);
  t.equal(Object.keys(facts?.tokens?.scopes ?? {}).length, 64);
  t.equal(facts?.tokens?.changes.length, 3 * 16, "so many of issuers, keys and scopes each");
  t.equal(facts?.echoedSites, 8);
  t.match(facts?.tokens?.issuers, { [`https://${letters(99)}.test`]: 1 }, "those seen last are kept");
  t.same(facts?.tokens?.gone, {
    issuer: { taken: 68, untaken: 0 },
    key: { taken: 68, untaken: 0 },
    scope: { taken: 36, untaken: 0 },
  });
  t.equal(facts?.beyond, 68 + 68 + 36);
  t.end();
});

t.test("refused tokens take no room and no notice from those that an endpoint takes", (t) => {
  const scene = new Scene({}, 86_400);
  let at = START;
  const ask = (header: object, claims: object, status: number) =>
    scene.get("/orders", { fields: bearer(header, { ...CLAIMS, ...claims }), status, atMicros: at++ });
  for (let times = 0; times < 3; times++) ask(SHOP, {}, 200);
  const wide = { iss: "https://wide.test", aud: "everything", exp: CLAIMS.iat + 10 * 3_600 };
  ask(SHOP, wide, 401);
  for (let number = 0; number < 60; number++) {
    const made = { iss: `https://${letters(number)}.test`, aud: letters(number), scope: letters(number) };
    ask({ alg: "HS256", kid: letters(number) }, { ...made, exp: CLAIMS.iat + 1e9 }, 401);
  }
  at = START + 2 * DAY;
  const rows = scene.inventory.takeDelta(100).rows;
  for (let times = 0; times < 2; times++) ask(SHOP, wide, 200);
  const tokens = protectionOf(scene, "/orders")?.tokens;
  t.match(tokens, {
    issuers: { [CLAIMS.iss]: 3, "https://wide.test": 2 },
    audiences: { orders: 3, everything: 2 },
    gone: { issuer: { taken: 0, untaken: 31 }, audience: { taken: 0, untaken: 31 } },
  });
  t.same(
    tokens?.changes.filter(({ untaken }) => untaken !== true).map(({ what, name }) => `${what} ${name}`),
    ["issuer https://wide.test", "audience everything", "lifetime 10 h"],
  );
  t.equal(tokens?.untaken?.issuer?.length, 30);
  t.same(
    scene.detection
      .all()
      .flatMap(({ rule, evidence: { name, status } }) =>
        /token/.test(rule) && status === 200 ? [`${rule} ${name}`] : [],
      )
      .sort(),
    ["new-token-source https://wide.test", "weaker-token 10 h", "weaker-token everything"],
  );
  const restarted = new Scene({}, 86_400);
  restarted.inventory.restore(rows);
  restarted.get("/orders", { fields: bearer(SHOP, { ...CLAIMS, ...wide }), atMicros: at++ });
  t.same(
    protectionOf(restarted, "/orders")
      ?.tokens?.changes.filter(({ untaken }) => untaken !== true)
      .map(({ what }) => what),
    ["issuer", "audience", "lifetime"],
    "what was taken is known after a restart",
  );
  const expired = new Scene();
  expired.get("/a", { fields: SHOP_TOKEN, status: 401 }).get("/a", { fields: SHOP_TOKEN });
  t.match(protectionOf(expired, "/a")?.tokens, { issuers: { [CLAIMS.iss]: 2 }, changes: [] }, "nothing else was taken");
  t.end();
});

function letters(number: number): string {
  return `${"abcdefghijklmnopqrstuvwxyz"[number % 26]}${"abcdefghijklmnopqrstuvwxyz"[Math.floor(number / 26)]}`;
}

t.test("one odd request does not hide that an endpoint answers everybody", (t) => {
  const rule = "authentication-not-enforced";
  const scene = new Scene();
  const pay = { method: "POST", requestBody: '{"amount":1}', body: '{"ok":1}' };
  const json = "Content-Type: application/json\r\n";
  const grant = "grant_type=client_credentials&client_id=x";
  scene.get("/negotiated", { fields: "Authorization: Negotiate AAAA\r\n", status: 401, client: "10.0.0.9" });
  scene.exchange({ ...pay, path: "/granted", fields: FORM, answerFields: json, requestBody: grant });
  for (let times = 0; times < 4; times++) {
    scene.get("/negotiated", { fields: SHOP_TOKEN }).get("/negotiated", { client: "10.0.0.8" });
    for (const fields of [`${SHOP_TOKEN}${json}`, json])
      scene.exchange({ ...pay, path: "/granted", fields, answerFields: json });
    const asked = { method: "POST", path: "/token", fields: FORM, requestBody: grant, answerFields: json };
    scene.exchange({ ...asked, body: '{"access_token":"s3cr3tvalue1","token_type":"Bearer"}' });
    scene.exchange({ ...asked, fields: `${FORM}${SHOP_TOKEN}`, body: '{"access_token":"s3cr3tvalue2"}' });
    scene.exchange({ ...asked, path: "/tried", status: 401, body: '{"message":"no"}' });
  }
  t.match(protectionOf(scene, "/negotiated"), { bare: { answered: 4 }, unsureCalls: 0 });
  t.match(protectionOf(scene, "/granted"), { carried: { answered: 4 }, bare: { answered: 5 }, unsureCalls: 0 });
  t.equal(protectionOf(scene, "/granted")?.oauth, undefined, "nobody was given a token there");
  t.equal(protectionOf(scene, "/tried")?.oauth, undefined, "nor is one that refuses everything an OAuth server");
  t.match(protectionOf(scene, "/token"), { oauth: { token: 8 }, bare: { answered: 4 }, bareForms: 4 });
  t.same(
    scene.detection
      .all()
      .flatMap((finding) => (finding.rule === rule ? [finding.template] : []))
      .sort(),
    ["/granted", "/negotiated"],
    "public clients ask for tokens without a credential",
  );
  const restarted = new Scene();
  restarted.inventory.restore(scene.inventory.takeDelta(100).rows);
  t.match(protectionOf(restarted, "/token"), { bareForms: 4 });
  // Public clients alone, and then one answer more to a call that was no such form.
  const open = { method: "POST", path: "/public", fields: FORM, requestBody: grant, answerFields: json };
  const words = () => {
    const record = restarted.endpoints().find(({ template }) => template === "/public");
    return Object.fromEntries(record === undefined ? [] : protectionRows(record));
  };
  for (let times = 0; times < 3; times++)
    restarted.exchange({ ...open, body: '{"access_token":"s3cr3tvalue3","token_type":"Bearer"}' });
  t.match(words(), {
    access: "whether it answers without a credential was not seen",
    "without one of a known kind": "3 answered with success, 0 refused",
    "of these, answers to OAuth 2 forms of public clients": "3",
  });
  restarted.exchange({ ...open, requestBody: "a=b" });
  t.match(words().access, /^answers calls without a credential of a known kind/);
  t.end();
});
