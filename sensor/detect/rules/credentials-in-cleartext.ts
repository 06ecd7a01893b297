import { CATALOGUE } from "../../../shared/catalogue.js";
import { dataGroups } from "../../../shared/data-class.js";
import type { Severity } from "../../../shared/event.js";
import { referencesAbout } from "../../../shared/rule-entry.js";
import type { Edge, Endpoint } from "../../inventory/observation.js";
import type { Call, Credential, CredentialKind } from "../../protocol/message.js";
import { calledPlace, placeSubject } from "../called-place.js";
import type { Rule } from "../finding.js";
import { Subjects } from "../subjects.js";

interface Told {
  readonly severity: Severity;
  readonly words: string;
}

/**
 * What whoever reads it can use as its sender can. Other kinds prove that their sender has a key without showing it: a signature of the
 * request, an answer to a challenge.
 */
const TOLD: Partial<Record<CredentialKind, Told>> = {
  "api-key": { severity: "high", words: "an API key" },
  basic: { severity: "high", words: "a user name and password" },
  bearer: { severity: "high", words: "a bearer token" },
  "client-secret": { severity: "high", words: "the secret of an OAuth 2 client" },
  cookie: { severity: "medium", words: "a session cookie" },
  jwe: { severity: "high", words: "an encrypted JSON Web Token" },
  jwt: { severity: "high", words: "a JSON Web Token" },
  password: { severity: "high", words: "a password" },
  other: { severity: "medium", words: "a credential" },
};
/** RFC 9449 and RFC 8705: whether the service asks for proof of the key does not show. */
const BOUND: Told = { severity: "info", words: "a token that is bound to a key of its sender" };

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
          if (told === undefined) continue;
          // A field of the body that is a secret by its class is told by `sensitive-data-cleartext`.
          if (credential.place === "body" && isToldAsData(call)) continue;
          const { kind, place, name } = credential;
          const subject = placeSubject(subjects, call, edge, endpoint, told.words);
          if (findings.again(subject, call.atMicros)) continue;
          const { words, key, where } = calledPlace(call, edge, endpoint);
          findings.first(subject, `${key} ${told.words}`, call.atMicros, {
            summary: `Calls to ${words} carry ${told.words} (in ${placeWords(credential)}) without TLS: anyone on the path can read it.`,
            severity: told.severity,
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

function placeWords({ place, name }: Credential): string {
  return place === name ? place : `${place} ${name}`;
}
