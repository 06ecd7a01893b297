import { CommandError } from "../../shared/command-error.js";
import type { Settings } from "../../shared/config/settings.js";
import { formatTime } from "../../shared/time.js";
import { consoleUrl } from "../http/console-url.js";
import { OperatorRefusal, Operators } from "../store/operators.js";
import { openConsoleFile } from "./console-file.js";

export type OperatorAction = "list" | "add" | "remove" | "link";

/** Whoever may write to the console's file. */
const AT_HOST = "";

/** Operators of a console, which may be running: lists them, removes one, or prints a one-time link, once. */
export function operator(settings: Settings, action: OperatorAction, name: string | undefined): number {
  if (action === "list" && name !== undefined)
    throw new CommandError(`operator list takes no name, and was given "${name}": it lists all`);
  const store = openConsoleFile(settings, action === "add" ? "make" : "refuse");
  try {
    const operators = new Operators(store.database, settings.console.sessionHours);
    if (action === "list") list(operators);
    else process.stdout.write(done(settings, operators, action, nameOf(action, name)));
    return 0;
  } catch (error) {
    throw error instanceof OperatorRefusal ? new CommandError(error.message.replace(/\.$/, "")) : error;
  } finally {
    store.close();
  }
}

function nameOf(action: OperatorAction, name: string | undefined): string {
  if (name === undefined) throw new CommandError(`operator ${action} needs the operator's name`);
  return name;
}

function done(settings: Settings, operators: Operators, action: OperatorAction, name: string): string {
  if (action === "remove") {
    if (!operators.has(name) && operators.links.withdraw(name)) return `took back the link of ${name}\n`;
    operators.remove(name, AT_HOST);
    return `removed ${name}\n`;
  }
  const token = action === "add" ? operators.invite(name, AT_HOST) : operators.renew(name, AT_HOST);
  const { listen, certificateFile } = settings.console;
  return `${consoleUrl(listen, certificateFile !== undefined)}/#setup=${token}&user=${encodeURIComponent(name)}\n`;
}

function list(operators: Operators): void {
  const text = listOf(operators);
  if (text === "")
    process.stderr.write("eastwatch: no operator yet; `eastwatch operator add NAME` prints a link for one\n");
  process.stdout.write(text);
}

function listOf(operators: Operators): string {
  const lines = operators.list().map(({ name, addedMicros, addedBy, lastLoginMicros, removed }) => {
    const parts = [
      `since ${formatTime(addedMicros).slice(0, 16)}Z${byWords(addedBy)}`,
      lastLoginMicros === undefined ? "never logged in" : `last login ${formatTime(lastLoginMicros).slice(0, 16)}Z`,
      ...(removed === undefined ? [] : [`removed ${formatTime(removed.atMicros).slice(0, 16)}Z${byWords(removed.by)}`]),
    ];
    return `${name}\t${parts.join(", ")}\n`;
  });
  const links = operators.links.list().map(({ name, purpose, by, expiresMicros }) => {
    const what = purpose === "add" ? "invited" : "link for another password";
    return `${name}\t${what}${byWords(by)}, until ${formatTime(expiresMicros).slice(0, 16)}Z\n`;
  });
  return [...lines, ...links].join("");
}

function byWords(by: string): string {
  return by === AT_HOST ? " on the console's host" : ` by ${by}`;
}
