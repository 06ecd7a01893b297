import type { Network } from "./network.js";
import { Task, waitFor } from "./task.js";

/** What the server's end of the network sees, into `file`, until the task is interrupted. */
export async function startRecording(network: Network, file: string): Promise<Task> {
  const dump = ["tcpdump", "-i", "ews", "-w", file, "-U", "--immediate-mode", "-s", "0", "-B", "32768", "-Z", "root", "tcp"]; // biome-ignore format: one command line
  const capture = new Task(network.inside(network.server, dump));
  await waitFor(() => capture.text.includes("listening on") || capture.hasEnded, 5_000);
  return capture;
}
