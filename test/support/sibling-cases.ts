import type { TemplateCase } from "./template-cases.js";

const ARCHIVE = "5f0c8e21-7d3a-4c1b-9a44-0242ac120002.pdf";

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
];
