import t, { type Test } from "tap";
import type { Service } from "../sensor/inventory/observation.js";
import { inOrder } from "../sensor/inventory/service/removal-order.js";
import { placed } from "./support/placed.js";
import { Scene } from "./support/scene.js";

const AT = 1_700_000_000_000_000;
const A = "10.1.0.4";
const B = "10.1.0.5";
const C = "10.1.0.6";

/** Services by name, each with a path of its own and two that all of them have. */
class Town {
  readonly scene: Scene;
  #second: number;

  constructor(scene = new Scene({}, 1), second = 0) {
    this.scene = scene;
    this.#second = second;
  }

  /** Each is called at its address once a second, for so long, by three clients at once. */
  live(seconds: number, homes: Readonly<Record<string, string>>): this {
    const until = this.#second + seconds;
    for (; this.#second < until; this.#second++) {
      for (const [name, server] of Object.entries(homes)) this.call(name, server);
    }
    return this;
  }

  call(name: string, server: string, paths = ["/balance", "/healthz", `/${name}/${this.#second % 30}`]): this {
    const atMicros = AT + this.#second * 1e6;
    for (const path of paths) this.scene.get(path, { server, host: `${name}.test`, atMicros, body: `{"${name}":1}` });
    // A probe asks for the address: whoever is there answers.
    this.scene.get("/healthz", { server, host: `${server}:80`, atMicros });
    return this;
  }

  pass(seconds: number): this {
    this.#second += seconds;
    return this;
  }

  counts(): string[] {
    return this.scene.endpoints().map((one) => `${one.serverAddress} ${one.service} ${one.template} ×${one.calls}`);
  }

  newOnes(): string[] {
    const found = this.scene.detection.all().filter(({ rule }) => rule === "new-endpoint");
    return found.map(({ serverAddress, template, count }) => `${serverAddress} ${template} ×${count}`);
  }
}

/** What one has that was called so often: what all have too, `/healthz` half of it by address. */
function house(where: string): string[] {
  const [server, name, times] = where.split(" ");
  const told = (template: string, calls: number): string => `${server} ${name}.test ${template} ×${calls}`;
  return [
    told("/balance", Number(times)),
    told("/healthz", 2 * Number(times)),
    told(`/${name}/{${name}Id}`, Number(times)),
  ];
}

function sameCounts(t: Test, seen: Town, houses: readonly string[], why: string): void {
  const sorted = (lines: readonly string[]): string[] => [...lines].sort();
  t.strictSame(sorted(seen.counts()), sorted(houses.flatMap(house)), why);
}

