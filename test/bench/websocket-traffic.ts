import { TcpDialog } from "../support/frame-builder.js";
import { accept, closing, frame, masked, OPCODE, upgrade } from "../support/websocket-builder.js";
import { PcapOutput } from "./pcap-output.js";
import { mulberry32 } from "./random.js";

export const WEBSOCKET = { name: "websocket", what: "small JSON messages both ways over 64 WebSockets" };

const MESSAGES = 1_000_000;
const CONNECTIONS = 64;
/** Messages that a service tells in one write. */
const MOST_AT_ONCE = 4;

/** Writes the traffic as pcap: clients say something now and then, the service tells each what is new. */
export function writeWebsocket(path: string): void {
  const output = new PcapOutput(path);
  const random = mulberry32(17);
  const pick = (most: number): number => Math.floor(random() * most);
  const dialogs = Array.from({ length: CONNECTIONS }, (_none, at) => {
    const ends = { client: `10.0.0.${1 + (at % 20)}`, clientPort: 20_000 + at, server: `10.1.0.${1 + (at % 8)}` };
    const sequences = { clientSequence: pick(2 ** 32), serverSequence: pick(2 ** 32) };
    const options = { ...ends, serverPort: 8080, ...sequences, segmentBytes: 1_448 };
    const dialog = new TcpDialog(options, (bytes) => output.frame(bytes)).open();
    return dialog.send("client", upgrade(`/rooms/${at}/live`)).send("server", accept());
  });
  for (let made = 0; made < MESSAGES; ) {
    const dialog = dialogs[pick(CONNECTIONS)];
    const id = pick(50_000);
    if (id % 3 === 0) {
      dialog.send("client", masked(`{"type":"say","room":${id % 64},"text":"${"x".repeat(id % 90)}"}`), "silent");
      made++;
    }
    const told = Array.from({ length: 1 + pick(MOST_AT_ONCE) }, (_none, at) =>
      frame(`{"type":"tick","symbol":"A-${id % 977}","price":${id + at},"note":"${"y".repeat((id * at) % 200)}"}`),
    );
    dialog.send("server", Buffer.concat(told));
    made += told.length;
  }
  for (const dialog of dialogs) dialog.send("client", masked(closing(1000), { opcode: OPCODE.close })).close();
  output.close();
}
