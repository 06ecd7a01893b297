import { luhn, verhoeff } from "./check-digit.js";
import { type DataRule, words } from "./data-rule.js";

/**
 * Codes of what a person suffers from, was found to have, is given and had done. A code by itself is a word or a number like any other:
 * its field tells, or the system that stands beside it (HL7 FHIR R4 §2.24.0.6, "Coding"), by the last words of its URL or OID (FHIR
 * §4.3.0, "Using Codes in resources").
 */
export const HEALTH_RULES: readonly DataRule[] = [
  {
    // ICD-10: U as well, whose codes for special purposes are given out since 2020 (U07.1, U09.9).
    name: "health-code",
    pattern: "[A-Z][0-9][0-9AB](\\.?[0-9A-Z]{1,4})?",
    fields: words(
      "icd icd10 icd10cm icd10code icdcode diagnosis diagnosiscode diagnoses diagnosiscodes primarydiagnosis conditioncode diagnose dxcode dx " +
        "principaldiagnosis comorbidities diagnosticcode icd10who icd10gm icd10am icd10ca icd10uk icd10nl icd10se cim10 " +
        "16840111388363 168401113883690",
    ),
    isWholeField: true,
  },
  {
    // ICD-10-PCS and ICD-9-CM.
    name: "health-code",
    pattern: "[0-9A-HJ-NP-Z]{7}|[0-9]{3}(\\.[0-9]{1,2})?|[EV][0-9]{2,3}(\\.[0-9]{1,2})?|[0-9]{2}\\.[0-9]{1,2}",
    fields: words("icd10pcs icd9 icd9cm 16840111388364 1684011138836103 1684011138836104"),
    isWholeField: true,
  },
  {
    // ICD-11 has four signs or more, and adds what goes with them by an ampersand or a slash.
    name: "health-code",
    pattern: "[0-9A-HJ-NP-Z][A-HJ-NP-Z][0-9][0-9A-HJ-NP-Z](\\.[0-9A-HJ-NP-Z]{1,2})?([&/][0-9A-HJ-NP-Z.]{4,8})*",
    fields: words("icd11 icd11mms icdrelease11mms icd11code"),
    isWholeField: true,
  },
  {
    name: "health-code",
    pattern: "[0-9]{6,18}",
    fields: words("snomed snomedct snomedcode snomedinfosct sct sctid snomedinfo 168401113883696"),
    isWholeField: true,
    check: verhoeff,
  },
  {
    name: "health-code",
    pattern: "[0-9]{1,5}-[0-9]",
    fields: words("loinc loincorg loinccode 16840111388361"),
    isWholeField: true,
    check: luhn,
  },
  {
    name: "health-code",
    pattern: "[0-9]{2,8}",
    fields: words("rxnorm rxcui rxnormcode 168401113883688"),
    isWholeField: true,
  },
  {
    // WHO's Anatomical Therapeutic Chemical classification.
    name: "health-code",
    pattern: "[A-DGHJLMNPRSV][0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?",
    fields: words("atc atccode whoccatc whoccnoatc 168401113883673"),
    isWholeField: true,
  },
  {
    // CPT and HCPCS, level II.
    name: "health-code",
    pattern: "[0-9]{4}[0-9FTU]|[A-V][0-9]{4}",
    fields: words("cpt cptcode cpt4 hcpcs hcpcscode hcpcsreleasecodesets 168401113883612 1684011138836285"),
    isWholeField: true,
  },
  {
    name: "health-code",
    pattern: "[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}|[0-9]{10,11}",
    fields: words("ndc ndccode nationaldrugcode 168401113883669"),
    isWholeField: true,
  },
  {
    // The German procedures, of the hospitals' invoices.
    name: "health-code",
    pattern: "[1-9]-[0-9][0-9a-z]{2}(\\.[0-9a-z]{1,2})?",
    fields: words("opscode bfarmops dimdiops"),
    isWholeField: true,
  },
  {
    // ICD-O: where a growth is and of what kind.
    name: "health-code",
    pattern: "C[0-9]{2}(\\.[0-9])?|[0-9]{4}/[0-9]",
    fields: words("icdo icdo3 icdo2 168401113883643"),
    isWholeField: true,
  },
];
