import type { Framework } from "../control.js";

export const PCI_DSS: Framework = {
  id: "pci-dss-4.0.1",
  title: "PCI DSS 4.0.1",
  note: "Four requirements of which traffic shows something. Which systems are in scope is for the assessor to say, and is not known here.",
  controls: [
    {
      id: "pci-dss:1.2.4",
      number: "1.2.4",
      title: "Diagram of account data flows",
      asks: "An accurate diagram shows every flow of account data across systems and networks, and follows changes.",
      evidence: ["payment-map", "inventory"],
      about: "payment-flows",
      cannotProve: [
        "Flows of account data inside of TLS, in files or in protocols that are not read are not here.",
        "The diagram is the organisation's: this is what it can be held against.",
      ],
    },
    {
      id: "pci-dss:4.2.1",
      number: "4.2.1",
      title: "Strong cryptography for card numbers in transit",
      asks:
        "Over open, public networks card numbers go over strong cryptography with trusted, valid keys and certificates and no " +
        "way back to weak versions, at a strength that fits the method.",
      evidence: ["payment-flows", "encryption", "certificates"],
      about: "payment-flows",
      isOfOpenNetworks: true,
      cannotProve: [
        "The requirement is about open, public networks; whether a network counts as one is for the assessor to say.",
        "Revocation, and trust in an issuer, are not judged here.",
      ],
    },
    {
      id: "pci-dss:4.2.1.1",
      number: "4.2.1.1",
      title: "Inventory of trusted keys and certificates",
      asks: "There is an inventory of the keys and certificates that protect card numbers in transit.",
      evidence: ["certificate-list"],
      isOnlyAsked: true,
      cannotProve: [
        "Under TLS 1.3 certificates are encrypted: this list holds those presented up to TLS 1.2.",
        "The inventory asked for also names owners and purposes, which do not show.",
      ],
    },
    {
      id: "pci-dss:6.2.4",
      number: "6.2.4",
      title: "Common attacks on software are prevented or mitigated",
      asks:
        "Own software is developed by methods that prevent or mitigate common attacks: injection, attacks on data and its structures, " +
        "on cryptography, business logic, APIs and access control, and through what is known as a vulnerability of high risk.",
      evidence: ["credentials", "sensitive-answers"],
      isOnlyAsked: true,
      cannotProve: [
        "Methods of development are not on the wire. Signs of what went wrong are; their absence proves nothing.",
      ],
    },
  ],
};
