/** Whatever a message, a finding or a page refers to by its file, `stackward explain` shows to whoever has the terminal alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { listOfTopics, textAbout } from '../../cli/topics';
import { InvalidCommand } from '../../lib/basics/errors';
import { displayWidth } from '../../lib/render/grid';
import { renderPageText, sayMore, topicsIn } from '../../lib/render/page';
import { checks } from '../../reports/doctor/checks/index';
import { ownChecks } from '../../reports/doctor/preflight/index';

const root = resolve(__dirname, '../..');
const pages = new Map(
  ['docs', 'docs/kinds'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => [basename(name, '.md'), readFileSync(join(root, folder, name), 'utf8')] as const),
  ),
);

test('every code of doctor has its section, and the section is of that code alone', () => {
  for (const { code, title } of [...checks, ...ownChecks]) {
    const text = textAbout(code.toLowerCase(), pages);
    expect(text.startsWith(`## ${code}\n`)).toBe(true);
    expect(text.match(/^## /gm)).toHaveLength(1);
    expect(text.toLowerCase()).toContain(title.toLowerCase().slice(1));
    expect(listOfTopics(pages)).toContain(code);
  }
});

test('every page that the source names in a message is a topic', () => {
  const named = new Set<string>();
  for (const folder of ['adapters', 'cli', 'lib', 'reconcilers', 'reports'])
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.ts')) topicsIn(readFileSync(join(root, folder, name), 'utf8')).forEach((topic) => named.add(topic)); // prettier-ignore
  expect(named.size).toBeGreaterThan(4);
  for (const topic of named) {
    expect(textAbout(topic, pages)).toMatch(/^# /);
    expect(textAbout(`docs/${topic}.md`, pages)).toBe(textAbout(topic, pages));
  }
});

test.each([
  ['docs/doctor.md#sw-1001', /^## SW-1001\n/],
  ['known_hosts', /^### "its host key is not in known_hosts"/],
  ['host:cnode01: its host key is not in known_hosts; compare it with …', /^### "its host key is not in known_hosts"/],
  ['docs/kinds/allocation-pool.md', /^# /],
  ['reading initial communication packet', /^### "accepts the connection but"/],
  ['system error: 110', /^## SW-3001\n/],
  ['floating ip', /^## A floating IP\n/],
  ['quota exceeded', /^## SW-\d{4}\n[^]*quota/],
])('%s is explained', (topic, begins) => {
  expect(textAbout(topic, pages)).toMatch(begins);
});

test.each([
  ['SW-9999', 'there is no page, check or message "SW-9999"'],
  ['hostz', 'did you mean hosts?'],
  ['zzzzzz', '`stackward explain` lists all that there is'],
])('%s is nothing that can be explained, and what is near is named', (topic, words) => {
  expect(() => textAbout(topic, pages)).toThrow(InvalidCommand);
  expect(() => textAbout(topic, pages)).toThrow(words);
});

test('in a terminal of 80 columns no line of prose or of a table is longer, and nothing of the text is lost', () => {
  const wordsOf = (text: string): string[] => text.match(/\w+/g) ?? [];
  for (const [name, text] of pages) {
    const withoutCode = text.replace(/^ *```[^]*?^ *```$/gm, '').replace(/\]\([^)]*\)/g, ']');
    const shown = renderPageText(withoutCode, 80);
    const long = shown.split('\n').filter((line) => displayWidth(line) > 80 && line.trim().includes(' '));
    expect([name, long]).toEqual([name, []]);
    // Cells of a table are folded, so that words of it are parted.
    const said = new Set(wordsOf(shown));
    const prose = withoutCode.replace(/^\|.*$/gm, '');
    expect([name, wordsOf(prose).filter((word) => !said.has(word))]).toEqual([name, []]);
  }
});

test('a hint names the command for each page that a text names, once', () => {
  const text = 'see docs/hosts.md, docs/kinds/policy-rule.md and docs/hosts.md again';
  expect(sayMore(topicsIn(text))).toEqual(['More: `stackward explain hosts`, `stackward explain policy-rule`']);
  expect(sayMore(topicsIn('nothing'))).toEqual([]);
});
