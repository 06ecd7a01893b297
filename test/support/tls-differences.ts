import type { KnownDifference } from "./corpus.js";

const QUIC = "TLS inside QUIC, which is not read";
const DTLS = "DTLS, which is not read";

/** Captures where another tool and we differ on TLS, and why: the wire or the RFC decides, not the other tool. */
export const TLS_DIFFERENCES: ReadonlyMap<string, KnownDifference> = new Map(
  [
    ["zeek/traces/globus-url-copy.pcap", "a handshake in Base64 inside FTP's ADAT commands (RFC 2228)"],
    ["zeek/traces/globus-url-copy.pcap (x509)", "the certificates of that handshake"],
    ["zeek/traces/quic/interop/quic-go_quic-go/handshake.pcap", QUIC],
    ["zeek/traces/quic/interop/quic-go_quic-go/zerortt.pcap", QUIC],
    ["zeek/traces/quic/quicdoq.pcap", QUIC],
    ["zeek/traces/quic/quicv2-http3-443.pcap", QUIC],
    ["zeek/traces/quic/quic_win11_firefox_google.pcap", QUIC],
    [
      "zeek/traces/tls/tls13draft23-chrome67.0.3368.0-canary.pcap",
      "Zeek names the draft, the contract knows versions up to 1.3",
    ],
    [
      "zeek/traces/tls/ml-dsa-44-cert.pcap (x509)",
      "Zeek counts the bits of the encoded ML-DSA key, whose kind alone tells its strength",
    ],
    ["arkime/arkime_synthetic.pcap (arkime)", `${QUIC}; ${DTLS}`],
    ["arkime/quicietfooo.pcap (arkime)", QUIC],
    ["arkime/wireshark-dtls0.pcap (arkime)", DTLS],
    ["arkime/pppoe.pcap (arkime)", "a client hello in the format of SSL 2, of which Arkime takes no JA3"],
  ].map(([capture, reason]) => [capture, { reason }] as const),
);
