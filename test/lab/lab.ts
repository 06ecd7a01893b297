// Labelled TLS handshakes between real stacks: `make FOLDER` records them, `judge FOLDER` has the sensor tell,
// `impair FOLDER` derives the impaired captures anew, `sizes FOLDER` writes down what TLS 1.3 lets a reader see.
import { impairFolder } from "./impairment.js";
import { judge } from "./judge.js";
import { make } from "./make.js";
import { writeSizes } from "./sizes.js";
import { endAllTasks } from "./task.js";

const [command, folder, only] = process.argv.slice(2);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    endAllTasks();
    process.exit(1);
  });
if (folder === undefined) {
  console.error(
    "Usage: lab make|judge|impair|sizes FOLDER [ONLY]   (ONLY: part of a pair's name, such as nginx--curl)",
  );
  process.exit(2);
}
if (command === "make") await make(folder, only);
else if (command === "judge") process.exitCode = (await judge(folder, only)) ? 0 : 1;
else if (command === "impair") impairFolder(folder);
else if (command === "sizes") writeSizes(folder);
