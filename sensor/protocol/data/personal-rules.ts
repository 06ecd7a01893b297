import { isNoRemote, isNoVersion } from "./around-value.js";
import {
  deSteuerId,
  esDni,
  frNir,
  iban,
  inAadhaar,
  inPan,
  itCodiceFiscale,
  nlBsn,
  paymentCard,
  ukNhs,
  ukNino,
  usItin,
  usSsn,
} from "./check-digit.js";
import { type DataRule, words } from "./data-rule.js";
import {
  ADDRESS_FIELDS,
  BIRTH_FIELDS,
  CARD_FIELDS,
  LABEL_FIELDS,
  NAME_FIELDS,
  PHONE_FIELDS,
  POSTCODE_FIELDS,
  STREET_FIELDS,
  TAX_FIELDS,
  THING_FIELDS,
  VERSION_FIELDS,
} from "./field-names.js";
import {
  birthDate,
  coordinate,
  email,
  fullName,
  ipAddress,
  macAddress,
  northAmericanPhone,
  numberedAddress,
  personName,
  phone,
  postalAddress,
  postalCode,
} from "./value-test.js";

const LETTER_PAIR = "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]";
/** Data of persons: who they are, where they are and what they pay with. */
export const PERSONAL_RULES: readonly DataRule[] = [
  {
    name: "email",
    pattern:
      "[A-Za-z0-9._%+'\\x80-\\xff-]+@[A-Za-z0-9\\x80-\\xff-]+(\\.[A-Za-z0-9\\x80-\\xff-]+)*\\.[A-Za-z\\x80-\\xff]{2,48}",
    holds: "@",
    check: email,
    around: isNoRemote,
  },
  { name: "phone", pattern: "\\+[1-9][0-9]{0,3}([ ().-]{0,2}[0-9]){6,14}", check: phone },
  {
    name: "phone",
    pattern: "\\([2-9][0-9]{2}\\) ?[2-9][0-9]{2}-[0-9]{4}|[2-9][0-9]{2}[.-][2-9][0-9]{2}[.-][0-9]{4}",
    others: THING_FIELDS,
    check: northAmericanPhone,
  },
  {
    name: "phone",
    pattern: "\\+?\\(?[0-9]([ ()./-]{0,3}[0-9]){5,14}( ?(x|ext\\.?) ?[0-9]{1,6})?",
    fields: PHONE_FIELDS,
    check: phone,
  },
  { name: "us-ssn", pattern: "[0-9]{3}-[0-9]{2}-[0-9]{4}", others: THING_FIELDS, check: usSsn },
  {
    name: "us-ssn",
    pattern: "[0-9]{9}|[0-9]{3}[ -][0-9]{2}[ -][0-9]{4}",
    fields: words(
      "ssn socialsecurity socialsecuritynumber socialsecurityno ssnumber ssntin usssn 16840111388341",
    ).concat(TAX_FIELDS),
    // Who has no such number writes the other one there.
    check: usItin,
  },
  {
    name: "us-ssn",
    pattern: "[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}",
    fields: words("itin individualtaxpayerid individualtaxpayeridentificationnumber"),
    check: usItin,
  },
  {
    name: "uk-nino",
    pattern: `${LETTER_PAIR} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]`,
    others: THING_FIELDS,
    check: ukNino,
  },
  {
    name: "uk-nino",
    // HMRC NIM39110: the letter at the end may be unknown.
    pattern: "[A-Za-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2}( ?[A-Da-d])?",
    fields: words("nino ninumber nationalinsurance nationalinsurancenumber nationalinsuranceno"),
    check: ukNino,
  },
  {
    name: "uk-nhs",
    pattern: "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}",
    fields: words("nhs nhsnumber nhsno nhsid patientid patientnumber 11138832141"),
    check: ukNhs,
  },
  {
    name: "de-steuer-id",
    pattern: "[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
    fields: words("steuerid steueridnr steuernummer steueridentifikationsnummer idnr identifikationsnummer").concat(
      TAX_FIELDS,
    ),
    check: deSteuerId,
  },
  {
    name: "fr-nir",
    pattern: "[1-478] [0-9]{2} [0-9]{2} ([0-9]{2}|2[AB]) [0-9]{3} [0-9]{3} [0-9]{2}|[1-478][0-9]{4}2[AB][0-9]{8}",
    check: frNir,
  },
  {
    name: "fr-nir",
    pattern: "[1-478][0-9]{14}",
    fields: words(
      "nir 2501213148 insee numeroinsee secu securitesociale numerosecuritesociale numerosecu numsecu socialsecurity socialsecuritynumber ssn",
    ).concat(TAX_FIELDS),
    check: frNir,
  },
  { name: "es-dni", pattern: "[XYZ]-?[0-9]{7}-?[A-Z]|[0-9]{8}-[A-Z]", check: esDni },
  {
    name: "es-dni",
    pattern: "([K-MX-Zk-mx-z]-?[0-9]{7}|[0-9]{8})-?[A-Za-z]",
    fields: words("dni nie nif documento documentoidentidad documentnumber numerodocumento").concat(TAX_FIELDS),
    check: esDni,
  },
  {
    name: "it-codice-fiscale",
    pattern: "[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
    check: itCodiceFiscale,
  },
  {
    name: "nl-bsn",
    pattern: "[0-9]{8,9}|[0-9]{4}[. ][0-9]{2}[. ][0-9]{2,3}",
    fields: words("bsn 1138832463 burgerservicenummer sofinummer sofi bsnnummer").concat(TAX_FIELDS),
    check: nlBsn,
  },
  // Numbers of parcels and accounts are written in three such groups as well, and one in ten has a right check digit.
  { name: "in-aadhaar", pattern: "[2-9][0-9]{3} [0-9]{4} [0-9]{4}", isFaint: true, check: inAadhaar },
  {
    name: "in-aadhaar",
    pattern: "[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}",
    fields: words("aadhaar aadhar aadhaarnumber aadharnumber aadhaarno uid uidai").concat(TAX_FIELDS),
    check: inAadhaar,
  },
  { name: "in-pan", pattern: "[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", others: THING_FIELDS, check: inPan },
  {
    name: "payment-card",
    pattern: "[2-68][0-9]{3}([ -][0-9]{4}){3}([ -]?[0-9]{1,3})?|3[0-9]{3}[ -][0-9]{6}[ -][0-9]{4,5}",
    others: THING_FIELDS,
    check: paymentCard,
  },
  {
    name: "payment-card",
    pattern: "[1-68]([ -]?[0-9]){11,18}",
    fields: CARD_FIELDS,
    check: paymentCard,
  },
  {
    name: "card-verification",
    pattern: "[0-9]{3,4}",
    fields: words("cvv cvc cvv2 cvc2 csc cvn cvd ccv cardcvv cardcvc cardpin securitycode"),
    isWholeField: true,
  },
  {
    name: "iban",
    pattern: "[A-Z]{2}[0-9]{2}([A-Z0-9]{11,30}|([ -][A-Z0-9]{4}){2,7}([ -][A-Z0-9]{1,4})?)",
    check: iban,
  },
  {
    name: "iban",
    pattern: "[A-Za-z]{2}[0-9]{2}( ?[A-Za-z0-9]){11,30}",
    fields: words("iban ibannumber accountiban bankaccount accountnumber bankaccountnumber"),
    isWholeField: true,
    check: iban,
  },
  {
    name: "date-of-birth",
    pattern:
      // Years first as in Hungary and Korea, and with the characters for year, month and day behind each.
      "[0-9]{4}-?[0-9]{2}-?[0-9]{2}([T ][0-9:.+Z-]*)?|[0-9]{1,2}[./ -] ?([0-9]{1,2}|[A-Za-z]{3,9})[./ -] ?[0-9]{2}([0-9]{2})?|" +
      "[0-9]{4}([./-] ?|[\\x80-\\xff]{3} ?)[0-9]{1,2}([./-] ?|[\\x80-\\xff]{3} ?)[0-9]{1,2}([.]|[\\x80-\\xff]{3})?|" +
      "[A-Za-z]{3,9}[.]? [0-9]{1,2}(st|nd|rd|th)?,? [0-9]{4}",
    fields: BIRTH_FIELDS,
    isWholeField: true,
    check: birthDate,
  },
  {
    name: "person-name",
    pattern: "[^\\x00-\\x1f]+",
    fields: NAME_FIELDS,
    isWholeField: true,
    check: personName,
  },
  { name: "person-name", pattern: "[^\\x00-\\x1f]+", fields: LABEL_FIELDS, isWholeField: true, check: fullName },
  {
    name: "postal-address",
    pattern: "[^\\x00-\\x08]+",
    fields: STREET_FIELDS,
    isWholeField: true,
    check: postalAddress,
  },
  {
    name: "postal-address",
    pattern: "[^\\x00-\\x08]+",
    fields: ADDRESS_FIELDS,
    isWholeField: true,
    check: numberedAddress,
  },
  {
    name: "postal-address",
    pattern: "[0-9A-Za-z\\x80-\\xff][0-9A-Za-z\\x80-\\xff -]{2,23}",
    fields: POSTCODE_FIELDS,
    isWholeField: true,
    check: postalCode,
  },
  // The Italian word is a limit in English.
  { name: "postal-address", pattern: "[0-9]{5}", fields: words("cap"), isWholeField: true },
  { name: "geolocation", pattern: "geo:-?[0-9]{1,2}\\.[0-9]{3,},-?[0-9]{1,3}\\.[0-9]{3,}", check: coordinate },
  {
    name: "geolocation",
    pattern: "-?[0-9]{1,3}\\.[0-9]{1,18}",
    fields: words(
      "latitude longitude latitud longitud latitudine longitudine breitengrad laengengrad langengrad breedtegraad lengtegraad",
    ),
    isWholeField: true,
    check: coordinate,
  },
  {
    // Of what the shorter names stand for as well, latencies and lengths, few have three places.
    name: "geolocation",
    pattern: "-?[0-9]{1,3}\\.[0-9]{3,18}",
    fields: words("lat lng lon long latlng latlon coordinates coords coordinate geolocation geopoint gps ll"),
    isWholeField: true,
    check: coordinate,
  },
  {
    name: "geolocation",
    pattern:
      "-?[0-9]{1,3}\\.[0-9]{2,18}, ?-?[0-9]{1,3}\\.[0-9]{3,18}|-?[0-9]{1,3}\\.[0-9]{3,18}, ?-?[0-9]{1,3}\\.[0-9]{2,18}",
    fields: words("latlng latlon coordinates coords coordinate geolocation geopoint gps location position ll"),
    isWholeField: true,
    check: coordinate,
  },
  {
    name: "ip-address",
    pattern: "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
    around: isNoVersion,
    others: THING_FIELDS.concat(VERSION_FIELDS),
    check: ipAddress,
  },
  { name: "ip-address", pattern: "[0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{0,4}){2,7}(:[0-9.]{7,15})?", check: ipAddress },
  {
    // IEEE 802: EUI-48 and EUI-64.
    name: "mac-address",
    pattern: "[0-9A-Fa-f]{2}((:[0-9A-Fa-f]{2}){5}((:[0-9A-Fa-f]{2}){2})?|(-[0-9A-Fa-f]{2}){5}((-[0-9A-Fa-f]{2}){2})?)",
    check: macAddress,
  },
];