/** Without what they stand on. */
const moves = (seen: Town): string[] => placed(seen.scene).moves.map((line) => line.replace(/ \(.*/, ""));

t.test("two services that swap addresses keep their own counts of what both have", async (t) => {
  for (const pause of [0, 2, 1_200]) {
    const seen = new Town().live(100, { alpha: A, beta: B }).pass(pause).live(100, { alpha: B, beta: A });
    sameCounts(t, seen, [`${B} alpha 200`, `${A} beta 200`], `after ${pause} seconds`);
    t.strictSame(seen.newOnes(), [], "nothing of it is new");
    t.strictSame(moves(seen), [
      ...[`alpha.test of ${A} to ${B}`, `${A} from ${B}`],
      ...[`beta.test of ${B} to ${A}`, `${B} from ${A}`],
    ]);
  }
});

t.test("so do two that are called in bursts, as soon as they are asked for often enough", (t) => {
  const seen = new Town().live(100, { alpha: A, beta: B }).pass(1_200).live(4, { alpha: B, beta: A });
  sameCounts(t, seen, [`${B} alpha 104`, `${A} beta 104`], "within seconds");
  t.end();
});

t.test("so do three that rotate, and two of which one is called much less", async (t) => {
  const three = new Town().live(100, { alpha: A, beta: B, gamma: C }).live(100, { alpha: B, beta: C, gamma: A });
  sameCounts(t, three, [`${B} alpha 200`, `${C} beta 200`, `${A} gamma 200`], "rotated");
  const back = three.live(100, { alpha: A, beta: B, gamma: C });
  sameCounts(t, back, [`${A} alpha 300`, `${B} beta 300`, `${C} gamma 300`], "and back");
  const slow = new Town().live(100, { alpha: A, beta: B }).live(90, { alpha: B });
  for (let time = 0; time < 10; time++) slow.live(1, { alpha: B, beta: A }).live(9, { alpha: B });
  sameCounts(t, slow, [`${B} alpha 290`, `${A} beta 110`], "each goes when it is sure");
});

t.test(
  "a pod takes the address of another while both pods of a service answer, and while some ask at the old one",
  async (t) => {
    const roll = new Town().live(100, { alpha: A, beta: B });
    // Alpha goes to C and leaves A within seconds; beta is there a second later, and asked for at B by some still.
    for (let second = 0; second < 10; second++) roll.call("alpha", A).live(1, { alpha: C, beta: B });
    for (let second = 0; second < 5; second++)
      roll.call("alpha", A, ["/balance"]).call("beta", B).live(1, { alpha: C, beta: A });
    roll.live(100, { alpha: C, beta: A });
    const balance = roll.counts().filter((line) => line.includes("/balance"));
    t.strictSame(balance, [`${A} beta.test /balance ×220`, `${C} alpha.test /balance ×230`]);
    const two = new Town().live(100, { alpha: A });
    for (let second = 0; second < 100; second++) two.call("alpha", A).live(1, { alpha: B });
    two.live(100, { alpha: B });
    t.strictSame(moves(two), [], "two that answer for longer than a handover takes are two");
  },
);

t.test("names of virtual hosts are not told apart, and nothing of them is counted twice", async (t) => {
  const seen = new Town().live(100, { alpha: A, beta: B });
  for (let second = 0; second < 200; second++) seen.call("beta", A).live(1, { alpha: A, beta: B });
  const balance = seen.counts().filter((line) => line.includes("/balance"));
  t.strictSame([balance, moves(seen)], [[`${A} alpha.test /balance ×500`, `${B} beta.test /balance ×300`], []]);
});

t.test("what finds no room to be told apart is counted, and stays where it was called", async (t) => {
  const scene = new Scene({ maxEndpoints: 16 }, 1);
  const seen = new Town(scene).live(100, { alpha: A, beta: B }).live(100, { alpha: B, beta: A });
  t.match(scene.inventory.counters, { moves_not_followed: 2, endpoints_refused: 0 });
  const balance = scene.endpoints().filter(({ template }) => template === "/balance");
  t.equal(
    balance.reduce((sum, { calls }) => sum + calls, 0),
    400,
    "none is lost",
  );
  t.strictSame(seen.newOnes(), []);
});

t.test(
  "a service that moved has no new endpoints but those that it had not before, told when that is sure",
  async (t) => {
    const seen = new Town().live(100, { alpha: A }).live(30, { alpha: B });
    seen.call("alpha", B, ["/added", "/added"]).live(20, { alpha: B });
    t.strictSame(seen.newOnes(), [], "it may have moved");
    seen.live(50, { alpha: B });
    t.strictSame([seen.newOnes(), moves(seen)], [[`${B} /added ×2`], [`${A} to ${B}`, `${B} from ${A}`]]);
    const other = new Town().live(100, { alpha: A });
    for (let second = 0; second < 29; second++) other.call("alpha", B, ["/balance"]).live(1, { alpha: A });
    t.strictSame(other.newOnes(), []);
    other.live(10, { alpha: A });
    t.strictSame(
      other.newOnes(),
      [`${B} /balance ×29`, `${B} /healthz ×29`],
      "another one beside it was never called before",
    );
    const short = new Town().live(100, { alpha: A }).live(5, { alpha: B });
    t.strictSame(short.newOnes(), []);
    short.scene.inventory.settle();
    t.equal(short.newOnes().length, 3, "what is not decided at the end is told");
    const words = new Town().live(100, { alpha: A }).live(1, { alpha: B });
    for (const word of "amber birch cedar dune elm fern grove heath iris jade kelp lark moss nettle oak pine".split(
      " ",
    ))
      words.call("alpha", B, [`/found/${word}-${word.length}${word}`]);
    words.live(80, { alpha: B });
    const found = words.newOnes().filter((line) => line.includes("/found"));
    t.match(found, [/\{.*\} ×16$/], "as what it is by then");
    const seldom = new Town().live(100, { alpha: A }).live(1, { alpha: B }).pass(4_000).live(100, { gamma: C });
    t.ok(seldom.newOnes().includes(`${B} /balance ×1`), "nor does it wait for longer than an hour");
  },
);

t.test("a service that comes back to its address is the same, however long it was away", async (t) => {
  const seen = new Town().live(100, { alpha: A }).live(100, { alpha: B });
  for (const days of [1, 9])
    seen
      .pass(days * 86_400)
      .live(100, { alpha: A })
      .pass(days * 86_400)
      .live(100, { alpha: B });
  sameCounts(t, seen, [`${B} alpha 600`], "its counts go along");
  t.strictSame(seen.newOnes(), []);
  t.match(placed(seen.scene).moves.at(-1), /silent for 9 days before/);
});

t.test("a gateway that is asked for more names than are kept follows none, and waits for none", (t) => {
  const scene = new Scene({}, 1);
  const sites = Array.from({ length: 40 }, (_, at) => `site${at}`);
  const own = Object.fromEntries(sites.slice(0, 10).map((site) => [site, B]));
  const seen = new Town(scene).live(10, own);
  for (let time = 0; time < 120; time++) {
    for (const site of sites) seen.call(site, A, ["/balance"]);
    seen.pass(1);
  }
  t.match(scene.inventory.counters, { moves_not_followed: 0 });
  t.strictSame(moves(seen), []);
  t.end();
});

t.test("over a restart in between a service still goes on for itself", (t) => {
  const before = new Town().live(100, { alpha: A }).live(20, { alpha: B });
  const after = new Town(new Scene({}, 1), 120);
  after.scene.inventory.restore(JSON.parse(JSON.stringify(before.scene.inventory.takeDelta(1_000).rows)));
  after.live(100, { alpha: B });
  sameCounts(t, after, [`${B} alpha 220`], "which it was undecided at");
  t.strictSame(moves(after), [`${A} to ${B}`, `${B} from ${A}`]);
  t.end();
});

t.test("rows that change places in a circle are told so that nothing said of one is lost to another", (t) => {
  const said = new Map([A, B, C].map((address) => [address, address]));
  const at = (address: string) => ({ address, name: `${address}.test` }) as Service;
  const removal = { kind: "removal", serverPort: 80, method: "GET", template: "/x" } as const;
  const left = [
    [A, B],
    [B, C],
    [C, A],
  ].map(([from, to]) => ({ removal: { ...removal, serverAddress: from }, to: at(to) }));
  for (const { serverAddress, mergedIntoAddress = "" } of inOrder(left)) {
    said.set(mergedIntoAddress, `${said.get(mergedIntoAddress) ?? ""}${said.get(serverAddress)}`);
    said.delete(serverAddress);
  }
  t.strictSame(Object.fromEntries(said), { [B]: A, [C]: B, [A]: C });
  const chain = inOrder(left.slice(0, 2)).map(({ serverAddress }) => serverAddress);
  t.strictSame(chain, [B, A], "who makes room goes first");
  t.end();
});
