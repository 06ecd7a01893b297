import type { Talk } from "./canary-places.js";
import {
  type BlockEncoder,
  data,
  type Field,
  message as grpcMessage,
  HELLO,
  Http2Peers,
  headers,
  settings,
} from "./http2-builder.js";
import * as tls from "./tls-builder.js";

type Steps = Talk["steps"];

/** Heads of requests and answers over HTTP/2, with the value in pseudo-header fields, fields, trailers and messages. */
export const HTTP2_TALKS: readonly (readonly [name: string, say: (value: string) => Steps])[] = [
  ["path", (value) => asked([[":path", `/u/${value}?q=${value}`]])],
  ["path twice encoded", (value) => asked([[":path", `/u/${encodeURIComponent(encodeURIComponent(value))}`]])],
  ["authority", (value) => asked([[":authority", `user:${value}@shop.internal`]])],
  ["method", (value) => asked([[":method", value]])],
  ["scheme", (value) => asked([[":scheme", value]])],
  [
    "protocol",
    (value) =>
      asked([
        [":method", "CONNECT"],
        [":protocol", value],
      ]),
  ],
  ["unknown pseudo field", (value) => asked([[":note", value]])],
  ...[
    "authorization",
    "cookie",
    "user-agent",
    "x-note",
    "content-type",
    "referer",
    "x-request-id",
    "traceparent",
    "grpc-timeout",
    "x-amz-target",
    "soapaction",
    "origin",
    "host",
    "x-tenant",
    "te",
    "priority",
    "from",
    "via",
    "x-forwarded-for",
  ].map((field) => [field, (value: string) => asked([[field, value]])] as const),
  ["field's name", (value) => asked([[`x-${value}`.toLowerCase(), "1"]])],
  ["status", (value) => asked([], [[":status", value]])],
  ...[
    "server",
    "location",
    "set-cookie",
    "content-type",
    "x-powered-by",
    "www-authenticate",
    "grpc-message",
    "sunset",
    "link",
  ].map((field) => [`answer ${field}`, (value: string) => asked([], [[field, value]])] as const),
  ["gRPC", grpc],
];

function asked(
  request: readonly (readonly [string, string])[],
  answer: readonly (readonly [string, string])[] = [],
): Steps {
  const peers = new Http2Peers();
  const steps: ["client" | "server", Buffer][] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  for (let stream = 1; stream < 12; stream += 2) {
    const fields = new Map<string, string>([
      [":method", "GET"],
      [":path", "/h2"],
      [":scheme", "http"],
      [":authority", "shop.internal"],
    ]);
    for (const [name, value] of request) fields.set(name, value);
    steps.push(["client", head(peers.client, stream, [...fields])]);
    steps.push(["server", head(peers.server, stream, [...new Map([[":status", "200"], ...answer])])]);
  }
  return steps;
}

function grpc(value: string): Steps {
  const peers = new Http2Peers();
  const text = Buffer.concat([Buffer.from([0x0a, value.length]), Buffer.from(value)]).toString("latin1");
  const steps: ["client" | "server", Buffer][] = [
    ["client", HELLO],
    ["server", settings()],
  ];
  for (let stream = 1; stream < 12; stream += 2) {
    const path = stream < 6 ? `/shop.v1.Cart/${value}` : "/shop.v1.Cart/Add";
    const fields: readonly Field[] = [
      [":method", "POST"],
      [":path", path],
      [":scheme", "http"],
      [":authority", "shop.internal"],
    ];
    steps.push([
      "client",
      head(peers.client, stream, [...fields, ["content-type", "application/grpc"], ["x-user", value]], false),
    ]);
    steps.push(["client", data(stream, grpcMessage(text), "ends")]);
    steps.push([
      "server",
      head(
        peers.server,
        stream,
        [
          [":status", "200"],
          ["content-type", "application/grpc"],
        ],
        false,
      ),
    ]);
    steps.push(["server", data(stream, grpcMessage(text))]);
    steps.push([
      "server",
      head(peers.server, stream, [
        ["grpc-status", "3"],
        ["grpc-message", value],
        ["x-trailer", value],
      ]),
    ]);
  }
  return steps;
}

function head(encoder: BlockEncoder, stream: number, fields: readonly Field[], ends = true): Buffer {
  return headers(stream, encoder.block(fields), { ends });
}

const EMAIL_ADDRESS = "2a864886f70d010901";
const USER_ID = "0992268993f22c640101";

/** A name with one attribute. */
function named(type: string, value: string): Buffer {
  return tls.der(0x30, tls.der(0x31, tls.der(0x30, tls.oid(type), tls.der(0x0c, value))));
}

/** Handshakes with the value in what is clear of them. */
export const TLS_TALKS: readonly (readonly [name: string, say: (value: string) => Steps])[] = [
  ["SNI", (value) => greeted({ serverName: value })],
  ["SNI's label", (value) => greeted({ serverName: `${value}.shop.internal` })],
  ["subject's e-mail", (value) => greeted({}, { subject: named(EMAIL_ADDRESS, value) })],
  ["issuer's e-mail", (value) => greeted({}, { issuer: named(EMAIL_ADDRESS, value) })],
  ["subject's user", (value) => greeted({}, { subject: named(USER_ID, value) })],
  ["subject's common name", (value) => greeted({}, { subject: named("550403", value) })],
  ["subject's serial", (value) => greeted({}, { subject: named("550405", value) })],
  ["alternative e-mail", (value) => greeted({}, { extensions: [alternative(0x81, value)] })],
  ["alternative host", (value) => greeted({}, { extensions: [alternative(0x82, value)] })],
  [
    "alternative URI",
    (value) => greeted({}, { extensions: [alternative(0x86, `https://user:${value}@h/u/${value}?t=${value}`)] }),
  ],
];

function alternative(tag: number, value: string): Buffer {
  return tls.certificateExtension("551d11", tls.der(0x30, tls.der(tag, value)));
}

function greeted(hello: tls.HelloParts, certificate: tls.CertificateParts = {}): Steps {
  const chain = tls.certificates(tls.certificate(certificate));
  return [
    ["client", tls.handshake(tls.clientHello(hello))],
    [
      "server",
      tls.handshake(tls.serverHello(), chain, tls.SERVER_KEY_EXCHANGE, tls.CERTIFICATE_REQUEST, tls.SERVER_HELLO_DONE),
    ],
    ["client", tls.handshake(chain, tls.CLIENT_KEY_EXCHANGE, tls.CERTIFICATE_VERIFY)],
    ["client", Buffer.concat([tls.CHANGE_CIPHER, tls.sealed(40, 22)])],
    ["server", Buffer.concat([tls.CHANGE_CIPHER, tls.sealed(40, 22)])],
    ["client", tls.sealed(200)],
    ["server", tls.sealed(400)],
  ];
}
