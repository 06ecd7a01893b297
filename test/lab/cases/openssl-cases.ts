import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case, CaseOrder, Meeting } from "../case.js";
import { SERVER_NAME } from "../certificates.js";
import type { Verdict } from "../label.js";
import type { Command, Version } from "../stack.js";
import { missingPrograms } from "../stacks/presence.js";

const HOLD_MILLIS = 300;
const FLAG = { "1.2": "-tls1_2", "1.3": "-tls1_3" } as const;
const OPENSSL = {
  serverStack: "openssl",
  clientStack: "openssl",
  version: "1.3",
  missing: () => missingPrograms("openssl"),
} as const;

/** RFC 8446 §4.2.10: a ticket is good for early data once; used again it is refused, and with it the session. */
export const earlyData: readonly Case[] = (["not-requested", "declined", "presented"] as const).map((expected) => ({
  ...OPENSSL,
  name: `early-data-${expected}`,
  server: (order) => server(order, expected, ["-early_data"]),
  meetings: (order) => {
    const session = ["-sess_in", join(order.folder, "session.pem")];
    const early = ["-early_data", earlyFile(order)];
    return [
      meeting(order, expected, /^Early data was not sent/m, ["-sess_out", session[1]]),
      { ...meeting(order, expected, /^Early data was accepted/m, [...session, ...early]), resumed: true },
      meeting(order, expected, /^Early data was rejected/m, [...session, ...early]),
    ];
  },
}));

/** RFC 8446 §4.1.4: the client sent no share for the only group the server takes. */
export const retried: readonly Case[] = (["not-requested", "declined", "presented"] as const).map((expected) => ({
  ...OPENSSL,
  name: `retry-${expected}`,
  server: (order) => server(order, expected, ["-groups", "P-384"]),
  meetings: (order) => {
    const session = join(order.folder, "session.pem");
    const groups = ["-groups", "X25519:P-384"];
    return [
      meeting(order, expected, /^New, TLSv1\.3/m, [...groups, "-sess_out", session]),
      { ...meeting(order, expected, /^Reused, TLSv1\.3/m, [...groups, "-sess_in", session]), resumed: true },
    ];
  },
}));

/** Early data before a HelloRetryRequest is refused; the session is resumed all the same. */
export const retriedEarlyData: Case = {
  ...OPENSSL,
  name: "early-data-retry-presented",
  server: (order) => server(order, "presented", ["-early_data", "-no_anti_replay", "-groups", "P-384"]),
  meetings: (order) => {
    const session = join(order.folder, "session.pem");
    const again = ["-groups", "X25519:P-384", "-sess_in", session, "-early_data", earlyFile(order)];
    return [
      meeting(order, "presented", /^Early data was not sent/m, ["-groups", "P-384", "-sess_out", session]),
      { ...meeting(order, "presented", /^Reused[\s\S]*^Early data was rejected/m, again), resumed: true },
    ];
  },
};

/** RFC 8446 §4.6.1: a session made by one name of the server, resumed by another, where tickets are keys that look alike. */
export const otherName: Case = {
  ...OPENSSL,
  name: "resumed-by-other-name",
  server: (order) => server(order, "presented", ["-no_ticket"]),
  meetings: (order) => {
    const session = join(order.folder, "session.pem");
    const other = ["-servername", "other.example"];
    return [
      meeting(order, "presented", /^New, TLSv1\.3/m, ["-sess_out", session]),
      meeting(order, "declined", /^New, TLSv1\.3/m, other),
      {
        ...meeting(order, "declined", /^Reused, TLSv1\.3/m, [...other, "-sess_in", session]),
        expected: "unknown",
        resumed: true,
      },
    ];
  },
};

