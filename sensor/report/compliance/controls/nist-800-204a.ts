import type { Framework } from "../control.js";

export const NIST_800_204A: Framework = {
  id: "nist-sp-800-204a",
  title: "NIST SP 800-204A, Building Secure Microservices-based Applications Using Service-Mesh Architecture",
  note: "Those of its recommendations for deployment (SM-DR1 to SM-DR23) of which traffic shows something, by the numbers of the final text of May 2020.",
  controls: [
    {
      id: "nist:800-204a:SM-DR1",
      number: "SM-DR1",
      title: "Proxies allow what is configured, nothing else",
      asks: "A service proxy lets no traffic through that its configuration does not name.",
      evidence: ["callers"],
      cannotProve: ["Traffic that a proxy would have refused but that nobody tried does not show."],
    },
    {
      id: "nist:800-204a:SM-DR2",
      number: "SM-DR2",
      title: "Reach of proxies is limited",
      asks: "A service reaches only the services it needs.",
      evidence: ["callers"],
      cannotProve: ["Who called whom is a lower bound of who may."],
    },
    {
      id: "nist:800-204a:SM-DR6",
      number: "SM-DR6",
      title: "Mutual TLS between proxies",
      asks: "Proxies talk to each other by mutual TLS only, so that every packet is encrypted.",
      evidence: ["mutual-tls"],
      cannotProve: [
        "Whether there is a mesh, and whether an end is one of its proxies, does not show for certain: between others this asks nothing.",
        "The hop between a service and its own proxy, within one host, is seen only where it is captured.",
      ],
    },
    {
      id: "nist:800-204a:SM-DR8",
      number: "SM-DR8",
      title: "Access to the outside",
      asks: "Calls out of the mesh are refused unless a policy names their destination.",
      evidence: ["outbound"],
      cannotProve: ["Which destinations a policy allows is not on the wire."],
    },
    {
      id: "nist:800-204a:SM-DR12",
      number: "SM-DR12",
      title: "Certificates from the organisation's own authority",
      asks: "The authority that signs services' certificates is rooted in the organisation's own, not made up by the mesh.",
      evidence: ["certificate-issuers"],
      cannotProve: ["Which authorities are the organisation's is not on the wire.", "TLS 1.3 encrypts certificates."],
    },
    {
      id: "nist:800-204a:SM-DR13",
      number: "SM-DR13",
      title: "Short-lived identities",
      asks: "Certificates of services live as short as can be managed, better hours than months.",
      evidence: ["certificate-lifetimes"],
      cannotProve: ["TLS 1.3 encrypts certificates: those of its connections are not among these."],
    },
  ],
};
