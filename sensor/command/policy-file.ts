import { readNamedFile } from "../../shared/config/named-file.js";
import type { Settings } from "../../shared/config/settings.js";
import type { DetectionSettings } from "../detect/detection.js";

interface Given {
  readonly detect: DetectionSettings;
  readonly policy: Settings["policy"];
}

/** The settings of the rules together with the policy that `policy.file` names; what can't be applied is told to `notice`. */
export async function withPolicy(
  { detect, policy: { file } }: Given,
  notice: (text: string) => void,
): Promise<DetectionSettings> {
  if (file === undefined || file === "") return detect;
  // YAML and its checks take most of a start: loaded only where there is a policy.
  const { parsePolicy } = await import("../detect/policy/parse.js");
  const { policy, notices } = parsePolicy(readNamedFile("policy.file", file), file);
  for (const text of notices) notice(text);
  return { ...detect, policy };
}
