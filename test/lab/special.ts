import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Case, Meeting } from "./case.js";
import { externalKey, rawPublicKey } from "./cases/key-cases.js";
import { apacheLateAuth, pythonLateAuth } from "./cases/late-auth-cases.js";
import { earlyData, nextProtocol, optioned, otherName, retried, retriedEarlyData } from "./cases/openssl-cases.js";
import type { Certificates } from "./certificates.js";
import type { Label } from "./label.js";
import { Network } from "./network.js";
import { readCapture } from "./pcap.js";
import { startRecording } from "./recording.js";
import { sleep, Task, waitFor } from "./task.js";

const CASES: readonly Case[] = [
  ...earlyData,
  ...retried,
  retriedEarlyData,
  ...optioned,
  otherName,
  ...nextProtocol,
  ...externalKey,
  ...rawPublicKey,
  pythonLateAuth,
  ...apacheLateAuth,
];
const PORT = 4_430;
/** Time for the server to say its last word of a connection. */
const QUIET_MILLIS = 150;

interface Recorded {
  readonly pcap: string;
  readonly labels: Label[];
  readonly complaints: string[];
}

/** Cases this host can run; what it can't is told. */
export function casesHere(): readonly Case[] {
  return CASES.filter((one) => {
    const why = one.missing();
    if (why !== undefined) console.error(`MISSING case ${nameOfCase(one)}: ${why}. It is left out.`);
    return why === undefined;
  });
}

export function nameOfCase({ serverStack, clientStack, name }: Case): string {
  return `${serverStack}--${clientStack}--${name}`;
}

/** Records one case: every connection by a command of its own, each counted only if the peers say it was what was meant. */
export async function recordCase(
  one: Case,
  certificates: Certificates,
  folder: string,
  work: string,
): Promise<Recorded> {
  const network = new Network();
  try {
    const pcap = `${nameOfCase(one)}.pcap`;
    const order = { address: network.serverAddress, port: PORT, certificates, folder: join(work, "case") };
    mkdirSync(order.folder, { recursive: true });
    const capture = await startRecording(network, join(folder, pcap));
    const { argv, ...rest } = one.server(order);
    const server = new Task(network.inside(network.server, argv), { holdMillis: 600_000, ...rest }, order.folder);
    await waitFor(() => server.hasEnded || network.isListening(PORT), 10_000, 60);
    const meetings = one.meetings(order);
    const complaints: string[] = [];
    for (const meeting of meetings) complaints.push(...(await meet(network, meeting, server, order.folder)));
    await server.end();
    await capture.end("SIGINT");
    const labels = complaints.length > 0 ? [] : labelsOf(one, meetings, pcap, join(folder, pcap), complaints);
    return { pcap, labels, complaints };
  } finally {
    network.remove();
  }
}

async function meet(network: Network, { command, proof }: Meeting, server: Task, folder: string): Promise<string[]> {
  const before = server.text.length;
  const { argv, ...rest } = command;
  const client = new Task(network.inside(network.client, argv), rest, folder);
  const inTime = await client.ends(10_000);
  await sleep(QUIET_MILLIS);
  const said = client.text + server.text.slice(before);
  if (inTime && proof.test(said)) return [];
  return [`${argv.slice(0, 2).join(" ")}: ${inTime ? `not what was meant (${proof})` : "hung"}: ${said.slice(-300)}`];
}

/** Connections and meetings come in the same order. */
function labelsOf(one: Case, meetings: readonly Meeting[], pcap: string, file: string, complaints: string[]): Label[] {
  const opened = readCapture(file).packets.flatMap(({ tcp }) => (tcp?.syn && !tcp.ack ? [tcp] : []));
  const ports = [...new Set(opened.map(({ fromPort }) => fromPort))];
  if (ports.length !== meetings.length) {
    complaints.push(`${ports.length} connections for ${meetings.length} meetings: left out`);
    return [];
  }
  const { serverStack, clientStack, version, name } = one;
  return meetings.map(({ expected, resumed }, at) => ({
    pcap,
    "client.address": opened[0].from,
    "client.port": ports[at],
    "server.port": PORT,
    clientStack,
    serverStack,
    version,
    expected,
    resumed,
    alpn: "none",
    variant: name,
    auth: expected === "not-requested" ? "none" : "request",
    certificate: expected,
    hash: "sha384",
  }));
}
