/** No text from outside becomes more than text or code in the Markdown of a review, as a real parser reads it. */
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { parseFragment } from 'parse5';
import type { Review } from '../../review/model';
import { renderReviewMarkdown } from '../../review/render/markdown';
import { reviewExample } from '../support/review-example';
import { hostileTexts, reviewWith } from '../support/review-models';

const parser = new MarkdownIt({ html: true, linkify: true });
type Token = ReturnType<typeof parser.parse>[number];

const tokensOf = (review: Review): Token[] => {
  const all = (tokens: readonly Token[]): Token[] => tokens.flatMap((token) => [token, ...all(token.children ?? [])]);
  return all(parser.parse(renderReviewMarkdown(review), {}));
};

const allowed = new Set([
  ...[
    'paragraph',
    'bullet_list',
    'list_item',
    'heading',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'strong',
  ].flatMap((name) => [`${name}_open`, `${name}_close`]),
  ...['inline', 'text', 'code_inline', 'fence', 'html_block', 'softbreak'],
]);

const stronglySaid = (tokens: readonly Token[]): string[] =>
  tokens.flatMap(({ type }, index) => (type === 'strong_open' ? [tokens[index + 1]?.content ?? ''] : []));
const headings = (tokens: readonly Token[]): string[] =>
  tokens.flatMap(({ type }, index) =>
    type === 'heading_open' ? [(tokens[index + 1]?.content ?? '').split('`')[0] ?? ''] : [],
  );

const benign = tokensOf(reviewWith((before) => before));
/** Words that the formats themselves print; numbers differ by what is folded. */
const withoutNumbers = (texts: readonly string[]): Set<string> =>
  new Set(texts.map((text) => text.replace(/\d+/g, '').replace('parts', 'part')));
const ownStrong = withoutNumbers([...stronglySaid(benign), ...stronglySaid(tokensOf(reviewExample))]);
/** A text that replaces every other one gives all losses the same reason. */
const ownHeadings = withoutNumbers([...headings(benign), '2 parts lost for the same reason']);

/** What a forge makes of plain text: names of people and teams, numbers of issues, commits, labels, smileys, addresses. */
const taken = /[@#<>$&~[\]_*`|\\]|!\d|\w:\w|:\w+:|:\/\/|www\.|\b[A-Z]+-\d|[0-9a-f]{7}|[\u0590-\u08ff]/i;

function expectInert(review: Review): void {
  const tokens = tokensOf(review);
  const foreign = tokens.filter(({ type }) => !allowed.has(type)).map(({ type, content }) => ({ type, content }));
  expect(foreign).toEqual([]);
  const html = tokens.filter(({ type }) => type === 'html_block').map(({ content }) => content.trim());
  expect(html.filter((each) => each !== '<details><summary>Show</summary>' && each !== '</details>')).toEqual([]);
  expect([...withoutNumbers(stronglySaid(tokens))].filter((text) => !ownStrong.has(text))).toEqual([]);
  expect([...withoutNumbers(headings(tokens))].filter((text) => !ownHeadings.has(text))).toEqual([]);
  const texts = tokens.flatMap(({ type, content }) => (type === 'text' ? content.split(' ') : []));
  expect(texts.filter((text) => taken.test(text))).toEqual([]);
  expect(
    tokens.filter(({ type, info }) => type === 'fence' && !['sql', 'diff', 'text', 'mermaid'].includes(info)),
  ).toEqual([]);
}

test.each(hostileTexts.map((text) => [JSON.stringify(text), text]))('%s stays text or code', (_, text) => {
  let next = 0;
  expectInert(
    reviewWith(
      (before) => [text, `${before} ${text}`, `${text} ${before}`, `${before}${text}${before}`][next++ % 4] ?? '',
    ),
  );
});

test('each text is another mixture of hostile parts', () => {
  const part = fc.oneof(
    fc.constantFrom(...hostileTexts),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.constantFrom(' ', '`', '|', '\\', '\n', '*', 'a'),
  );
  const texts = fc.array(
    fc.array(part, { maxLength: 5 }).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 7 },
  );
  fc.assert(
    fc.property(texts, (all) => {
      let next = 0;
      expectInert(reviewWith((before) => (next++ % 3 === 0 ? before : (all[next % all.length] ?? ''))));
    }),
    { numRuns: 100 },
  );
});

test('the page as HTML has the elements of the formats alone, and no address', () => {
  const elements = new Set<string>();
  const visit = (node: object): void => {
    const {
      tagName,
      attrs = [],
      childNodes = [],
    } = node as { tagName?: string; attrs?: { name: string }[]; childNodes?: object[] };
    if (tagName !== undefined) elements.add([tagName, ...attrs.map(({ name }) => name)].join(' '));
    for (const child of childNodes) visit(child);
  };
  for (const text of hostileTexts)
    visit(parseFragment(parser.render(renderReviewMarkdown(reviewWith((before) => `${before} ${text}`)))));
  const own = [
    'h2',
    'h3',
    'p',
    'ul',
    'li',
    'strong',
    'code',
    'code class',
    'pre',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'details',
    'summary',
  ];
  expect([...elements].filter((each) => !own.includes(each))).toEqual([]);
});

test('the picture has boxes and lines of its own alone', () => {
  const line =
    /^(graph LR| +end| +subgraph n\d+\["[^"]*"\]| +n\d+(\[|\(\[|\{\{|\[\[|\[\()"[^"]*"(\]|\]\)|\}\}|\]\]|\)\])(:::[a-z]+)?| +n\d+ ---(\|"[^"]*"\|)? n\d+| +classDef [a-z]+ [a-z0-9:#,-]+)$/;
  // A dollar sign (36) begins a formula in Mermaid, also as a number.
  const label = /^(?:[A-Za-z0-9 .:/_-]|#(?!36;)\d+;|<br>)*$/;
  for (const text of hostileTexts) {
    const [picture = ''] = tokensOf(reviewWith((before) => `${text}${before}`)).flatMap(({ info, content }) =>
      info === 'mermaid' ? [content.trim()] : [],
    );
    expect(picture.split('\n').filter((each) => !line.test(each))).toEqual([]);
    expect([...picture.matchAll(/"([^"]*)"/g)].filter(([, inner = '']) => !label.test(inner))).toEqual([]);
  }
});
