import { setTimeout as wait } from "node:timers/promises";
import { CommandError } from "../../shared/command-error.js";
import type { Settings } from "../../shared/config/settings.js";
import { checkInterfaces } from "../capture/capture-supervisor.js";
import { hostInterfaces, interfaceState } from "../capture/host-interfaces.js";
import { InterfaceCapture } from "../capture/interface-capture.js";
import { type Check, diagnose, type Examination } from "../doctor/diagnosis.js";
import {
  bridgesOfPorts,
  hardwareAddressOf,
  isVirtual,
  mtuOf,
  packetCounts,
  packetsBetween,
} from "../doctor/host-look.js";
import { LinkLook } from "../doctor/link-look.js";
import { counted } from "../doctor/words.js";

export interface DoctorOptions {
  readonly settings: Settings;
  /** How long to look, from 1 to 600, as it was given. */
  readonly seconds: string;
  readonly format: "text" | "json";
}

const PROBLEMS_FOUND = 1;
const WRONG_CONFIGURATION = 2;
const CANNOT_CAPTURE = 3;
const MAX_SECONDS = 600;
/** How long a capture may take to begin before it is told as one that can't be made. */
const BEGIN_MILLIS = 10_000;
/** How often it is asked how much time really passed. */
const LOOK_MILLIS = 500;

/**
 * Looks at the interfaces for some seconds and says what capturing there can and cannot see. 0: nothing to mend, 1: there is, 2: a
 * setting is wrong, as for the sensor itself, 3: none of them can be captured.
 */
export async function doctor({ settings, seconds: given, format }: DoctorOptions): Promise<number> {
  const seconds = Number(given);
  if (!Number.isFinite(seconds) || seconds < 1 || seconds > MAX_SECONDS)
    throw new CommandError(`--seconds "${given}" must be a number from 1 to ${MAX_SECONDS}`);
  const names = settings.capture.interface.length > 0 ? settings.capture.interface : interfacesUp();
  checkInterfaces(names);
  const examinations = await Promise.all(names.map((name) => examine(name, settings, seconds)));
  const told = examinations.map((examination) => ({ examination, checks: diagnose(examination) }));
  process.stdout.write(format === "json" ? asJson(told) : told.map(asText).join("\n"));
  if (examinations.some(({ isRefused }) => isRefused)) return WRONG_CONFIGURATION;
  if (examinations.every(({ blindReason }) => blindReason !== undefined)) return CANNOT_CAPTURE;
  return told.some(({ checks }) => checks.some(({ level }) => level === "problem")) ? PROBLEMS_FOUND : 0;
}

/** Those that are up, the loopback only where there is no other. */
function interfacesUp(): string[] {
  const up = hostInterfaces().filter((name) => interfaceState(name)?.endsWith("up"));
  const others = up.filter((name) => name !== "lo");
  return others.length > 0 ? others : up;
}

async function examine(interfaceName: string, settings: Settings, seconds: number): Promise<Examination> {
  const look = new LinkLook(settings, mtuOf(interfaceName), hardwareAddressOf(interfaceName));
  let blindReason: string | undefined;
  let blindRemedy: string | undefined;
  let isRefused = false;
  let begun: () => void = () => {};
  const beginning = new Promise<boolean>((resolve) => {
    begun = () => resolve(true);
  });
  const capture = new InterfaceCapture(interfaceName, settings.capture, undefined, look, {
    blind: ({ reason, untilMicros }) => {
      blindReason = untilMicros === undefined ? reason : undefined;
    },
    notice: () => begun(),
    refused: (text) => {
      [blindReason, blindRemedy] = inTwo(text);
      isRefused = true;
      begun();
    },
  });
  capture.start();
  // On a busy host its process takes a while: what passes before is not "nothing passed".
  const hasBegun = await Promise.race([beginning, wait(BEGIN_MILLIS, false, { ref: false })]);
  if (!hasBegun) {
    blindReason = `its capture did not begin within ${BEGIN_MILLIS / 1_000} s`;
    blindRemedy = "look again when this host has time for it";
  }
  const before = packetCounts();
  const startedAt = { wall: Date.now(), steady: performance.now() };
  const timer = setInterval(() => look.time(performance.now() * 1_000), LOOK_MILLIS);
  if (hasBegun) await wait(seconds * 1_000);
  clearInterval(timer);
  await capture.stop();
  return {
    interfaceName,
    seconds,
    link: look.facts(),
    blindReason,
    blindRemedy,
    isRefused,
    isVirtual: isVirtual(interfaceName),
    carried: packetsBetween(before, packetCounts()),
    bridges: bridgesOfPorts(),
    clockStepMillis: Date.now() - startedAt.wall - (performance.now() - startedAt.steady),
    bufferBytes: settings.capture.bufferBytes,
  };
}

/** A message's reason and, behind the last semicolon, its remedy. */
function inTwo(text: string): [string, string] {
  const at = text.lastIndexOf("; ");
  return [text.slice(0, at), text.slice(at + 2)];
}

interface Told {
  readonly examination: Examination;
  readonly checks: readonly Check[];
}

function asText({ examination, checks }: Told): string {
  const { interfaceName, seconds, link } = examination;
  const lines = checks.flatMap(({ level, subject, text, remedy }) => {
    const line = `  ${level.padEnd(7)}  ${subject}: ${text}`;
    return remedy === undefined ? [line] : [line, `           remedy: ${remedy}`];
  });
  return `${interfaceName}: looked at for ${seconds} s, ${counted(link.frames, "frame")}\n${lines.join("\n")}\n`;
}

function asJson(told: readonly Told[]): string {
  const list = told.map(({ examination: { interfaceName, seconds, link }, checks }) => ({
    interface: interfaceName,
    seconds,
    frames: link.frames,
    checks,
  }));
  return `${JSON.stringify(list, undefined, 2)}\n`;
}
