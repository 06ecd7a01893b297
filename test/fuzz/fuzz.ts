// For a while (SECONDS each, 600 by default): mutated captures through the whole pipeline, and bodies, made up and damaged, through the
// looks at them: `fuzz [SECONDS] [SEED] [captures|bodies]`.
import { fuzzBodies } from "./bodies.js";
import { capturesUnder, fuzz, generator } from "./mutate.js";

const [seconds = "600", seed = String(Date.now() % 2 ** 31), only] = process.argv.slice(2);
const folder = process.env.EASTWATCH_CORPORA ?? "../shared/corpora";
const millis = Number(seconds) * 1_000;
const TARGETS: Readonly<Record<string, () => object | Promise<object>>> = {
  captures: () => fuzz(capturesUnder(folder), millis, Number(seed)),
  bodies: () => fuzzBodies(millis, Number(seed), generator(Number(seed))),
};
console.log(`seed ${seed}, captures under ${folder}`);
for (const [name, run] of Object.entries(TARGETS)) {
  if (only === undefined || only === name) console.log(`${name} ${JSON.stringify(await run())}`);
}
