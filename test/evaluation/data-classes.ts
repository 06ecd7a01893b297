// How well classes of data are told, by class: `node data-classes [RECORDS]`. The values are of @faker-js/faker's, which nobody here
// wrote, in many locales; forms that it lacks are made here with their check digits. Each stands in JSON under a name that APIs use, under
// a name that tells nothing, and in running text; beside them stand values that are of no class.
import { allFakers, type Faker, faker } from "@faker-js/faker";
import { judge, printScores, type Sample } from "./data-score.js";
import { NATIONAL_NUMBERS } from "./national-numbers.js";

type Maker = (one: Faker) => readonly Sample[];

faker.seed(7);
const pick = <T>(values: readonly T[]): T => faker.helpers.arrayElement([...values]);

function sample(expected: string | undefined, fields: string, value: string | number): Sample {
  return { expected, field: pick(fields.split(" ")), value };
}

/** Values of a class under names that tell it. */
const LABELLED: readonly Maker[] = [
  (one) => [sample("email", "email userEmail contact_email login", one.internet.email())],
  (one) => [sample("phone", "phone phoneNumber mobile_phone contactPhone", one.phone.number({ style: "national" }))],
  (one) => [sample("phone", "phone tel msisdn", one.phone.number({ style: "international" }))],
  (one) => [sample("person-name", "firstName first_name givenName", one.person.firstName())],
  (one) => [sample("person-name", "lastName surname family_name", one.person.lastName())],
  (one) => [sample("person-name", "fullName customer_name contactName cardholderName", one.person.fullName())],
  (one) => [
    sample("postal-address", "street streetAddress addressLine1 shipping_address", one.location.streetAddress(true)),
  ],
  (one) => [sample("postal-address", "zip postalCode zip_code postcode", one.location.zipCode())],
  (one) => [
    sample(
      "date-of-birth",
      "dob birthDate date_of_birth",
      one.date
        .birthdate()
        .toISOString()
        .slice(0, pick([10, 24])),
    ),
  ],
  (one) => [sample("payment-card", "cardNumber pan card_number", one.finance.creditCardNumber())],
  (one) => [sample("card-verification", "cvv cvc", one.finance.creditCardCVV())],
  (one) => [sample("iban", "iban accountIban", one.finance.iban({ formatted: pick([true, false]) }))],
  (one) => [sample("ip-address", "ip clientIp remote_addr", pick([one.internet.ipv4(), one.internet.ipv6()]))],
  (one) => [sample("mac-address", "mac deviceMac", one.internet.mac())],
  (one) => [sample("geolocation", "lat latitude", one.location.latitude())],
  (one) => [sample("geolocation", "lng longitude", one.location.longitude())],
  (one) => [sample("jwt", "token access_token jwt", one.internet.jwt())],
  (one) => [sample("password", "password newPassword client_secret", one.internet.password())],
  () => NATIONAL_NUMBERS.map(({ expected, fields, make }) => sample(expected, fields, make(faker))),
];

/** What fills the bodies of APIs and is of no class, though some of it looks like one. */
const UNLABELLED: Maker = (one) => [
  sample(undefined, "id uuid requestId trace_id", one.string.uuid()),
  sample(undefined, "id orderId ref", one.string.numeric({ length: { min: 5, max: 19 }, allowLeadingZeros: false })),
  sample(undefined, "id count total_bytes", one.number.int({ max: Number.MAX_SAFE_INTEGER })),
  sample(undefined, "sku code serial", one.string.alphanumeric({ length: { min: 8, max: 24 } })),
  sample(undefined, "sku code batch", one.string.alphanumeric({ length: { min: 8, max: 16 }, casing: "upper" })),
  sample(undefined, "hash etag digest", one.string.hexadecimal({ length: 40, prefix: "", casing: "lower" })),
  sample(undefined, "commit", one.git.commitSha()),
  sample(undefined, "object_id", one.database.mongodbObjectId()),
  sample(undefined, "ulid nanoid", pick([one.string.ulid(), one.string.nanoid()])),
  sample(undefined, "isbn", one.commerce.isbn()),
  sample(
    undefined,
    "createdAt updated timestamp expires",
    pick([one.date.recent().toISOString(), one.date.recent().getTime()]),
  ),
  sample(undefined, "price amount rate", one.commerce.price()),
  sample(undefined, "title product name", one.commerce.productName()),
  sample(undefined, "description note text", one.lorem.paragraph()),
  sample(undefined, "company vendor", one.company.name()),
  sample(undefined, "url href link", one.internet.url()),
  sample(undefined, "agent", one.internet.userAgent()),
  sample(undefined, "version", one.system.semver()),
  sample(undefined, "file", one.system.filePath()),
  sample(undefined, "color", one.color.rgb()),
  sample(undefined, "vin", one.vehicle.vin()),
  sample(undefined, "currency status", one.finance.currencyCode()),
  sample(undefined, "imei", one.phone.imei()),
  sample(undefined, "cron", one.system.cron()),
];

const records = Number(process.argv[2] ?? 2_000);
const locales = Object.entries(allFakers).filter(([name]) => name !== "base");
let values = 0;
for (let record = 0; record < records; record++) {
  const [, one] = locales[record % locales.length];
  one.seed(record);
  for (const make of [...LABELLED, UNLABELLED]) {
    for (const each of attempt(() => make(one))) {
      judge(each);
      values++;
    }
  }
}

/** Some locales lack some data: the next has it. */
function attempt(make: () => readonly Sample[]): readonly Sample[] {
  try {
    return make();
  } catch {
    return [];
  }
}

console.log(`${values} values, ${locales.length} locales`);
printScores();
