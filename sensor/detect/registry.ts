import type { Rule } from "./finding.js";
import { authenticationNotEnforced } from "./rules/authentication-not-enforced.js";
import { basicCredentialsInCleartext } from "./rules/basic-credentials-in-cleartext.js";
import { certificateDatesInverted } from "./rules/certificate-dates-inverted.js";
import { certificateExpired } from "./rules/certificate-expired.js";
import { certificateExpiring } from "./rules/certificate-expiring.js";
import { certificateNameMismatch } from "./rules/certificate-name-mismatch.js";
import { certificateNotYetValid } from "./rules/certificate-not-yet-valid.js";
import { certificatePurposeMismatch } from "./rules/certificate-purpose-mismatch.js";
import { cleartextHttp } from "./rules/cleartext-http.js";
import { cleartextProtocol } from "./rules/cleartext-protocol.js";
import { clientAuthDeclined } from "./rules/client-auth-declined.js";
import { credentialInUrl } from "./rules/credential-in-url.js";
import { credentialsInCleartext } from "./rules/credentials-in-cleartext.js";
import { crossOriginCredentials } from "./rules/cross-origin-credentials.js";
import { dummyIssuer } from "./rules/dummy-issuer.js";
import { foreignTokenKey } from "./rules/foreign-token-key.js";
import { framingAnomaly } from "./rules/framing-anomaly.js";
import { gatewayBypassed } from "./rules/gateway-bypassed.js";
import { handshakeFailures } from "./rules/handshake-failures.js";
import { http2Flood } from "./rules/http2-flood.js";
import { longLivedToken } from "./rules/long-lived-token.js";
import { newEndpoint } from "./rules/new-endpoint.js";
import { newTokenSource } from "./rules/new-token-source.js";
import { obsoleteTlsVersion } from "./rules/obsolete-tls-version.js";
import { onlyResumedSessions } from "./rules/only-resumed-sessions.js";
import { passwordGrant } from "./rules/password-grant.js";
import { personalDataInCertificate } from "./rules/personal-data-in-certificate.js";
import { policyExceptionExpired } from "./rules/policy-exception-expired.js";
import { policyUnproven } from "./rules/policy-unproven.js";
import { policyViolation } from "./rules/policy-violation.js";
import { sameCertificateBothEnds } from "./rules/same-certificate-both-ends.js";
import { schemaDrift } from "./rules/schema-drift.js";
import { secretInResponse } from "./rules/secret-in-response.js";
import { selfSignedCertificate } from "./rules/self-signed-certificate.js";
import { sensitiveDataCleartext } from "./rules/sensitive-data-cleartext.js";
import { serialCollision } from "./rules/serial-collision.js";
import { shadowEndpoint } from "./rules/shadow-endpoint.js";
import { sharedClientCertificate } from "./rules/shared-client-certificate.js";
import { tlsRenegotiation } from "./rules/tls-renegotiation.js";
import { undeclaredParameter } from "./rules/undeclared-parameter.js";
import { undeclaredStatus } from "./rules/undeclared-status.js";
import { unprotectedSessionCookie } from "./rules/unprotected-session-cookie.js";
import { unsignedToken } from "./rules/unsigned-token.js";
import { weakCertificateKey } from "./rules/weak-certificate-key.js";
import { weakCertificateSignature } from "./rules/weak-certificate-signature.js";
import { weakCipher } from "./rules/weak-cipher.js";
import { weakerToken } from "./rules/weaker-token.js";
import { zombieEndpoint } from "./rules/zombie-endpoint.js";

/** Every rule. To add one: a file under rules/, its entry in shared/catalogue.ts, and a line here. */
export const RULES: readonly Rule[] = [
  cleartextHttp,
  cleartextProtocol,
  basicCredentialsInCleartext,
  credentialsInCleartext,
  credentialInUrl,
  sensitiveDataCleartext,
  secretInResponse,
  authenticationNotEnforced,
  unsignedToken,
  longLivedToken,
  newTokenSource,
  weakerToken,
  foreignTokenKey,
  passwordGrant,
  unprotectedSessionCookie,
  crossOriginCredentials,
  newEndpoint,
  shadowEndpoint,
  zombieEndpoint,
  undeclaredStatus,
  undeclaredParameter,
  schemaDrift,
  gatewayBypassed,
  framingAnomaly,
  http2Flood,
  policyViolation,
  policyUnproven,
  policyExceptionExpired,
  clientAuthDeclined,
  obsoleteTlsVersion,
  weakCipher,
  weakCertificateKey,
  weakCertificateSignature,
  certificateExpired,
  certificateExpiring,
  certificateNotYetValid,
  certificateDatesInverted,
  selfSignedCertificate,
  certificateNameMismatch,
  certificatePurposeMismatch,
  dummyIssuer,
  serialCollision,
  sameCertificateBothEnds,
  sharedClientCertificate,
  personalDataInCertificate,
  handshakeFailures,
  onlyResumedSessions,
  tlsRenegotiation,
];
