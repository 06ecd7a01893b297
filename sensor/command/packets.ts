import { BlockList, isIP } from "node:net";
import { CommandError } from "../../shared/command-error.js";
import type { Settings } from "../../shared/config/settings.js";
import type { FindingRecord } from "../../shared/event.js";
import { readReason } from "../../shared/file-reason.js";
import { formatTime } from "../../shared/time.js";
import { type RingSegment, ringSegments } from "../capture/ring-segments.js";
import type { End, RingConnection } from "../proof/connection-tracker.js";
import { connectionsIn, type ProofCounts, writeProof } from "../proof/write-proof.js";
import { readInventory } from "../store/read-inventory.js";
import { checkDataRules } from "./data-rules.js";
import { OutputFile } from "./output-file.js";

export interface PacketsOptions {
  readonly settings: Settings;
  /** One of these two. */
  readonly finding?: string;
  readonly connection?: string;
  readonly at?: string;
  readonly withSecrets?: boolean;
  readonly out: string;
}

interface Chosen {
  readonly connections: readonly RingConnection[];
  /** Why these, for a person. */
  readonly why: string;
}

const NOT_THERE = 3;
const OWNER_ONLY = 0o600;

/** Writes what the packet ring holds of a finding or of a connection. 3 where it holds nothing of it. */
export async function exportPackets(options: PacketsOptions): Promise<number> {
  const { settings, out } = options;
  checkUsage(options);
  checkDataRules(settings.data);
  const segments = segmentsOf(settings.ring.folder);
  const chosen = await choose(options, segments);
  if (chosen.connections.length === 0) throw new CommandError(chosen.why, NOT_THERE);
  const ids = new Set(chosen.connections.map(({ id }) => id));
  const content = options.withSecrets === true ? "as-sent" : "redacted";
  const file = new OutputFile(out, OWNER_ONLY);
  let counts: ProofCounts;
  try {
    counts = await writeProof(segments, settings.decode, ids, content, settings.data, (bytes) => file.write(bytes));
    file.finish();
  } finally {
    file.abandon();
  }
  process.stdout.write(report(chosen, counts, content, out));
  return 0;
}

function checkUsage({ settings, finding, connection, at, withSecrets }: PacketsOptions): void {
  if ((finding === undefined) === (connection === undefined))
    throw new CommandError("name what is to be written: either --finding ID or --connection CLIENT:PORT-SERVER:PORT");
  if (at !== undefined && !Number.isFinite(Date.parse(at)))
    throw new CommandError(`--at "${at}" is no time; write it as 2026-11-24T10:00:00Z`);
  if (withSecrets === true && !settings.ring.allowSecrets)
    throw new CommandError(
      "--with-secrets is not allowed: ring.allowSecrets is false; whoever answers for what is stored may set it to true",
    );
}

function segmentsOf(folder: string | undefined): RingSegment[] {
  if (folder === undefined || folder === "")
    throw new CommandError("ring.folder is not set: no packets are kept; name the sensor's with --packet-ring");
  try {
    return ringSegments(folder);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such folder" : readReason(error);
    throw new CommandError(`ring.folder "${folder}" can't be read: ${reason}`, NOT_THERE);
  }
}

async function choose(options: PacketsOptions, segments: readonly RingSegment[]): Promise<Chosen> {
  const { settings, finding: id, connection, at } = options;
  const { decode } = settings;
  if (connection !== undefined) {
    const ends = endsOf(connection);
    const all = await connectionsIn(segments, decode, []);
    return ofEnds(all, ends, at === undefined ? undefined : Date.parse(at) * 1_000);
  }
  const finding = findingOf(settings.store.database, id ?? "");
  const all = await connectionsIn(segments, decode, [finding.firstMicros, finding.lastMicros]);
  return ofFinding(all, finding);
}

