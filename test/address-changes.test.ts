import t, { type Test } from "tap";
import type { Service } from "../sensor/inventory/observation.js";
import { CertificateName } from "../sensor/inventory/service/certificate-name.js";
import { inOrder } from "../sensor/inventory/service/removal-order.js";
import { placed } from "./support/placed.js";
import { Scene } from "./support/scene.js";
import { certificate, TlsScene } from "./support/tls-scene.js";

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

t.test("so do two that have hundreds of endpoints", async (t) => {
  const words = Array.from({ length: 600 }, (_, at) => `report-${at}`);
  const seen = new Town(new Scene({ literalSegments: words }, 1));
  // Answers that differ: one page for all would tell of no endpoint.
  for (const [at, word] of words.entries())
    seen.scene.get(`/${word}`, { server: A, host: "alpha.test", atMicros: AT, body: `{"${"x".repeat(at % 37)}":1}` });
  t.ok(seen.counts().length > 500, `${seen.counts().length} endpoints`);
  seen.live(100, { alpha: A, beta: B }).live(100, { alpha: B, beta: A });
  const balance = seen.counts().filter((line) => line.includes("/balance"));
  t.strictSame(balance, [`${A} beta.test /balance ×200`, `${B} alpha.test /balance ×200`]);
  t.equal(seen.scene.inventory.counters.moves_not_followed, 0);
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

t.test("what was found at the address before is not new at the next one, nor after a restart there", (t) => {
  const kept = (scene: Scene) => JSON.parse(JSON.stringify(scene.inventory.takeDelta(1_000).rows));
  const first = new Town().live(10, { alpha: A });
  first.call("alpha", A, ["/added"]).live(90, { alpha: A }).live(100, { alpha: B });
  t.strictSame(first.newOnes(), [`${A} /added ×1`]);
  first.call("alpha", B, ["/added"]).live(10, { alpha: B });
  t.strictSame(first.newOnes(), [`${A} /added ×1`], "it was told there");
  const second = new Town(new Scene({}, 1), 211);
  second.scene.inventory.restore(kept(first.scene));
  second.scene.detection.restore(first.scene.detection.all(), AT);
  second.call("alpha", B, ["/added", "/later"]).live(100, { alpha: C }).call("alpha", C, ["/added", "/later"]);
  second.live(10, { alpha: C });
  t.strictSame(second.newOnes(), [`${A} /added ×1`, `${B} /later ×1`]);
  t.end();
});

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

/** Handshakes that ask for no name, one each five seconds, and what the services are called after each piece of them. */
class Shown {
  readonly scene = new TlsScene();
  #second = 0;

  show(server: string, times: number, ...san: string[]): this {
    for (let time = 0; time < times; time++, this.#second += 5) {
      const serverChain = [certificate({ san, subject: "" })];
      this.scene.handshake({ server, serverName: undefined, serverChain, atMicros: AT + this.#second * 1e6 });
    }
    return this;
  }

  names(): string[] {
    return this.scene.services().map((one) => {
      const before = (one.formerNames ?? []).map(({ name }) => `, before ${name}`).join("");
      return `${one.address} ${one.name} ${one.nameConfidence}${before}`;
    });
  }
}

t.test(
  "a service that nobody asks for by name is the same one as long as its certificates are for its name",
  async (t) => {
    const seen = new Shown().show(A, 20, "pay.test").show(A, 20, "cards.test", "pay.test");
    t.strictSame(seen.names(), [`${A} pay.test 0.5`], "renewed with another name before its own");
    t.strictSame(seen.show(A, 20, "*.test").names(), [`${A} pay.test 0.5`], "renewed for all of a domain");
    t.strictSame(seen.show(A, 20, "pay.test").names(), [`${A} pay.test 0.8`]);
    t.strictSame(seen.show(A, 4, "ledger.test").show(A, 1, "pay.test").names(), [`${A} pay.test 0.8`], "for a moment");
    const other = seen.show(A, 20, "ledger.test");
    t.strictSame(other.names(), [`${A} ledger.test 0.8, before pay.test`], "renamed, or another one has its address");
    t.strictSame(other.show(A, 20, "localhost").names()[0], `${A} ${A}:443 1, before pay.test, before ledger.test`);
    const turns = new Shown();
    for (let turn = 0; turn < 200; turn++) turns.show(A, 1, turn % 2 === 0 ? "one.test" : "two.test");
    t.strictSame(turns.names(), [`${A} one.test 0.8`], "two that answer by turns rename nothing");
  },
);

t.test("a service that is known by its certificate alone is followed to another address", async (t) => {
  const seen = new Shown().show(A, 20, "pay.test").show(B, 20, "pay.test");
  const [old, now] = seen.scene.services();
  t.match(old.movedTo, { address: B, ground: "certificate", confidence: 0.8 });
  t.match(now.movedFrom, [
    { address: A, reason: /^its certificate was for the same name there, and silent for \d+ sec/ },
  ]);
  const two = new Shown();
  for (let turn = 0; turn < 40; turn++) two.show(A, 1, "pay.test").show(B, 1, "pay.test");
  t.notOk(two.show(B, 30, "pay.test").scene.services()[0].movedTo, "replicas with one certificate are two");
});

t.test("names of certificates are kept over a restart, and no more of them than are told", async (t) => {
  const name = new CertificateName();
  let second = 0;
  const show = (to: CertificateName, host: string): void => {
    for (let time = 0; time < 20; time++, second += 5) to.note(certificate({ san: [host] }), AT + second * 1e6);
  };
  for (let one = 0; one < 12; one++) show(name, `s${one}.test`);
  t.strictSame(
    [name.text, name.former.length, name.takeDropped(), name.takeDropped()],
    ["s11.test", 8, "s2.test", undefined],
  );
  const again = new CertificateName();
  const state = name.state();
  if (state !== undefined) again.restore(JSON.parse(JSON.stringify(state)));
  t.strictSame(again.state(), state);
  show(again, "s10.test");
  t.strictSame(
    again.former.map((one) => one.name).slice(-2),
    ["s9.test", "s11.test"],
    "one that came back is no former one",
  );
});
