import { CommandError } from "../../shared/command-error.js";
import { isNetwork } from "../../shared/config/network-text.js";
import type { Settings } from "../../shared/config/settings.js";
import type { Identities } from "../identity/identities.js";
import { FileWatch } from "./file-watch.js";

export interface LoadedIdentities {
  readonly identities: Identities;
  /** What the files were when they were read. */
  readonly signature: string;
}

/** Who is where by the files that the settings name; undefined where they name none. Throws CommandError for one that can't be read. */
export async function loadIdentities({ files, gateways }: Settings["identity"]): Promise<LoadedIdentities | undefined> {
  for (const gateway of gateways)
    if (gateway.includes("/") && !isNetwork(gateway))
      throw new CommandError(
        `identity.gateways has ${JSON.stringify(gateway)}; allowed: names of services, addresses such as 10.0.0.5, networks such as 10.0.0.0/28`,
      );
  if (files.length === 0)
    return gateways.length === 0 ? undefined : { identities: { named: [], gateways }, signature: "" };
  // YAML and its checks take most of a start: loaded only where there are files.
  const { readIdentities, signatureOf } = await import("../identity/read-identities.js");
  const signature = signatureOf(files);
  return { identities: { ...readIdentities(files), gateways }, signature };
}

/** Hands over what the files say whenever one of them was written. */
export function watchIdentities(
  settings: Settings["identity"],
  loaded: LoadedIdentities,
  broken: (text: string) => void,
  changed: (identities: Identities) => void,
): FileWatch {
  let before = loaded.signature;
  const reload = async (): Promise<void> => {
    const { signatureOf } = await import("../identity/read-identities.js");
    if (signatureOf(settings.files) === before) return;
    const now = await loadIdentities(settings);
    if (now === undefined) return;
    before = now.signature;
    changed(now.identities);
  };
  return new FileWatch(settings.reloadSeconds, reload, broken);
}
