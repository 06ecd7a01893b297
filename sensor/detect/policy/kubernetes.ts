import { z } from "zod";
import type { CheckedDocument } from "../../../shared/config/checked-document.js";
import { list, text } from "../../../shared/config/checked-schema.js";
import type { ClusterObject } from "./cluster-object.js";
import { istioExpectations, PEER_AUTHENTICATION } from "./istio.js";
import { linkerdExpectations } from "./linkerd.js";
import { LINKERD_SPECS } from "./linkerd-spec.js";
import type { Expectation } from "./policy.js";
import { LABELS } from "./schema.js";
import type { WorkloadList } from "./workload-list.js";

/** Kubernetes fills in much more than is looked at here. */
const HEAD = z.looseObject(
  {
    apiVersion: text("an API version such as security.istio.io/v1"),
    kind: text("a kind such as PeerAuthentication"),
    items: list(z.unknown(), "objects").optional(),
    spec: z.unknown().optional(),
  },
  "a Kubernetes object",
);

const TIME = "a time such as 2026-03-31T12:00:00Z";
const METADATA = "keys such as name, namespace";
const OBJECT = z.looseObject({
  metadata: z.looseObject(
    {
      name: text("the object's name"),
      namespace: text("a namespace").optional(),
      labels: LABELS.nullish(),
      creationTimestamp: z
        .string(TIME)
        .refine((time) => !Number.isNaN(Date.parse(time)), TIME)
        .nullish(),
    },
    METADATA,
  ),
});

type Head = z.infer<typeof HEAD>;

/** The objects of one document, which may be a List of several. Kinds that say nothing of authentication become a notice. */
export function readKubernetes(document: CheckedDocument, notices: string[]): ClusterObject[] {
  return readObject(document, document.value, [], notices);
}

function readObject(
  document: CheckedDocument,
  value: unknown,
  path: readonly PropertyKey[],
  notices: string[],
): ClusterObject[] {
  const head = document.check(HEAD, value, path);
  if (head.kind.endsWith("List") && head.items !== undefined) {
    return head.items.flatMap((item, index) => readObject(document, item, [...path, "items", index], notices));
  }
  const place = document.place(path);
  const found = schemaOf(head);
  if (found === undefined) {
    notices.push(`${place}: ${head.kind} of ${head.apiVersion} says nothing of authentication that is read here`);
    return [];
  }
  const { metadata } = document.check(OBJECT, value, path);
  const spec = document.check(found.schema, head.spec ?? {}, [...path, "spec"]);
  return [
    {
      mesh: found.mesh,
      kind: head.kind,
      namespace: metadata.namespace ?? "default",
      name: metadata.name,
      labels: metadata.labels ?? {},
      created: metadata.creationTimestamp ?? "",
      spec,
      place,
    },
  ];
}

function schemaOf({ apiVersion, kind }: Head): { mesh: ClusterObject["mesh"]; schema: z.ZodType } | undefined {
  const [group] = apiVersion.split("/");
  if (group === "security.istio.io" && kind === "PeerAuthentication")
    return { mesh: "Istio", schema: PEER_AUTHENTICATION };
  const schema = group === "policy.linkerd.io" ? LINKERD_SPECS.get(kind) : undefined;
  return schema && { mesh: "Linkerd", schema };
}

/** All objects together, in the order of their meshes' precedence. */
export function expectationsOf(
  objects: readonly ClusterObject[],
  workloads: WorkloadList,
  notices: string[],
): Expectation[] {
  return [
    ...istioExpectations(
      objects.filter(({ mesh }) => mesh === "Istio"),
      workloads,
      notices,
    ),
    ...linkerdExpectations(
      objects.filter(({ mesh }) => mesh === "Linkerd"),
      workloads,
      notices,
    ),
  ];
}
