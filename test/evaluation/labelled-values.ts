// The same as data-classes of values that others made: `node labelled-values FILE`, where each line of FILE is an object as JSON with
// `expected` (a class, or null), `field` and `value`.
import { readFileSync } from "node:fs";
import { judge, printScores, type Sample } from "./data-score.js";

const lines = readFileSync(process.argv[2], "utf8")
  .split("\n")
  .filter((line) => line !== "");
for (const line of lines) {
  const { expected, field, value } = JSON.parse(line) as Omit<Sample, "expected"> & { expected: string | null };
  judge({ expected: expected ?? undefined, field, value });
}
console.log(`${lines.length} values`);
printScores();
