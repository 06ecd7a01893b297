import { gzipSync } from "node:zlib";
import { HTTP2_TALKS, TLS_TALKS } from "./canary-connections.js";
import { KINDS, type Kind, worded } from "./canary-values.js";
import { closing, masked, OPCODE, frame as socketFrame } from "./websocket-builder.js";

/** What a client and a server say in turn on one connection. */
export interface Talk {
  readonly name: string;
  /** What of it stands nowhere else. */
  readonly mark: string;
  readonly steps: readonly (readonly ["client" | "server", string | Buffer])[];
}

const HEAD = "Host: shop.internal\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

type Encoding = readonly [name: string, encode: (text: string) => string];
const ENCODINGS: readonly Encoding[] = [
  ["plain", (text) => text],
  ["once", encodeURIComponent],
  ["twice", (text) => encodeURIComponent(encodeURIComponent(text))],
  ["at", (text) => text.replaceAll("@", "%40").replaceAll(".", "%2E").replaceAll("_", "%5f")],
  ["at2", (text) => text.replaceAll("@", "%2540").replaceAll(".", "%252E")],
  ["at3", (text) => text.replaceAll("@", "%252540")],
];

/** Whole segments of a path, written in letters and digits alone. */
const SEGMENT_ENCODINGS: readonly Encoding[] = [
  ["hex", (text) => Buffer.from(text).toString("hex")],
  ["HEX", (text) => Buffer.from(text).toString("hex").toUpperCase()],
  ["base64url", (text) => Buffer.from(text).toString("base64url")],
  ["base64", (text) => encodeURIComponent(Buffer.from(text).toString("base64"))],
];
const SEGMENT_TARGETS: readonly string[] = [
  "/users/@",
  "/users/@.json",
  "/users/@/orders?page=1",
  "http://shop.internal/u/@",
];

/** Where in a target: `@` stands for the value. */
const TARGETS: readonly string[] = [
  "/users/@",
  "/users/@/orders",
  "/users/mailto:@",
  "/users/by=@",
  "/users;owner=@/list",
  "/users;@/list",
  "/users/a,@,b",
  "/users/(@)",
  "/users/'@'",
  "/files/@.json",
  "/files/x-@",
  "/files/x_@",
  "/files/@?page=1",
  "/a?q=@",
  "/a?@",
  "/a?@=1",
  "/a?hapikey=@",
  "/a?appid=@",
  "/a?x=1;q=@",
  "/a?x[@]=1",
  "/a?q=%7B%22v%22%3A%22@%22%7D",
  "/a#@",
  "/a&u=@",
  "/a%3Fq=@",
  "/a%2F@%2Fb",
  "/go/http://user:@@h/x",
  "/go/http:%2F%2Fh%2F@",
  "http://shop.internal/u/@",
  "http://@@shop.internal/",
  "http://user:@@shop.internal/",
  "*@",
  "//@/x",
];

/** Fields of a request that hold it. */
const REQUEST_FIELDS: readonly string[] = [
  "X-Note: @",
  "X-Note: first\r\n @",
  "X-Note: \t@",
  "@: 1",
  "X-@: 1",
  "Cookie: a=@",
  "Cookie: @=1",
  "Cookie: @",
  "Authorization: @",
  "Authorization: @ abcdef",
  "Authorization: Bearer @",
  "Authorization: Token token=@",
  "Proxy-Authorization: @",
  "User-Agent: bot/1.0 (+@)",
  "User-Agent: @",
  "User-Agent: bot/1.0 contact=@ token:@",
  "From: @",
  "Referer: http://h/u/@?x=@",
  "Origin: https://user:@@h",
  "Origin: @",
  "Via: 1.1 @",
  "X-Forwarded-For: @",
  "X-Forwarded-Host: @",
  "Forwarded: for=@",
  "X-Request-Id: @",
  "traceparent: 00-@-00f067aa0ba902b7-01",
  "tracestate: v=@",
  "baggage: user=@",
  "Content-Type: application/json; user=@",
  "Content-Type: multipart/form-data; boundary=@",
  "Content-Type: @",
  "Content-Type: application/@",
  "Content-Encoding: @",
  "Transfer-Encoding: @",
  "Content-Length: @",
  "Expect: @",
  "Prefer: wait=1; user=@",
  "Upgrade: @\r\nConnection: Upgrade",
  "SOAPAction: @",
  'SOAPAction: "http://x/@"',
  "X-Amz-Target: @",
  "X-Amz-Target: Svc_1.@",
  "Connect-Protocol-Version: @",
  "Host: @",
  "Host: u:@@shop.internal",
  "Host: @.shop.internal",
  "X-Api-Key: @",
  "X-Shop-Token: @",
  "X-@-Token: 1",
  "X-@-Api-Key: @",
  "X-Shop-Secret: @",
  "Signature: sig1=:@:",
  "X-Shop-Signature: @",
  "X-Original-Authorization: @ @",
  "X-Sentry-Auth: Sentry sentry_key=@",
  "Cf-Access-Jwt-Assertion: @",
  "X-Forwarded-Client-Cert: Subject=@;URI=@",
  "Sec-WebSocket-Protocol: @",
  "DPoP: @",
  "Depth: @",
  "Digest: @",
  "X-Tenant: @",
  "grpc-timeout: @",
  "no colon @",
  ": @",
];

