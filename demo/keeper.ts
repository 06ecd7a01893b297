// Cleans up after a demo that was killed: `keeper FOLDER`. Standard input tells of the demo's processes, each on a line,
// `started ID` and `ended ID`; where it ends, the demo is gone. A demo that ends by itself ends this process first.
import { rmSync } from "node:fs";

const END_MILLIS = 5_000;
const [folder] = process.argv.slice(2);
let text = "";
process.stdin.on("data", (bytes: Buffer) => {
  text += bytes.toString();
});
process.stdin.once("end", () => void cleanUp([...running(text)]));

/** Ids of processes that have ended may be another's by now. */
function running(told: string): Set<number> {
  const ids = new Set<number>();
  for (const line of told.split("\n")) {
    const [word, id] = line.split(" ");
    if (word === "started") ids.add(Number(id));
    else ids.delete(Number(id));
  }
  return ids;
}

async function cleanUp(processes: readonly number[]): Promise<void> {
  const until = performance.now() + END_MILLIS;
  while (processes.filter((id) => signal(id, "SIGTERM")).length > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const id of processes) signal(id, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

/** Whether the process is still there. */
function signal(id: number, name: NodeJS.Signals): boolean {
  try {
    // Never 0, which would be the whole group.
    return id > 0 && process.kill(id, name);
  } catch {
    return false;
  }
}