/** `10.0.0.1:40000-10.0.0.2:80`, `[fd00::1]:40000-[fd00::2]:80`. */
function endsOf(text: string): [End, End] {
  const ends = text.split(/-(?=\[|\d+\.)/).map((part) => /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(part));
  const [one, other] = ends.map((match) => ({ address: match?.[1] ?? match?.[2] ?? "", port: Number(match?.[3]) }));
  if (ends.length === 2 && isIP(one.address) > 0 && isIP(other.address) > 0) return [one, other];
  throw new CommandError(
    `--connection "${text}" must be its two ends, such as 10.0.0.1:40000-10.0.0.2:80 or [fd00::1]:40000-[fd00::2]:80`,
  );
}

function ofEnds(all: readonly RingConnection[], [one, other]: [End, End], atMicros: number | undefined): Chosen {
  const found = all.filter(
    ({ client, server }) =>
      (isEnd(client, one) && isEnd(server, other)) || (isEnd(client, other) && isEnd(server, one)),
  );
  if (found.length === 0) return { connections: [], why: `the ring holds no packet of it; ${reach(all)}` };
  if (atMicros === undefined) return { connections: found, why: "all on these ports" };
  const distance = ({ firstMicros, lastMicros }: RingConnection): number =>
    Math.max(0, firstMicros - atMicros, atMicros - lastMicros);
  const [nearest] = found.toSorted((a, b) => distance(a) - distance(b));
  return { connections: [nearest], why: "the one at that time, or nearest to it" };
}

function isEnd({ address, port }: End, wanted: End): boolean {
  return port === wanted.port && isSame(address, wanted.address);
}

/** However they are written. */
function isSame(address: string, wanted: string): boolean {
  if (address === wanted) return true;
  if (isIP(address) !== 6 || isIP(wanted) !== 6) return false;
  const list = new BlockList();
  list.addAddress(wanted, "ipv6");
  return list.check(address, "ipv6");
}

function findingOf(database: string, id: string): FindingRecord {
  for (const { record } of readInventory(database)) if (record.kind === "finding" && record.id === id) return record;
  throw new CommandError(`--finding "${id}" is not in "${database}"; \`eastwatch export --format ndjson\` lists them`);
}

/** A finding's times are those of packets: the connection that has one at that very time is the one it was seen in. */
function ofFinding(all: readonly RingConnection[], finding: FindingRecord): Chosen {
  const { firstMicros, lastMicros } = finding;
  const fitting = all.filter((connection) => fits(connection, finding));
  const hits = fitting.filter((one) => one.hits.size > 0);
  if (hits.length > 0) return { connections: hits, why: whyHits(hits, finding, all) };
  const hasEnds = finding.clientAddress !== undefined || finding.serverAddress !== undefined;
  const within = fitting.filter((one) => hasEnds && one.firstMicros <= lastMicros && one.lastMicros >= firstMicros);
  const inRange = `all between its ends while it was seen; ${missing("first", firstMicros, all)}; ${missing("last", lastMicros, all)}`;
  if (within.length > 0) return { connections: within, why: inRange };
  return {
    connections: [],
    why: `the ring holds no packet of finding ${finding.id}, seen last at ${formatTime(lastMicros)}; ${reach(all)}`,
  };
}

/** A ring forgets: a finding's first sighting is the first that it loses. */
function whyHits(hits: readonly RingConnection[], finding: FindingRecord, all: readonly RingConnection[]): string {
  const { firstMicros, lastMicros } = finding;
  const isThere = (micros: number): boolean => hits.some((one) => one.hits.has(micros));
  if (!isThere(firstMicros)) return `those in which it was seen last; ${missing("first", firstMicros, all)}`;
  if (!isThere(lastMicros)) return `those in which it was seen first; ${missing("last", lastMicros, all)}`;
  return "those in which it was seen first or last";
}

function missing(which: "first" | "last", micros: number, all: readonly RingConnection[]): string {
  const are = micros < reachesBackTo(all) ? "are no longer" : "are not";
  return `the packets of the ${which} sighting at ${formatTime(micros)} ${are} in the ring`;
}

function fits({ client, server, isOpeningSeen, virtualNetwork }: RingConnection, finding: FindingRecord): boolean {
  const { clientAddress, serverAddress, serverPort } = finding;
  if (finding.virtualNetwork !== undefined && finding.virtualNetwork !== virtualNetwork) return false;
  const is = (from: End, to: End): boolean =>
    (clientAddress === undefined || clientAddress === from.address) &&
    (serverAddress === undefined || serverAddress === to.address) &&
    (serverPort === undefined || serverPort === to.port);
  return is(client, server) || (!isOpeningSeen && is(server, client));
}

function reach(all: readonly RingConnection[]): string {
  if (all.length === 0) return "it is empty";
  return `it reaches back to ${formatTime(reachesBackTo(all))}`;
}

function reachesBackTo(all: readonly RingConnection[]): number {
  return all.reduce((least, one) => Math.min(least, one.firstMicros), Number.POSITIVE_INFINITY);
}

function report({ connections, why }: Chosen, counts: ProofCounts, content: string, out: string): string {
  const { packets, payloadBytes, hiddenBytes, fragments } = counts;
  const lines = connections.map(({ client, server, virtualNetwork, firstMicros, packets: count, isOpeningSeen }) => {
    const late = isOpeningSeen ? "" : ", opened before the ring's first packet of it: all payload is overwritten";
    const where = virtualNetwork === undefined ? "" : ` in ${virtualNetwork}`;
    return `  ${endText(client)} → ${endText(server)}${where} from ${formatTime(firstMicros)}, ${count} packets${content === "redacted" ? late : ""}`;
  });
  const hidden =
    content === "redacted"
      ? `${hiddenBytes} of ${payloadBytes} payload bytes overwritten`
      : "as they were sent, SECRETS INCLUDED";
  const left = fragments === 0 ? "" : `; ${fragments} fragments of IP datagrams left out`;
  const what = `${connections.length} ${connections.length === 1 ? "connection" : "connections"} (${why})`;
  return `${what}:\n${lines.join("\n")}\n"${out}": ${packets} packets, ${hidden}${left}\n`;
}

function endText({ address, port }: End): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
