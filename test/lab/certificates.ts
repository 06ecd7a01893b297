import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type ServerKey = "rsa" | "ec" | "ed25519";
export type ClientCertificate = "rsa" | "ec" | "ed25519" | "chain";
export const CLIENT_CERTIFICATES: readonly ClientCertificate[] = ["rsa", "ec", "ed25519", "chain"];
export const SERVER_NAME = "lab.eastwatch.test";
export const PASSWORD = "eastwatch";

/** One peer's certificate in the forms that stacks want. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
  readonly pkcs12: string;
  /** Certificate and key in one file, for programs that take only one. */
  readonly both: string;
  /** What is sent along with the leaf. */
  readonly intermediates?: string;
}

export interface Certificates {
  readonly authority: string;
  readonly server: Readonly<Record<ServerKey, Identity>>;
  readonly client: Readonly<Record<ClientCertificate, Identity>>;
}

const KEY_OPTIONS: Readonly<Record<ServerKey, readonly string[]>> = {
  rsa: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
  ec: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:named_curve"],
  ed25519: ["-algorithm", "ED25519"],
};

interface Signed {
  readonly name: string;
  readonly key: ServerKey;
  readonly issuer: string;
  readonly extensions: string;
  readonly subject: string;
}

/** Makes an authority and everything it signs, with fresh keys and names of random length. */
export function makeCertificates(folder: string): Certificates {
  mkdirSync(folder, { recursive: true });
  makeRoot(folder);
  const server = (key: ServerKey): Identity =>
    sign(folder, {
      name: `server-${key}`,
      key,
      issuer: "authority",
      extensions: `subjectAltName=DNS:${SERVER_NAME}\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature${key === "rsa" ? ",keyEncipherment" : ""}`,
      subject: `/O=${word()}/CN=${SERVER_NAME}`,
    });
  const client = (key: ServerKey): Identity => sign(folder, clientOf(`client-${key}`, key, "authority"));
  return {
    authority: join(folder, "authority.pem"),
    server: { rsa: server("rsa"), ec: server("ec"), ed25519: server("ed25519") },
    client: { rsa: client("rsa"), ec: client("ec"), ed25519: client("ed25519"), chain: makeChain(folder) },
  };
}

function makeRoot(folder: string): void {
  makeKey(folder, "authority", "rsa");
  const subject = `/O=${word()}/CN=${word()} Root`;
  openssl(folder, "req", "-x509", "-new", "-key", "authority.key", "-out", "authority.pem", "-days", "400", "-subj", subject,
    "-addext", "keyUsage=critical,keyCertSign,cRLSign"); // biome-ignore format: one option beside its value
}

function makeChain(folder: string): Identity {
  const intermediate = sign(folder, {
    name: "intermediate",
    key: "rsa",
    issuer: "authority",
    extensions: "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign",
    subject: `/O=${word()}/CN=${word()} Issuing`,
  });
  return sign(folder, clientOf("client-chain", "rsa", "intermediate"), intermediate.certificate);
}

function clientOf(name: string, key: ServerKey, issuer: string): Signed {
  const extensions = `subjectAltName=DNS:${word()}.eastwatch.test\nextendedKeyUsage=clientAuth\nkeyUsage=digitalSignature`;
  return { name, key, issuer, extensions, subject: `/O=${word()}/OU=${word()}/CN=${word()}` };
}

function sign(folder: string, wanted: Signed, intermediates?: string): Identity {
  const { name, issuer } = wanted;
  makeKey(folder, name, wanted.key);
  writeFileSync(join(folder, `${name}.ext`), `${wanted.extensions}\nauthorityKeyIdentifier=keyid\n`);
  openssl(folder, "req", "-new", "-key", `${name}.key`, "-out", `${name}.csr`, "-subj", wanted.subject);
  openssl(folder, "x509", "-req", "-in", `${name}.csr`, "-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-out",
    `${name}.pem`, "-days", "300", "-extfile", `${name}.ext`, "-set_serial", `0x${randomBytes(16).toString("hex")}`); // biome-ignore format: one option beside its value
  copyFileSync(join(folder, `${name}.pem`), join(folder, `${name}.leaf.pem`));
  if (intermediates !== undefined) append(join(folder, `${name}.pem`), intermediates);
  openssl(folder, "pkcs12", "-export", "-in", `${name}.pem`, "-inkey", `${name}.key`, "-out", `${name}.p12`,
    "-name", name, "-passout", `pass:${PASSWORD}`); // biome-ignore format: one option beside its value
  const path = (ending: string): string => join(folder, `${name}.${ending}`);
  writeFileSync(path("both"), readFileSync(path("key"), "utf8") + readFileSync(path("pem"), "utf8"));
  const files = { certificate: path("pem"), key: path("key"), pkcs12: path("p12"), both: path("both") };
  return intermediates === undefined ? files : { ...files, intermediates };
}

function append(file: string, more: string): void {
  writeFileSync(file, readFileSync(file, "utf8") + readFileSync(more, "utf8"));
}

function makeKey(folder: string, name: string, key: ServerKey): void {
  openssl(folder, "genpkey", ...KEY_OPTIONS[key], "-out", `${name}.key`);
}

function openssl(folder: string, ...parameters: string[]): void {
  execFileSync("openssl", parameters, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
}

/** Lengths differ from run to run, so that no rule can be fitted to one certificate's size. */
function word(): string {
  return `Lab ${randomBytes(randomInt(3, 12)).toString("hex")}`.replace(" ", "-");
}
