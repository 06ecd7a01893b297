import { basename } from "node:path";
import { CommandError } from "../../shared/command-error.js";
import type { DeclaredApi, DeclaredServer } from "./declared-api.js";
import { hostAndPort } from "./server-url.js";

interface Mapping {
  readonly text: string;
  readonly file: string;
  readonly host: string;
  readonly port: number | undefined;
}

/** Reads `FILE=NAME` and `FILE=ADDRESS:PORT`. Throws CommandError. */
export function serviceMappings(texts: readonly string[]): Mapping[] {
  return texts.map((text) => {
    const equals = text.indexOf("=");
    const { host, port } = hostAndPort(text.slice(equals + 1).trim());
    if (equals < 1 || host === undefined || /[/\s]/.test(host))
      throw new CommandError(
        `declared.services is ${JSON.stringify(text)}; allowed: FILE=NAME or FILE=ADDRESS:PORT, such as orders.yaml=orders.internal`,
      );
    return { text, file: text.slice(0, equals).trim(), host, port };
  });
}

/** The APIs at the services that a setting gives them, which goes over what their files tell; and what is wrong with either. */
export function mapServices(apis: readonly DeclaredApi[], mappings: readonly Mapping[]): MappedApis {
  const notices = mappings
    .filter((mapping) => !apis.some((api) => isOf(mapping, api)))
    .map(({ text, file }) => `declared.services "${text}" names no file that is read; there is no "${file}"`);
  const mapped = apis.map((api) => {
    const its = mappings.filter((mapping) => isOf(mapping, api));
    const made = its.length === 0 ? api : atServices(api, its);
    if (isPlaceless(made))
      notices.push(
        `${api.file}:1: names no server by its host, so that it is of no service; name one in the file, or set declared.services: ["${basename(api.file)}=NAME"]`,
      );
    return made;
  });
  return { apis: mapped, notices };
}

export interface MappedApis {
  readonly apis: readonly DeclaredApi[];
  readonly notices: readonly string[];
}

function isOf({ file }: Mapping, api: DeclaredApi): boolean {
  return file === api.file || file === basename(api.file) || api.file.endsWith(`/${file}`);
}

function atServices(api: DeclaredApi, mappings: readonly Mapping[]): DeclaredApi {
  const at = (servers: readonly DeclaredServer[]): DeclaredServer[] => {
    const basePaths = [...new Set(servers.map(({ basePath }) => basePath))];
    const bases = basePaths.length === 0 ? [""] : basePaths;
    return mappings.flatMap(({ host, port }) => bases.map((basePath) => ({ host, port, basePath })));
  };
  const operations = api.operations.map((operation) => ({
    ...operation,
    servers: operation.servers && at(operation.servers),
  }));
  return { ...api, servers: at(api.servers), operations };
}

/** Procedures are known by their names, wherever they are served. */
function isPlaceless({ kind, servers, operations }: DeclaredApi): boolean {
  if (kind === "protobuf") return false;
  const all = [...servers, ...operations.flatMap((operation) => operation.servers ?? [])];
  return all.every(({ host }) => host === undefined);
}
