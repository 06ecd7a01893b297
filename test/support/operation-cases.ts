/** One request with what it says is called, and its answer with how that went. */
export interface OperationCase {
  readonly name: string;
  readonly method?: "GET" | "POST";
  readonly path?: string;
  readonly fields?: readonly (readonly [string, string])[];
  /** Of the request; without one it has no such field. */
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly answerType?: string;
  readonly answer?: string;
  /** `system service/method kind depth status` and the operations, `-` for what is not told. */
  readonly told: string;
}

const JSON_TYPE = "application/json";
const ENVELOPE = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"';
const GET_USER =
  "query GetUser($id: ID!, $deep: Boolean = false) {\n  user(id: $id) { name friends(first: 2) { name } }\n}";
const FRAGMENTS = `
  # the cart, "{" and all
  query Cart @cached(ttl: "}") { cart { ...lines items: entries(filter: {text: "a \\"} b", ids: [1, 2]}) { id } } }
  fragment lines on Cart { lines { product { ...price } } }
  fragment price on Product { price { net gross } ... on Sale @include(if: $x) { sale { until } } }
`;

function asked(query: string, more: object = {}): string {
  return JSON.stringify({ operationName: null, variables: { id: "ada@example.com" }, query, ...more });
}

export const GRAPHQL_CASES: readonly OperationCase[] = [
  {
    name: "a query with a name",
    type: JSON_TYPE,
    body: JSON.stringify({ query: GET_USER, variables: { id: 7 }, operationName: "GetUser" }),
    answer: '{"data":{"user":{"name":"x"}}}',
    told: "graphql -/GetUser query 3 0 query.GetUser",
  },
  {
    name: "a mutation without one, answered with an error",
    type: "application/json; charset=utf-8",
    body: asked('mutation { pay(card: "4111111111111111") { ok } }'),
    answer: '{"errors":[{"message":"no"}],"data":null}',
    told: "graphql -/- mutation 2 2 mutation(pay)",
  },
  {
    name: "the short form",
    type: JSON_TYPE,
    body: '{"query":"{ me: viewer { login } }"}',
    answer: '{"data":{"me":null},"errors":[]}',
    told: "graphql -/- query 2 0 query(viewer)",
  },
  {
    name: "fragments count into the depth",
    type: JSON_TYPE,
    body: asked(FRAGMENTS),
    answer: '{"data":{},"errors":[{"message":"late"}]}',
    told: "graphql -/Cart query 5 2 query.Cart",
  },
  {
    name: "one of several operations",
    type: JSON_TYPE,
    body: asked("query A { a } subscription B { b { c } } mutation C { c }", { operationName: "B" }),
    answer: "{}",
    told: "graphql -/B subscription 2 - subscription.B",
  },
  {
    name: "introspection",
    type: JSON_TYPE,
    body: '{"query":"query IntrospectionQuery{__schema{queryType{name}}}"}',
    answer: '{"data":{"__schema":{}}}',
    told: "graphql -/IntrospectionQuery query 3 0 discovery query.IntrospectionQuery",
  },
  {
    name: "a batch, one operation twice",
    type: JSON_TYPE,
    body: `[${[asked("query A{a}"), asked("query B{b{c}}"), asked("query A{a}")].join(" , ")}]`,
    answer: '[{"data":{}},{"errors":[{"message":"x"}]},{"data":{}}]',
    told: "graphql -/A query 1 2 query.A,query.B",
  },
  {
    name: "a document alone",
    path: "/api/gql",
    type: "application/graphql",
    body: GET_USER,
    answer: '{"data":{}}',
    told: "graphql -/GetUser query 3 0 query.GetUser",
  },
  {
    name: "by GET",
    method: "GET",
    path: `/graphql?query=${encodeURIComponent(GET_USER)}&variables=%7B%22id%22%3A7%7D`,
    answer: '{"data":{}}',
    told: "graphql -/GetUser query 3 0 query.GetUser",
  },
  {
    name: "by GET, the second of two operations by a name with escapes in it, and blanks as +",
    method: "GET",
    path: "/graphql?query=query+First+%7B+a+%7D+query+Second_One+%7B+b+%7D&operationName=Second%5FOne",
    answer: '{"data":{}}',
    told: "graphql -/Second_One query 1 0 query.Second_One",
  },
  {
    name: "a persisted query by a name with escapes in it",
    method: "GET",
    path: `/graphql?operationName=Fe%65d&extensions=${encodeURIComponent(
      `{"persistedQuery":{"version":1,"sha256Hash":"${"ac".repeat(32)}"}}`,
    )}`,
    answer: '{"errors":[{"message":"PersistedQueryNotFound"}]}',
    told: "graphql -/Feed query - 2 Feed",
  },
  {
    name: "by a form",
    type: "application/x-www-form-urlencoded",
    body: `query=${encodeURIComponent("{ hello }").replaceAll("%20", "+")}&operationName=`,
    told: "graphql -/- query 1 - query(hello)",
  },
  {
    name: "a persisted query that was never seen",
    method: "GET",
    path: `/graphql?operationName=Feed&extensions=${encodeURIComponent(
      `{"persistedQuery":{"version":1,"sha256Hash":"${"ab".repeat(32)}"}}`,
    )}`,
    answer: '{"errors":[{"message":"PersistedQueryNotFound"}]}',
    told: "graphql -/Feed query - 2 Feed",
  },
  {
    name: "names of parameters with escapes",
    method: "GET",
    path: "/any?op%65rationName=Feed&%71uery=%7B+feed+%7D+query+Feed+%7B+feed+%7D",
    told: "graphql -/Feed query 1 - query.Feed",
  },
  {
    name: "the first name with escapes",
    method: "GET",
    path: "/any?%71uery=%7Bhello%7D",
    told: "graphql -/- query 1 - query(hello)",
  },
  {
    name: "a document by its hash as `id`, behind another parameter",
    method: "GET",
    path: `/api/graphql/?locale=en&variables=%7B%7D&id=${"ef".repeat(16)}`,
    told: "graphql -/- query - - persisted(efefefefefefefef)",
  },
  {
    name: "a document by a number as `doc_id`, by POST",
    path: "/graphql?doc%5Fid=17888483320059182&variables=%7B%7D",
    told: "graphql -/- - - - persisted(17888483320059182)",
  },
  {
    name: "a persisted query behind another parameter",
    method: "GET",
    path: `/graphql?v=2&ext%65nsions=${encodeURIComponent(
      `{"persistedQuery":{"version":1,"sha256Hash":"${"a0".repeat(32)}"}}`,
    )}`,
    told: "graphql -/- query - - persisted(a0a0a0a0a0a0a0a0)",
  },
  {
    name: "an `id` that may be anybody's is not told",
    method: "GET",
    path: "/graphql?id=15551234567&operationName=Feed",
    told: "graphql -/Feed query - - Feed",
  },
  {
    name: "the same without a name, by POST",
    type: JSON_TYPE,
    body: `{"variables":{},"extensions":{"clientLibrary":{"name":"x"},"persistedQuery":{"version":1,"sha256Hash":"${"cd".repeat(32)}"}}}`,
    told: "graphql -/- - - - persisted(cdcdcdcdcdcdcdcd)",
  },
  {
    name: "a file's upload",
    type: "multipart/form-data; boundary=X",
    body:
      '--X\r\nContent-Disposition: form-data; name="operations"\r\n\r\n' +
      '{"query":"mutation Up($f: Upload!) { up(file: $f) { id } }","variables":{"f":null}}\r\n' +
      '--X\r\nContent-Disposition: form-data; name="map"\r\n\r\n{"0":["variables.f"]}\r\n--X--\r\n',
    told: "graphql -/Up mutation 2 - mutation.Up",
  },
];

