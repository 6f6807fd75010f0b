/** A review as a comment: at most as long as the forge allows, with what is left out counted, and the head whole. */
import { renderReviewMarkdown } from '../../review/render/markdown';
import { divideRoom } from '../../review/render/budget';
import type { Review } from '../../review/model';
import { reviewExample } from '../support/review-example';
import { largeReview, reviewWith } from '../support/review-models';

const sections = (page: string): string[] => [...page.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);
const headOf = (page: string): string => page.split('\n## ')[0] ?? '';
const leftOut = (page: string): string[] => page.match(/^\*\*Left out here:\*\*.*$/gm) ?? [];

test('the example is whole, and has each section once', () => {
  const page = renderReviewMarkdown(reviewExample);
  expect(leftOut(page)).toEqual([]);
  expect(sections(page)).toEqual([
    'Needs attention',
    'Changes, per stack and target',
    'Reach: who and what feels it',
    'Exact effect',
    'Way back',
    'Acknowledged',
    'Picture',
  ]);
});

const large = largeReview(2_000);

test.each([
  ['2,000 changes that are alike', large, 65_536],
  ['500 changes of which no two are alike', largeReview(500, 10, false), 65_536],
  ['500 stacks', largeReview(500, 500), 65_536],
  ['texts of 5,000 characters', reviewWith((before) => before.padEnd(5_000, ' long_')), 65_536],
  ['2,000 changes of which no two are alike', largeReview(2_000, 10, false), 1_000_000],
] as readonly [string, Review, number][])('%s fit into the room, and no section is missing', (_, review, limit) => {
  const page = renderReviewMarkdown(review, { limit });
  const unbounded = renderReviewMarkdown(review, { limit: Infinity });
  expect(unbounded.length).toBeGreaterThan(limit);
  expect(page.length).toBeLessThanOrEqual(limit);
  expect(headOf(page)).toBe(headOf(unbounded));
  expect(sections(page)).toEqual(sections(unbounded));
  expect(leftOut(page).length).toBeGreaterThan(0);
});

const fullPlace = 'the file review.html';
const largePage = renderReviewMarkdown(large, { full: fullPlace });

test('a section says how many rows are left out, and where they stand', () => {
  const table = largePage.slice(largePage.indexOf('## Needs attention'), largePage.indexOf('## Changes'));
  const shown = table.match(/^ {2}\| `branch\d+`/gm)?.length ?? 0;
  expect(shown).toBeGreaterThan(20);
  expect(table).toContain(`  | and ${2_000 - shown} more |  |`);
  expect(table).toContain(
    `**Left out here:** 0 entries and ${2_000 - shown} rows; they stand in full in ${fullPlace}.`,
  );
});

test('a table that is cut begins with the first names in natural order', () => {
  const rows = largePage.match(/^ {2}\| `branch\d+`/gm) ?? [];
  expect(rows.slice(0, 12).map((row) => Number(/\d+/.exec(row)?.[0]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('no picture is drawn of a topology that a comment cannot show', () => {
  expect(renderReviewMarkdown(largeReview(100))).not.toContain('mermaid');
});

test.each([
  [[10, 20, 30], 100, [10, 20, 30]],
  [[100, 10, 100], 90, [40, 10, 40]],
  [[100, 100], 0, [0, 0]],
  [[100, 100], -5, [0, 0]],
])('sizes of %j in a room of %s get %j', (sizes, room, given) => {
  expect(divideRoom(sizes, room)).toEqual(given);
});

test('a part with four times the weight gets four times the room', () => {
  expect(divideRoom([1_000, 1_000], 100, [4, 1])).toEqual([80, 20]);
});
