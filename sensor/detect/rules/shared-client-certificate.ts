import type { Certificate } from "../../protocol/message.js";
import { identityOf, labelOf } from "../certificate/leaf.js";
import type { Rule } from "../finding.js";

/** Where one client certificate was presented. Never more addresses than make a finding. */
interface Holders {
  readonly ipv4: string[];
  readonly ipv6: string[];
}

/**
 * One client certificate at several hosts: one finding a certificate. Hosts are known by their addresses. An IPv4 and an IPv6
 * address may be one host, which can't be seen, so that only addresses of the same family are held against each other.
 */
export const sharedClientCertificate: Rule = {
  id: "shared-client-certificate",
  watch: ({ findings, settings, remember }) => {
    const holders = remember<Holders>();
    return {
      leaf: (leaf, side, { atMicros, flow }) => {
        if (side === "server") return "sound";
        if (findings.again(leaf, atMicros)) return undefined;
        const known = holders.get(leaf.fingerprint) ?? { ipv4: [], ipv6: [] };
        const family = flow.clientAddress.includes(":") ? known.ipv6 : known.ipv4;
        if (known.ipv4.length + known.ipv6.length === 0 && !holders.set(leaf.fingerprint, known)) return undefined;
        if (family.length < settings.sharedCertificateHosts && !family.includes(flow.clientAddress))
          family.push(flow.clientAddress);
        if (family.length < settings.sharedCertificateHosts) return undefined;
        findings.first(leaf, leaf.fingerprint, atMicros, draft(leaf, family));
        return undefined;
      },
    };
  },
};

function draft(leaf: Certificate, addresses: readonly string[]) {
  return {
    summary: `The client certificate ${labelOf(leaf)} is presented from ${addresses.length} hosts: ${addresses.join(", ")}.`,
    evidence: { ...identityOf(leaf), addresses: [...addresses] },
  };
}
