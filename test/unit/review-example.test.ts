/**
 * docs/review-example.md shows what the renderers print of one review. `WRITE_PAGES=1` before the command of this test
 * writes it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReviewMarkdown } from '../../review/render/markdown';
import { renderReviewText } from '../../review/render/text';
import { reviewExample } from '../support/review-example';

const path = join(__dirname, '../../docs/review-example.md');

const page = `# An example of a review

For whoever reads a review for the first time. The pull request grants a role in all projects, opens an exception to \`any\`, widens a pool, replaces a server, releases a floating IP, and gives three branches their transit.

Read from the top: the first lines say the result and what is destroyed. "Needs attention" has each risk with the packets that show it, who has to approve, and its way back. Things that are alike stand together: \`[A]\` in their text is column A of the table below it.

\`stackward review\` in a terminal:

\`\`\`console
${renderReviewText(reviewExample, 80)}\`\`\`

\`stackward review --format markdown\`, as a forge shows it in a comment:

~~~~markdown
${renderReviewMarkdown(reviewExample)}~~~~
`;

test('the page shows what the renderers print', () => {
  if (process.env.WRITE_PAGES === '1') writeFileSync(path, page);
  expect(readFileSync(path, 'utf8')).toBe(page);
});

describe('the Markdown alone answers the four questions of a reviewer', () => {
  const markdown = renderReviewMarkdown(reviewExample);
  const section = (title: string): string => markdown.split('\n## ').find((each) => each.startsWith(title)) ?? '';

  test('what opens, and for whom', () => {
    const attention = section('Needs attention');
    expect(attention).toContain('anybody on the internet reaches every port of `10.91.1.0/24`');
    expect(attention).toContain('whoever holds the role member in any of the 12 projects may choose the fixed address');
    expect(attention).toContain(
      'is dropped before, **passes afterwards** (proved by the tables as read and as they will be)',
    );
  });

  test('what is destroyed, in the first lines', () => {
    const [head = ''] = markdown.split('\n## ');
    expect(head).toContain(
      '**Destroyed or replaced:** server acme-mail (`10.91.1.20`) of project acme; floating IP `203.0.113.73` of server acme-web, project acme.',
    );
  });

  test('which customers feel it, by name', () => {
    expect(section('Reach')).toContain('- projects (4): `acme`, `branch2`, `branch3`, `branch10`\n');
  });

  test('how each part is undone, and which parts cannot be', () => {
    const back = section('Way back');
    expect(back).toMatch(
      /^🔴 \*\*2 parts can't be undone\*\*\n\n- 🔴 \*\*replace\*\* server acme-mail[^\n]*\n {2}- \*\*can't be undone\*\*: the root disk/m,
    );
    expect(back).toContain('way back: revert the commit, review, deploy (4 parts)');
    expect(back).toContain('way back: `stackward rollback last` brings back the state before the run (6 parts)');
  });
});
