import { join } from "node:path";
import tap from "tap";
import { readCaptureFile } from "../sensor/capture/capture-file.js";
import { Decoder } from "../sensor/decode/decoder.js";
import type { TunnelName } from "../sensor/decode/tunnel.js";
import { FlowTable } from "../sensor/flow/flow-table.js";
import type { Flow, Roles, Side, Stream } from "../sensor/flow/stream.js";
import { defaultSettings } from "../shared/config/settings.js";
import { CORPORA, expectedFile, judge, type KnownDifference, readCorpora, report } from "./support/corpus.js";
import { readZeekLog } from "./support/zeek-log.js";

const index = readCorpora();
if (index !== undefined) {
  tap.test("connections and their bytes agree with Zeek's conn.log, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const entry of index) {
      const log = expectedFile(entry, "/conn.log");
      if (entry.capture === undefined || log === undefined) continue;
      const theirs = connectionsOf(log);
      if (theirs === undefined) continue;
      const { connections } = await read(entry.capture);
      table.push(judge(t, entry.capture, connections, theirs, CONNECTION_DIFFERENCES.get(entry.capture)));
    }
    report(t, "Zeek", table);
  });

  tap.test("kinds of tunnels agree with Zeek's tunnel.log, or differ for a known reason", async (t) => {
    const table: string[] = [];
    for (const entry of index) {
      const log = expectedFile(entry, "/tunnel.log");
      if (entry.capture === undefined || log === undefined) continue;
      const theirs = new Set(readZeekLog(log).rows.map((row) => row.get("tunnel_type") ?? ""));
      // Proxies are told by calls and protocols, and no packets are within others.
      for (const proxy of ["Tunnel::HTTP", "Tunnel::SOCKS"]) theirs.delete(proxy);
      const { tunnels } = await read(entry.capture);
      table.push(judge(t, entry.capture, tunnels, [...theirs], TUNNEL_DIFFERENCES.get(entry.capture)));
    }
    report(t, "Zeek", table);
  });
}

/** Zeek's names for ours; ERSPAN is GRE to it. */
const ZEEK_NAMES: Readonly<Partial<Record<TunnelName, string>>> = {
  ...{ "ip-in-ip": "IP", gre: "GRE", erspan: "GRE", vxlan: "VXLAN", geneve: "GENEVE" },
  ...{ "gtp-u": "GTPv1", teredo: "TEREDO", ayiya: "AYIYA" },
};

const CONNECTION_DIFFERENCES: ReadonlyMap<string, KnownDifference> = new Map([
  [
    "zeek/traces/mixed-vlan-mpls.pcap",
    {
      reason: "the server's direction was not captured; the client acknowledged 49 bytes of it, which are told as lost",
      rows: ["theirs 10.1.2.1:11001>10.34.0.1:23 26 0", "ours 10.1.2.1:11001>10.34.0.1:23 26 49"],
    },
  ],
  [
    "zeek/traces/globus-url-copy.pcap",
    {
      reason:
        "Zeek's script for GridFTP lets go of a data connection early; on the wire are 26 and 17 bytes more, and both FINs",
      rows: [
        "theirs 192.168.57.103:35391>192.168.57.101:55968 2109 3196",
        "ours 192.168.57.103:35391>192.168.57.101:55968 2135 3213",
      ],
    },
  ],
]);
const TUNNEL_DIFFERENCES: ReadonlyMap<string, KnownDifference> = new Map([
  [
    "zeek/traces/tunnels/teredo-udp-in-udp.pcap",
    {
      reason: "one datagram, on ports and with inner addresses that are none of Teredo's",
      rows: ["theirs Tunnel::TEREDO"],
    },
  ],
]);

/** TCP connections in which data were sent: `ends bytes bytes`; undefined where the log is cut down to other columns. */
function connectionsOf(log: string): string[] | undefined {
  const { fields, rows } = readZeekLog(log);
  if (!fields.includes("orig_bytes") || !fields.includes("proto")) return undefined;
  return rows.flatMap((row) => {
    const value = (name: string): string => row.get(name) ?? "0";
    const sent = [Number(value("orig_bytes")), Number(value("resp_bytes"))];
    if (value("proto") !== "tcp" || sent[0] + sent[1] === 0) return [];
    const ends = `${value("id.orig_h")}:${value("id.orig_p")}>${value("id.resp_h")}:${value("id.resp_p")}`;
    return [`${ends} ${sent.join(" ")}`];
  });
}

/** What decode and flow make of a capture. */
async function read(capture: string): Promise<{ readonly connections: string[]; readonly tunnels: string[] }> {
  const settings = defaultSettings();
  const counted: CountedFlow[] = [];
  const source = {
    open: (flow: Flow, roles: Roles): Stream => {
      counted.push(new CountedFlow(flow, roles));
      return counted[counted.length - 1];
    },
  };
  const table = new FlowTable(settings.flow, source, 7);
  const decoder = new Decoder(settings.decode, table);
  let latestMicros = 0;
  await readCaptureFile(join(CORPORA, capture), {
    frame(frame) {
      latestMicros = frame.atMicros;
      decoder.frame(frame);
    },
    statistics: () => undefined,
  });
  decoder.finish();
  table.finish(latestMicros);
  const kinds = Object.entries(decoder.tunneled).filter(([, packets]) => packets > 0);
  const names = kinds.map(([name]) => `Tunnel::${ZEEK_NAMES[name as TunnelName] ?? name}`);
  return { connections: counted.map((flow) => flow.text), tunnels: [...new Set(names)] };
}

/** The bytes of each side, those that were lost among them: Zeek counts by sequence numbers. */
class CountedFlow implements Stream {
  readonly #flow: Flow;
  readonly #bytes: Record<Side, number> = { client: 0, server: 0 };

  constructor(flow: Flow, _roles: Roles) {
    this.#flow = flow;
  }

  get text(): string {
    const { clientAddress, clientPort, serverAddress, serverPort } = this.#flow;
    return `${clientAddress}:${clientPort}>${serverAddress}:${serverPort} ${this.#bytes.client} ${this.#bytes.server}`;
  }

  data(from: Side, _bytes: Buffer, start: number, end: number): void {
    this.#bytes[from] += end - start;
  }

  gap(from: Side, length: number): void {
    this.#bytes[from] += length;
  }

  finished(): void {}
  close(): void {}
}
