/** A review at a terminal, and as JSON: result first, dangers before the rest, and never green with a problem. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { displayWidth } from '../../lib/render/grid';
import { colored } from '../../lib/render/style';
import type { Review } from '../../review/model';
import { renderReviewHtml } from '../../review/render/html';
import { renderReviewJson } from '../../review/render/json';
import { renderReviewMarkdown } from '../../review/render/markdown';
import { exitCodes, resultOf } from '../../review/render/result';
import { reviewJsonSchema, reviewSchema } from '../../review/render/schema';
import { renderReviewText } from '../../review/render/text';
import { quietStack, reviewExample } from '../support/review-example';
import { hostileTexts, reviewWith } from '../support/review-models';

const quiet: Review = {
  ...reviewExample,
  stacks: [quietStack],
  risks: [],
  acknowledged: [],
};
const broken: Review = { ...quiet, problems: [{ stack: 'acme', message: 'host cnode02 did not answer' }] };

/** Of its only stack nobody knows anything. */
const unplanned: Review = { ...quiet, problems: [{ stack: 'quiet', message: 'no such cloud' }] };
const later: Review = { ...reviewExample, risks: [], acknowledged: [] };

test('a stack that could not be reviewed is never said to be without a change', () => {
  const text = renderReviewText(unplanned, 120);
  expect(text).not.toMatch(/nothing to do|without a change/);
  expect(text).toContain('stack quiet\n  not reviewed as a whole');
  const ownHalf = renderReviewText({ ...quiet, problems: [{ stack: '', message: 'no such cloud' }] }, 120);
  expect(ownHalf).not.toMatch(/nothing to do|without a change/);
  expect(ownHalf).toContain('not reviewed, for all stacks\n');
});

test('a waiting stack is never said to be without risk or to have a way back', () => {
  const text = renderReviewText(later, 120);
  expect(text).toContain('Risks may hide in the stacks that are planned later.');
  const stacks = later.stacks.map((stack) => ({ ...stack, terraform: [] }));
  expect(renderReviewText({ ...later, stacks }, 120)).toContain('Each part that is planned so far has a way back.');
});

describe('the first line', () => {
  const firstLines = (review: Review) => renderReviewText(review, 1000).split('\n')[0];

  test('says the worst risk where there is something to do', () => {
    expect(firstLines(reviewExample)).toMatch(
      /^12 changes to make in 5 of 6 stacks\. 9 risks in 7 changes; 6 risks are high\. The first: high grants-all-projects: any user with the role member in any project/,
    );
  });

  test('says a single risk plainly', () => {
    const [risk] = reviewExample.risks;
    if (risk === undefined) throw new Error('the example has no risk');
    expect(firstLines({ ...reviewExample, risks: [risk] })).toMatch(
      /^12 changes to make in 5 of 6 stacks\. One risk: high grants-all-projects: any user with the role member in any project/,
    );
  });

  test('says that nothing is to be done', () => {
    expect(firstLines(quiet)).toBe('Nothing to do: 1 stack, and both halves are as the code says.');
  });

  test('says that the review is not complete where a part could not be reviewed', () => {
    expect(firstLines(broken)).toBe('Not complete: 1 part could not be reviewed. The rest has 0 changes in 1 stack.');
  });

  test('says that nothing is known where no stack could be reviewed', () => {
    expect(firstLines(unplanned)).toBe('Not complete: 1 part could not be reviewed. What would change is not known.');
  });

  test('says of which part no risk was found while a stack is planned later', () => {
    expect(firstLines(later)).toMatch(/No risk was found in what is planned so far\.$/);
  });

  test('says that the policy forbids the change', () => {
    const risks = reviewExample.risks.map((risk) => ({ ...risk, isForbidden: true }));
    expect(firstLines({ ...reviewExample, risks })).toMatch(/^Forbidden by the policy in stackward\.yaml: 12 changes/);
  });
});

test('nothing is green in a review with a problem or a risk of high severity', () => {
  const green = colored.green('x').split('x')[0] ?? '';
  expect(renderReviewText(quiet, 80, colored)).toContain(green);
  expect(renderReviewText(broken, 80, colored)).not.toContain(green);
  expect(renderReviewText(reviewExample, 80, colored).split('\n\n')[0]).not.toContain(green);
});

test('the sections stand in the order in which a reviewer asks', () => {
  const titles = [
    'Needs attention',
    'Changes, per stack and target',
    'Reach: who and what feels it',
    'Exact effect',
    'Way back',
    'Acknowledged',
    'Problems',
  ];
  const text = renderReviewText({ ...reviewExample, problems: broken.problems }, 80);
  const lines = text.split('\n');
  const places = titles.map((title) => lines.indexOf(title));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places).not.toContain(-1);
});

