import { certificateLifetimes, certificates } from "./evidence/certificates.js";
import { credentials, objectEndpoints, rateLimits, refusals, sensitiveCredentials } from "./evidence/credentials.js";
import {
  healthFlows,
  paymentFlows,
  paymentMap,
  personalFlows,
  personalMap,
  sensitiveAnswers,
} from "./evidence/data-flows.js";
import { callers, endpointStates, gateways, inbound, inventory, outbound } from "./evidence/landscape.js";
import { monitoring } from "./evidence/monitoring.js";
import { encryption, mutualTls } from "./evidence/transport.js";
import type { Gather } from "./evidence.js";

/** Everything a control may ask for. */
export const EVIDENCE = {
  "mutual-tls": mutualTls,
  encryption,
  certificates,
  "certificate-lifetimes": certificateLifetimes,
  credentials,
  "sensitive-credentials": sensitiveCredentials,
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
  callers,
  outbound,
  inbound,
  gateways,
  monitoring,
} as const satisfies Readonly<Record<string, Gather>>;

export type EvidenceName = keyof typeof EVIDENCE;
