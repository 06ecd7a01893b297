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
      asks: "There are records of processing: purposes, categories of persons and data, recipients, transfers, time limits, safeguards.",
      evidence: ["personal-flows", "outbound"],
      cannotProve: [
        "Purposes, legal grounds and time limits do not show; recipients show as addresses only.",
        "Classes of data inside of TLS and in protocols that are not read are not here.",
      ],
    },
    {
      id: "gdpr:32",
      number: "Article 32",
      title: "Security of processing",
      asks: "Measures fit the risk: encryption, confidentiality, integrity, availability, and regular tests of whether they work.",
      evidence: ["personal-flows", "encryption", "mutual-tls", "monitoring"],
      about: "personal-flows",
      cannotProve: [
        "Storage, backups, organisation and what fits the risk are not on the wire.",
        "Whether data are pseudonymous is not told by their form.",
      ],
    },
  ],
};
