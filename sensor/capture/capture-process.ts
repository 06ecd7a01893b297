// Captures one interface and writes pcapng to standard output: `capture-process REQUEST`, a CaptureRequest in JSON. Ends when its
// standard input does, so that it never outlives the sensor. A fault in native code ends this process, not the sensor.
import type { CaptureRequest } from "./capture-request.js";
import { BINDING_REFUSED, FILTER_REFUSED } from "./exit-code.js";
import { leaveNoCore, loadNativeBinding, type NativeBinding } from "./native-binding.js";

const STDIN = 0;
const STDOUT = 1;

// Where it may leave one the sensor has said so, of both.
leaveNoCore();
const request: CaptureRequest = JSON.parse(process.argv[2]);
const binding = request.implementation === "cap" ? "capture.implementation is cap" : loadNativeBinding();
if (typeof binding !== "string") process.exit(captureNatively(binding));
else if (request.implementation === "native") fail(binding, BINDING_REFUSED);
else await captureByCap(binding);

function captureNatively({ run }: NativeBinding): number {
  const { interface: name, filter, bufferBytes, snapLength, promiscuous } = request;
  const { kind, text } = run(name, filter, bufferBytes, snapLength, promiscuous, STDOUT, STDIN);
  if (text !== "") process.stderr.write(`${text}\n`);
  if (kind === "filter") return FILTER_REFUSED;
  return kind === "device" ? 1 : 0;
}

/** `why`: for what reason it is not the binding of our own. */
async function captureByCap(why: string): Promise<void> {
  const { CapCapture, opensWithoutFilter } = await import("./cap-capture.js").catch((error: Error) =>
    fail(`${why}; nor can the package cap be loaded: ${error.message.split("\n")[0]}`, BINDING_REFUSED),
  );
  try {
    const capture = new CapCapture(request, why);
    process.stdout.on("error", () => process.exit(0));
    process.stdin.resume().on("end", () => {
      capture.finish();
      process.exit(0);
    });
  } catch (error) {
    fail((error as Error).message, request.filter !== "" && opensWithoutFilter(request) ? FILTER_REFUSED : 1);
  }
}

function fail(words: string, code: number): never {
  process.stderr.write(`${words}\n`);
  process.exit(code);
}
