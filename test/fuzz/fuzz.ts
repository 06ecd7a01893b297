// Mutated captures through the whole pipeline for a while (SECONDS, 600 by default): `fuzz [SECONDS] [SEED]`.
import { capturesUnder, fuzz } from "./mutate.js";

const [seconds = "600", seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
const folder = process.env.EASTWATCH_CORPORA ?? "../shared/corpora";
console.log(`seed ${seed}, captures under ${folder}`);
console.log(JSON.stringify(fuzz(capturesUnder(folder), Number(seconds) * 1_000, Number(seed))));
