import t from "tap";
import { feed } from "./support/dialog.js";
import { handshakesIn } from "./support/tls-dialog.js";
import { Dice, makeLayout } from "./support/tls-layouts.js";

/** More by the environment: LAYOUTS and SEED. */
const LAYOUTS = Number(process.env.LAYOUTS ?? 10_000);
const SEED = Number(process.env.SEED ?? 20_261_129);
/** What a rule that asks for too much would take away. */
const LEAST_TOLD_PERCENT = 80;

t.test("TLS 1.3 laid out in any legal way: no verdict is untrue, and what is plain is told", (t) => {
  const dice = new Dice(SEED);
  const untrue: string[] = [];
  let plain = 0;
  let told = 0;
  for (let at = 0; at < LAYOUTS; at++) {
    const { steps, label, what, isPlain } = makeLayout(dice);
    const [{ clientAuth }] = handshakesIn(feed(steps, { isShared: true }));
    const { verdict, reason } = clientAuth;
    if (verdict !== "unknown" && verdict !== label) untrue.push(`${verdict} (${reason}): ${what}`);
    if (!isPlain) continue;
    plain++;
    if (verdict === label) told++;
  }
  t.same(untrue, []);
  const percent = (100 * told) / plain;
  t.ok(percent >= LEAST_TOLD_PERCENT, `${percent.toFixed(1)} % of ${plain} plain ones told`);
  t.end();
});
