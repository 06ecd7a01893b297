// The same as values-of-others.py of packages on npm, none of which this project needs otherwise: in a folder with `npm install stdnum ibantools
// chance libphonenumber-js gerador-validador-cpf`, `node values-of-others.mjs FILE`. The tests that stdnum brings along say which numbers of 90
// countries are valid and which are not; whatever is of no class of ours must be told as nothing.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const source = join(process.cwd(), "node_modules/stdnum/src");
const { stdnum } = require("stdnum");
const ibantools = require("ibantools");
const { getExampleNumber } = require("libphonenumber-js/max");
const mobiles = require("libphonenumber-js/examples.mobile.json");
const chance = new (require("chance"))(7);
const lines = [];

/** Fields are taken by turns; a value that is valid nowhere is of no class. */
function emit(expected, fields, value) {
  const names = fields.split(" ");
  lines.push(JSON.stringify({ expected, field: names[lines.length % names.length], value }));
}

const CLASSES = {
  "us/ssn": ["us-ssn", "ssn socialSecurityNumber"],
  "de/idnr": ["de-steuer-id", "steuerId steuer_id"],
  "fr/nir": ["fr-nir", "nir numeroSecu"],
  "es/dni": ["es-dni", "dni"],
  "es/nie": ["es-dni", "nie"],
  "it/codicefiscale": ["it-codice-fiscale", "codiceFiscale"],
  "nl/bsn": ["nl-bsn", "bsn"],
  "in/aadhaar": ["in-aadhaar", "aadhaar aadhaarNumber"],
  "in/pan": ["in-pan", "panCard"],
  "gb/nino": ["uk-nino", "nino"],
  "ar/cuit": ["ar-cuil", "cuil cuit"],
  "at/vnr": ["at-svnr", "svnr sozialversicherungsnummer"],
  "au/tfn": ["au-tfn", "tfn taxFileNumber"],
  "be/nn": ["be-national-number", "rijksregisternummer niss"],
  "bg/egn": ["bg-egn", "egn ЕГН"],
  "br/cpf": ["br-cpf", "cpf cpfNumber"],
  "ca/sin": ["ca-sin", "sin socialInsuranceNumber"],
  "ch/ssn": ["ch-ahv", "ahvNummer avs"],
  "cl/rut": ["cl-rut", "rut"],
  "cn/ric": ["cn-resident-id", "idCard 身份证号"],
  "cz/rc": ["cz-rodne-cislo", "rodneCislo rodné_číslo"],
  "sk/rc": ["cz-rodne-cislo", "rodneCislo"],
  "dk/cpr": ["dk-cpr", "cpr cprNummer"],
  "ee/ik": ["ee-isikukood", "isikukood"],
  "fi/hetu": ["fi-hetu", "hetu henkilötunnus"],
  "ie/pps": ["ie-pps", "ppsn pps_number"],
  "il/idnr": ["il-id", "teudatZehut"],
  "kr/rrn": ["kr-rrn", "rrn 주민등록번호"],
  "lt/asmens": ["lt-asmens-kodas", "asmensKodas"],
  "mx/curp": ["mx-curp", "curp"],
  "no/fodselsnummer": ["no-fodselsnummer", "fodselsnummer fnr"],
  "pl/pesel": ["pl-pesel", "pesel"],
  "pt/nif": ["pt-nif", "nif contribuinte"],
  "ro/cnp": ["ro-cnp", "cnp"],
  "se/personnummer": ["se-personnummer", "personnummer"],
  "th/tin": ["th-national-id", "citizenId"],
  "th/idnr": ["th-national-id", "citizenId เลขประจำตัวประชาชน"],
  "tr/tckimlik": ["tr-tckn", "tcKimlikNo tckn"],
  "tw/natid": ["tw-national-id", "idNo 身分證字號"],
  "za/idnr": ["za-id", "idNumber saId"],
};
const DATED = /^.\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])/;
const IN_MONTHS = /^..([0257][1-9]|[1368][0-2])/;
/** Of what stdnum calls valid, what is given out, and to persons: days that there are, ranges, no companies. */
const GIVEN = {
  "ar/cuit": (number) => number.startsWith("2"),
  "at/vnr": (number) => !number.startsWith("0"),
  "be/nn": (number) => !number.endsWith("00"),
  "bg/egn": (number) => /^..([024][1-9]|[135][0-2])([0-2]|3[01])/.test(number),
  "ca/sin": (number) => !number.startsWith("8"),
  "cl/rut": (number) => number.length < 9 || number < "5",
  "cn/ric": (number) => /^[1-9].{5}(18[5-9]|19|20)/.test(number),
  "cz/rc": (number) => IN_MONTHS.test(number),
  "sk/rc": (number) => IN_MONTHS.test(number),
  "ee/ik": (number) => /^[1-8]/.test(number) && DATED.test(number),
  "lt/asmens": (number) => number.startsWith("9") || DATED.test(number),
  "pt/nif": (number) => /^([123]|45)/.test(number),
  "se/personnummer": (_, written) => written.replace(/\D/g, "").length < 12 || /^(1[89]|20)/.test(written),
  "th/tin": (number) => !number.startsWith("0"),
};
/** Of which the class takes more or less than stdnum does. */
const UNCHANGED = ["us/ssn", "de/idnr", "fr/nir"];
/** Numbers of each kind made of its examples, half of them with right check digits. */
const CHANGED = 60;
/** Whose numbers are in part written as a person's is that has a class: of the United States and Spain. */
const SAME_FORM = ["us/itin", "us/ein", "us/atin", "us/tin", "us/ptin", "es/nif"];
/** Of which accounts have the codes of another: France's beyond the sea, and Finland's Åland (ISO 13616's registry). */
const ELSEWHERE = "AX BL GF GP MF MQ NC PF PM RE TF WF YT".split(" ");

