import type { Call } from "../../protocol/message.js";
import type { PathRule } from "./path-rule.js";

/** A service, by what its calls show of it. */
export interface ShownProduct {
  /** Whether some of its answers have what those of a product have. */
  shows(product: string): boolean;
  /** Whether some are of another, by `isOfAnother`. */
  readonly isMixed: boolean;
}

/**
 * Products whose paths have names with slashes in them, which look like as many endpoints as there are names: images of a registry (OCI Distribution
 * Specification 1.1, "Endpoints"), keys and secrets (Consul's HTTP API, KV Store; etcd's API v2, Key Space; Vault's KV version 2), objects (Amazon S3
 * API Reference). Of the latter the first name is a bucket, unless the bucket is in the host's name (virtual-hosted-style requests).
 */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  "OCI registry": [
    "/v2/_catalog",
    "/v2/{name+}/manifests/{reference}",
    "/v2/{name+}/blobs/{digest}",
    "/v2/{name+}/blobs/uploads/{session}",
    "/v2/{name+}/tags/list",
    "/v2/{name+}/referrers/{digest}",
  ],
  Consul: ["/v1/kv/{key+}"],
  etcd: ["/v2/keys/{key+}"],
  Vault: ["secret", "kv"].flatMap((mount) =>
    ["data", "metadata", "delete", "undelete", "destroy", "subkeys"].map((kind) => `/v1/${mount}/${kind}/{path+}`),
  ),
  S3: ["/minio/health", "/minio/v2/metrics", "/minio/admin", "/{name}/{key+}"],
};

const RULES = Object.entries(TEMPLATES).map(([product, templates]) => {
  const rules = templates.map((template): PathRule => {
    return { segments: template.slice(1).split("/"), words: [], place: product, isKnown: true };
  });
  return [product, rules] as const;
});

const NONE: readonly PathRule[] = [];

/** Whose paths begin at the root: what hands some calls on to one, and answers others itself, has endpoints of its own there. */
const AT_ROOT = "S3";
/** MinIO answers below it as no S3 does. */
const BESIDE = "/minio/";

/** Whether an answer shows that the service is not that product, or not that alone. */
export function isOfAnother({ status, framework, unread, path }: Call): boolean {
  return status !== undefined && framework !== AT_ROOT && unread === undefined && path?.startsWith(BESIDE) !== true;
}

/** What is known of the paths of a service, whose calls show what it is of; nothing of nearly all. */
export function knownRules(service: ShownProduct): readonly PathRule[] {
  return RULES.find(([product]) => service.shows(product) && !(product === AT_ROOT && service.isMixed))?.[1] ?? NONE;
}

/** The product that a call's credential is of alone; others are told by their answers. */
export function productOfCredential(names: readonly { readonly name: string }[]): string | undefined {
  return names.some(({ name }) => name === "x-vault-token") ? "Vault" : undefined;
}
