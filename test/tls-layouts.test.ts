import t from "tap";
import { feed, type Step } from "./support/dialog.js";
import { CHANGE_CIPHER, sealed } from "./support/tls-builder.js";
import { handshakesIn } from "./support/tls-dialog.js";
import { type Flight13, flight13 } from "./support/tls-flights.js";
import { Dice, makeLayout } from "./support/tls-layouts.js";

/** More by the environment: LAYOUTS and SEED. */
const LAYOUTS = Number(process.env.LAYOUTS ?? 10_000);
const SEED = Number(process.env.SEED ?? 20_261_129);
/** What a rule that asks for too much would take away. */
const LEAST_TOLD_PERCENT = 80;

/** With some pieces lost that stand beside each other, with all lost of one side up to some piece, and cut short. */
function* losses(pieces: readonly Step[]): Iterable<{ readonly steps: readonly Step[]; readonly how: string }> {
  const without = (isLost: (side: Step[0], at: number) => boolean): Step[] =>
    pieces.map(([side, bytes], at): Step => [side, isLost(side, at) ? (bytes as Buffer).length : bytes]);
  for (let from = 0; from < pieces.length; from++) {
    for (let until = from + 1; until <= Math.min(pieces.length, from + 5); until++)
      yield { steps: without((_, at) => at >= from && at < until), how: `without ${from} to ${until}` };
    for (const one of ["client", "server"] as const)
      yield {
        steps: without((side, at) => side === one && at <= from),
        how: `without what the ${one} sent up to ${from}`,
      };
    yield { steps: pieces.slice(0, from), how: `until ${from}` };
  }
}

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

/** Flights as openssl 3 sends them, its records one by one: what was lost begins and ends anywhere among them. */
const SERVER = [23, 85, 686, 96, 69];
const ENDS: readonly (readonly [string, readonly number[], Flight13, readonly number[]])[] = [
  ["asked, presented and let in", [568, 96, 69, 35], { server: SERVER, after: [538, 538, 6_800, 19] }, [19]],
  ["asked, declined and let in", [25, 69, 35], { server: SERVER, after: [266, 266, 5_100, 19] }, [19]],
  ["asked, declined and refused", [25, 69, 35], { server: SERVER, after: [19] }, []],
  ["not asked", [69, 35], { server: SERVER.toSpliced(1, 1), after: [266, 266, 5_100, 19] }, [19]],
  ["the client refuses the server", [19], { server: SERVER, after: [] }, []],
];

t.test(
  "whatever bytes are lost, no verdict becomes another and no connection fails that did not, nor the other way",
  (t) => {
    for (const [what, client, options, goodbye] of ENDS) {
      const [hello, answer] = flight13([], { server: [], cipher: 0x1302 });
      const pieces: Step[] = [
        hello,
        answer,
        ...(options.server ?? []).map((length): Step => ["server", sealed(length)]),
        ["client", CHANGE_CIPHER],
        ...client.map((length): Step => ["client", sealed(length)]),
        ...(options.after ?? []).map((length): Step => ["server", sealed(length)]),
        ...goodbye.map((length): Step => ["client", sealed(length)]),
      ];
      const [whole] = handshakesIn(feed(pieces));
      const untrue: string[] = [];
      for (const { steps, how } of losses(pieces)) {
        const [{ clientAuth, established } = whole] = handshakesIn(
          feed(steps, { closed: how.startsWith("until") ? "end" : "fin" }),
        );
        const isOther = clientAuth.verdict !== "unknown" && clientAuth.verdict !== whole.clientAuth.verdict;
        if (isOther || (established ?? whole.established) !== whole.established)
          untrue.push(`${how}: ${clientAuth.verdict} ${established}`);
      }
      t.same(untrue, [], `${what}: ${whole.clientAuth.verdict} ${whole.established}`);
    }
    t.end();
  },
);