/** What both sides may be told that changes their records or tickets; `resumes` where a ticket comes of it. */
const OPTIONS = [
  { name: "five-tickets", server: ["-num_tickets", "5"], client: [], resumes: true },
  { name: "no-tickets", server: ["-num_tickets", "0"], client: [], resumes: false },
  { name: "stateful-tickets", server: ["-no_ticket"], client: [], resumes: true },
  { name: "server-in-blocks", server: ["-record_padding", "512"], client: [], resumes: true },
  { name: "server-in-fragments", server: ["-max_send_frag", "512"], client: [], resumes: true },
  { name: "both-in-fragments", server: ["-max_send_frag", "512"], client: ["-max_send_frag", "512"], resumes: true },
  { name: "both-cut-to-700", server: ["-max_send_frag", "700"], client: ["-max_send_frag", "700"], resumes: true },
  { name: "key-only-resumption", server: ["-allow_no_dhe_kex"], client: ["-allow_no_dhe_kex"], resumes: true },
] as const;

/** The same handshakes under options of one or both sides. */
export const optioned: readonly Case[] = OPTIONS.flatMap((option) =>
  (["not-requested", "declined", "presented"] as const).map((expected) => ({
    ...OPENSSL,
    name: `${option.name}-${expected}`,
    server: (order: CaseOrder) => server(order, expected, option.server),
    meetings: (order: CaseOrder) => {
      const session = join(order.folder, "session.pem");
      const full = meeting(order, expected, /^New, TLSv1\.3/m, [...option.client, "-sess_out", session]);
      const again = meeting(order, expected, /^Reused, TLSv1\.3/m, [...option.client, "-sess_in", session]);
      return option.resumes ? [full, { ...again, resumed: true }] : [full];
    },
  })),
);

/** NextProtocol, the client's word before Finished up to TLS 1.2: what browsers spoke before ALPN. */
export const nextProtocol: readonly Case[] = (["not-requested", "declined", "presented"] as const).map((expected) => ({
  ...OPENSSL,
  version: "1.2",
  name: `next-protocol-${expected}`,
  server: (order) => server(order, expected, ["-nextprotoneg", "http/1.1", "-rev"], "1.2"),
  meetings: (order) => {
    const session = join(order.folder, "session.pem");
    const offers = ["-nextprotoneg", "http/1.1"];
    return [
      meeting(order, expected, /^New, TLSv1\.2/m, [...offers, "-sess_out", session], "1.2"),
      { ...meeting(order, expected, /^Reused, TLSv1\.2/m, [...offers, "-sess_in", session], "1.2"), resumed: true },
    ];
  },
}));

function server(
  { address, port, certificates }: CaseOrder,
  expected: Verdict,
  more: readonly string[],
  version: Version = "1.3",
): Command {
  const { certificate, key } = certificates.server.ec;
  const asks = expected === "not-requested" ? [] : ["-verify", "3"];
  const argv = ["openssl", "s_server", "-accept", `${address}:${port}`, FLAG[version], "-cert", certificate, "-key", key,
    "-CAfile", certificates.authority, ...asks, ...more]; // biome-ignore format: one command line
  return { argv, holdMillis: 600_000 };
}

function meeting(
  { address, port, certificates }: CaseOrder,
  expected: Verdict,
  proof: RegExp,
  more: readonly string[],
  version: Version = "1.3",
): Meeting {
  const { certificate, key } = certificates.client.rsa;
  const shown = expected === "presented" ? ["-cert", certificate, "-key", key] : [];
  const argv = ["openssl", "s_client", "-connect", `${address}:${port}`, "-servername", SERVER_NAME, FLAG[version],
    "-CAfile", certificates.authority, ...shown, ...more]; // biome-ignore format: one command line
  return { command: { argv, holdMillis: HOLD_MILLIS }, proof, expected, resumed: false };
}

function earlyFile({ folder }: CaseOrder): string {
  const file = join(folder, "early.http");
  writeFileSync(file, `GET /early HTTP/1.1\r\nHost: ${SERVER_NAME}\r\n\r\n`);
  return file;
}
