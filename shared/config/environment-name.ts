/** `flow.maxFlows` → `EASTWATCH_FLOW_MAX_FLOWS`. */
export function environmentName(key: string): string {
  return `EASTWATCH_${key
    .replace(/([A-Z])/g, "_$1")
    .replaceAll(".", "_")
    .toUpperCase()}`;
}
