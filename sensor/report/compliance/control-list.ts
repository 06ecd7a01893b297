import type { Control, Framework } from "./control.js";
import { GDPR } from "./controls/gdpr.js";
import { HIPAA } from "./controls/hipaa.js";
import { NIST_800_204 } from "./controls/nist-800-204.js";
import { NIST_800_204A } from "./controls/nist-800-204a.js";
import { OWASP_API } from "./controls/owasp-api.js";
import { PCI_DSS } from "./controls/pci-dss.js";

/** Every framework that findings and inventory are held against. The catalogue's rules point to its controls by their ids. */
export const FRAMEWORKS: readonly Framework[] = [NIST_800_204, NIST_800_204A, PCI_DSS, HIPAA, GDPR, OWASP_API];

export const CONTROLS: ReadonlyMap<string, Control> = new Map(
  FRAMEWORKS.flatMap(({ controls }) => controls.map((control) => [control.id, control] as const)),
);
