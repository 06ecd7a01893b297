// What goes wrong is looked for with chance, for a while (SECONDS each, 600 by default): `fuzz [SECONDS] [SEED] [NAME…]`. `captures` are
// mutated captures through the whole pipeline, `http1` requests beside Node's own server, `websocket` and `http2` conversations that lose
// bytes or are changed, `bodies` are made up and damaged, as are names of fields, paths and messages in `fields`; `paths` are tangled. `http1:RUN`, `http2:RUN` and `paths:RUN` make that run alone, such as one that failed.
import { fuzzBodies } from "./bodies.js";
import { fuzzHttp1 } from "./http1-fuzz.js";
import { fuzzHttp2 } from "./http2-fuzz.js";
import { capturesUnder, fuzz, generator } from "./mutate.js";
import { fuzzPaths } from "./paths.js";
import { fuzzShownFields } from "./shown-fields.js";
import { fuzzWebsocket } from "./websocket-fuzz.js";

const [seconds = "600", seed = String(Date.now() % 2 ** 31), ...wanted] = process.argv.slice(2);
const folder = process.env.EASTWATCH_CORPORA ?? "../shared/corpora";
const FUZZERS: Readonly<Record<string, (millis: number, seed: number, only?: number) => object | Promise<object>>> = {
  captures: (millis, from) => fuzz(capturesUnder(folder), millis, from),
  websocket: (millis, from) => fuzzWebsocket(millis, from, generator(from)),
  http1: fuzzHttp1,
  http2: fuzzHttp2,
  bodies: (millis, from) => fuzzBodies(millis, from, generator(from)),
  paths: fuzzPaths,
  fields: (millis, from) => fuzzShownFields(millis, from, generator(from)),
};
console.log(`seed ${seed}, captures under ${folder}`);
for (const [name, run] of Object.entries(FUZZERS)) {
  const asked = wanted.map((word) => word.split(":")).find(([word]) => word === name);
  if (wanted.length > 0 && asked === undefined) continue;
  const only = asked?.[1] === undefined ? undefined : Number(asked[1]);
  console.log(name, JSON.stringify(await run(Number(seconds) * 1_000, Number(seed), only)));
}
