import type { HandshakeRecord } from "../../shared/event.js";
import type { Choices } from "./choice.js";

type Told = Pick<HandshakeRecord, "verdict" | "basis" | "confidence">;

const VERDICTS: ReadonlyMap<string, string> = new Map([
  ["presented", "client presented a certificate"],
  ["declined", "asked, client sent no certificate"],
  ["not-requested", "no client certificate asked for"],
]);
/** What was not seen is no "no". */
const UNTOLD = "client certificate: could not be told";

/** For a choice among verdicts, in the order an operator looks for them. */
export const VERDICT_CHOICES: Choices = [
  ["presented", "Certificate presented"],
  ["declined", "Asked, none sent"],
  ["not-requested", "None asked for"],
  ["unknown", "Could not be told"],
];

const BASES: ReadonlyMap<string, string> = new Map([
  ["messages", "read in the clear"],
  ["record-sizes", "inferred from the sizes of encrypted records"],
  ["resumption", "inherited from the session that was resumed"],
]);

export function verdictWords({ verdict }: Told): string {
  return VERDICTS.get(verdict) ?? UNTOLD;
}

/** The class a verdict is drawn by. */
export function verdictClass({ verdict }: Told): string {
  return VERDICTS.has(verdict) ? verdict : "unknown";
}

export function basisWords({ basis }: Told): string {
  return BASES.get(basis) ?? "none: nothing that was seen decides it";
}

/** A verdict that could not be given has no confidence, not one of nought. */
export function confidenceWords({ verdict, confidence }: Told): string {
  if (!VERDICTS.has(verdict)) return "does not apply";
  if (!(confidence > 0)) return "not told";
  return confidence >= 1 ? "certain" : `${Math.min(99, Math.round(confidence * 100))} % sure`;
}

/** `1.3` → `TLS 1.3`; `3` stands for SSL 3.0. */
export function versionWords(version: string | undefined): string {
  if (version === undefined) return "not seen";
  return version.includes(".") ? `TLS ${version}` : `SSL ${version}.0`;
}

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` → `AES-128-GCM`: what encrypts, without how the keys were agreed. */
export function cipherShort(cipher: string | undefined): string {
  if (cipher === undefined) return "";
  const encryption = cipher.replace(/^.*_WITH_/, "").replace(/^(TLS|SSL)_/, "");
  return encryption.replace(/_(SHA\d*|MD5)$/, "").replaceAll("_", "-");
}

type Outcome = Pick<HandshakeRecord, "established" | "alert" | "alertFrom">;

export function outcomeWords({ established, alert, alertFrom }: Outcome): string {
  if (established === true) return "established";
  if (established === undefined) return "end not seen";
  if (alert === undefined) return "failed";
  return `failed: ${alertWords(alert)}${alertFrom === undefined ? "" : ` from the ${alertFrom}`}`;
}

const TRAITS: ReadonlyMap<string, string> = new Map([
  ["post-quantum", "key exchange resists a quantum computer"],
  ["encrypted-hello-offered", "Encrypted Client Hello offered, or pretended to be"],
  ["early-data-offered", "early data offered"],
  ["early-data-taken", "early data taken"],
  ["early-data-refused", "early data refused"],
  ["late-auth-offered", "authentication after the handshake offered, which would be invisible"],
]);

export function traitWords(trait: string): string {
  return TRAITS.get(trait) ?? trait;
}

/** `unknown_ca` → `unknown ca`. */
export function alertWords(alert: string): string {
  return alert === "encrypted" ? "an encrypted alert" : alert.replaceAll("_", " ");
}
