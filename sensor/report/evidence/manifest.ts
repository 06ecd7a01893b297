import { createHash } from "node:crypto";

export const MANIFEST_NAME = "manifest.json";
export const SIGNATURE_NAME = "manifest.sig";
export const PUBLIC_KEY_NAME = "public-key.pem";
const FORMAT = "eastwatch evidence pack 1";

/** One file of a pack. */
export interface ManifestEntry {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** SHA-256 over the link before, the name, the size and the hash: who knows the last one knows all before it. */
  readonly chain: string;
}

/** What a pack holds, in its order. Its bytes are what is signed. */
export interface Manifest {
  readonly format: string;
  readonly eastwatch: string;
  /** Host clock. */
  readonly created: string;
  readonly first_seen: string | undefined;
  readonly last_seen: string | undefined;
  readonly sensors: readonly string[];
  readonly statement: string;
  readonly signature: { readonly algorithm: "Ed25519"; readonly key_id: string };
  readonly files: readonly ManifestEntry[];
}

export type ManifestHead = Omit<Manifest, "format" | "files">;

export interface HashedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export function manifestOf(head: ManifestHead, files: readonly HashedFile[]): Manifest {
  const bare = { format: FORMAT, ...head };
  return { ...bare, files: chained(bare, files) };
}

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Undefined where it is none. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const value = JSON.parse(text) as Manifest;
    const isOne = value.format === FORMAT && Array.isArray(value.files) && value.files.every(isEntry);
    return isOne && typeof value.signature?.key_id === "string" && !Number.isNaN(Date.parse(value.created))
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/** The first file whose link does not follow from those before it. */
export function brokenLink({ files, ...head }: Manifest): string | undefined {
  const expected = chained(head, files);
  return files.find(({ chain }, index) => chain !== expected[index].chain)?.name;
}

/** Whole seconds of its making: the time of each entry of an archive. */
export function createdSeconds({ created }: Manifest): number {
  return Math.floor(Date.parse(created) / 1_000);
}

function chained(head: object, files: readonly HashedFile[]): ManifestEntry[] {
  let link = createHash("sha256").update(JSON.stringify(head)).digest("hex");
  return files.map(({ name, bytes, sha256 }) => {
    link = createHash("sha256").update(`${link}\n${name}\n${bytes}\n${sha256}\n`).digest("hex");
    return { name, bytes, sha256, chain: link };
  });
}

function isEntry(value: unknown): boolean {
  const { name, bytes, sha256, chain } = (value ?? {}) as Partial<ManifestEntry>;
  const isPlainName = typeof name === "string" && /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(name);
  return isPlainName && Number.isSafeInteger(bytes) && typeof sha256 === "string" && typeof chain === "string";
}
