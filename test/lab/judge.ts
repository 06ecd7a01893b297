import { isDerived, readLabels } from "./impairment.js";
import type { Label, Verdict } from "./label.js";
import { analyze, type Judged, judgeLabel, type Seen } from "./verdict.js";

const EXPECTED: readonly Verdict[] = ["presented", "declined", "not-requested", "unknown"];
const SEEN = [...EXPECTED, "absent"] as const;
const BAR_PERCENT = 99;
const MAX_LISTED = 200;

/** Has the sensor tell, prints how it did, and says whether the bars were met. */
export async function judge(folder: string, only = ""): Promise<boolean> {
  const labels = readLabels(folder).filter(({ pcap }) => pcap.includes(only));
  const judged = await judgeAll(folder, labels);
  for (const [pair, of] of groupBy(judged, ({ serverStack, clientStack }) => `${serverStack} <- ${clientStack}`))
    printTable(pair, of);
  for (const [variant, of] of groupBy(judged, ({ variant }) => `variant ${variant}`)) printTable(variant, of);
  for (const [version, of] of groupBy(judged.filter(isWhole), versionAndKind)) printTable(version, of);
  printTable("overall", judged);
  listWrong(judged);
  return printBars(judged);
}

/** Nothing was taken from it: every connection must be told. */
function isWhole(label: Label): boolean {
  return !isDerived(label);
}

function versionAndKind({ version, resumed }: Label): string {
  return `TLS ${version}, ${resumed ? "resumed" : "full"}, whole captures`;
}

async function judgeAll(folder: string, labels: readonly Label[]): Promise<Judged[]> {
  const byPcap = [...groupBy(labels, ({ pcap }) => pcap)];
  const judged: Judged[] = [];
  const next = async (): Promise<void> => {
    for (let entry = byPcap.shift(); entry !== undefined; entry = byPcap.shift()) {
      const [pcap, of] = entry;
      const seen: ReadonlyMap<string, Seen> = await analyze(folder, pcap);
      judged.push(...of.map((label) => judgeLabel(label, seen)));
    }
  };
  await Promise.all([next(), next()]);
  return judged;
}

/** Right is the expected verdict; where packets were taken away `unknown` is no mistake, nor is silence. */
export function isRight(line: Judged): boolean {
  if (line.seen === line.expected) return true;
  return !isWhole(line) && (line.seen === "unknown" || line.seen === "absent");
}

/** What must never happen: a yes that was none, a no for a session that presented or for what could not be seen. */
export function isForbidden({ expected, seen }: Judged): boolean {
  if (seen === "presented") return expected !== "presented";
  return (expected === "presented" || expected === "unknown") && (seen === "not-requested" || seen === "declined");
}

function printTable(title: string, of: readonly Judged[]): void {
  console.log(`\n${title}: ${percentRight(of)} % right of ${of.length}`);
  console.log(`  ${"expected".padEnd(14)}${SEEN.map((seen) => seen.padStart(14)).join("")}`);
  for (const expected of EXPECTED) {
    const row = of.filter((line) => line.expected === expected);
    if (row.length === 0) continue;
    const counts = SEEN.map((seen) => String(row.filter((line) => line.seen === seen).length).padStart(14));
    console.log(`  ${expected.padEnd(14)}${counts.join("")}`);
  }
}

function percentRight(of: readonly Judged[]): string {
  // Rounded down: 99.999 is not 100.
  return of.length === 0 ? "0" : (Math.floor((of.filter(isRight).length * 10_000) / of.length) / 100).toFixed(2);
}

function listWrong(judged: readonly Judged[]): void {
  const wrong = judged
    .filter((line) => !isRight(line))
    .sort((one, other) => Number(isForbidden(other)) - Number(isForbidden(one)));
  if (wrong.length > 0)
    console.log(`\nWrong, the forbidden first (${Math.min(wrong.length, MAX_LISTED)} of ${wrong.length}):`);
  for (const line of wrong.slice(0, MAX_LISTED)) {
    const { resumed, certificate, hash, alpn, auth, version, basis, reason } = line;
    const place = `${line.pcap} ${line["client.address"]}:${line["client.port"]}>${line["server.port"]}`;
    const cell = `TLS ${version} auth=${auth} certificate=${certificate} ${resumed ? "resumed" : "full"} alpn=${alpn} ${hash}`;
    const mark = isForbidden(line) ? "FORBIDDEN " : "";
    console.log(
      `  ${mark}${place} expected ${line.expected}, seen ${line.seen} (${basis || "no basis"}) ${cell} ${reason}`,
    );
  }
}

function printBars(judged: readonly Judged[]): boolean {
  const tls12 = judged.filter((line) => line.version === "1.2" && isWhole(line));
  const wrong12 = tls12.filter((line) => !isRight(line)).length;
  const falseYes = judged.filter((line) => isForbidden(line) && line.seen === "presented").length;
  const falseNo = judged.filter(isForbidden).length - falseYes;
  const overall = percentRight(judged);
  const bars: [string, boolean][] = [
    [`overall ${overall} % right (bar: ${BAR_PERCENT})`, Number(overall) >= BAR_PERCENT],
    [
      `whole captures ${percentRight(judged.filter(isWhole))} % right (bar: ${BAR_PERCENT})`,
      Number(percentRight(judged.filter(isWhole))) >= BAR_PERCENT,
    ],
    [`TLS 1.2 in whole captures: ${wrong12} of ${tls12.length} wrong (bar: 0)`, wrong12 === 0],
    [`forbidden: ${falseYes} presented that were not (bar: 0)`, falseYes === 0],
    [`forbidden: ${falseNo} not-requested or declined that may have presented (bar: 0)`, falseNo === 0],
  ];
  console.log("");
  for (const [text, met] of bars) console.log(`${met ? "met   " : "MISSED"}  ${text}`);
  return judged.length > 0 && bars.every(([, met]) => met);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return new Map([...groups].sort(([one], [other]) => (one < other ? -1 : 1)));
}
