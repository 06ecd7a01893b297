import type { Side } from "../../flow/stream.js";
import type { Edge } from "../../inventory/observation.js";
import type { Certificate, Handshake } from "../../protocol/message.js";
import type { CertificateLook, Watcher } from "../finding.js";

/** A certificate where it stands in its chain, and the rules that may still have something to say of it there. */
interface Watched {
  readonly certificate: Certificate;
  readonly isLeaf: boolean;
  looks: readonly CertificateLook[];
}

/** By the list of certificates, which the parser hands over again while it remembers it. */
type Chains = WeakMap<readonly Certificate[], readonly Watched[]>;

/**
 * Shows rules the certificates of both ends. Not those of a handshake that failed: the other end may have refused it, and whoever likes
 * can send one. Most are sound once and for all, and come with every handshake: a rule that said so is not asked again.
 */
export class CertificateWatch {
  readonly #leafLooks: readonly CertificateLook[];
  readonly #issuerLooks: readonly CertificateLook[];
  readonly #server: Chains = new WeakMap();
  readonly #client: Chains = new WeakMap();

  constructor(watchers: readonly Watcher[]) {
    this.#leafLooks = watchers.flatMap(({ leaf, certificate }) => leaf ?? certificate ?? []);
    this.#issuerLooks = watchers.flatMap(({ certificate }) => certificate ?? []);
  }

  handshake(handshake: Handshake, edge: Edge | undefined): void {
    const { established, serverChain, clientChain } = handshake;
    if (established === false) return;
    if (serverChain.length > 0) this.#show(this.#server, serverChain, "server", handshake, edge);
    if (clientChain.length > 0) this.#show(this.#client, clientChain, "client", handshake, edge);
  }

  #show(chains: Chains, chain: readonly Certificate[], side: Side, handshake: Handshake, edge: Edge | undefined): void {
    for (const watched of chains.get(chain) ?? this.#watch(chains, chain))
      if (watched.looks.length > 0) show(watched, side, handshake, edge);
  }

  #watch(chains: Chains, chain: readonly Certificate[]): readonly Watched[] {
    const watched = chain.map((certificate, at): Watched => {
      const isLeaf = at === 0;
      return { certificate, isLeaf, looks: isLeaf ? this.#leafLooks : this.#issuerLooks };
    });
    chains.set(chain, watched);
    return watched;
  }
}

function show(watched: Watched, side: Side, handshake: Handshake, edge: Edge | undefined): void {
  const { certificate, isLeaf, looks } = watched;
  for (const look of looks) {
    if (look(certificate, side, handshake, edge, isLeaf) === "sound")
      watched.looks = watched.looks.filter((left) => left !== look);
  }
}