/** Fields of an answer, and whole answers. */
const ANSWERS: readonly string[] = [
  "HTTP/1.1 200 @\r\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 @ OK\r\nContent-Length: 0\r\n\r\n",
  "HTTP/@ 200 OK\r\nContent-Length: 0\r\n\r\n",
  ...[
    "Location: https://h/u/@?t=@",
    "Location: https://user:@@h/",
    "Content-Location: /u/@",
    "Link: </u/@>; rel=deprecation",
    "Deprecation: @",
    "Sunset: @",
    "Server: @",
    "Server: nginx (@)",
    "X-Powered-By: @",
    "Via: @",
    "Set-Cookie: @=1",
    "Set-Cookie: sid=@; Domain=@; Path=/@; SameSite=@",
    "Access-Control-Allow-Origin: https://u:@@h",
    "Access-Control-Allow-Origin: @",
    "Cache-Control: private=@, @",
    "Strict-Transport-Security: @",
    "Content-Security-Policy: report-uri /@",
    "WWW-Authenticate: @",
    "WWW-Authenticate: Bearer realm=@",
    "X-AspNet-Version: @",
    "ETag: @",
    "Warning: 199 - @",
    "Content-Disposition: attachment; filename=@",
    "Content-Type: @",
    "Content-Type: text/@",
    "X-RateLimit-@: 5",
    "Alt-Svc: h2=@",
    "Refresh: 0; url=/u/@",
  ].map((field) => `HTTP/1.1 200 OK\r\n${field}\r\nContent-Length: 0\r\n\r\n`),
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Note\r\n\r\n2;note=@\r\n{}\r\n0;@\r\nX-Note: @\r\n@: 1\r\nGrpc-Message: @\r\n\r\n",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n@\r\n{}\r\n0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 2, @\r\n\r\n{}",
  "@\r\n\r\n",
];

