// Writes a storm as pcapng: `storm NAME COUNT FILE [CALM]`, packet times from now on. FILE may be a named pipe that a sensor replays.
// With CALM one more call comes so many seconds of packet time later.
import { openSync, writeSync } from "node:fs";
import { PcapngWriter } from "../../sensor/capture/pcapng-writer.js";
import { STORMS } from "../support/storms.js";

const [name, count, file, calm] = process.argv.slice(2);
const storm = STORMS.find((one) => one.name === name);
if (storm === undefined) throw new Error(`no storm is called "${name}"; there are ${STORMS.map((one) => one.name)}`);
const descriptor = openSync(file, "w");
const writer = new PcapngWriter("eastwatch storm", (bytes) => {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
});
writer.describeInterface(name, 1, 262_144);
let atMicros = Date.now() * 1_000;
const emit = (bytes: Buffer, micros: number): void => {
  atMicros += micros;
  const { length } = bytes;
  writer.frame({ bytes, start: 0, end: length, originalLength: length, atMicros, linkType: 1, interfaceId: 0 });
};
storm.run(Number(count), emit);
if (calm !== undefined) {
  atMicros += Number(calm) * 1e6;
  STORMS.find((one) => one.name === "hosts")?.run(1, emit);
}
writer.flush();
