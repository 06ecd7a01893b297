import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Sources of the peers in other languages: the build does not copy them. */
const SOURCES = fileURLToPath(new URL("../../../test/support/", import.meta.url));
const NODE_PEER = fileURLToPath(new URL("grpc-peer.js", import.meta.url));
const GO_SOURCES = "/usr/share/gocode";
const JARS = "/usr/share/java";
const JAVA_PARTS =
  /^(grpc-(api|core|context|netty|stub)|netty-(buffer|codec|codec-http|codec-http2|common|handler|resolver|transport|transport-native-unix-common)|guava|perfmark-(api|impl)|opencensus-api)\.jar$/;
/** Python of the system, which has the system's packages. */
const PYTHON = "/usr/bin/python3";

/** One implementation of gRPC: the command line of its peer, or why there is none. */
export interface GrpcStack {
  readonly name: string;
  readonly command: readonly string[] | undefined;
  readonly absence: string;
}

/** All of them, as far as this machine has them; Go's is made in `folder`. */
export function grpcStacks(folder: string): GrpcStack[] {
  return [
    { name: "grpc-js", command: [process.execPath, NODE_PEER], absence: "" },
    found("grpcio", "python3-grpcio", existsSync("/usr/lib/python3/dist-packages/grpc"), () => [
      PYTHON,
      join(SOURCES, "grpc-peer.py"),
    ]),
    found("grpc-go", "golang-go and golang-google-grpc-dev", hasGo(), () => goPeer(folder)),
    found("grpc-java", "default-jdk-headless, libgrpc-java, libnetty-java and libperfmark-java", hasJava(), () => [
      "java",
      "-cp",
      readdirSync(JARS)
        .filter((name) => JAVA_PARTS.test(name))
        .map((name) => join(JARS, name))
        .join(":"),
      join(SOURCES, "GrpcPeer.java"),
    ]),
  ];
}

function found(name: string, packages: string, isThere: boolean, command: () => string[] | undefined): GrpcStack {
  const made = isThere ? command() : undefined;
  const absence = isThere ? `${name}'s peer did not build` : `${name} needs Debian's ${packages}`;
  return { name, command: made, absence };
}

function hasGo(): boolean {
  return spawnSync("go", ["version"]).status === 0 && existsSync(join(GO_SOURCES, "src/google.golang.org/grpc"));
}

function hasJava(): boolean {
  const hasJars = ["grpc-netty", "netty-codec-http2", "perfmark-api"].every((name) =>
    existsSync(join(JARS, `${name}.jar`)),
  );
  return hasJars && spawnSync("javac", ["-version"]).status === 0;
}

function goPeer(folder: string): string[] | undefined {
  const program = join(folder, "grpc-peer-go");
  const env = { ...process.env, GO111MODULE: "off", GOPATH: GO_SOURCES, GOCACHE: join(folder, "go") };
  const { status, stderr } = spawnSync("go", ["build", "-o", program, join(SOURCES, "grpc-peer.go")], { env });
  if (status !== 0) console.log(`# ${stderr}`);
  return status === 0 ? [program] : undefined;
}
