import type { CertificateFacts, HandshakeRecord } from "../../shared/event.js";
import type { FromSensor } from "../api.js";
import { validityOf } from "./certificate-validity.js";
import { DetailPane, Fields } from "./detail.js";
import {
  basisWords,
  confidenceWords,
  outcomeWords,
  verdictClass,
  verdictWords,
  versionWords,
} from "./handshake-words.js";

interface Props {
  readonly handshake: FromSensor<HandshakeRecord>;
  onClose(): void;
}

/** One handshake: the verdict with its ground first, then what it rests on. */
export function HandshakeDetail({ handshake, onClose }: Props) {
  const { version, serverCertificate, clientCertificate } = handshake;
  return (
    <DetailPane onClose={onClose}>
      <p class="verdict-line">
        <span class={`verdict ${verdictClass(handshake)}`}>{verdictWords(handshake)}</span>
      </p>
      <p>{handshake.reason}</p>
      <Fields record={{ basis: basisWords(handshake), confidence: confidenceWords(handshake) }} />
      <h3>Connection</h3>
      <Fields record={connectionOf(handshake)} />
      <h3>Fingerprints</h3>
      <Fields record={{ JA3: handshake.ja3, JA3S: handshake.ja3s, JA4: handshake.ja4 }} />
      <h3>Server certificate</h3>
      <Certificate certificate={serverCertificate} version={version} />
      <h3>Client certificate</h3>
      <Certificate certificate={clientCertificate} version={version} />
    </DetailPane>
  );
}

function connectionOf(handshake: FromSensor<HandshakeRecord>): object {
  const { resumed, clientAddress, clientPort, serverAddress, serverPort } = handshake;
  return {
    atMicros: handshake.atMicros,
    client: `${clientAddress} port ${clientPort}`,
    server: `${serverAddress} port ${serverPort}`,
    service: handshake.service,
    serverName: handshake.serverName ?? "not seen",
    outcome: outcomeWords(handshake),
    resumed: resumed === undefined ? "could not be told" : resumed ? "yes" : "no",
    version: versionWords(handshake.version),
    cipher: handshake.cipher,
    keyExchange: handshake.curve,
    nextProtocol: handshake.nextProtocol,
    flowId: handshake.flowId,
    sensor: handshake.sensor,
  };
}

interface CertificateProps {
  readonly certificate: CertificateFacts | undefined;
  readonly version: string | undefined;
}

function Certificate({ certificate, version }: CertificateProps) {
  if (certificate === undefined) {
    return <p class="quiet">{version === "1.3" ? "Not visible: TLS 1.3 encrypts certificates." : "None seen."}</p>;
  }
  const { words, className } = validityOf(certificate, Date.now() / 1_000);
  return (
    <>
      <p class={className}>{words}</p>
      <Fields record={certificate} />
    </>
  );
}
