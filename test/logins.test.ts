import t from "tap";
import { securityOf } from "../sensor/report/openapi/security.js";
import { accessOf, askedBy } from "../shared/protection-words.js";
import { Scene } from "./support/scene.js";

const JSON_TYPE = "Content-Type: application/json\r\n";
const FORM = "Content-Type: application/x-www-form-urlencoded\r\n";

t.test("a user's name and a password in a form or JSON are a credential, and who chooses them shows none", (t) => {
  const logins = [
    [FORM, "/login", "username=ada&password=s3cr3t&remember_me=1&csrf_token=x"],
    [FORM, "/login", "user%5Bemail%5D=ada&user%5Bpassword%5D=s3cr3t&commit=Log+in"],
    [FORM, "/login", "token=abcdef&login=ada&passwd=s3cr3t"],
    [FORM, "/j_security_check", "j_username=ada&j_password=s3cr3t"],
    [JSON_TYPE, "/login", '{"email":"ada@example.com","password":"s3cr3t"}'],
    [JSON_TYPE, "/login", '{"user":{"email":"ada@example.com","password":"s3cr3t"}}'],
    [JSON_TYPE, "/_session", '{"name":"ada","password":"s3cr3t"}'],
    [FORM, "/token", "grant_type=password&username=ada&password=s3cr3t&client_id=web"],
  ] as const;
  for (const [fields, path, requestBody] of logins) {
    const scene = new Scene();
    for (const status of [200, 401, 200]) scene.exchange({ path, method: "POST", fields, requestBody, status });
    const [endpoint] = scene.endpoints();
    t.same(endpoint.credentials, { password: 3 }, requestBody);
    t.same(endpoint.protection?.places, { "password in body": 3 });
    t.match(askedBy(endpoint), { carried: { calls: 3, answered: 2, refused: 1 }, bare: { calls: 0 }, unsureCalls: 0 });
    t.same(accessOf(endpoint), "unseen", "whether it answers without one was not seen");
    t.same(securityOf([endpoint]), { "x-credentials-in-body": { password: 3 } });
  }
  const others = [
    [FORM, "/login", "username=ada&password="],
    [FORM, "/login", "username=ada"],
    [FORM, "/login", "username=ada&password=s3cr3t&password_confirmation=s3cr3t"],
    [JSON_TYPE, "/staff", '{"username":"ada","password":"s3cr3t","role":"admin"}'],
    [JSON_TYPE, "/users", '{"username":"ada","password":"s3cr3t"}'],
    [JSON_TYPE, "/register", '{"email":"ada@example.com","password":"s3cr3t"}'],
    [JSON_TYPE, "/orders", '{"order":{"user":"ada","password":"s3cr3t"}}'],
  ] as const;
  for (const [fields, path, requestBody] of others) {
    const [endpoint] = new Scene().exchange({ path, method: "POST", fields, requestBody }).endpoints();
    t.same(endpoint.credentials, {}, requestBody);
    t.match(askedBy(endpoint), { bare: { calls: 1 } });
  }
  t.end();
});

t.test("a client's secret stands beside the password that it was given, and where people log in nothing is to be enforced", (t) => {
  const grant = "grant_type=password&username=ada&password=s3cr3t&client_secret=x";
  const [token] = new Scene().exchange({ path: "/token", method: "POST", fields: FORM, requestBody: grant }).endpoints();
  t.same(token.credentials, { "client-secret": 1, password: 1 });
  const scene = new Scene();
  for (let times = 0; times < 4; times++) {
    scene.exchange({ path: "/login", method: "POST", fields: FORM, requestBody: "username=ada&password=s3cr3t" });
    scene.exchange({ path: "/login", method: "POST", fields: FORM, requestBody: "username=ada" });
  }
  const [login] = scene.endpoints();
  t.match(askedBy(login), { carried: { calls: 4 }, bare: { calls: 4 } });
  const rules = (one: Scene) => one.detection.all().map(({ rule }) => rule);
  t.notOk(rules(scene).includes("authentication-not-enforced"), "who mistypes is answered, too");
  const again = new Scene();
  again.inventory.restore(scene.inventory.takeDelta(100).rows);
  again.exchange({ path: "/login", method: "POST", fields: FORM, requestBody: "username=ada" });
  t.notOk(rules(again).includes("authentication-not-enforced"), "after a restart as well");
  t.end();
});
