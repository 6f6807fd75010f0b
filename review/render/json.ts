/** A review for programs: the model, its result, and the exit code (docs/review.schema.json). */
import { printableJson } from '../../lib/basics/printable';
import type { Review } from '../model';
import { exitCodes, resultOf } from './result';

export function renderReviewJson(review: Review): string {
  const result = resultOf(review);
  return printableJson({ ...review, result, exitCode: exitCodes[result] });
}
