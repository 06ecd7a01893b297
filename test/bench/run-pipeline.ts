// One benchmark run as a process of its own: `run-pipeline STAGE FILE FOLDER` prints what it counted as JSON. It starts as the program does.
import { startBundle } from "../../program/start-bundle.js";

startBundle(new URL("./pipeline-run.bundle", import.meta.url));
