const TUNNEL = "inside a tunnel that is not taken apart yet";
const DECOMPRESSED = "Zeek counts content after undoing gzip, we count it as sent";

/** Captures where another tool and we differ, and why: the wire or the RFC decides, not the other tool. */
export const KNOWN_DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ["zeek/traces/tunnels/vxlan-encapsulated-http.pcap", TUNNEL],
  ["zeek/traces/tunnels/ayiya3.pcap", TUNNEL],
  ["zeek/traces/tunnels/gre-over-udp-4754.pcap", TUNNEL],
  ["zeek/traces/tunnels/gtp/gtp1_gn_normal_incl_fragmentation.pcap", TUNNEL],
  ["zeek/traces/tunnels/Teredo.pcap", `${TUNNEL}; ${DECOMPRESSED}`],
  ["zeek/traces/http/missing-zlib-header.pcap", DECOMPRESSED],
  ["zeek/traces/http/x-gzip.pcap", DECOMPRESSED],
  ["zeek/traces/tls/tls12-decryption.pcap", "Zeek was given the session's keys"],
  ["zeek/traces/wikipedia.pcap", "the request of port 35634 and its 304 are on the wire, Zeek leaves them out"],
  ["zeek/traces/http/no_crlf.pcap", "Content-Length is what we say; Zeek adds two bytes"],
  [
    "zeek/traces/http/http-single-conn-22.pcap",
    "the wire has 12630 bytes after the head (31 + 9 * 1402 - 19); Zeek adds two",
  ],
  [
    "zeek/traces/http/methods.pcap",
    "after a request line without version we read the status line of the answer, Zeek counts it as content",
  ],
  [
    "zeek/traces/http/http_09.pcap",
    "Zeek makes an entry of the second line too; after HTTP/0.9's request line there is no second request",
  ],
  ["arkime/arkime_synthetic.pcap", "Arkime calls RPC over HTTP by another name; HTTP/2 is not read yet"],
  ["arkime/socks5-reverse.pcap", "inside SOCKS, with client and server in turned roles"],
]);
