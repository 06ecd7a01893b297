import { CommandError } from "../../shared/command-error.js";
import { readNamedFile } from "../../shared/config/named-file.js";
import { suggestion } from "../../shared/config/suggestion.js";
import { DOCUMENT_FORMATS, EVIDENCE_FORMAT } from "../../shared/document-format.js";
import { type PodList, parsePods } from "../report/cluster/pod-list.js";
import { onlyService } from "../report/only-service.js";
import { REPORTS } from "../report/registry.js";
import { readCoverage } from "../store/read-coverage.js";
import { readInventory } from "../store/read-inventory.js";
import { writeDocument } from "./document-output.js";
import { exportEvidence } from "./evidence.js";

export interface ExportOptions {
  readonly format: string;
  readonly database: string;
  /** One sensor of a console; all of them without it. */
  readonly sensor?: string;
  /** Only what is of this service. */
  readonly service?: string;
  /** File to write; standard output without it. */
  readonly out?: string;
  /** Pods and services of a cluster, for policy suggestions. */
  readonly workloadsFile: string | undefined;
  /** What evidence packs are signed with. */
  readonly keyFile: string;
}

/** Writes the inventory as a document. */
export function exportInventory({
  format,
  database,
  sensor,
  service,
  out,
  keyFile,
  workloadsFile,
}: ExportOptions): number {
  const report = REPORTS.find((report) => report.name === format);
  if (report === undefined && format !== EVIDENCE_FORMAT) {
    const names = DOCUMENT_FORMATS.map(({ name }) => name);
    throw new CommandError(`--format "${format}" is unknown${suggestion(format, names)}; allowed: ${names.join(", ")}`);
  }
  const all = [...readInventory(database, sensor)];
  const rows = service === undefined ? all : onlyService(all, service);
  const coverage = readCoverage(database, sensor);
  if (report === undefined) exportEvidence({ rows, coverage }, keyFile, out);
  else writeDocument(out, report.write(rows, coverage, { workloads: readWorkloads(workloadsFile) }));
  return 0;
}

function readWorkloads(file: string | undefined): PodList | undefined {
  if (file === undefined || file === "") return undefined;
  return parsePods(readNamedFile("report.workloadsFile", file), file);
}