test('a danger is bold and red in each of its lines', () => {
  const text = renderReviewText(reviewExample, 80, colored);
  const bold = (words: string) => colored.bold(colored.red(words));
  expect(text).toContain(`  ${bold('high opens-any: exception at port acme-utm-red (203.0.113.71) of server')}\n`);
  expect(text).toContain(`    ${bold('acme-utm in project acme: packets of any protocol from 10.91.1.0/24 to any')}\n`);
});

test.each([40, 80, 120])('no line is wider than %s columns, apart from statements and long words', (width) => {
  const isLong = (line: string) =>
    /^ +\| /.test(line) ||
    line
      .trim()
      .split(' ')
      .some((word) => word.length > width - 10);
  const lines = renderReviewText(reviewExample, width).split('\n');
  expect(lines.filter((line) => displayWidth(line) > width && !isLong(line))).toEqual([]);
});

test('a number that nobody could count is a question mark', () => {
  const { projects, hosts } = reviewExample.reach;
  const pools = [{ subnet: 'public', before: '?', after: 3 } as const];
  const text = renderReviewText({ ...reviewExample, reach: { projects, hosts, pools } }, 80);
  expect(text).toContain('\n  servers (?)\n');
  expect(text).toMatch(/\n {2}public +\? +3\n/);
});

test('a stack that waits is listed with what its code declares', () => {
  const text = renderReviewText(reviewExample, 80);
  expect(text).toContain('  to be planned after shared: the code declares 3 resources\n');
  expect(text).toContain('  openstack_compute_instance_v2 (1): globex/Utm\n');
});

test('no text adds a line or a control', () => {
  const lines = (review: Review) => renderReviewText(review, 100_000).split('\n').length;
  for (const text of hostileTexts) {
    const review = reviewWith((before) => `${before} ${text}`);
    expect([text, lines(review)]).toEqual([text, lines(reviewWith((before) => `${before} x`))]);
    // eslint-disable-next-line no-control-regex
    expect(renderReviewText(review, 80)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\u2066]/);
  }
});

test('lines of an effect stand in every format as they are written, and what controls a terminal does not', () => {
  const line = '        "create_port": "rule:admin   or  role:a",\u001b[2J';
  const deep = `${' '.repeat(60)}# all is well`;
  const [stack] = reviewExample.stacks;
  const [change] = stack?.ours ?? [];
  if (stack === undefined || change === undefined) throw new Error('the example has no change of ours');
  const ours = [{ ...change, effect: [{ language: 'diff', lines: [`+${line}`, deep] } as const] }];
  const review = { ...reviewExample, stacks: [{ ...stack, ours }] };
  const shown = '+        "create_port": "rule:admin   or  role:a",\\u001b[2J';
  expect(renderReviewText(review, 80)).toContain(`      | ${shown}\n`);
  expect(renderReviewMarkdown(review)).toContain(`\n  ${shown}\n`);
  expect(renderReviewHtml(review)).toContain(shown.replaceAll('"', '&#34;'));
  // A row of blanks as long as a line of a terminal could make its end look like a line of its own.
  expect(renderReviewText(review, 80)).toContain(`| ${' '.repeat(40)}\\u0020`);
});

describe('JSON', () => {
  const schema = JSON.parse(readFileSync(join(__dirname, '../../docs/review.schema.json'), 'utf8')) as object;

  test('docs/review.schema.json is what the code says; `npm run schema` writes it anew', () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(reviewJsonSchema())));
  });

  test.each([
    ['the example', reviewExample],
    ['a quiet review', quiet],
    ['a review with a problem', broken],
  ])('%s fits the published schema, and says the exit code', (_, review) => {
    const printed = JSON.parse(renderReviewJson(review)) as unknown;
    expect(z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(printed).success).toBe(true);
    expect(printed).toMatchObject({ result: resultOf(review), exitCode: exitCodes[resultOf(review)] });
    expect(reviewSchema.parse(printed)).toEqual(JSON.parse(JSON.stringify(review)));
  });

  test('a review without its risks does not fit the schema', () => {
    const printed = { ...(JSON.parse(renderReviewJson(reviewExample)) as object), risks: undefined };
    expect(z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(printed).success).toBe(false);
  });

  test('the exit code is 0, 2 or 1, and never 0 with a problem', () => {
    expect([quiet, reviewExample, broken].map((review) => exitCodes[resultOf(review)])).toEqual([0, 2, 1]);
  });
});
