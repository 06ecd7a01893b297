import type { Certificate } from "../../protocol/message.js";
import { draftOf } from "../certificate/leaf.js";
import { matchName, namesOf } from "../certificate/reference-name.js";
import type { CertificateLook, Rule } from "../finding.js";
import { Subjects } from "../subjects.js";

const MAX_NAMES = 10;

/**
 * A server's certificate that is not for the name the client asked for: one finding a service and certificate, whatever the
 * names, for a client can ask for any.
 */
export const certificateNameMismatch: Rule = {
  id: "certificate-name-mismatch",
  watch: ({ findings }) => {
    const subjects = new Subjects();
    /** The last name each certificate was good for. */
    const good = new WeakMap<Certificate, string>();
    const look: CertificateLook = (leaf, side, handshake, edge) => {
      const { serverName, atMicros } = handshake;
      if (side !== "server" || leaf.isMalformed) return "sound";
      if (serverName === undefined || edge === undefined || good.get(leaf) === serverName) return undefined;
      if (matchName(leaf, serverName) !== "mismatch") {
        good.set(leaf, serverName);
        return undefined;
      }
      const { service } = edge;
      const subject = subjects.of(service, leaf.fingerprint);
      if (findings.again(subject, atMicros)) return undefined;
      const fault = {
        says: `is not for the name ${JSON.stringify(serverName)} that ${edge.clientAddress} asked for`,
        evidence: { serverName, names: namesOf(leaf).slice(0, MAX_NAMES) },
      };
      const key = `${service.place} ${service.port} ${leaf.fingerprint}`;
      findings.first(subject, key, atMicros, draftOf(fault, leaf, side, handshake, edge));
      return undefined;
    };
    return { leaf: look };
  },
};
