import { createServer } from "node:http";
import { Duplex } from "node:stream";
import type { Call } from "../../sensor/protocol/message.js";
import { describe, feed } from "../support/dialog.js";
import { generatorOfRun } from "./mutate.js";
import { spentMillis } from "./spent-time.js";

export interface Http1FuzzResult {
  readonly runs: number;
  /** Requests that Node's server took, each of which was told. */
  readonly taken: number;
  /** Connections of which it refused something. */
  readonly refused: number;
}

interface Request {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  bodySize: number;
}

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const METHODS = "GET GET POST POST PUT DELETE HEAD OPTIONS PATCH PROPFIND M-SEARCH TRACE PURGE".split(" ");
const TARGETS = "/ /a /a/b?c=d /a%20b * http://h/x http://h:80 /a#f /? //x /{x} /a;m=1".split(" ");
const NAMES = ["a", "x-y", "Foo", "Content-Type", "Accept", "X_1", "!#$%&'*+.^`|~", "Cookie", "Via"];
const VALUES = ["b", "", " ", "a b", "\t", 'text/plain; q="a\\"b"', "\x80\xff", ",", "x".repeat(300)];
const EXTENSIONS = ["", "", "", ";a", ";a=b", ';a="q;\\"x"'];
const DAMAGE = "\0\t\n\r ,0:;\x7f\xff";

/**
 * Requests made up by chance, one after the other on a connection and damaged here and there, go to Node's own server and to us until the
 * time is over: what it takes for a request must be told, with method, path, version and the size of its body, if we tell no fault of the
 * connection. `only` makes one run of a seed alone.
 */
export async function fuzzHttp1(millis: number, seed: number, only?: number): Promise<Http1FuzzResult> {
  const end = spentMillis() + millis;
  const result = { runs: 0, taken: 0, refused: 0 };
  for (let run = only ?? 0; spentMillis() < end && (only === undefined || run === only); run++, result.runs++) {
    const bytes = new Chance(generatorOfRun(seed, run)).connection();
    const { taken, isRefused } = await takenBy(bytes);
    const difference = differenceFrom(taken, bytes);
    if (difference !== undefined)
      throw new Error(`run ${run} of seed ${seed}: ${difference}; sent ${JSON.stringify(bytes.toString("latin1"))}`);
    result.taken += taken.length;
    if (isRefused) result.refused++;
  }
  return result;
}

/** What Node's server takes of a connection on which those bytes come and then its end: requests that came whole. */
function takenBy(bytes: Buffer): Promise<{ taken: readonly Request[]; isRefused: boolean }> {
  return new Promise((resolve) => {
    const taken: Request[] = [];
    let isRefused = false;
    const server = createServer({ requireHostHeader: false }, (message, response) => {
      const { method = "", url = "", httpVersion } = message;
      const request: Request = { method, target: url, version: httpVersion, bodySize: 0 };
      message.on("data", (piece: Buffer) => {
        request.bodySize += piece.length;
      });
      message.on("end", () => taken.push(request));
      message.on("error", () => {});
      response.end();
    });
    server.on("clientError", (_error, socket) => {
      isRefused = true;
      socket.destroy();
    });
    const socket = new Duplex({ read() {}, write: (_piece, _encoding, done) => done() });
    socket.on("error", () => {});
    socket.on("close", () => setImmediate(() => resolve({ taken, isRefused })));
    server.emit("connection", socket);
    socket.push(bytes);
    socket.push(null);
  });
}

function differenceFrom(taken: readonly Request[], bytes: Buffer): string | undefined {
  // Node takes any line without a version for HTTP/0.9, which knows GET and a path alone (RFC 1945 §4.1).
  if (taken.some(({ version }) => version === "0.9")) return undefined;
  const messages = feed(
    [["client", bytes], ...taken.map(() => ["server", ANSWER] as const), ["client", "fin"], ["server", "fin"]],
    { isShared: true },
  );
  if (messages.some(({ kind }) => kind === "anomaly")) return undefined;
  const calls = messages.filter((message): message is Call => message.kind === "call");
  const wanted = taken.map((request) =>
    textOf(request.method, pathOf(request.target), request.version, request.bodySize),
  );
  const told = calls.map((call) => textOf(call.method, call.path, call.version, call.requestBodySize));
  const missing = wanted.findIndex((text, at) => text !== told[at]);
  if (missing < 0) return undefined;
  return `request ${missing}, taken as ${wanted[missing]}, was told as ${told[missing]} (${describe(messages).join("; ")})`;
}

