import { untoldWords } from "../../shared/review.js";
import type { EndpointRow } from "../api.js";
import { passesReview, REVIEW_CHOICES, reviewRank } from "./review-words.js";
import type { Column, Narrowing } from "./table-view.js";

/** What people say of endpoints, in the table of what was seen of them. */
export const REVIEW_COLUMNS: readonly Column<EndpointRow>[] = [
  {
    title: "Review",
    className: "whole",
    value: ({ review }) => reviewRank(review),
    text: ({ review }) =>
      [review.status, ...review.changes, ...untoldWords(review), review.opinion.note?.text].join(" "),
    show: ({ review }) => (
      <span class={`review-status ${review.status}`} title={[...review.changes, ...untoldWords(review)].join("\n")}>
        {review.status}
      </span>
    ),
  },
  { title: "Owner", className: "owner", value: ({ review }) => review.opinion.owner?.text ?? "", isMinor: true },
  {
    title: "Tags",
    value: tagsOf,
    show: ({ review }) =>
      review.opinion.tags?.texts.map((tag) => (
        <span key={tag} class="tag">
          {tag}
        </span>
      )),
    isMinor: true,
  },
];

function tagsOf({ review }: EndpointRow): string {
  return review.opinion.tags?.texts.join(" ") ?? "";
}

export const REVIEWS: Narrowing<EndpointRow> = {
  label: "Review",
  choices: REVIEW_CHOICES,
  passes: ({ review }, choice) => passesReview(review, choice),
};
