// An API whose first segment is a parameter beside words, asked in random orders; and what of its calls is not found where it was counted.
import { faker } from "@faker-js/faker";
import type { Scene } from "./scene.js";

/** Templates of Cyberark Conjur's REST API, which tells its authenticators apart by the first segment. */
const TEMPLATES = [
  "/{authenticator}/{account}",
  "/{authenticator}/{service}/{account}",
  "/{authenticator}/{account}/{login}/authenticate",
  "/authn/{account}/api_key",
  "/authn/{account}/login",
  "/authn/{account}/password",
  "/authn/{account}/{login}/authenticate",
  "/authn-azure/{service}/{account}/{login}/authenticate",
  "/authn-gcp/{account}/authenticate",
  "/authn-iam/{service}/{account}/{login}/authenticate",
  "/authn-jwt/{account}/{service}/authenticate",
  "/authn-k8s/{service}/inject_client_cert",
  "/authn-k8s/{service}/{account}/{login}/authenticate",
  "/authn-ldap/{service}/{account}/login",
  "/authn-ldap/{service}/{account}/{login}/authenticate",
  "/authn-oidc/{service}/{account}/authenticate",
  "/authenticators",
  "/ca/{account}/{service}/sign",
  "/health",
  "/host_factories/hosts",
  "/host_factory_tokens",
  "/host_factory_tokens/{token}",
  "/info",
  "/policies/{account}/policy/{identifier}",
  "/public_keys/{account}/{kind}/{identifier}",
  "/remote_health/{remote}",
  "/resources",
  "/resources/{account}",
  "/resources/{account}/{kind}",
  "/resources/{account}/{kind}/{identifier}",
  "/roles/{account}/{kind}/{identifier}",
  "/secrets",
  "/secrets/{account}/{kind}/{identifier}",
  "/whoami",
];

const MAKERS: readonly (() => string)[] = [
  () => faker.string.uuid(),
  () => faker.string.numeric({ length: { min: 2, max: 9 } }),
  () => faker.string.hexadecimal({ length: 40, prefix: "", casing: "lower" }),
  () => `ord_${faker.string.alphanumeric(12)}`,
  () => faker.lorem.slug(3),
  () => faker.lorem.word(),
  () => faker.person.firstName().toLowerCase(),
  () => faker.date.between({ from: "2015-01-01", to: "2027-01-01" }).toISOString().slice(0, 10),
  () => faker.internet.domainName(),
  () => faker.system.commonFileName(),
  () => encodeURIComponent(`${faker.word.noun()}/${faker.word.noun()}`),
];

/** Paths of the API in an order that `seed` decides: each parameter has values of one kind, drawn again and again. */
export function pathsInOrder(seed: number): readonly string[] {
  faker.seed(seed);
  const pools = new Map<string, readonly string[]>();
  const poolFor = (template: string, name: string): readonly string[] => {
    const key = seed % 2 === 0 ? name : `${template} ${name}`;
    const known = pools.get(key);
    if (known !== undefined) return known;
    const make = faker.helpers.arrayElement([...MAKERS]);
    const made = Array.from({ length: faker.helpers.arrayElement([3, 8, 20]) }, make);
    pools.set(key, made);
    return made;
  };
  const paths: string[] = [];
  for (const template of TEMPLATES) {
    const count = template.includes("{") || seed % 3 === 0 ? faker.number.int({ min: 3, max: 16 }) : 1;
    for (let made = 0; made < count; made++)
      paths.push(
        template.replace(/\{(\w+)\}/g, (_whole, name: string) =>
          faker.helpers.arrayElement([...poolFor(template, name)]),
        ),
      );
  }
  return faker.helpers.shuffle(paths);
}

/** Where calls that were seen are not found as they are counted: a line for each template whose calls differ. */
export function misplaced({ inventory }: Scene, paths: readonly string[]): string[] {
  const found = new Map<string, number>();
  const counted = new Map<string, number>();
  for (const path of paths) add(found, inventory.templateOf("10.0.0.2", 80, path) ?? "nowhere", 1);
  for (const { template, calls } of inventory.endpoints()) add(counted, template, calls);
  return [...new Set([...found.keys(), ...counted.keys()])]
    .filter((template) => found.get(template) !== counted.get(template))
    .map((template) => `${template}: found ${found.get(template) ?? 0}, counted ${counted.get(template) ?? 0}`);
}

function add(counts: Map<string, number>, template: string, calls: number): void {
  counts.set(template, (counts.get(template) ?? 0) + calls);
}

const PEOPLE =
  "KirinDave railsjitsu vanpelt jwhitmire octocat roland pjhyett hornbeck bmizerany anotherjesse defunkt mojombo".split(
    " ",
  );

/** People, tenants and locales at the root, and beside them many things that are fixed, in a random order. */
export function crowdedRoot(seed: number): string[] {
  faker.seed(seed);
  const paths: string[] = [];
  for (let at = 0; at < 40; at++) {
    const number = 1_000 + at * 37;
    paths.push(
      ...[
        `/@${PEOPLE[at % 12]}/posts/${number}`,
        `/~${PEOPLE[(at * 5) % 12]}/index.html`,
        `/tenant-${at % 20}/api/list`,
      ],
      ...[`/${["en", "de", "fr"][at % 3]}/help/start`, `/od/Products(${number})/Name`, "/releases/latest"],
      ...[
        `/orders/${number}/${["cancel", "ship", "refund"][at % 3]}`,
        `/cal/20${10 + (at % 16)}-0${1 + (at % 9)}/events`,
      ],
      ...[`/fx/${["EUR", "USD", "GBP", "CHF"][at % 4]}/${["JPY", "SEK", "NOK"][at % 3]}`, `/dl/report-${number}.pdf`],
      ...[`/b/${Buffer.from(`user:${number}`).toString("base64url")}`, `/cn/%E5%95%86%E5%93%81${number}`],
    );
  }
  return faker.helpers.shuffle(paths);
}