function textOf(...facts: readonly (string | number | undefined)[]): string {
  return facts.map((fact) => fact ?? "-").join(" ");
}

/** RFC 9112 §3.2: of the absolute form what stands behind the authority. */
function pathOf(target: string): string {
  if (target === "*") return target;
  return target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "").split(/[?#]/, 1)[0] || "/";
}

class Chance {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  connection(): Buffer {
    let text = "";
    for (let requests = 1 + this.#below(3); requests > 0; requests--) text += this.#request();
    return this.#damage(Buffer.from(text, "latin1"));
  }

  #request(): string {
    const [fields, body] = this.#body();
    const lines = ["Host: h", ...fields];
    for (let more = this.#below(4); more > 0; more--)
      lines.splice(
        this.#below(lines.length + 1),
        0,
        `${this.#of(NAMES)}:${this.#of(["", " ", "\t"])}${this.#of(VALUES)}`,
      );
    const lead = this.#in(8) ? this.#of(["\r\n", "\n", "\r\n\r\n"]) : "";
    const version = this.#in(30) ? this.#of(["HTTP/1.0", "HTTP/1.2", "http/1.1", "HTTP/11.1"]) : "HTTP/1.1";
    return `${lead}${this.#of(METHODS)} ${this.#of(TARGETS)} ${version}${this.#eol()}${lines.map((line) => line + this.#eol()).join("")}${this.#eol()}${body}`;
  }

  /** Fields that tell of a body, and the body. */
  #body(): readonly [readonly string[], string] {
    const kind = this.#below(3);
    if (kind === 0) return [[], ""];
    const length = this.#below(40);
    const sized = this.#of([
      length,
      length,
      length,
      length,
      `0${length}`,
      `+${length}`,
      `${length} `,
      `${length},${length}`,
    ]);
    if (kind === 1) return [[`Content-Length: ${sized}`], "z".repeat(length)];
    const coding = this.#of([
      "chunked",
      "chunked",
      "Chunked",
      "gzip, chunked",
      "chunked, gzip",
      "identity",
      "chunked,",
      "x",
    ]);
    return [[`Transfer-Encoding: ${coding}`], this.#chunks()];
  }

  #chunks(): string {
    let text = "";
    for (let chunks = this.#below(4); chunks > 0; chunks--) {
      const length = 1 + this.#below(30);
      text += `${this.#of(["", "", "00"])}${length.toString(16)}${this.#of(EXTENSIONS)}${this.#eol()}`;
      text += `${"c".repeat(length)}${this.#eol()}`;
    }
    return `${text}0${this.#eol()}${this.#in(5) ? `X-Trailer: v${this.#eol()}` : ""}${this.#eol()}`;
  }

  #eol(): string {
    return this.#in(200) ? this.#of(["\n", "\r", "\r\r\n", "\n\r"]) : "\r\n";
  }

  /** Half of all are left as they are; of the others a byte or two is changed, left out or put in. */
  #damage(bytes: Buffer): Buffer {
    const damaged = [...bytes];
    for (let times = this.#in(2) ? 1 + this.#below(2) : 0; times > 0; times--) {
      const byte = this.#in(3) ? this.#below(256) : this.#of([...Buffer.from(DAMAGE, "latin1")]);
      const kind = this.#below(3);
      damaged.splice(this.#below(damaged.length), kind === 2 ? 0 : 1, ...(kind === 1 ? [] : [byte]));
    }
    return Buffer.from(damaged);
  }

  #of<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)];
  }

  /** Once in so many times. */
  #in(times: number): boolean {
    return this.#below(times) === 0;
  }

  #below(bound: number): number {
    return this.#random() % bound;
  }
}
