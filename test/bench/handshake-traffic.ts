import { TcpDialog } from "../support/frame-builder.js";
import {
  CERTIFICATE_REQUEST,
  CERTIFICATE_VERIFY,
  CHANGE_CIPHER,
  CLIENT_KEY_EXCHANGE,
  certificate,
  certificates,
  clientHello,
  der,
  handshake,
  name,
  oid,
  SERVER_HELLO_DONE,
  SERVER_KEY_EXCHANGE,
  sealed,
  sealedAll,
  serverHello,
} from "../support/tls-builder.js";
import { PcapOutput } from "./pcap-output.js";
import { mulberry32 } from "./random.js";

export const HANDSHAKES = { name: "handshakes", what: "50,000 handshakes, a third TLS 1.2 with client certificates" };

const COUNT = 50_000;
const SERVERS = 40;
const CLIENTS = 200;

/** Writes the handshakes as pcap: a third TLS 1.2 with client certificates, a third TLS 1.3 with them, a third without. */
export function writeHandshakes(path: string): void {
  const output = new PcapOutput(path);
  const random = mulberry32(11);
  const pick = (most: number): number => Math.floor(random() * most);
  const servers = Array.from({ length: SERVERS }, (_none, at) => rsaCertificate(`service-${at}.prod.svc`, random));
  const clients = Array.from({ length: CLIENTS }, (_none, at) => rsaCertificate(`client-${at}.prod.svc`, random));
  const authority = rsaCertificate("Example CA", random);
  for (let made = 0; made < COUNT; made++) {
    const server = pick(SERVERS);
    const client = pick(CLIENTS);
    const dialog = new TcpDialog(
      {
        client: `10.0.${client >> 6}.${1 + (client & 63)}`,
        clientPort: 20_000 + (made % 40_000),
        server: `10.1.0.${1 + server}`,
        serverPort: 8443,
        clientSequence: pick(2 ** 32),
        serverSequence: pick(2 ** 32),
        segmentBytes: 1_448,
      },
      (frame) => output.frame(frame),
    ).open();
    if (made % 3 === 0) speak12(dialog, random, server, [servers[server], authority], clients[client]);
    else speak13(dialog, random, server, made % 3 === 1);
    dialog.close();
  }
  output.close();
}

function rsaCertificate(subject: string, random: () => number): Buffer {
  const modulus = Buffer.concat([Buffer.from([0]), bytes(random, 256)]);
  modulus[1] |= 0x80;
  const key = der(0x30, der(0x02, modulus), der(0x02, Buffer.from([1, 0, 1])));
  const algorithm = der(0x30, oid("2a864886f70d010101"), der(0x05));
  return certificate({
    subject: name(["0a", "Example"], ["03", subject]),
    serial: bytes(random, 16),
    key: der(0x30, algorithm, der(0x03, Buffer.from([0]), key)),
    signature: bytes(random, 256),
  });
}

function speak12(
  dialog: TcpDialog,
  random: () => number,
  server: number,
  chain: readonly Buffer[],
  leaf: Buffer,
): void {
  const hello = { serverName: `service-${server}.prod.svc`, random: bytes(random, 32) };
  dialog.send("client", handshake(clientHello(hello)));
  const answer = serverHello({ sessionId: bytes(random, 32) });
  dialog.send(
    "server",
    handshake(answer, certificates(...chain), SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE),
  );
  const proof = handshake(certificates(leaf), CLIENT_KEY_EXCHANGE, CERTIFICATE_VERIFY);
  dialog.send("client", Buffer.concat([proof, CHANGE_CIPHER, sealed(40, 22)]));
  dialog.send("server", Buffer.concat([CHANGE_CIPHER, sealed(40, 22)]));
  dialog.send("client", sealed(220));
  dialog.send("server", sealed(600));
}

function speak13(dialog: TcpDialog, random: () => number, server: number, isMutual: boolean): void {
  const hello = { serverName: `service-${server}.prod.svc`, random: bytes(random, 32), offers13: true };
  dialog.send("client", handshake(clientHello({ ...hello, sessionId: bytes(random, 32) })));
  const flight = isMutual ? [30, 90, 1_900, 281, 53] : [30, 1_900, 281, 53];
  dialog.send("server", Buffer.concat([handshake(serverHello({ is13: true })), CHANGE_CIPHER, sealedAll(flight)]));
  dialog.send("client", Buffer.concat([CHANGE_CIPHER, sealedAll(isMutual ? [980, 281, 53] : [53])]));
  dialog.send("client", sealed(220));
  dialog.send("server", sealedAll([250, 250, 600]));
}

function bytes(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}
