import { bearer } from "./protection-cases.js";
import { Scene } from "./scene.js";

export const FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";
export const SHOP = { alg: "RS256", kid: "k1" };
export const CLAIMS = {
  iss: "https://idp.internal",
  aud: "orders",
  iat: 1_700_000_000,
  exp: 1_700_003_600,
  scope: "read",
};
export const SHOP_TOKEN = bearer(SHOP, CLAIMS);

/** Endpoints with every kind of protection, and none. */
export function shop(): Scene {
  const scene = new Scene();
  scene.get("/open").get("/open", { status: 500 });
  for (let times = 0; times < 3; times++)
    scene.get("/orders", { fields: SHOP_TOKEN, answerFields: "Cache-Control: no-store\r\n" });
  scene.get("/orders", { client: "10.0.0.7" });
  scene.get("/orders", { status: 401, answerFields: 'WWW-Authenticate: Bearer realm="x"\r\n' });
  scene.get("/orders", { fields: "Cookie: a=b\r\n", answerFields: "Set-Cookie: sid=1; Secure\r\n" });
  scene.get("/orders", { fields: "X-Api-Key: s3cr3t-value-1\r\n", status: 403 });
  const origin = "Origin: https://a.shop.example\r\n";
  scene.get("/closed", { status: 403 }).get("/closed", { fields: `${SHOP_TOKEN}${origin}` });
  const post = { method: "POST", fields: `${FORM}Authorization: Basic dXNlcjpwYXNz\r\n`, answerFields: JSON_TYPE };
  scene.exchange({ ...post, path: "/oauth/token", requestBody: "grant_type=client_credentials&scope=a" });
  const exchange = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&client_secret=s3cr3tvalue";
  scene.exchange({ ...post, path: "/oauth/token", requestBody: exchange });
  scene.exchange({ ...post, path: "/oauth/check", requestBody: "token=s3cr3tvalue", body: '{"active":true}' });
  scene.exchange({ ...post, path: "/oauth/revoke", requestBody: "token=s3cr3tvalue&client_assertion=e" });
  scene.exchange({ ...post, path: "/reset", requestBody: "token=s3cr3tvalue", body: '{"done":true}' });
  return scene;
}
