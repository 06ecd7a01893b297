import { CommandError } from "../../shared/command-error.js";
import { loadNativeBinding } from "./native-binding.js";

/** Throws where no interface's capture will take the filter; `notice` is told where that can't be known. */
export function checkFilter(filter: string, notice: (text: string) => void): void {
  if (filter === "") return;
  const binding = loadNativeBinding();
  if (typeof binding === "string") {
    notice(`capture.filter "${filter}" is not checked: what captures natively would check it, and ${binding}`);
    return;
  }
  const words = binding.checkFilter(filter);
  if (words !== "") throw new CommandError(filterRefusal(filter, words));
}

export function filterRefusal(filter: string, reason: string): string {
  return `capture.filter "${filter}" can't be used: ${reason}; write it as for tcpdump, such as "tcp port 80" (pcap-filter(7))`;
}
