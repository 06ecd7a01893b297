import { readName } from "../../../shared/distinguished-name.js";
import { judgeLeaves } from "../certificate/leaf.js";
import type { Rule } from "../finding.js";

/** What tools put where nobody filled in a name. */
const DEFAULTS: readonly (readonly [RegExp, string])[] = [
  [/internet widgits/i, "OpenSSL's default Internet Widgits Pty Ltd"],
  [/default company/i, "OpenSSL's default Default Company Ltd"],
  [/^some-?(organization|state|city)$/i, "the web server package's default SomeOrganization"],
  [/^acme co$/i, "Go's example Acme Co"],
  [/snake ?oil/i, "snakeoil"],
  [/^unknown$/i, "keytool's default Unknown"],
  [/fake certificate|traefik default/i, "an ingress controller's stand-in certificate"],
  [/^localhost(\.localdomain\d?)?$|\.localdomain$/i, "localhost"],
  [/(^|[.@])example\.(com|org|net|edu)$|\.(example|test|invalid)$/i, "a name reserved for examples (RFC 2606)"],
];
const WORDS = /(?:^|[^a-z])(test(?:ca|root)?|dummy|fake|example|foobar|changeme|staging)(?![a-z])/i;
const NAMING_TYPES: ReadonlySet<string> = new Set(["CN", "O", "OU", "L", "ST", "DC", "emailAddress"]);

/** An issuer that is none: one finding a certificate. */
export const dummyIssuer: Rule = {
  id: "dummy-issuer",
  watch: ({ findings, remember }) => {
    // Few issue many.
    const known = remember<{ readonly what: string | undefined }>();
    const judged = (issuer: string) => {
      const judgement = { what: dummyOf(issuer) };
      known.set(issuer, judgement);
      return judgement;
    };
    return judgeLeaves(findings, ({ issuer, isMalformed }) => {
      // Where the certificate broke off its issuer may only not have been read.
      if (issuer === "" && isMalformed) return undefined;
      const { what } = known.get(issuer) ?? judged(issuer);
      return what === undefined ? undefined : { says: `names as its issuer ${what}`, evidence: { issuerIs: what } };
    });
  },
};

function dummyOf(issuer: string): string | undefined {
  // RFC 5280 §4.1.2.4: the issuer is never empty.
  if (issuer === "") return "nobody";
  for (const { type, value } of readName(issuer)) {
    if (!NAMING_TYPES.has(type)) continue;
    const known = DEFAULTS.find(([pattern]) => pattern.test(value));
    if (known !== undefined) return known[1];
    const word = WORDS.exec(value)?.[1];
    if (word !== undefined) return `a name with the word "${word.toLowerCase()}"`;
  }
  return undefined;
}
