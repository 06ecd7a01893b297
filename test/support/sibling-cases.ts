import { NAMES, type TemplateCase } from "./template-cases.js";

const ARCHIVE = "5f0c8e21-7d3a-4c1b-9a44-0242ac120002.pdf";

const ANIMALS = "otter lynx raven heron whale badger weasel ferret stoat marten bison".split(" ");

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
      ...[...NAMES, ...ANIMALS].map((name) => `/${name}/_doc/7`),
      ...["_async_search", "_forcemerge", "_recovery", "_segments", "_shard_stores"].map((word) => `/${word}`),
    ],
    expected: [
      ...["_async_search", "_forcemerge", "_recovery", "_segments", "_shard_stores"].map((word) => `/${word} ×1`),
      "/{id}/_doc/{docId} ×21",
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