export const OTHER_CASES: readonly OperationCase[] = [
  {
    name: "JSON-RPC 2.0",
    path: "/rpc",
    type: JSON_TYPE,
    body: '{"jsonrpc":"2.0","method":"user.get","params":{"mail":"ada@example.com"},"id":1}',
    answer: '{"jsonrpc":"2.0","result":{"error":5},"id":1}',
    told: "jsonrpc -/user.get - - 0 user.get",
  },
  {
    name: "its members in another order, a method that is not there",
    path: "/rpc",
    type: "text/plain",
    body: ' { "id": "x", "params": {"a": [{"b": "}"}]}, "method": "nope", "jsonrpc": "2.0" }\n',
    answer: '{"id":"x","error":{"message":"m","data":{"code":5},"code":-32601},"jsonrpc":"2.0"}',
    told: "jsonrpc -/nope - - 12 nope",
  },
  {
    name: "a notification",
    path: "/rpc",
    body: '{"jsonrpc":"2.0","method":"$/log","params":["x"]}',
    told: "jsonrpc -/$/log notification - - $/log",
  },
  {
    name: "JSON-RPC 1.0, as bitcoin-cli says it",
    path: "/",
    type: JSON_TYPE,
    body: '{"method":"getblock","params":[1],"id":1}',
    answer: '{"result":{"hash":"x"},"error":null,"id":1}',
    told: "jsonrpc -/getblock - - 0 getblock",
  },
  {
    name: "its error",
    path: "/",
    type: "application/x-www-form-urlencoded",
    body: '{"method":"getblock","params":[1],"id":1}',
    answer: '{"result":null,"error":{"code":-8,"message":"x"},"id":1}',
    told: "jsonrpc -/getblock - - 2 getblock",
  },
  {
    name: "a batch",
    path: "/rpc",
    type: "application/json-rpc",
    body: '[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":2,"method":"b"},{"jsonrpc":"2.0","id":3,"method":"a"}]',
    answer: '[{"jsonrpc":"2.0","result":null,"id":1},{"jsonrpc":"2.0","error":{"code":1},"id":2}]',
    told: "jsonrpc -/a - - 2 a,b",
  },
  {
    name: "what there is to be called",
    path: "/rpc",
    type: JSON_TYPE,
    body: '{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}',
    answer: '{"jsonrpc":"2.0","id":1,"result":{"openrpc":"1.2.6"}}',
    told: "jsonrpc -/rpc.discover - - 0 discovery rpc.discover",
  },
  {
    name: "SOAP 1.1 by its action",
    path: "/stock",
    type: "text/xml; charset=utf-8",
    fields: [["SOAPAction", '"http://example.com/IStock/GetPrice"']],
    body: `<s:Envelope ${ENVELOPE}><s:Body><m:Ask/></s:Body></s:Envelope>`,
    answerType: "text/xml",
    answer: `<s:Envelope ${ENVELOPE}><s:Body><s:Fault><faultcode>s:Client</faultcode></s:Fault></s:Body></s:Envelope>`,
    told: "soap IStock/GetPrice - - 2 IStock.GetPrice",
  },
  {
    name: "SOAP 1.1 by what stands in its body",
    path: "/stock",
    type: "text/xml",
    fields: [["SOAPAction", '""']],
    body: `<?xml version="1.0"?>\n<!-- <x> --><SOAP:Envelope a=">" ${ENVELOPE.replace("s=", "SOAP=")}>\n<SOAP:Header><t:Body x="1"><y/></t:Body></SOAP:Header>\n<SOAP:Body>\n <m:GetQuote a='b'><symbol>ACME</symbol></m:GetQuote></SOAP:Body></SOAP:Envelope>`,
    answerType: "text/xml",
    answer: `<s:Envelope ${ENVELOPE}><s:Body><m:GetQuoteResponse/></s:Body></s:Envelope>`,
    told: "soap -/GetQuote - - 0 GetQuote",
  },
  {
    name: "SOAP 1.2 by its content type's action",
    path: "/stock",
    type: 'application/soap+xml; charset=utf-8; action="urn:example:GetQuote"',
    body: "<e:Envelope><e:Body><x/></e:Body></e:Envelope>",
    told: "soap example/GetQuote - - - example.GetQuote",
  },
  {
    name: "SOAP 1.2 without one",
    path: "/stock",
    type: "application/soap+xml",
    body: "<e:Envelope><e:Body><q:Sell><n>7</n></q:Sell></e:Body></e:Envelope>",
    told: "soap -/Sell - - - Sell",
  },
  {
    name: "SOAP 1.2 by WS-Addressing",
    path: "/stock",
    type: "application/soap+xml",
    body: `<e:Envelope xmlns:a="http://www.w3.org/2005/08/addressing"><e:Header><a:To>urn:x</a:To><a:Action e:mustUnderstand="1"> http://example.com/IStock/GetPrice </a:Action></e:Header><e:Body><m:Ask/></e:Body></e:Envelope>`,
    told: "soap IStock/GetPrice - - - IStock.GetPrice",
  },
  {
    name: "SOAP 1.1 by an older WS-Addressing, declared where it stands",
    path: "/stock",
    type: "text/xml",
    fields: [["SOAPAction", '""']],
    body: `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Header><Action xmlns = 'http://schemas.xmlsoap.org/ws/2004/08/addressing'>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</Action></Header><Body/></Envelope>`,
    told: "soap transfer/Get - - - transfer.Get",
  },
  {
    name: "an action that is not WS-Addressing's",
    path: "/stock",
    type: "application/soap+xml",
    body: `<e:Envelope xmlns:b="http://www.w3.org/2005/08/addressing" xmlns:a="urn:audit"><e:Header><a:Action>urn:a:Drop</a:Action><b:X><b:Action>urn:a:Drop</b:Action></b:X></e:Header><e:Body><b:Action>urn:a:Drop</b:Action></e:Body></e:Envelope>`,
    told: "soap -/Action - - - Action",
  },
  {
    name: "an action that is no name",
    path: "/stock",
    type: "application/soap+xml",
    body: `<e:Envelope xmlns:a="http://www.w3.org/2005/08/addressing"><e:Header><a:Action>urn:mail:ada@example.com</a:Action></e:Header><e:Body><m:Ask/></e:Body></e:Envelope>`,
    told: "soap -/Ask - - - Ask",
  },
  {
    name: "SOAP with attachments, its envelope the first of several parts",
    path: "/stock",
    type: 'multipart/related; type="application/xop+xml"; boundary="b"; start-info="text/xml"',
    body: `--b\r\nContent-Type: application/xop+xml; type="text/xml"\r\nContent-ID: <r>\r\n\r\n<s:Envelope ${ENVELOPE}><s:Body><m:Upload/></s:Body></s:Envelope>\r\n--b--`,
    answerType: "multipart/related; boundary=c",
    answer: `\r\n--c\r\n\r\n<s:Envelope ${ENVELOPE}><s:Body><s:Fault/></s:Body></s:Envelope>\r\n--c--`,
    told: "soap -/Upload - - 2 Upload",
  },
  {
    name: "the same by the action of its type",
    path: "/stock",
    type: 'multipart/related; boundary=b; action="urn:shop:Stock/Put"',
    body: "--b\r\n\r\n<e:Envelope><e:Body><x/></e:Body></e:Envelope>\r\n--b--",
    told: "soap Stock/Put - - - Stock.Put",
  },
  {
    name: "Connect by GET",
    method: "GET",
    path: "/shop.v1.Cart/List?base64=1&connect=v1&encoding=proto&message=",
    told: "connect_rpc shop.v1.Cart/List unary - - -",
  },
  {
    name: "AWS JSON by its target",
    path: "/",
    type: "application/x-amz-json-1.0",
    fields: [["X-Amz-Target", "DynamoDB_20120810.PutItem"]],
    body: '{"TableName":"t"}',
    answer: "{}",
    told: "aws-api DynamoDB/PutItem - - - DynamoDB_20120810.PutItem",
  },
  {
    name: "AWS' query protocol",
    path: "/",
    type: "application/x-www-form-urlencoded; charset=utf-8",
    body: "Action=SendMessage&MessageBody=secret&Version=2012-11-05",
    answerType: "text/xml",
    answer: "<SendMessageResponse/>",
    told: "aws-api -/SendMessage - - - SendMessage",
  },
  {
    name: "the same with its parameters by the alphabet",
    path: "/",
    type: "application/x-www-form-urlencoded",
    body: "AccountAlias=x&Action=CreateAccountAlias&Version=2010-05-08",
    answerType: "text/xml",
    told: "aws-api -/CreateAccountAlias - - - CreateAccountAlias",
  },
  {
    name: "the same by GET",
    method: "GET",
    path: "/?Action=DescribeInstances&Version=2016-11-15",
    told: "aws-api -/DescribeInstances - - - DescribeInstances",
  },
];

