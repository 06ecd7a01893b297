import type { Rule } from "./finding.js";
import { basicCredentialsInCleartext } from "./rules/basic-credentials-in-cleartext.js";
import { cleartextHttp } from "./rules/cleartext-http.js";
import { credentialInUrl } from "./rules/credential-in-url.js";
import { framingAnomaly } from "./rules/framing-anomaly.js";
import { newEndpoint } from "./rules/new-endpoint.js";

/** Every rule. To add one: a file under rules/, its entry in shared/catalogue.ts, and a line here. */
export const RULES: readonly Rule[] = [
  cleartextHttp,
  basicCredentialsInCleartext,
  credentialInUrl,
  newEndpoint,
  framingAnomaly,
];
