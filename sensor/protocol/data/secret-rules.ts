import { isNoCall } from "./around-value.js";
import { type DataRule, words } from "./data-rule.js";
import { PASSWORD_FIELDS } from "./field-names.js";
import { ISSUER_RULES } from "./issuer-rules.js";
import { assignedSecret, givenKey, givenSecret, jsonWebToken, slackToken, urlSecret } from "./value-test.js";

const ASSIGNED = "[\"']?[^\\x00-\\x20\"'&;,<>{}()\\[\\]$]{4,128}";
const LOGIN_SCHEMES =
  "https?|wss?|ftps?|sftp|ssh|git|svn|postgres|postgresql|mysql|mariadb|mongodb|redis|rediss|amqps?|ldaps?|smtps?|imaps?|" +
  "sqlserver|mssql|oracle|clickhouse|cockroachdb|couchdb|cassandra|neo4j|bolt|nats|kafka|mqtts?|rtsp|snowflake";

/** What gives access by itself, by the forms its issuers gave it. */
export const SECRET_RULES: readonly DataRule[] = [
  // IAM's "Unique IDs": keys, keys for a while, bearer tokens of STS and what one context alone accepts.
  { name: "aws-key", pattern: "A(KI|SI|BI|CC)A[A-Z0-9]{16}", check: givenKey },
  {
    name: "aws-key",
    pattern: "[A-Za-z0-9/+]{40}",
    fields: words("secretaccesskey awssecretaccesskey awssecretkey awssecret"),
  },
  { name: "gcp-key", pattern: "AIza[A-Za-z0-9_-]{35}", check: givenKey },
  { name: "gcp-key", pattern: "ya29\\.[A-Za-z0-9_-]{20}", isPrefix: true },
  // Of OAuth: a client's secret and a refresh token.
  { name: "gcp-key", pattern: "GOCSPX-[A-Za-z0-9_-]{28}|1//0[A-Za-z0-9_-]{40,}", check: givenKey },
  {
    name: "azure-key",
    pattern:
      "AccountKey=\\\\?[\"']?[A-Za-z0-9+/]{86}==|SharedAccessKey=\\\\?[\"']?[A-Za-z0-9+/]{43}=|[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
    check: givenKey,
  },
  {
    name: "azure-key",
    pattern: "[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=",
    fields: words("accountkey storageaccountkey storagekey sharedaccesskey"),
    isWholeField: true,
    check: givenKey,
  },
  {
    name: "github-token",
    pattern: "gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    check: givenKey,
  },
  {
    name: "slack-token",
    pattern:
      "xox[abeoprs]-[0-9A-Za-z-]{10,}|xapp-[0-9]-[A-Z0-9]{8,}-[0-9]{8,}-[0-9a-z]{32,}|hooks\\.slack\\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20,30}",
    check: slackToken,
  },
  { name: "stripe-key", pattern: "(sk|rk)_(live|test)_[0-9A-Za-z]{16,}|whsec_[A-Za-z0-9+/]{32,}", check: givenKey },
  {
    // RFC 7468 §2; what RFC 1421 and OpenPGP write before the key itself, and line breaks as JSON has them.
    name: "private-key",
    pattern:
      "-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----(\\\\+[nr]|\\s)*(Proc-Type|Version|Comment|[A-Za-z0-9+/]{12})",
    isPrefix: true,
    check: givenKey,
  },
  // RFC 7519 §3: header and claims are JSON objects, so that both begin `{"` in base64url.
  { name: "jwt", pattern: "eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8}", isPrefix: true, check: jsonWebToken },
  {
    name: "password",
    pattern: "[^\\x00-\\x1f]+",
    fields: PASSWORD_FIELDS,
    isWholeField: true,
    check: givenSecret,
  },
  {
    // As settings have it, in whatever text.
    name: "password",
    pattern: `(([A-Z][A-Z0-9_]*_)?(PASSWORD|PASSWD|PWD|SECRET|SECRET_KEY)|[Pp]assword|[Pp]asswd|[Pp]wd)=${ASSIGNED}`,
    around: isNoCall,
    check: assignedSecret,
  },
  {
    // RFC 3986 §3.2.1, in the schemes of what is logged in to.
    name: "password",
    pattern: `(${LOGIN_SCHEMES})(\\+[a-z0-9]+)?://[^\\x00-\\x20:/@"'<>]*:[^\\x00-\\x20/@"'<>]+@[A-Za-z0-9_.:\\[\\]-]*[A-Za-z0-9\\]]`,
    holds: "@",
    check: urlSecret,
  },
  ...ISSUER_RULES,
];
