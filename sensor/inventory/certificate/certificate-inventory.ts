import type { BlindTimes } from "../../../shared/blind-times.js";
import type { CertificateRecord } from "../../../shared/event.js";
import { placeOf } from "../../../shared/virtual-network.js";
import type { Certificate, Handshake } from "../../protocol/message.js";
import { compare } from "../count/tally.js";
import type { InventoryRow } from "../row.js";
import { CertificateEntry, type ServiceNaming } from "./certificate-entry.js";
import { certificateFacts } from "./certificate-facts.js";

/** Leaf certificates by fingerprint. Bounded: those that find no room are counted. */
export class CertificateInventory {
  readonly counters = { certificates: 0, certificates_refused: 0 };
  readonly #maxCertificates: number;
  readonly #nameOf: ServiceNaming;
  readonly #blindTimes: BlindTimes;
  readonly #entries = new Map<string, CertificateEntry>();
  /** The parser hands the same object over for the same certificate while it remembers it. */
  readonly #known = new WeakMap<Certificate, CertificateEntry>();
  #changed: CertificateEntry[] = [];

  constructor(maxCertificates: number, blindTimes: BlindTimes, nameOf: ServiceNaming) {
    this.#blindTimes = blindTimes;
    this.#maxCertificates = maxCertificates;
    this.#nameOf = nameOf;
  }

  handshake({ serverChain, clientChain, flow, atMicros }: Handshake): void {
    if (serverChain.length > 0) {
      this.#entry(serverChain, atMicros)?.byService(
        placeOf(flow.serverAddress, flow.virtualNetwork),
        flow.serverPort,
        atMicros,
      );
    }
    if (clientChain.length > 0)
      this.#entry(clientChain, atMicros)?.byClient(placeOf(flow.clientAddress, flow.virtualNetwork), atMicros);
  }

  *records(): Iterable<CertificateRecord> {
    const entries = [...this.#entries].sort((a, b) => compare(a[0], b[0]));
    for (const [, entry] of entries) yield entry.record(this.#nameOf, this.#blindTimes);
  }

  takeRows(maxRows: number): InventoryRow[] {
    return this.#changed.splice(0, maxRows).map((entry) => {
      entry.isChanged = false;
      return { record: entry.record(this.#nameOf, this.#blindTimes), state: entry.state() };
    });
  }

  restore(record: CertificateRecord, state: string): void {
    if (!this.#hasRoom()) return;
    const entry = new CertificateEntry(record, record.firstMicros);
    entry.restore(record, state);
    this.#entries.set(record.fingerprint, entry);
    this.counters.certificates++;
  }

  #entry(chain: readonly Certificate[], atMicros: number): CertificateEntry | undefined {
    const [leaf] = chain;
    const entry = this.#known.get(leaf) ?? this.#find(leaf, chain.length, atMicros);
    if (entry !== undefined && !entry.isChanged) {
      entry.isChanged = true;
      this.#changed.push(entry);
    }
    return entry;
  }

  #find(leaf: Certificate, chainLength: number, atMicros: number): CertificateEntry | undefined {
    const entry = this.#entries.get(leaf.fingerprint) ?? this.#admit(leaf, chainLength, atMicros);
    if (entry !== undefined) this.#known.set(leaf, entry);
    return entry;
  }

  #admit(leaf: Certificate, chainLength: number, atMicros: number): CertificateEntry | undefined {
    if (!this.#hasRoom()) return undefined;
    const { extendedKeyUsages = [], isSelfIssued } = leaf;
    const identity = {
      kind: "certificate",
      ...certificateFacts(leaf, chainLength),
      extendedKeyUsages,
      isSelfIssued,
    } as const;
    const made = new CertificateEntry(identity, atMicros);
    this.#entries.set(leaf.fingerprint, made);
    this.counters.certificates++;
    return made;
  }

  #hasRoom(): boolean {
    if (this.#entries.size < this.#maxCertificates) return true;
    this.counters.certificates_refused++;
    return false;
  }
}
