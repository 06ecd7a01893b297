import { isNoHostLabel } from "./around-value.js";
import { type DataRule, words } from "./data-rule.js";
import { drawnKey, gitlabToken, givenKey, vaultToken } from "./value-test.js";

/** Keys and tokens of further issuers, by what each has documented of their form. What has none of its own is known by its field. */
export const ISSUER_RULES: readonly DataRule[] = [
  {
    name: "anthropic-key",
    pattern: "sk-ant-(api|admin|sid)[0-9]{2}-[A-Za-z0-9_-]{80,}AA|sk-ant-o[ar]t[0-9]{2}-[A-Za-z0-9_-]{40,}",
    check: givenKey,
  },
  // "API tokens" of Atlassian's accounts and organisations, with a checksum at their end, and Bitbucket's app passwords.
  {
    name: "atlassian-token",
    pattern: "AT[AC]TT3[A-Za-z0-9_-]{60,}(=[0-9A-F]{8})?|ATBB[A-Za-z0-9]{32}",
    check: givenKey,
  },
  {
    name: "atlassian-token",
    pattern: "[A-Za-z0-9]{24}",
    fields: words(
      "atlassianapitoken atlassiantoken atlassianapikey jiraapitoken jiratoken jiraapikey confluenceapitoken confluencetoken " +
        "confluenceapikey",
    ),
    check: givenKey,
  },
  { name: "databricks-token", pattern: "dapi[0-9a-h]{32}(-[0-9])?", check: givenKey, around: isNoHostLabel },
  {
    name: "datadog-key",
    pattern: "[0-9a-f]{32}|[0-9a-f]{40}",
    fields: words(
      "ddapikey datadogapikey ddappkey ddapplicationkey datadogappkey datadogapplicationkey ddclientapikey",
    ),
    check: givenKey,
  },
  { name: "digitalocean-token", pattern: "do[opr]_v1_[0-9a-f]{64}", check: givenKey },
  {
    name: "discord-token",
    pattern:
      "[MNO][A-Za-z0-9_-]{23,25}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,38}|" +
      "discord(app)?\\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,}",
    check: givenKey,
  },
  { name: "docker-token", pattern: "dckr_[op]at_[A-Za-z0-9_-]{27,}", check: givenKey },
  {
    // "Token overview", prefixes of personal, project, deploy, runner, job, trigger, feed, mail, agent, OAuth, SCIM and flag tokens.
    name: "gitlab-token",
    pattern:
      "gl(pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-[A-Za-z0-9_-]{20,}(\\.[0-9a-z]{2}(\\.?[0-9a-z]{7}))?|GR1348941[A-Za-z0-9_-]{20}",
    check: gitlabToken,
  },
  { name: "huggingface-token", pattern: "(hf|api_org)_[A-Za-z]{34}", check: drawnKey },
  { name: "linear-key", pattern: "lin_(api|oauth)_[A-Za-z0-9]{40,}", check: givenKey },
  {
    // As cached things are called, so that the field must say it.
    name: "mailgun-key",
    pattern: "(pub)?key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}",
    fields: words(
      "mailgun mailgunkey mailgunapikey mailguntoken mailgunapitoken mailgunsigningkey mailgunprivatekey mgapikey apikey",
    ),
    check: givenKey,
  },
  {
    name: "new-relic-key",
    pattern: "NRAK-[A-Za-z0-9]{27}|NRJS-[0-9a-f]{19}|NRII-[A-Za-z0-9_-]{32}|NRRA-[0-9a-f]{42}|[0-9a-f]{36}NRAL",
    check: givenKey,
  },
  { name: "notion-token", pattern: "ntn_[0-9]{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43}", check: givenKey },
  { name: "npm-token", pattern: "npm_[A-Za-z0-9]{36}", check: drawnKey },
  // What stands in the middle of each is "OpenAI" in base64.
  {
    name: "openai-key",
    pattern: "sk-((proj|svcacct|admin|None)-)?[A-Za-z0-9_-]{18,80}T3BlbkFJ[A-Za-z0-9_-]{18,80}",
    check: givenKey,
  },
  {
    name: "paypal-token",
    pattern: "access_token\\$(production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32}|A21AA[A-Za-z0-9_-]{60,}",
    check: givenKey,
  },
  // A macaroon (version 2) whose location is pypi.org or test.pypi.org.
  { name: "pypi-token", pattern: "pypi-AgE(IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{50,}", check: givenKey },
  { name: "sendgrid-key", pattern: "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}", check: givenKey },
  { name: "shopify-token", pattern: "shp(at|ca|pa|ss|ua)_[0-9A-Fa-f]{32}", check: givenKey },
  {
    name: "square-token",
    pattern: "sq0atp-[A-Za-z0-9_-]{22}|sq0csp-[A-Za-z0-9_-]{43}",
    check: givenKey,
  },
  {
    // As any bytes in base64 may begin, so that the field must say it.
    name: "square-token",
    pattern: "EAAA[A-Za-z0-9_-]{60}",
    fields: words("square squaretoken squareaccesstoken squareuptoken squareupaccesstoken accesstoken"),
    check: givenKey,
  },
  // A bot's id and its key, in URLs right behind `bot`.
  { name: "telegram-token", pattern: "(bot)?[0-9]{8,10}:AA[A-Za-z0-9_-]{33}", check: givenKey },
  // What begins with SK names a key and is none.
  {
    name: "twilio-key",
    pattern: "[0-9a-f]{32}",
    fields: words("twilio twilioauthtoken twiliotoken twilioapisecret twiliosecret twilioapikeysecret"),
    check: givenKey,
  },
  { name: "vault-token", pattern: "hv[bsr]\\.[A-Za-z0-9_-]{24,}|s\\.[A-Za-z0-9]{24}", check: vaultToken },
];
