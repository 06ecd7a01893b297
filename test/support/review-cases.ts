import type { ReviewedFacts } from "../../shared/reviewed-facts.js";
import { bearer } from "./protection-cases.js";
import type { Exchanged } from "./scene.js";

const CLAIMS = { iss: "https://idp.test", aud: "pay", scope: "read", iat: 1_700_000_000, exp: 1_700_000_300 };
const BOUND = { ...CLAIMS, cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } };
const RS256 = { alg: "RS256", kid: "k1" };
const BEARER = "Authorization: Bearer abcdefgh\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";
const signed = (claims: object, header: object = RS256) => ({ fields: bearer(header, claims) });
const page = (origin: string, answerFields: string) => ({ fields: `${BEARER}Origin: ${origin}\r\n`, answerFields });
const session = (attributes: string) => ({
  answerFields: `Set-Cookie: JSESSIONID=AABBCCDDEEFF00112233${attributes}\r\n`,
});
export const json = (body: string) => ({ body, answerFields: JSON_TYPE });
const sent = (kind: string, requestBody: string) => ({
  ...{ method: "POST", requestBody, fields: `${BEARER}Content-Type: ${kind}\r\n`, answerFields: JSON_TYPE },
});
const kept = "Cache-Control: no-store\r\nStrict-Transport-Security: max-age=9\r\n";

/** What is other of an endpoint that was approved: a call as it was, one as it came after that, and how that is told. */
export interface Otherwise {
  readonly calls: readonly [before: CallOf, after: CallOf];
  /** In a review. */
  readonly change: string;
  /** In a comparison, or the beginning of it. */
  readonly difference: string;
}

type CallOf = Omit<Exchanged, "path">;

function other(before: CallOf, after: CallOf, change: string, difference: string): Otherwise {
  return { calls: [before, after], change, difference };
}

/** By path. */
export const OTHERWISE: Readonly<Record<string, Otherwise>> = {
  "/algorithm": other(
    signed(CLAIMS),
    signed(CLAIMS, { alg: "none" }),
    "new token algorithms: none",
    "token algorithms RS256 → RS256, none",
  ),
  "/audience": other(
    signed(CLAIMS),
    signed({ ...CLAIMS, aud: "all" }),
    "new token audiences: all",
    "token audiences pay → all, pay",
  ),
  "/scope": other(
    signed(CLAIMS),
    signed({ ...CLAIMS, scope: "admin" }),
    "new token scopes: admin",
    "token scopes read → admin, read",
  ),
  "/bound": other(signed(BOUND), signed(CLAIMS), "new token bindings: none", "token bindings dpop → dpop, none"),
  "/lasting": other(
    signed(CLAIMS),
    signed({ ...CLAIMS, exp: CLAIMS.exp + 30_000_000 }),
    "token lifetimes up to 365 days (before: up to 5 min)",
    "token lifetimes up to 5 min → up to 365 days",
  ),
  "/endless": other(
    signed(CLAIMS),
    signed({ ...CLAIMS, exp: undefined }),
    "new token lifetimes: without an end",
    "token lifetimes up to 5 min → up to 5 min, without an end",
  ),
  "/cookie": other(
    session("; Secure; HttpOnly; SameSite=Strict"),
    session(""),
    "new cookies set: session cookie JSESSIONID: no Secure; no HttpOnly; no SameSite; until the browser is closed",
    "cookies set session cookie JSESSIONID: Secure; HttpOnly; SameSite=Strict; until the browser is closed → ",
  ),
  "/origins": other(
    page("https://a.example", ""),
    page(
      "https://a.example",
      "Access-Control-Allow-Origin: https://a.example\r\nAccess-Control-Allow-Credentials: true\r\n",
    ),
    "new access of other origins: the origin that asks; with credentials",
    "access of other origins none → the origin that asks; with credentials",
  ),
  "/kept": other(
    { fields: BEARER, answerFields: kept },
    { fields: BEARER },
    "new caching of answers: unsaid",
    "header fields of all answers cache-control, strict-transport-security → none",
  ),
  "/type": other(
    json('{"id":1}'),
    json('{"id":"a"}'),
    "other types of fields: answer 200.id (integer → string or integer)",
    "type of answer 200.id integer → string or integer",
  ),
  "/list": other(
    json('{"id":1}'),
    json('[{"id":1}]'),
    "new bodies: answer 200 array of object",
    "bodies answer 200 object → answer 200 array of object, answer 200 object",
  ),
  "/lost": other(
    json('{"id":1}'),
    json("{}"),
    "other types of fields: answer 200.id (integer → integer (not always))",
    "type of answer 200.id integer → integer (not always)",
  ),
  "/page": other(
    json("{}"),
    { body: "<b>", answerFields: "Content-Type: text/html\r\n" },
    "new content types: text/html",
    "content types application/json → application/json, text/html",
  ),
  "/taken": other(
    sent("application/json", '{"a":1}'),
    sent("application/xml", "<a/>"),
    "new request content types: application/xml",
    "request content types application/json → application/json, application/xml",
  ),
  "/header": other(
    { fields: BEARER },
    { fields: `${BEARER}X-Impersonate: bob\r\n` },
    "new request header fields: x-impersonate",
    "request header fields none → x-impersonate",
  ),
};

/** What is known of some endpoint. */
export const FACTS: ReviewedFacts = {
  ...{ calls: 1, callers: ["a"], callerCount: 1, hasMoreCallers: false, credentials: [], hasBareCalls: false },
  ...{ dataClasses: [], state: "active", drift: [], fields: [], fieldCount: 0, types: [], traits: {} },
};
