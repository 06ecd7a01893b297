import { certificateIssuers, certificateLifetimes, certificateList, certificates } from "./evidence/certificates.js";
import { credentialTransport } from "./evidence/credential-transport.js";
import {
  credentials,
  objectEndpoints,
  rateLimits,
  refusals,
  requiredCredentials,
  sensitiveCredentials,
} from "./evidence/credentials.js";
import {
  healthFlows,
  paymentFlows,
  paymentMap,
  personalFlows,
  personalMap,
  sensitiveAnswers,
} from "./evidence/data-flows.js";
import { callers, endpointStates, gateways, inbound, inventory, newVersions, outbound } from "./evidence/landscape.js";
import { monitoring } from "./evidence/monitoring.js";
import { encryption, mutualTls } from "./evidence/transport.js";
import type { Gather } from "./evidence.js";

/** Everything a control may ask for. */
export const EVIDENCE = {
  "mutual-tls": mutualTls,
  encryption,
  certificates,
  "certificate-list": certificateList,
  "certificate-issuers": certificateIssuers,
  "certificate-lifetimes": certificateLifetimes,
  credentials,
  "required-credentials": requiredCredentials,
  "sensitive-credentials": sensitiveCredentials,
  "credential-transport": credentialTransport,
  "object-endpoints": objectEndpoints,
  refusals,
  "rate-limits": rateLimits,
  "payment-flows": paymentFlows,
  "health-flows": healthFlows,
  "personal-flows": personalFlows,
  "payment-map": paymentMap,
  "personal-map": personalMap,
  "sensitive-answers": sensitiveAnswers,
  inventory,
  "endpoint-states": endpointStates,
  "new-versions": newVersions,
  callers,
  outbound,
  inbound,
  gateways,
  monitoring,
} as const satisfies Readonly<Record<string, Gather>>;

export type EvidenceName = keyof typeof EVIDENCE;

/** Evidence that falls short where something does. All other only lists what somebody has to judge, and shows by no silence that all is well. */
export const SHOWS_GAPS: ReadonlySet<EvidenceName> = new Set<EvidenceName>([
  ...(["mutual-tls", "encryption", "certificates", "certificate-issuers", "sensitive-credentials"] as const),
  ...(["required-credentials"] as const),
  ...(["payment-flows", "health-flows", "personal-flows"] as const),
]);
