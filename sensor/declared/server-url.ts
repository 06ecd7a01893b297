import { plainHost } from "../../shared/host-name.js";
import type { DeclaredServer } from "./declared-api.js";

const MAX_SPELLINGS = 16;
const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)([^?#]*)/i;

/** What the variables of a server's URL may stand for. */
export type Variables = Readonly<Record<string, readonly string[]>>;

/** Where a server's URL leads; several where its variables have several values. */
export function serversOf(url: string, variables: Variables = {}): DeclaredServer[] {
  let spellings = [url];
  for (const [name, values] of Object.entries(variables)) {
    if (values.length === 0) continue;
    spellings = spellings
      .flatMap((text) =>
        text.includes(`{${name}}`) ? values.map((value) => text.replaceAll(`{${name}}`, value)) : text,
      )
      .slice(0, MAX_SPELLINGS);
  }
  return spellings.map(serverOf);
}

function serverOf(url: string): DeclaredServer {
  const parts = ABSOLUTE.exec(url);
  if (parts === null) return { host: undefined, port: undefined, basePath: basePathOf(url) };
  return { ...hostAndPort(parts[1].replace(/^.*@/, "")), basePath: basePathOf(parts[2]) };
}

/** A name or an address, with a port or without. */
export function hostAndPort(authority: string): Pick<DeclaredServer, "host" | "port"> {
  const parts = /^(?:\[([^\]]*)\]|(.*?))(?::(\d{1,5}))?$/.exec(authority);
  // An IPv6 address without brackets is all colons.
  if (parts === null || parts[2]?.includes(":")) return { host: plainHost(authority), port: undefined };
  const host = plainHost(parts[1] ?? parts[2]);
  return { host: host === "" ? undefined : host, port: parts[3] === undefined ? undefined : Number(parts[3]) };
}

/** Begins with a slash and ends without, or is empty. */
function basePathOf(path: string): string {
  const bare = path.replace(/[?#].*$/, "").replace(/\/+$/, "");
  return bare === "" || bare === "." ? "" : bare.startsWith("/") ? bare : `/${bare.replace(/^\.\//, "")}`;
}
