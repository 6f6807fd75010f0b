/** Renders one large review in the format that the argument names, or only makes its model, for `bench/review.ts`. */
import { renderReviewHtml } from '../review/render/html';
import { renderReviewJson } from '../review/render/json';
import { renderReviewMarkdown } from '../review/render/markdown';
import { renderReviewText } from '../review/render/text';
import { largeReview } from '../test/support/review-models';

const review = largeReview(10_000);
const renderers: Readonly<Record<string, () => string>> = {
  json: () => renderReviewJson(review),
  text: () => renderReviewText(review, 100),
  markdown: () => renderReviewMarkdown(review),
  html: () => renderReviewHtml(review),
  model: () => review.made,
};
if ((renderers[process.argv[2] ?? '']?.().length ?? 0) === 0) process.exitCode = 1;
