import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Identity {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface Identities {
  readonly authority: Buffer;
  readonly of: ReadonlyMap<string, Identity>;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90"];

/** An authority that lives as long as the demo, and a certificate by it for each name. Undefined where there is no openssl. */
export function makeIdentities(names: readonly string[]): Identities | undefined {
  const folder = mkdtempSync(join(tmpdir(), "eastwatch-demo-certificates-"));
  const file = (name: string): string => join(folder, name);
  try {
    request(file("ca"), ["-subj", "/O=Eastwatch Demo/CN=Demo Authority"]);
    const of = names.map((name) => {
      request(file(name), [
        ...["-CA", `${file("ca")}.pem`, "-CAkey", `${file("ca")}.key`, "-subj", `/O=Eastwatch Demo/CN=${name}`],
        ...["-addext", `subjectAltName=DNS:${name}`, "-addext", "basicConstraints=critical,CA:FALSE"],
        ...["-addext", "extendedKeyUsage=serverAuth,clientAuth"],
      ]);
      return [name, { cert: readFileSync(`${file(name)}.pem`), key: readFileSync(`${file(name)}.key`) }] as const;
    });
    return { authority: readFileSync(`${file("ca")}.pem`), of: new Map(of) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function request(path: string, more: readonly string[]): void {
  const files = ["-keyout", `${path}.key`, "-out", `${path}.pem`];
  execFileSync("openssl", ["req", "-x509", ...NEW_KEY, ...files, ...more], { stdio: "pipe" });
}
