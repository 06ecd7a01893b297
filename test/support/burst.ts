// Sends datagrams in one go: `burst ADDRESS PORT COUNT BYTES`; each begins with its number. COUNT 0 goes on until it is ended.
import { createSocket } from "node:dgram";

const [address, port, count, bytes] = process.argv.slice(2);
const socket = createSocket("udp4");
socket.on("error", () => {});

function datagram(number: number): Buffer {
  const made = Buffer.alloc(Number(bytes), 0x78);
  made.writeUInt32BE(number);
  return made;
}

function send(number: number): Promise<void> {
  return new Promise((resolve) => socket.send(datagram(number), Number(port), address, () => resolve()));
}

if (count === "0") {
  for (let number = 0; ; number++) {
    await send(number);
    if (number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
// None waits for the one before it.
await Promise.all(Array.from({ length: Number(count) }, (_, number) => send(number)));
socket.close();
