/**
 * What the name of a service stands on, the surest first: an operator wrote it · a list of a cluster's objects has the address · its
 * callers ask for it, in TLS or in a Host field · its certificate is for it · a hosts file has the address · nothing: it is the address.
 */
export type NameGround =
  | "configured"
  | "kubernetes"
  | "server-name"
  | "host"
  | "certificate"
  | "hosts-file"
  | "address";

/** In words, to stand behind "named by". */
export const GROUND_WORDS: Readonly<Record<NameGround, string>> = {
  configured: "an operator's file",
  kubernetes: "a list of the cluster's objects",
  "server-name": "what its callers ask for in TLS",
  host: "what its callers ask for in Host",
  certificate: "its certificate",
  "hosts-file": "a hosts file",
  address: "its address: nobody asks for a name",
};
