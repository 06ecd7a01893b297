import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificates } from "./certificates.js";
import { impair, keepWhole, readRecorded, writeLabels } from "./impairment.js";
import type { Label } from "./label.js";
import { type PairPlan, planPairs } from "./matrix.js";
import { Pair } from "./pair.js";
import { buildPrograms } from "./programs.js";
import { makeRegistry, type Registry } from "./registry.js";
import { casesHere, nameOfCase, recordCase } from "./special.js";

/** Makes captures and labels; `only` restricts it to pairs whose name contains it. */
export async function make(folder: string, only = "", workers = 3): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), "eastwatch-lab-"));
  try {
    const registry = present(makeRegistry(join(work, "programs"), buildPrograms(join(work, "programs"))));
    const certificates = makeCertificates(join(work, "certificates"));
    const pairs = planPairs(registry).filter((plan) => nameOf(plan).includes(only));
    const cases = casesHere().filter((one) => nameOfCase(one).includes(only));
    const remade = new Set([...pairs.map(nameOf), ...cases.map(nameOfCase)]);
    const labels: Label[] = only === "" ? [] : labelsOfOthers(folder, remade);
    const started = performance.now();
    for (const one of cases) {
      const made = await recordCase(one, certificates, folder, mkdtempSync(join(work, "case-")));
      labels.push(...keepWhole(folder, made.labels));
      report(made.pcap, made.labels, made.complaints, performance.now() - started);
    }
    const next = async (): Promise<void> => {
      for (let plan = pairs.shift(); plan !== undefined; plan = pairs.shift()) {
        const place = mkdtempSync(join(work, "pair-"));
        const pair = new Pair(plan.server, plan.client, certificates, folder, place, plan.options);
        const made = await pair.run();
        labels.push(...keepWhole(folder, made.labels));
        report(pair.pcap, made.labels, made.complaints, performance.now() - started);
        writeLabels(folder, labels);
      }
    };
    await Promise.all(Array.from({ length: workers }, next));
    writeLabels(folder, [...labels, ...impair(folder, labels)]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Recorded before, and not recorded anew now. */
function labelsOfOthers(folder: string, remade: ReadonlySet<string>): Label[] {
  if (!existsSync(join(folder, "labels.ndjson"))) return [];
  return readRecorded(folder).filter(
    ({ serverStack, clientStack, variant }) => !remade.has(`${serverStack}--${clientStack}--${variant}`),
  );
}

function nameOf({ server, client, options }: PairPlan): string {
  return `${server.name}--${client.name}--${options.variant}`;
}

/** Leaves out, loudly, what this host can't run. */
function present(registry: Registry): Registry {
  const here = <S extends Registry["servers"][number] | Registry["clients"][number]>(
    role: string,
    stacks: readonly S[],
  ): S[] =>
    stacks.filter((stack) => {
      const why = stack.missing();
      if (why !== undefined) console.error(`MISSING ${role} ${stack.name}: ${why}. Its pairs are left out.`);
      return why === undefined;
    });
  return { servers: here("server", registry.servers), clients: here("client", registry.clients) };
}

function report(name: string, labels: readonly Label[], complaints: readonly string[], millis: number): void {
  const resumed = labels.filter((label) => label.resumed).length;
  console.log(
    `${(millis / 1_000).toFixed(0).padStart(5)} s  ${name}: ${labels.length} handshakes, ${resumed} of them resumed`,
  );
  for (const complaint of complaints) console.log(`         ${complaint.replaceAll("\n", " ")}`);
}
