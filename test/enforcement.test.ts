import t from "tap";
import type { AskedCounts } from "../shared/protection.js";
import { accessOf } from "../shared/protection-words.js";
import { SHOP_TOKEN } from "./support/protection-scene.js";
import { Scene } from "./support/scene.js";

const JSON_TYPE = "Content-Type: application/json\r\n";
const XML_TYPE = "Content-Type: text/xml\r\n";
const ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>';
const NO_CALLS: AskedCounts = { calls: 0, answered: 0, refused: 0 };

interface Dialog {
  readonly type: string;
  readonly request: string;
  readonly success: string;
}

const GRAPHQL: Dialog = {
  type: JSON_TYPE,
  request: '{"query":"query Me{me{id}}"}',
  success: '{"data":{"me":{"id":1}}}',
};
const JSON_RPC: Dialog = {
  type: JSON_TYPE,
  request: '{"jsonrpc":"2.0","id":1,"method":"acct.get"}',
  success: '{"jsonrpc":"2.0","id":1,"result":1}',
};
const SOAP: Dialog = {
  type: XML_TYPE,
  request: `${ENVELOPE}<Get/></s:Body></s:Envelope>`,
  success: `${ENVELOPE}<R/></s:Body></s:Envelope>`,
};

function graphqlError(error: string): string {
  return `{"errors":[${error}],"data":null}`;
}

function rpcError(error: string): string {
  return `{"jsonrpc":"2.0","id":1,"error":${error}}`;
}

function fault(code: string): string {
  return `${ENVELOPE}<s:Fault>${code}</s:Fault></s:Body></s:Envelope>`;
}

/** Answers to those who carry nothing, with the status that HTTP gives them, and what they are. */
const ERRORS: readonly (readonly [Dialog, number, string, "refused" | "otherwise"])[] = [
  [GRAPHQL, 200, graphqlError('{"message":"x","extensions":{"code":"UNAUTHENTICATED"}}'), "refused"],
  [GRAPHQL, 200, graphqlError('{"extensions":{"code":"FORBIDDEN"},"message":"x"}'), "refused"],
  [GRAPHQL, 200, graphqlError('{"message":"x"},{"extensions":{"code":"AUTH_NOT_AUTHORIZED"}}'), "refused"],
  [GRAPHQL, 200, graphqlError('{"message":"x","errorType":"UnauthorizedException"}'), "refused"],
  [GRAPHQL, 200, graphqlError('{"message":"x","extensions":{"code":"INTERNAL_SERVER_ERROR"}}'), "otherwise"],
  [GRAPHQL, 200, '{"data":{"me":', "otherwise"],
  [JSON_RPC, 200, rpcError('{"code":-32001,"message":"Unauthorized"}'), "refused"],
  [JSON_RPC, 200, rpcError('{"code":403,"message":"no"}'), "refused"],
  [
    JSON_RPC,
    200,
    rpcError('{"code":200,"message":"Server Error","data":{"name":"x.exceptions.AccessDenied"}}'),
    "refused",
  ],
  [JSON_RPC, 200, rpcError('{"code":-32602,"message":"Invalid params"}'), "otherwise"],
  [SOAP, 500, fault("<faultcode>wsse:FailedAuthentication</faultcode>"), "refused"],
  [
    SOAP,
    500,
    fault("<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:InvalidSecurity</s:Value></s:Subcode></s:Code>"),
    "refused",
  ],
  [SOAP, 500, fault("<faultcode>s:Client</faultcode><faultstring>Access is denied.</faultstring>"), "refused"],
  [SOAP, 500, fault("<faultcode>s:Client</faultcode>"), "otherwise"],
];

function grpcScene(answerFields: string): Scene {
  const scene = new Scene();
  const call = { path: "/shop.v1.Cart/Add", method: "POST", body: "\0\0\0\0\0", requestBody: "\0\0\0\0\0" };
  const type = "Content-Type: application/grpc+proto\r\n";
  for (let times = 0; times < 4; times++)
    scene
      .exchange({ ...call, fields: type + SHOP_TOKEN, answerFields: `${type}grpc-status: 0\r\n` })
      .exchange({ ...call, fields: type, answerFields: type + answerFields });
  return scene;
}

function findings(scene: Scene): number {
  return scene.detection.all().filter(({ rule }) => rule === "authentication-not-enforced").length;
}

function askedWithout(scene: Scene): AskedCounts {
  return scene.endpoints()[0].protection?.bare ?? NO_CALLS;
}

t.test("who is refused in an answer of another status is refused, and another error shows neither", (t) => {
  for (const [{ type, request, success }, status, error, expected] of ERRORS) {
    const scene = new Scene();
    const call = { path: "/api", method: "POST", requestBody: request, answerFields: type };
    for (let times = 0; times < 4; times++)
      scene
        .exchange({ ...call, fields: type + SHOP_TOKEN, body: success })
        .exchange({ ...call, fields: type, status, body: error });
    t.same(askedWithout(scene), { calls: 4, answered: 0, refused: expected === "refused" ? 4 : 0 }, error);
    t.equal(scene.endpoints()[0].protection?.carried.answered, 4, error);
    t.equal(accessOf(scene.endpoints()[0]), expected === "refused" ? "refusing" : "unseen", error);
    t.equal(findings(scene), 0, error);
    const alone = new Scene();
    for (let times = 0; times < 4; times++) alone.exchange({ ...call, fields: type, status, body: error });
    t.equal(accessOf(alone.endpoints()[0]), expected === "refused" ? "refusing" : "unseen", `without others: ${error}`);
  }
  t.end();
});

t.test("gRPC's status decides, not HTTP's, and one that was not seen is no success", (t) => {
  const all = [
    ["grpc-status: 16\r\n", 0, 4, "refusing"],
    ["grpc-status: 7\r\n", 0, 4, "refusing"],
    ["grpc-status: 3\r\n", 0, 0, "unseen"],
    ["", 0, 0, "unseen"],
    ["grpc-status: 0\r\n", 4, 0, "mixed"],
  ] as const;
  for (const [fields, answered, refused, access] of all) {
    const scene = grpcScene(fields);
    t.same(askedWithout(scene), { calls: 4, answered, refused }, fields);
    t.equal(accessOf(scene.endpoints()[0]), access, fields);
    t.equal(findings(scene), answered > 0 ? 1 : 0, fields);
  }
  t.end();
});

t.test("a proxy that asks for credentials refuses", (t) => {
  const scene = new Scene();
  scene.get("/a", { status: 407 }).get("/a", { fields: "Proxy-Authorization: Basic YTpi\r\n" });
  t.same(askedWithout(scene), { calls: 1, answered: 0, refused: 1 });
  t.end();
});
