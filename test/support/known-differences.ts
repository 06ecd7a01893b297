import type { KnownDifference } from "./corpus.js";

const DECOMPRESSED = "Zeek counts content after undoing gzip, we count it as sent";

/** Rows, each the connection and what is compared of the call, in which another tool and we differ, and why: the wire or the RFC decides, not the other tool. */
export const KNOWN_DIFFERENCES: ReadonlyMap<string, KnownDifference> = new Map([
  [
    "deepflow/http2-multi.pcap",
    {
      reason: "the type is an entry of a table made before the capture; what the requests carry is gRPC's messages",
      rows: ["theirs Http2 - - 200 -", "theirs Http2 - - 200 -", "ours Grpc - - 200 -", "ours Grpc - - 200 -"],
    },
  ],
  [
    "zeek/traces/tunnels/ayiya3.pcap",
    {
      reason: DECOMPRESSED,
      rows: [
        "theirs 2001:4978:f:4c::2:53382>2001:4860:b002::68:80 GET ipv6.google.com / 200 0 10102",
        "ours 2001:4978:f:4c::2:53382>2001:4860:b002::68:80 GET ipv6.google.com / 200 0 4048",
      ],
    },
  ],
  [
    "zeek/traces/tunnels/Teredo.pcap",
    {
      reason: DECOMPRESSED,
      rows: [
        "theirs 2001:0:4137:9e50:8000:f12a:b9c8:2815:1286>2001:4860:0:2001::68:80 GET ipv6.google.com / 200 0 6640",
        "theirs 2001:0:4137:9e50:8000:f12a:b9c8:2815:1286>2001:4860:0:2001::68:80 GET ipv6.google.com /search 200 0 25119",
        "theirs 192.168.2.16:1580>67.228.110.120:80 GET www.wireshark.org / 200 0 11845",
        "ours 2001:0:4137:9e50:8000:f12a:b9c8:2815:1286>2001:4860:0:2001::68:80 GET ipv6.google.com / 200 0 2739",
        "ours 2001:0:4137:9e50:8000:f12a:b9c8:2815:1286>2001:4860:0:2001::68:80 GET ipv6.google.com /search 200 0 7289",
        "ours 192.168.2.16:1580>67.228.110.120:80 GET www.wireshark.org / 200 0 3651",
      ],
    },
  ],
  [
    "zeek/traces/wikipedia.pcap",
    {
      reason: "the request of port 35634 and its 304 are on the wire, Zeek leaves them out",
      rows: ["ours 141.142.220.118:35634>208.80.152.2:80 GET www.wikipedia.org / 304 0 0"],
    },
  ],
  [
    "zeek/traces/http/http_09.pcap",
    {
      reason: "Zeek makes an entry of the second line too; after HTTP/0.9's request line there is no second request",
      rows: ["theirs 127.0.0.1:42960>127.0.0.1:80 - - - - 0 0", "theirs 127.0.0.1:42964>127.0.0.1:80 - - - - 0 0"],
    },
  ],
  [
    "zeek/traces/http/methods.pcap",
    {
      reason: "after a request line without version we read the status line of the answer, Zeek counts it as content",
      rows: [
        "theirs 128.2.6.136:46568>173.194.75.103:80 GET www.google.com /HTTP/1.1 - 0 1349",
        "theirs 128.2.6.136:46578>173.194.75.103:80 CCM_POST www.google.com /HTTP/1.1 - 0 1068",
        "theirs 128.2.6.136:46582>173.194.75.103:80 CONNECT www.google.com / 400 0 925",
        "theirs 128.2.6.136:46583>173.194.75.103:80 CONNECT www.google.com /HTTP/1.1 - 0 1068",
        "theirs 128.2.6.136:46586>173.194.75.103:80 CONNECT www.google.com / 400 0 925",
        "theirs 128.2.6.136:46588>173.194.75.103:80 TRACE www.google.com /HTTP/1.1 - 0 1068",
        "theirs 128.2.6.136:46593>173.194.75.103:80 DELETE www.google.com /HTTP/1.1 - 0 1068",
        "theirs 128.2.6.136:46598>173.194.75.103:80 PUT www.google.com /HTTP/1.1 - 0 1081",
        "theirs 128.2.6.136:46603>173.194.75.103:80 POST www.google.com /HTTP/1.1 - 0 1081",
        "theirs 128.2.6.136:46608>173.194.75.103:80 HEAD www.google.com /HTTP/1.1 - 0 143",
        "ours 128.2.6.136:46568>173.194.75.103:80 GET - /HTTP/1.1 403 0 1207",
        "ours 128.2.6.136:46578>173.194.75.103:80 - - - 400 0 925",
        "ours 128.2.6.136:46582>173.194.75.103:80 CONNECT - / 400 0 925",
        "ours 128.2.6.136:46583>173.194.75.103:80 CONNECT - /HTTP/1.1 400 0 925",
        "ours 128.2.6.136:46586>173.194.75.103:80 CONNECT - / 400 0 925",
        "ours 128.2.6.136:46588>173.194.75.103:80 TRACE - /HTTP/1.1 400 0 925",
        "ours 128.2.6.136:46593>173.194.75.103:80 DELETE - /HTTP/1.1 400 0 925",
        "ours 128.2.6.136:46598>173.194.75.103:80 PUT - /HTTP/1.1 411 0 934",
        "ours 128.2.6.136:46603>173.194.75.103:80 POST - /HTTP/1.1 411 0 934",
        "ours 128.2.6.136:46608>173.194.75.103:80 HEAD - /HTTP/1.1 400 0 0",
      ],
    },
  ],
  [
    "zeek/traces/http/no_crlf.pcap",
    {
      reason: "Content-Length is what we say; Zeek adds two bytes",
      rows: [
        "theirs 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /7u0e9j2avwlvnuynyo/szcm27k/fzb067wy/ 200 6086 306596",
        "theirs 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /ko5ezxmguvv/p8d4003oiu/utkdae7r/74uzr8n74r/ 200 7558 411556",
        "theirs 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /vwst360x8syxks325x/26dtqu31wzhmwqq/8p9iu8zbragj/ 200 8214 473908",
        "theirs 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /mro86v6nvs42/ 200 6278 287012",
        "theirs 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /raet/u6tpsbdmo5g7crj4f/8l720ln/lwrl5fe38/1yje7g5qc/ 200 6230 1172",
        "ours 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /7u0e9j2avwlvnuynyo/szcm27k/fzb067wy/ 200 6084 306596",
        "ours 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /ko5ezxmguvv/p8d4003oiu/utkdae7r/74uzr8n74r/ 200 7556 411556",
        "ours 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /vwst360x8syxks325x/26dtqu31wzhmwqq/8p9iu8zbragj/ 200 8212 473908",
        "ours 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /mro86v6nvs42/ 200 6276 287012",
        "ours 10.1.6.206:49783>5.2.136.90:80 POST 5.2.136.90 /raet/u6tpsbdmo5g7crj4f/8l720ln/lwrl5fe38/1yje7g5qc/ 200 6228 1172",
      ],
    },
  ],
  [
    "zeek/traces/http/missing-zlib-header.pcap",
    {
      reason: DECOMPRESSED,
      rows: [
        "theirs 237.244.174.255:1905>79.218.110.244:80 GET ads1.msn.com /library/dap.js 200 0 13249",
        "theirs 237.244.174.255:1905>79.218.110.244:80 GET ads1.msn.com /library/dap.js 200 0 13249",
        "ours 237.244.174.255:1905>79.218.110.244:80 GET ads1.msn.com /library/dap.js 200 0 5139",
        "ours 237.244.174.255:1905>79.218.110.244:80 GET ads1.msn.com /library/dap.js 200 0 5139",
      ],
    },
  ],
  [
    "zeek/traces/http/x-gzip.pcap",
    {
      reason: DECOMPRESSED,
      rows: [
        "theirs 127.0.0.1:54890>127.0.0.1:80 GET localhost / 200 0 19",
        "ours 127.0.0.1:54890>127.0.0.1:80 GET localhost / 200 0 39",
      ],
    },
  ],
  [
    "zeek/traces/http/http-single-conn-22.pcap",
    {
      reason: "the wire has 12630 bytes after the head (31 + 9 * 1402 - 19); Zeek adds two",
      rows: [
        "theirs 10.0.0.1:51889>192.168.0.1:22 GET - / 200 0 12632",
        "ours 10.0.0.1:51889>192.168.0.1:22 GET - / 200 0 12630",
      ],
    },
  ],
  [
    "zeek/traces/tls/tls12-decryption.pcap",
    {
      reason: "Zeek was given the session's keys",
      rows: ["theirs 192.168.100.70:48216>193.99.144.80:443 GET heise.de / 301 0 229"],
    },
  ],
  [
    "arkime/arkime_synthetic.pcap",
    {
      reason: "Arkime calls RPC over HTTP by another name, and HTTP/2's preface a request",
      rows: [
        "theirs 10.0.38.100:54344>10.0.38.1:443 PRI*1  ",
        "ours 10.0.2.1:51001>10.0.2.2:80 RPC_IN_DATA*1 /rpc/rpcproxy.dll 200",
        "ours 10.0.2.3:51002>10.0.2.4:80 RPC_OUT_DATA*1 /rpc/rpcproxy.dll 200",
        "ours 2001:db8::5:51003>2001:db8::6:80 RPC_IN_DATA*1 /rpcwithcert/rpcproxy.dll 200",
      ],
    },
  ],
  [
    "arkime/socks5-reverse.pcap",
    {
      reason: "inside SOCKS, with client and server in turned roles",
      rows: ["theirs 10.0.0.1:54263>10.0.0.2:8855 GET*2 /search 200,302"],
    },
  ],
]);
