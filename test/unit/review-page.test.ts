/** docs/review.md has every class of risks. `WRITE_PAGES=1` before the command of this test writes the table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { riskClasses } from '../../review/risks/classes';
import { reviewRules } from '../../review/rules';

const path = join(__dirname, '../../docs/review.md');
const page = readFileSync(path, 'utf8');
const [begin, end] = ['WRITE_PAGES=1. -->\n', '\n## Packets'];

const rows = [
  ['class', 'severity', 'meaning', 'question'],
  ...Object.entries(riskClasses).map(([name, { severity, title, question }]) => [
    `\`${name}\``,
    severity,
    title,
    question,
  ]),
];

test('the table has the classes as the code has them', () => {
  const [head = '', rest = ''] = page.split(begin);
  const tail = rest.slice(rest.indexOf(end));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [title = [], ...others] = rows;
  const table = [line(title), line(title.map(() => '---')), ...others.map(line)].join('\n');
  if (process.env.WRITE_PAGES) writeFileSync(path, `${head}${begin}\n${table}\n${tail}`);
  const written = [...rest.slice(0, rest.indexOf(end)).matchAll(/^\| (?!-)(.*) \|$/gm)];
  expect(written.map(([, cells = '']) => cells.split('|').map((cell) => cell.trim()))).toEqual(rows);
});

test('the example of rules is one that stackward reads', () => {
  const [, example = ''] = /```yaml\n(review:\n[^`]*)```/.exec(page) ?? [];
  const { review } = parse(example) as { review: unknown };
  expect(reviewRules.parse(review).policy).toHaveLength(2);
});
