import { SEVERITIES, type Severity } from "../../../shared/event.js";
import type { Edge } from "../../inventory/observation.js";
import type { Handshake } from "../../protocol/message.js";
import type { Rule } from "../finding.js";
import { serverOf } from "../server-of.js";
import { Subjects } from "../subjects.js";

interface Weakness {
  readonly severity: Severity;
  readonly reasons: readonly string[];
}

/** What IANA's names give away. NIST SP 800-52 rev. 2 §3.3.1 and appendix D name what may be used. */
const WEAKNESSES: readonly (readonly [RegExp, Severity, string])[] = [
  // RFC 9150's suites protect integrity alone.
  [/_NULL_|^TLS_SHA\d+_SHA\d+$/, "high", "nothing is encrypted"],
  [/_anon_/, "high", "the server is not authenticated"],
  [/_EXPORT/, "high", "export-grade keys of 40 or 56 bits"],
  [/_DES_CBC|_DES40_/, "high", "DES with 56 bits or fewer"],
  [/_RC4_/, "high", "RC4, prohibited by RFC 7465"],
  [/_RC2_/, "high", "RC2"],
  [/_3DES_|_IDEA_/, "medium", "64-bit blocks (Sweet32)"],
  [/_MD5$/, "medium", "MD5 for integrity"],
  [/_CBC_SHA$/, "low", "CBC with SHA-1"],
  [/^TLS_(RSA_(PSK_)?|PSK_|DH_(RSA|DSS)_|ECDH_(RSA|ECDSA)_|KRB5_)/, "low", "no forward secrecy"],
];

/** A weak cipher suite, chosen by the server: one finding an edge and suite. */
export const weakCipher: Rule = {
  id: "weak-cipher",
  watch: ({ findings, remember }) => {
    const subjects = new Subjects();
    const judged = remember<Weakness>();
    return {
      handshake({ atMicros, cipher, version }: Handshake, edge: Edge | undefined): void {
        if (cipher === undefined || edge === undefined) return;
        const weakness = judged.get(cipher) ?? judgeAndKeep(cipher);
        if (weakness.reasons.length === 0) return;
        const subject = subjects.of(edge, cipher);
        if (findings.again(subject, atMicros)) return;
        const { clientAddress, service } = edge;
        const { severity, reasons } = weakness;
        findings.first(subject, `${clientAddress} ${service.place} ${service.port} ${cipher}`, atMicros, {
          summary: `${service.name} chose ${cipher} for ${clientAddress}: ${reasons.join("; ")}.`,
          severity,
          clientAddress,
          ...serverOf(service),
          evidence: { cipher, reasons, ...(version === undefined ? {} : { version }) },
        });
      },
    };

    function judgeAndKeep(cipher: string): Weakness {
      const weakness = judge(cipher);
      judged.set(cipher, weakness);
      return weakness;
    }
  },
};

function judge(cipher: string): Weakness {
  const found = WEAKNESSES.filter(([pattern]) => pattern.test(cipher));
  const worst = Math.max(0, ...found.map(([, severity]) => SEVERITIES.indexOf(severity)));
  return { severity: SEVERITIES[worst], reasons: found.map(([, , reason]) => reason) };
}
