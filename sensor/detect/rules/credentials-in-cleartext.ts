import { CATALOGUE } from "../../../shared/catalogue.js";
import { dataGroups } from "../../../shared/data-class.js";
import type { Severity } from "../../../shared/event.js";
import { referencesAbout } from "../../../shared/rule-entry.js";
import { isWithinHost } from "../../../shared/within-host.js";
import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call, Credential, CredentialKind } from "../../protocol/message.js";
import { calledPlace, placeSubject } from "../called-place.js";
import type { Rule } from "../finding.js";
import { Subjects } from "../subjects.js";

interface Told {
  readonly severity: Severity;
  readonly words: string;
  /** What it is kept by where a host calls itself: that is told apart, for it crosses no network. */
  readonly onHost: string;
}

function toldAs(severity: Severity, words: string): Told {
  return { severity, words, onHost: `${words} within one host` };
}

/**
 * What whoever reads it can use as its sender can. Other kinds prove that their sender has a key without showing it: a signature of the
 * request, an answer to a challenge.
 */
const TOLD: Partial<Record<CredentialKind, Told>> = {
  "api-key": toldAs("high", "an API key"),
  basic: toldAs("high", "a user name and password"),
  bearer: toldAs("high", "a bearer token"),
  "client-secret": toldAs("high", "the secret of an OAuth 2 client"),
  cookie: toldAs("medium", "a session cookie"),
  jwe: toldAs("high", "an encrypted JSON Web Token"),
  jwt: toldAs("high", "a JSON Web Token"),
  password: toldAs("high", "a password"),
  other: toldAs("medium", "a credential"),
};
/** RFC 9449 and RFC 8705: whether the service asks for proof of the key does not show. */
const BOUND: Told = toldAs("info", "a token that is bound to a key of its sender");

/** Credentials that anyone on the path can read and use: one finding an endpoint and kind. */
export const credentialsInCleartext: Rule = {
  id: "credentials-in-cleartext",
  watch: ({ findings, settings }) => {
    const subjects = new Subjects();
    const groups = dataGroups(settings.dataRules);
    const isToldAsData = ({ requestClasses = [] }: Call): boolean =>
      requestClasses.some((name) => groups.get(name) === "secret");
    return {
      call(call: Call, edge: Edge | undefined, endpoint: Endpoint | undefined): void {
        if (call.credentials.length === 0 || edge === undefined) return;
        for (const credential of call.credentials) {
          const told = toldOf(credential, call);
          if (told === undefined || credential !== firstOf(told, call)) continue;
          // A field of the body that is a secret by its class is told by `sensitive-data-cleartext`.
          if (credential.place === "body" && isToldAsData(call)) continue;
          const { kind, place, name } = credential;
          const isCrossing = !isWithinHost(edge.clientAddress, edge.service.address);
          const subject = placeSubject(subjects, call, edge, endpoint, isCrossing ? told.words : told.onHost);
          if (findings.again(subject, call.atMicros)) continue;
          const { words, key, where } = calledPlace(call, edge, endpoint);
          const reach = isCrossing ? ": anyone on the path can read it" : ", within one host";
          findings.first(subject, `${key} ${isCrossing ? told.words : told.onHost}`, call.atMicros, {
            summary: `Calls to ${words} carry ${told.words} (in ${placeWords(credential)}) without TLS${reach}.`,
            severity: isCrossing ? told.severity : "info",
            references: referencesAbout(CATALOGUE["credentials-in-cleartext"], [kind]),
            clientAddress: edge.clientAddress,
            ...where,
            evidence: { kind, place, name, scope: edge.scope },
          });
        }
      },
    };
  },
};

/** Undefined where nothing is to be told: `basic-credentials-in-cleartext` does so of the header's. */
function toldOf({ kind, place, name, token }: Credential, { credentials }: Call): Told | undefined {
  if (kind === "basic" && place === "header") return undefined;
  // Any cookie may be a session's; where none is one by its name, nobody can tell.
  if (kind === "cookie" && name === "cookie") return undefined;
  const isToken = kind === "bearer" || kind === "jwt" || kind === "jwe";
  const isBound = isToken && (token?.binding !== undefined || credentials.some((other) => other.kind === "dpop"));
  return isBound ? BOUND : TOLD[kind];
}

/** A call with two of a kind is counted once. */
function firstOf(told: Told, call: Call): Credential | undefined {
  return call.credentials.find((credential) => toldOf(credential, call) === told);
}

function placeWords({ place, name }: Credential): string {
  return place === name ? place : `${place} ${name}`;
}
