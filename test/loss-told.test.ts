import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import t from "tap";
import { UNDECODED_REASONS } from "../sensor/decode/packet.js";
import type { HealthRecord } from "../shared/health.js";
import { notSeenBy } from "../shared/not-seen.js";
import { UNDECODED_MEANINGS } from "../shared/undecoded-meanings.js";
import { PcapOutput } from "./bench/pcap-output.js";
import { ethernet, ipv4, TcpDialog } from "./support/frame-builder.js";
import { freePort } from "./support/free-port.js";
import { Running, run, temporaryFolder, until } from "./support/program.js";

/** What a sensor counts that is nothing it did not see. */
const NO_LOSSES = [
  ...["anomalies", "bodies_looked_at", "bodies_not_text", "bytes", "bytes_lost", "bytes_parsed", "calls"],
  ...[
    "calls_of_unknown_paths",
    "captures_loss_unknown",
    "certificates",
    "clock_steps",
    "copies_undecided",
    "datagram_flows",
    "edges",
    "endpoints",
    "endpoints_merged",
  ],
  ...["findings", "flows", "flows_foreign", "flows_idle", "flows_joined_late", "flows_open", "flows_recognised"],
  ...[
    "flows_unrecognised",
    "frames",
    "frames_misdated",
    "gaps",
    "handshake_bytes_held",
    "handshakes",
    "http2_streams",
    "ip_fragments",
  ],
  ...[
    "networks_joined",
    "networks_not_joined",
    "operations_read",
    "out_of_order_segments",
    "outbox_bytes",
    "outbox_events",
    "overload_step",
  ],
  ...["overload_steps_taken", "packets_without_flow", "pending_bytes", "resets_doubted", "retransmitted_bytes"],
  ...[
    "schema_places",
    "services",
    "tcp_segments",
    "tunnel_ip_in_ip",
    "websocket_frames_found",
    "websocket_frames_lost",
  ],
  ...["websocket_joined_late", "websocket_streams"],
];
/** Of the sensor's alone: where captures are analysed nothing is given up for want of memory or time. */
const NOT_IN_SUMMARY = ["overload_millis"];

t.test("every loss is in the health event, the metrics, the summary and on the page", async (t) => {
  const folder = temporaryFolder(t);
  const pcap = join(folder, "few.pcap");
  const output = new PcapOutput(pcap);
  new TcpDialog({}, (bytes) => output.frame(bytes)).open().send("client", "GET / HTTP/1.1\r\nHost: a\r\n\r\n").close();
  output.frame(ethernet(0x0800, ipv4("10.0.0.1", "10.0.0.2", 4, ipv4("10.0.0.1", "10.0.0.2", 17, Buffer.alloc(9)))));
  output.close();
  t.equal(run(["analyze", pcap, "--out", folder]).code, 0);
  const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
  const [database, port] = [join(folder, "few.sqlite"), await freePort()];
  const flags = ["-i", `replay:${pcap}`, "--listen", `127.0.0.1:${port}`, "--database", database];
  const sensor = Running.program(["sensor", ...flags]);
  await sensor.says(/runs on replay/);
  const metrics = await until("the metrics", async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return text.includes("eastwatch_tunnel_ip_in_ip ") ? text : undefined;
  });
  t.equal(await sensor.end(), 0);
  const store = new Database(database, { readonly: true });
  const health = JSON.parse(store.prepare<[], string>("SELECT record FROM run").pluck().get() ?? "") as HealthRecord;
  store.close();
  const names = Object.keys(health.counters).sort();
  const all = { ...health, counters: Object.fromEntries(names.map((name) => [name, 1])) };
  const told = { health: all, callsNotSampled: 0, eventsDropped: 0, blindIntervals: [] };
  const shown = new Set(notSeenBy(told).map(({ counter }) => counter));
  t.same(
    names.filter((name) => !shown.has(name)),
    NO_LOSSES,
    "what the page does not show is no loss",
  );
  const losses = names.filter((name) => shown.has(name));
  t.same(
    losses.filter((name) => !metrics.includes(`\neastwatch_${name} `)),
    [],
    "metrics",
  );
  t.same(
    losses.filter((name) => summary.counters[name] === undefined),
    NOT_IN_SUMMARY,
    "summary",
  );
  t.same(summary.undecoded, { "ip-protocol-not-tcp": 1 });
  for (const reason of UNDECODED_REASONS) {
    // The sensor is played the capture again and again.
    const isThere = reason === "ip-protocol-not-tcp";
    const frames = new RegExp(`^eastwatch_undecoded_frames\\{reason="${reason}"\\} (\\d+)$`, "m").exec(metrics)?.[1];
    t.same([Number(frames) > 0, health.undecoded[reason] > 0], [isThere, isThere], reason);
    t.ok(UNDECODED_MEANINGS[reason], `${reason} has its meaning on the page`);
  }
});
