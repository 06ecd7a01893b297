import type { CertificateFacts, HandshakeRecord } from "../../shared/event.js";
import type { FromSensor } from "../api.js";
import { validityOf } from "./certificate-validity.js";
import { DetailPane, Fields } from "./detail.js";
import {
  basisWords,
  confidenceWords,
  outcomeWords,
  traitWords,
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
  const { version, verdict, serverCertificate, clientCertificate } = handshake;
  const absence = version === "1.3" ? "Not visible: TLS 1.3 encrypts certificates." : "None was seen.";
  const isNoneSent = verdict === "declined" || verdict === "not-requested";
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
      <Fields record={fingerprintsOf(handshake)} />
      <h3>Server certificate</h3>
      <Certificate certificate={serverCertificate} absence={absence} />
      <h3>Client certificate</h3>
      <Certificate certificate={clientCertificate} absence={isNoneSent ? "None was sent." : absence} />
    </DetailPane>
  );
}

function fingerprintsOf({ ja3, ja3s, ja4 }: HandshakeRecord): object {
  const absent = "not seen";
  return { JA3: ja3 ?? absent, JA3S: ja3s ?? absent, JA4: ja4 ?? absent };
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
    also: (handshake.traits ?? []).map(traitWords),
    flowId: handshake.flowId,
    sensor: handshake.sensor,
  };
}

interface CertificateProps {
  readonly certificate: CertificateFacts | undefined;
  /** Said where there is none. */
  readonly absence: string;
}

function Certificate({ certificate, absence }: CertificateProps) {
  if (certificate === undefined) return <p class="quiet">{absence}</p>;
  const { words, className } = validityOf(certificate, Date.now() / 1_000);
  return (
    <>
      <p class={className}>{words}</p>
      <Fields record={certificate} />
    </>
  );
}