const MARK = "\ufeff";
const ASKED = JSON.stringify({ query: "query Marked{a}" });
const CALLED = `<?xml version="1.0" encoding="utf-16"?><s:Envelope ${ENVELOPE}><s:Body><m:GetPrice xmlns:m="u"/></s:Body></s:Envelope>`;

/** Texts with a mark of their encoding before them (RFC 8259 §8.1), or in UTF-16. */
export const MARKED_CASES: readonly OperationCase[] = [
  {
    name: "a mark",
    type: JSON_TYPE,
    body: MARK + ASKED,
    answer: "{}",
    told: "graphql -/Marked query 1 - query.Marked",
  },
  {
    name: "UTF-16",
    type: "application/json; charset=utf-16le",
    body: Buffer.from(ASKED, "utf16le"),
    answer: "{}",
    told: "graphql -/Marked query 1 - query.Marked",
  },
  {
    name: "UTF-16, its greater byte first",
    type: JSON_TYPE,
    path: "/rpc",
    body: Buffer.from(`${MARK}{"jsonrpc":"2.0","method":"user.get","id":1}`, "utf16le").swap16(),
    answer: '{"jsonrpc":"2.0","result":5,"id":1}',
    told: "jsonrpc -/user.get - - 0 user.get",
  },
  {
    name: "SOAP in UTF-16",
    path: "/soap",
    type: "text/xml; charset=utf-16",
    body: Buffer.from(MARK + CALLED, "utf16le"),
    answerType: "text/xml",
    answer: `<s:Envelope ${ENVELOPE}><s:Body><m:GetPriceResponse xmlns:m="u"/></s:Body></s:Envelope>`,
    told: "soap -/GetPrice - - 0 GetPrice",
  },
];