for (const country of readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  for (const file of readdirSync(join(source, country.name)).filter((name) => name.endsWith(".spec.ts"))) {
    const kind = `${country.name}/${file.slice(0, -".spec.ts".length)}`;
    const validator = stdnum[country.name.toUpperCase()]?.[kind.slice(3)];
    if (validator === undefined || SAME_FORM.includes(kind)) continue;
    const text = readFileSync(join(source, country.name, file), "utf8");
    for (const [, value] of text.matchAll(/'([^'\n:%]{6,40})'/g))
      if (/\d/.test(value)) emitNumber(kind, validator, value);
    const right = [...text.matchAll(/'([^'\n:%]{6,40})'/g)]
      .map(([, value]) => value)
      .filter((value) => validator.validate(value).isValid);
    if (CLASSES[kind] !== undefined && !UNCHANGED.includes(kind) && right.length > 0)
      for (let turn = 0; turn < CHANGED; turn++)
        emitNumber(kind, validator, changed(right[turn % right.length], turn, validator));
  }
}

/** The number with digits of it others: with a right check digit where turn is even and one is found. */
function changed(value, turn, validator) {
  const digits = "0123456789";
  for (let tries = 0; tries < 2_000; tries++) {
    const made = value.replace(/\d/g, (digit) =>
      chance.bool({ likelihood: 30 }) ? chance.pickone([...digits]) : digit,
    );
    if (validator.validate(made).isValid === (turn % 2 === 0) && made !== value) return made;
  }
  return value;
}

function emitNumber(kind, validator, value) {
  // It does not take its own form of Chile's.
  const number = kind === "cl/rut" ? value.replaceAll(".", "") : value;
  const { isValid: isRight, compact } = validator.validate(number);
  const isValid = isRight && (GIVEN[kind]?.(compact, value) ?? true);
  const [name, fields] = CLASSES[kind] ?? [null, "number code payload reference id"];
  for (const form of new Set(isValid ? [value, validator.compact(number), validator.format(number)] : [value]))
    emit(isValid ? name : null, fields, form.replace(/^(CL|PT) ?/, ""));
}

// Accounts of each country with the check digits that its name asks for.
for (const [country, { chars }] of Object.entries(ibantools.countrySpecs)) {
  for (let turn = 0; turn < 4 && chars && !ELSEWHERE.includes(country); turn++) {
    const body = chance.string({ length: chars - 4, pool: "0123456789" });
    const all = Array.from({ length: 97 }, (_, at) => `${country}${String(at + 2).padStart(2, "0")}${body}`);
    const right = all.find((one) => ibantools.isValidIBAN(one));
    if (right === undefined) continue;
    for (const form of [right, ibantools.friendlyFormatIBAN(right), ibantools.friendlyFormatIBAN(right, "-")])
      emit("iban", "iban payload account", form);
    emit(
      null,
      "iban payload account",
      all.find((one) => !ibantools.isValidIBAN(one)),
    );
  }
}

for (const country of Object.keys(mobiles)) {
  const example = getExampleNumber(country, mobiles);
  emit("phone", "phone payload", example.number);
  emit("phone", "phone payload", example.formatInternational());
  emit("phone", "phone mobile tel", example.formatNational());
  emit("phone", "phone payload", example.getURI());
}

for (let turn = 0; turn < 300; turn++) {
  emit("payment-card", "cardNumber card_number", chance.cc({ type: ["Visa", "Mastercard", "amex"][turn % 3] }));
  emit("it-codice-fiscale", "codiceFiscale payload", chance.cf());
  emit("ip-address", "ip payload", turn % 2 === 0 ? chance.ipv6() : `10.${chance.ip().split(".").slice(1).join(".")}`);
  emit("mac-address", "mac payload", chance.mac_address());
  emit("email", "email payload", chance.email());
  for (const make of ["guid", "hash", "cnpj", "vat", "fbid", "dollar", "hashtag", "geohash", "timestamp", "android_id"])
    emit(null, "id payload code", chance[make]());
  emit(
    null,
    "tracking tracking_number",
    chance.string({ length: 12, pool: "23456789" }).replace(/(.{4})(?=.)/g, "$1 "),
  );
  emit(null, "serialNumber orderNo", chance.phone({ formatted: false }).replace(/^(...)(...)/, "$1-$2-"));
  emit(null, "version firmware", chance.ip());
  emit("br-cpf", "cpf documento", require("gerador-validador-cpf").generate());
  emit(null, "id number payload", require("gerador-validador-cpf").generate());
}

writeFileSync(process.argv[2], `${lines.join("\n")}\n`);