/** Bodies with their media type; the first call teaches, the others are compared with it. */
const BODIES: readonly (readonly [type: string, body: string])[] = [
  ["application/json", '{"@":{"a":1}}'],
  ["application/json", '{"a":{"@":"x"}}'],
  ["application/json", '{"status":"@","type":"@","role":"@"}'],
  ["application/json", '{"status":"@'],
  ["application/json", '{"api_key":"@","access_token":"@","@_token":"x"}'],
  ["application/x-www-form-urlencoded", "api_key=@"],
  [
    "text/xml",
    "<e:Envelope><e:Header><w:UsernameToken><w:Password>@</w:Password></w:UsernameToken></e:Header><e:Body><A/></e:Body></e:Envelope>",
  ],
  [
    "text/xml",
    "<e:Envelope><e:Body><e:Fault><faultcode>@</faultcode><faultstring>@</faultstring></e:Fault></e:Body></e:Envelope>",
  ],
  ["application/json", '{"errors":[{"message":"@","extensions":{"code":"@"}}]}'],
  ["application/json", '["@","@"]'],
  ["application/json", '"@"'],
  ["application/x-www-form-urlencoded", "@=1&a=@"],
  ["application/x-www-form-urlencoded", "grant_type=@&client_id=@&username=@&scope=@&assertion=@"],
  [
    "application/json",
    '{"grant_type":"@","client_id":"@","client_secret":"@","client_assertion":"@","refresh_token":"@"}',
  ],
  ["application/x-www-form-urlencoded", "Action=@&Version=2012-11-05"],
  [
    "multipart/form-data; boundary=B",
    '--B\r\nContent-Disposition: form-data; name="f"; filename="@"\r\nContent-Type: text/@\r\n\r\nx\r\n--B\r\nContent-Disposition: form-data; name="@"\r\n\r\n@\r\n--B--\r\n',
  ],
  ["application/xml", '<a b="@"><@>x</@><c>@</c></a>'],
  ["text/html", '<html><input name="@" value="@"></html>'],
  ["text/plain", "@"],
  ["application/x-ndjson", '{"a":"@"}\n{"@":1}\n'],
  ["text/event-stream", "event: @\nid: @\ndata: @\n\n"],
  ["application/graphql", 'query { user(mail: "@") { id } }'],
  ["application/json", '{"query":"query($m:String){user(mail:$m){id}}","variables":{"m":"@","@":1}}'],
  ["application/json", '{"query":"{ user(mail: \\"@\\") { id } }","operationName":"@"}'],
  ["application/json", '{"query":"query @ { user { id } }","operationName":"@"}'],
  ["application/json", '{"query":"{ @: user { id @ } }"}'],
  ["application/json", '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"@"}}}'],
  ["application/json", '{"jsonrpc":"2.0","method":"@","params":["@"],"id":"@"}'],
  ["application/json", '{"jsonrpc":"2.0","method":"user.@","params":{"@":1},"id":1}'],
  [
    "text/xml",
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><@ xmlns="urn:@"><a>@</a></@></soap:Body></soap:Envelope>',
  ],
  ["application/x-amz-json-1.0", '{"TableName":"@"}'],
  ["application/csp-report", '{"csp-report":{"document-uri":"https://h/@"}}'],
];

/** What begins other protocols, or goes before HTTP. */
const FOREIGN: readonly (readonly ["client" | "server", string])[][] = [
  [["client", "PROXY TCP4 @ 10.0.0.2 1 2\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"]],
  [["client", "PROXY UNKNOWN @\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"]],
  [["client", `CONNECT @:443 HTTP/1.1\r\n${HEAD}\r\n`]],
  [["client", `@ / HTTP/1.1\r\n${HEAD}\r\n`]],
  [["client", `GET / HTTP/1.1@\r\n${HEAD}\r\n`]],
  [["client", `GET / @\r\n${HEAD}\r\n`]],
  [["client", `GET  @ HTTP/1.1\r\n${HEAD}\r\n`]],
  [["client", "GET /u/@\r\n"]],
  [
    ["server", "220 mail.internal ESMTP @\r\n"],
    ["client", "EHLO h\r\n"],
    ["server", "250 STARTTLS\r\n"],
    ["client", "MAIL FROM:<@>\r\n"],
  ],
  [
    ["server", "220 FTP\r\n"],
    ["client", "USER @\r\nPASS @\r\n"],
  ],
  [["client", "*2\r\n$4\r\nAUTH\r\n$8\r\n@\r\n"]],
  [["client", "\x00\x00\x00\x40\x00\x03\x00\x00user\x00@\x00database\x00@\x00\x00"]],
  [["client", "SSH-2.0-@\r\n"]],
  [["client", "\x05\x01\x02\x01\x06@\x00"]],
  [["client", "\x04\x01\x00\x50\x00\x00\x00\x01@\x00@\x00GET / HTTP/1.1\r\n\r\n"]],
  [["client", "@\r\n"]],
];

