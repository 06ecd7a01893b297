import type { OperationCase } from "./operation-cases.js";

const JSON_TYPE = "application/json";

/** Bodies that look like one of these at first, and are none. */
export const NONE_OF_THESE: readonly OperationCase[] = [
  ...[
    '{"query":{"match_all":{}},"size":10}',
    '{"query":"cats and dogs","limit":10}',
    '{"query":"query planner"}',
    '{"query":"SELECT * FROM t"}',
    '{"query":"{job=\\"x\\"} |= 5"}',
    '{"query":"type A { b: C }"}',
    '{"query":"fragment f on A { b }"}',
    '{"query":"{}"}',
    '{"operationName":"GetUser","variables":{}}',
    '{"variables":{"a":1}}',
    '{"extensions":{"persistedQuery":{"sha256Hash":"short"}}}',
    '{"id":1,"name":"x","method":"card"}',
    '{"method":"card","amount":5}',
    '{"method":"card","params":{"a":1},"id":1}',
    '{"jsonrpc":"3.0","method":"a","id":1}',
    '{"jsonrpc":"2.0","result":5,"id":1}',
    '{"jsonrpc":"2.0","method":5,"id":1}',
    '[{"jsonrpc":"2.0"},{"a":1}]',
    "[1,2,3]",
    "{",
    "",
    "null",
  ].map((body) => ({ name: body, path: "/a", type: JSON_TYPE, body, answer: "{}", told: "-" })),
  { name: "XML", type: "text/xml", body: "<order><Envelope/><Body><x/></Body></order>", told: "-" },
  { name: "a form", type: "application/x-www-form-urlencoded", body: "Action=Buy&Version=2&n=1", told: "-" },
  { name: "another's parts", type: "multipart/related; boundary=b", body: "--b\r\n\r\n{}\r\n--b--", told: "-" },
  { name: "connected", method: "GET", path: "/status?connect=v1", told: "-" },
  { name: "an id of something else", method: "GET", path: `/orders?id=${"ef".repeat(16)}`, told: "-" },
  { name: "a document of something else", method: "GET", path: "/files?doc_id=17888483320059182", told: "-" },
  { name: "a path that only begins so", method: "GET", path: `/graphql-docs?id=${"ef".repeat(16)}`, told: "-" },
  { name: "a page about it", method: "GET", path: "/graphql?v=2", told: "-" },
  { name: "a search", method: "GET", path: "/search?query=cats&limit=2", told: "-" },
  { name: "PromQL", method: "GET", path: `/api/v1/query?query=${encodeURIComponent('up{job="x"}')}`, told: "-" },
  { name: "LogQL", method: "GET", path: `/loki?query=${encodeURIComponent('{app="x"} |= "y"')}`, told: "-" },
  { name: "a query in JSON", method: "GET", path: `/_search?query=${encodeURIComponent('{"a":1}')}`, told: "-" },
  {
    name: "a file",
    type: "multipart/form-data; boundary=X",
    body: '--X\r\nContent-Disposition: form-data; name="f"\r\n\r\n{"query":"{a}"}\r\n--X--\r\n',
    told: "-",
  },
];
