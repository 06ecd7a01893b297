/** What findings and reports put classes of data together to. `network` tells of machines rather than of people. */
export type DataGroup = "personal" | "financial" | "health" | "secret" | "network";

export const DATA_GROUPS: readonly DataGroup[] = ["personal", "financial", "health", "secret", "network"];

const CLASSES: Readonly<Record<DataGroup, string>> = {
  personal:
    "email phone us-ssn uk-nino de-steuer-id fr-nir es-dni it-codice-fiscale nl-bsn in-aadhaar in-pan date-of-birth person-name " +
    "postal-address geolocation ar-cuil at-svnr au-tfn be-national-number bg-egn br-cpf ca-sin ch-ahv cl-rut cn-resident-id " +
    "cz-rodne-cislo dk-cpr ee-isikukood fi-hetu ie-pps il-id jp-my-number kr-rrn lt-asmens-kodas mx-curp no-fodselsnummer pl-pesel " +
    "pt-nif ro-cnp se-personnummer sg-nric th-national-id tr-tckn tw-national-id za-id",
  financial: "payment-card card-verification iban",
  health: "uk-nhs au-medicare health-code",
  secret:
    "aws-key gcp-key azure-key github-token slack-token stripe-key private-key jwt password anthropic-key atlassian-token " +
    "databricks-token datadog-key digitalocean-token discord-token docker-token gitlab-token huggingface-token linear-key " +
    "mailgun-key new-relic-key notion-token npm-token openai-key paypal-token pypi-token sendgrid-key shopify-token square-token " +
    "telegram-token twilio-key vault-token",
  network: "ip-address mac-address",
};

/** Every class of ours with its group, and those of the operator's rules (`CLASS GROUP …`). */
export function dataGroups(rules: readonly string[]): ReadonlyMap<string, DataGroup> {
  const groups = new Map<string, DataGroup>();
  for (const group of DATA_GROUPS) for (const name of CLASSES[group].split(" ")) groups.set(name, group);
  for (const [name, group] of ownGroups(rules)) groups.set(name, group);
  return groups;
}

/** Classes of the operator's rules alone. */
export function ownGroups(rules: readonly string[]): ReadonlyMap<string, DataGroup> {
  const groups = new Map<string, DataGroup>();
  for (const rule of rules) {
    const [name, word] = rule.split(/[ :]/);
    const group = DATA_GROUPS.find((known) => known === word);
    if (group !== undefined) groups.set(name, group);
  }
  return groups;
}

/** PCI DSS 4.0.1, table 2: account data are a card's number and what proves it. An IBAN is of an account at a bank, and none of it. */
export function isCardClass(name: string): boolean {
  return name === "payment-card" || name === "card-verification";
}
