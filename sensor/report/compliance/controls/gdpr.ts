import type { Framework } from "../control.js";

export const GDPR: Framework = {
  id: "gdpr",
  title: "GDPR, Articles 30 and 32",
  note: "Traffic can tell which records of processing to look at. Purposes, legal grounds and retention are nowhere in it.",
  controls: [
    {
      id: "gdpr:30",
      number: "Article 30",
      title: "Records of processing activities",
      asks:
        "There are records of processing: who is responsible, purposes, categories of persons and data, recipients, transfers to third " +
        "countries with their safeguards, time limits for erasure, measures of security.",
      evidence: ["personal-map", "outbound"],
      cannotProve: [
        "Who is responsible, purposes and time limits do not show; recipients show as addresses only, without their countries.",
        "Classes of data inside of TLS and in protocols that are not read are not here.",
      ],
    },
    {
      id: "gdpr:32",
      number: "Article 32",
      title: "Security of processing",
      asks:
        "Measures fit the risk, where appropriate among them: pseudonyms and encryption, lasting confidentiality, integrity, availability " +
        "and resilience, a timely return after an incident, and regular tests of whether they work.",
      evidence: ["personal-flows", "encryption"],
      about: "personal-flows",
      cannotProve: [
        "Storage, backups, the return after an incident, organisation and what fits the risk are not on the wire.",
        "Whether data are pseudonymous is not told by their form.",
      ],
    },
  ],
};
