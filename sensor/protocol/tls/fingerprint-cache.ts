import { ja3, ja3s, ja4, stackMark } from "./fingerprint.js";
import type { ClientHello, ServerHello } from "./hello.js";

export interface ClientFingerprints {
  readonly ja3: string;
  readonly ja4: string;
  readonly mark: string;
}

const MAX_KEPT = 4_096;

/** Programs send the same hello again and again: what is hashed from it is made once for each. Bounded; then begun anew. */
export class FingerprintCache {
  readonly #known = new Map<string, ClientFingerprints>();
  readonly #servers = new Map<string, string>();

  get(hello: ClientHello): ClientFingerprints {
    hello.fingerprints ??= this.#find(hello);
    return hello.fingerprints;
  }

  /** JA3S. */
  server(answer: ServerHello): string {
    answer.ja3s ??= this.#findServer(answer);
    return answer.ja3s;
  }

  #find(hello: ClientHello): ClientFingerprints {
    const key = keyOf(hello);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = { ja3: ja3(hello), ja4: ja4(hello), mark: stackMark(hello) };
    if (this.#known.size >= MAX_KEPT) this.#known.clear();
    this.#known.set(key, made);
    return made;
  }

  #findServer(answer: ServerHello): string {
    const key = `${answer.legacyVersion},${answer.cipher},${characters(answer.extensions)}`;
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    const made = ja3s(answer);
    if (this.#servers.size >= MAX_KEPT) this.#servers.clear();
    this.#servers.set(key, made);
    return made;
  }
}

/** Everything that the fingerprints are made of, each number as one character. */
function keyOf(hello: ClientHello): string {
  const { legacyVersion, ciphers, extensions, groups, pointFormats, signatureAlgorithms, versions, alpn } = hello;
  const lists = [ciphers, extensions, groups, pointFormats, signatureAlgorithms, versions];
  const hasName = hello.serverName === undefined ? "-" : "+";
  return `${legacyVersion}${hasName}${alpn[0] ?? ""};${lists.map((list) => `${list.length},${characters(list)}`).join("")}`;
}

const MAX_ARGUMENTS = 1_024;

function characters(codes: readonly number[]): string {
  if (codes.length <= MAX_ARGUMENTS) return String.fromCharCode(...codes);
  return codes.map((code) => String.fromCharCode(code)).join("");
}