/** A connection for every place and kind of value; each is said `times` over, as what is learned is learned by repetition. */
export function canaryTalks(times = 6): Talk[] {
  const talks: Talk[] = [];
  let made: Kind = KINDS[0];
  const add = (name: string, say: (value: string) => Talk["steps"], again = times): void => {
    const once = say(made.make(talks.length));
    talks.push({ name, mark: made.mark(talks.length), steps: Array.from({ length: again }, () => once).flat() });
  };
  const at = place;
  for (const one of KINDS) {
    made = one;
    const kind = one.name;
    for (const [encoding, encode, target] of [
      ...ENCODINGS.flatMap((encoding) => TARGETS.map((target) => [...encoding, target] as const)),
      ...SEGMENT_ENCODINGS.flatMap((encoding) => SEGMENT_TARGETS.map((target) => [...encoding, target] as const)),
    ])
      add(`${kind} ${encoding} ${target}`, (value) => [
        ["client", `GET ${at(target, encode(value))} HTTP/1.1\r\n${HEAD}\r\n`],
        ["server", OK],
      ]);
    for (const field of REQUEST_FIELDS)
      add(`${kind} request ${JSON.stringify(field)}`, (value) => [
        ["client", `GET /f HTTP/1.1\r\n${field.startsWith("Host") ? "" : HEAD}${at(field, value)}\r\n\r\n`],
        ["server", OK],
      ]);
    for (const answer of ANSWERS)
      add(`${kind} answer ${JSON.stringify(answer)}`, (value) => [
        ["client", `GET /r HTTP/1.1\r\n${HEAD}\r\n`],
        ["server", at(answer, value)],
      ]);
    for (const [type, body] of BODIES)
      add(`${kind} body ${type} ${body}`, (value) => {
        const text = at(body, value);
        const zipped = gzipSync(text);
        return [
          [
            "client",
            `POST /b HTTP/1.1\r\n${HEAD}Content-Type: ${type}\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
          ],
          [
            "server",
            Buffer.concat([
              Buffer.from(
                `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`,
              ),
              zipped,
            ]),
          ],
        ];
      });
    for (const steps of FOREIGN)
      add(`${kind} foreign ${JSON.stringify(steps[0][1])}`, (value) =>
        steps.map(([from, text]) => [from, Buffer.from(at(text, value), "latin1")] as const),
      );
    add(`${kind} websocket`, (value) => socketTalk(value));
    for (const [name, say] of HTTP2_TALKS) add(`${kind} HTTP/2 ${name}`, say, 1);
    for (const [name, say] of TLS_TALKS)
      if (!one.isNumber || name.startsWith("SNI")) add(`${kind} TLS ${name}`, say, 1);
  }
  made = worded("password", (mark) => `hunter2-${mark}`);
  for (const target of PASSWORD_TARGETS)
    add(`password ${target}`, (value) => [
      ["client", `GET ${at(target, value).replace("\x02", "@")} HTTP/1.1\r\n${HEAD}\r\n`],
      ["server", OK],
    ]);
  return talks;
}

/** Passwords and numbers that only their place tells of. */
const PASSWORD_TARGETS: readonly string[] = [
  "/a?password=@",
  "/a;password=@/b",
  "/a%3Fpassword%3D@",
  "/a%253Fpassword%253D@%2526x=1",
  "/a%25253Fpassword%25253D@",
  "/go/http:%2F%2Fuser:@%40h%2Fx",
  "/go/http%3A%2F%2Fuser%3A@%40h%2Fx",
  "/go/http%253A%252F%252Fuser%253A@%2540h%252Fx",
  "http://user:@\x02h/x",
  "/go/http://user:@\x02h/x",
  "/a&password=@",
  "/a,password=@",
  "/password:@",
];

/** `@@` is the value and the sign behind it. */
function place(text: string, value: string): string {
  return text
    .replaceAll("@@", "\x01")
    .replaceAll("@", () => value)
    .replaceAll("\x01", () => `${value}@`);
}

function socketTalk(value: string): Talk["steps"] {
  return [
    [
      "client",
      `GET /ws HTTP/1.1\r\n${HEAD}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `Sec-WebSocket-Protocol: chat, ${value}\r\nSec-WebSocket-Extensions: ${value}; a=${value}\r\n\r\n`,
    ],
    [
      "server",
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
        `Sec-WebSocket-Protocol: ${value}\r\nSec-WebSocket-Extensions: ${value}; a=${value}\r\n\r\n`,
    ],
    ["client", masked(`{"mail":"${value}"}`)],
    ["server", socketFrame(value)],
    ["client", masked(value, { opcode: OPCODE.binary })],
    ["client", masked(value, { opcode: OPCODE.ping })],
    ["server", socketFrame(closing(4_000, value), { opcode: OPCODE.close })],
    ["client", masked(closing(4_000, value), { opcode: OPCODE.close })],
  ];
}
