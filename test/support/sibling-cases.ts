import { NAMES, type TemplateCase } from "./template-cases.js";

const ARCHIVE = "5f0c8e21-7d3a-4c1b-9a44-0242ac120002.pdf";

const ANIMALS = "otter lynx raven heron whale badger weasel ferret stoat marten bison".split(" ");

const times = (count: number, path: string): string[] => Array.from({ length: count }, () => path);

/** Segments judged by those they stand among and by what stands below them. */
export const SIBLINGS: readonly TemplateCase[] = [
  {
    name: "a value with an extension that was a folder as well",
    paths: [`/packages/7/${ARCHIVE}`, `/packages/8/${ARCHIVE}/owner`, `/packages/7/${ARCHIVE}`],
    expected: [`/packages/{packageId}/${ARCHIVE}/owner ×1`, "/packages/{packageId}/{id}.pdf ×2"],
  },
  {
    name: "a folder first, then a value with an extension",
    paths: [`/packages/8/${ARCHIVE}/owner`, `/packages/7/${ARCHIVE}`],
    expected: [`/packages/{packageId}/${ARCHIVE}/owner ×1`, "/packages/{packageId}/{id}.pdf ×1"],
  },
  {
    name: "what an API sets apart by its first character is none of its values",
    paths: [
      ...["/_search", "/_stats", "/_bulk", "/_cat", "/_nodes", "/_alias"],
      ...NAMES.map((name) => `/${name}/_doc/7`),
      ...ANIMALS.map((name) => `/${name}/_doc/8`),
    ],
    expected: [
      ...["/_alias ×1", "/_bulk ×1", "/_cat ×1", "/_nodes ×1", "/_search ×1", "/_stats ×1"],
      `/{id}/_doc/{docId} ×${NAMES.length + ANIMALS.length}`,
    ],
  },
  {
    name: "fixed words called as often as each other beside values called once",
    paths: [
      ...[...NAMES, ...ANIMALS].map((name) => `/inboxes/${name}`),
      ...["paginated", "outboxes", "expired", "automations", "ids", "organization", "access", "tags"].flatMap((word) =>
        times(20, `/inboxes/${word}`),
      ),
    ],
    expected: [
      ...["access", "automations", "expired", "ids", "organization", "outboxes", "paginated", "tags"].map(
        (word) => `/inboxes/${word} ×20`,
      ),
      "/inboxes/{inboxId} ×21",
    ],
  },
  {
    name: "kinds of things, each with many calls two levels below, beside values called once",
    paths: [
      ...[...NAMES, ...ANIMALS].map((name) => `/bio/${name}/7/parents`),
      ...["pathway", "genotype", "phenotype"].flatMap((kind) =>
        Array.from({ length: 40 }, (_, at) => `/bio/${kind}/${at + 100}/parents`),
      ),
    ],
    expected: [
      ...["genotype", "pathway", "phenotype"].map((kind) => `/bio/${kind}/{${kind}Id}/parents ×40`),
      "/bio/{bioId}/{id}/parents ×21",
    ],
  },
];
