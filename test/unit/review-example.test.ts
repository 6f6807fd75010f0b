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

Read from the top: the first lines say the result and what is destroyed. "Needs attention" has each risk with the packets that show it, who has to approve, and its way back. Things that are alike stand together: \`[A]\` in their text is column A of their own table, whose head says what the letter stands for there.

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

  test('which ways open, and for whom', () => {
    const attention = section('Needs attention');
    expect(attention).toContain(
      'packets of any protocol from `10.91.1.0/24` to any address may leave the port, and hosts at any address may start connections of any protocol through the port to `10.91.1.0/24`',
    );
    expect(attention).toContain(
      'any user with the role member in any project may choose the address of a port that they make, on any network that the project can see',
    );
    expect(attention).toContain(
      '`tcp 198.51.100.7:40000 > 10.91.1.1:443 into the port` is dropped before, **passes afterwards** (computed from the tables of host `cnode02`, not sent)',
    );
  });

  test('the rules of each exception name the prefixes that its words name', () => {
    const effect = section('Exact effect');
    const [any = '', branches = ''] = effect.split('3 like this');
    expect(any).toMatch(/\+ -s 10\.91\.1\.0\/24 -m physdev/);
    expect(branches).toMatch(/\+ -s \[[A-Z]\] -d 198\.51\.100\.0\/24 -m physdev/);
  });

  test('a waiting stack is named wherever its things are missing', () => {
    expect(markdown).toContain(
      '**Not yet known:** stack `globex` with 3 resources, planned once `shared` is applied, and not deployed before a review of its own.',
    );
    expect(section('Reach')).toContain('whose things are not counted here, nor in the picture (1): `globex`');
  });

  test('each thing that a change touches is marked in the picture', () => {
    const picture = section('Picture');
    for (const name of ['public', 'acme-utm', 'acme-web', 'branch2-utm', 'branch3-utm', 'branch10-utm'])
      expect(picture).toMatch(new RegExp(`"${name}<br>[^"]*CHANGE"`));
    expect(picture).toContain('floating 203.0.113.73: destroy');
  });

  test('stacks that are alike stand below a heading of their own, and each letter is explained', () => {
    const changes = section('Changes');
    expect(changes).toContain('\n### 3 stacks with the same changes\n');
    expect(changes).toContain("| A: stack | B: project | C: port's address | D: host |");
  });

  test('which things are destroyed, in the first lines', () => {
    const [head = ''] = markdown.split('\n## ');
    expect(head).toContain(
      '**Replaced:** server acme-mail (`10.91.1.20`) in project acme.\n- **Destroyed:** floating IP `203.0.113.73` to port acme-web-nic (`10.91.1.21`) of server acme-web in project acme.',
    );
  });

  test('which customers feel it, by name', () => {
    expect(section('Reach')).toContain(
      'A right changes in every project of the cloud, also in those that are not named here.\n\nA project that only owns a network whose pool changes is listed, too.\n\n- projects (5): `acme`, `admin`, `branch2`, `branch3`, `branch10`\n',
    );
  });

  test('that the opening is no change of its port by Terraform', () => {
    expect(section('Changes')).toContain('`acme/Utm/Red` (`openstack_networking_port_v2`): `description`\n');
  });

  test('which address the numbers of a pool leave out', () => {
    const reach = section('Reach');
    expect(reach).toContain(
      'Neither number counts `203.0.113.73`, which Terraform frees in this change, nor addresses that it takes.',
    );
  });

  test('how each part is undone, and which parts cannot be', () => {
    const back = section('Way back');
    expect(back).toMatch(
      /^🔴 \*\*2 parts can't be undone\*\*\n\n- 🔴 `-\/\+` \*\*replace\*\* server acme-mail[^\n]*\n {2}- \*\*can't be undone\*\*: the disk of the server/m,
    );
    expect(back).toContain(
      '\n### 4 parts with the same way back\n\nway back: take the change out of the code, and deploy again\n\n- 4 like this',
    );
    expect(back).toMatch(
      /\n### 4 parts with the same way back\n\nway back: `stackward rollback RUN --kind firewall-exception` undoes [^\n]*\n\n- 4 like this/,
    );
    expect(back).toContain('\n### 2 parts with their own ways back\n\n- ');
    expect(back).toContain(
      'The command leaves pools that somebody changed after RUN, and says so. It also leaves them while a port or a floating IP has an address that only the new pools hold.',
    );
  });
});
