import { CommandError } from "../../shared/command-error.js";
import { suggestion } from "../../shared/config/suggestion.js";
import { placeOf } from "../../shared/virtual-network.js";
import type { StoredRow } from "../store/stored-row.js";

/** What rows say of one service, by its name, at whatever addresses: itself, who calls it, its endpoints, certificates and findings. */
export function onlyService(rows: readonly StoredRow[], name: string): StoredRow[] {
  const names = new Set(rows.flatMap(({ record }) => (record.kind === "service" ? [record.name] : [])));
  if (!names.has(name))
    throw new CommandError(`--service "${name}" is in no row of the inventory${suggestion(name, [...names])}`);
  const places = new Set(
    rows.flatMap(({ record }) =>
      record.kind === "service" && record.name === name
        ? [serverKey(record.address, record.port, record.virtualNetwork)]
        : [],
    ),
  );
  return rows.filter(({ record }) => {
    if (record.kind === "service") return record.name === name;
    if (record.kind === "certificate") return record.services.includes(name);
    const { serverAddress, serverPort, virtualNetwork } = record;
    return serverAddress !== undefined && places.has(serverKey(serverAddress, serverPort, virtualNetwork));
  });
}

function serverKey(address: string, port: number | undefined, network: string | undefined): string {
  return `${placeOf(address, network)} ${port}`;
}
