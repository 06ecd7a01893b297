import { commonName } from "../../../shared/distinguished-name.js";
import type { Severity } from "../../../shared/event.js";
import { inNetwork } from "../../../shared/virtual-network.js";
import type { Side } from "../../flow/stream.js";
import type { Edge } from "../../inventory/observation.js";
import type { Certificate, Handshake } from "../../protocol/message.js";
import type { CertificateLook, FindingDraft, Findings, Watcher } from "../finding.js";
import { hasPersonalData } from "./personal-data.js";

const MAX_LABEL = 80;

/** What is wrong with a certificate: ends the sentence "The server certificate … of …". */
export interface Fault {
  readonly says: string;
  readonly severity?: Severity;
  readonly evidence: FindingDraft["evidence"];
}

/** One finding a certificate, judged by nothing but itself and therefore once. */
export function judgeLeaves(findings: Findings, judge: (leaf: Certificate) => Fault | undefined): Watcher {
  const look: CertificateLook = (leaf, side, handshake, edge) => {
    if (findings.again(leaf, handshake.atMicros)) return undefined;
    const fault = judge(leaf);
    if (fault === undefined) return "sound";
    findings.first(leaf, leaf.fingerprint, handshake.atMicros, draftOf(fault, leaf, side, handshake, edge));
    return undefined;
  };
  return { leaf: look };
}

export function draftOf(
  { says, severity, evidence }: Fault,
  certificate: Certificate,
  side: Side,
  { flow }: Handshake,
  edge: Edge | undefined,
): FindingDraft {
  const { clientAddress, serverAddress, serverPort, virtualNetwork } = flow;
  const service = edge?.service.name ?? `${serverAddress}:${serverPort}`;
  const holder = side === "server" ? service : clientAddress;
  return {
    summary: `The ${side} certificate ${labelOf(certificate)} of ${holder} ${says}.`,
    ...(severity === undefined ? {} : { severity }),
    ...(side === "client" ? { clientAddress } : {}),
    serverAddress,
    serverPort,
    ...inNetwork(virtualNetwork),
    evidence: { presentedBy: side, ...identityOf(certificate), ...evidence },
  };
}

/** What a person knows it by, unless that would tell of a person, an account or a card. */
export function labelOf(certificate: Certificate): string {
  const name = hasPersonalData(certificate) ? undefined : commonName(certificate.subject) || certificate.san[0];
  return name === undefined ? `SHA-256 ${certificate.fingerprint.slice(0, 16)}…` : `"${name.slice(0, MAX_LABEL)}"`;
}

/** Names it for the evidence; its subject is left out where it would tell of a person, an account or a card. */
export function identityOf(certificate: Certificate): Record<string, string> {
  const { fingerprint, subject, issuer, isSelfIssued } = certificate;
  if (hasPersonalData(certificate)) return isSelfIssued ? { fingerprint } : { fingerprint, issuer };
  return { fingerprint, subject, issuer };
}

/** RFC 3339 to the second. */
export function dateOf(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`;
}
