/** A review as HTML: one file without an address, in which every text from outside is a text node. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { parse } from 'parse5';
import type { Review } from '../../review/model';
import { renderReviewHtml } from '../../review/render/html';
import { script, style } from '../../review/render/html-assets';
import { reviewExample } from '../support/review-example';
import { hostileTexts, reviewWith } from '../support/review-models';

interface Element {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly text: string;
}

interface Node {
  readonly nodeName: string;
  readonly tagName?: string;
  readonly value?: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
}

function elementsOf(review: Review): Element[] {
  const found: Element[] = [];
  const visit = ({ tagName, attrs = [], childNodes = [] }: Node): void => {
    const text = childNodes.map(({ value = '' }) => value).join('');
    if (tagName !== undefined)
      found.push({ name: tagName, attributes: attrs.map(({ name, value }) => [name, value] as const), text });
    childNodes.forEach(visit);
  };
  visit(parse(renderReviewHtml(review)) as unknown as Node);
  return found;
}

const example = elementsOf(reviewExample);
const benign = elementsOf(reviewWith((before) => before));
const kinds = (elements: readonly Element[]): Set<string> =>
  new Set(elements.map(({ name, attributes }) => [name, ...attributes.map(([attribute]) => attribute)].join(' ')));
const known = kinds([...example, ...benign]);
/** The values of attributes, which the format itself chooses: classes one by one, and a drawing's numbers as 0. */
const valuesOf = (elements: readonly Element[]): Set<string> =>
  new Set(
    elements.flatMap(({ attributes }) =>
      attributes.flatMap(([name, value]) =>
        name === 'class' ? value.split(' ') : `${name}=${value.replace(/[\d.,-]+/g, '0').replace(/(0 ?)+/g, '0')}`,
      ),
    ),
  );
const drawn = ['wide', 'fitting', 'nic', 'edge', 'guest', 'green', 'orange', 'red', 'changed', 'same'];
const knownValues = new Set([...valuesOf([...example, ...benign]), ...drawn]);

function expectInert(review: Review): void {
  const elements = elementsOf(review);
  expect([...kinds(elements)].filter((kind) => !known.has(kind))).toEqual([]);
  expect([...valuesOf(elements)].filter((value) => !knownValues.has(value))).toEqual([]);
  const scripts = elements.filter(({ name }) => name === 'script' || name === 'style').map(({ text }) => text);
  expect(scripts).toEqual([style, script]);
}

test.each(hostileTexts.map((text) => [JSON.stringify(text), text]))('%s stays a text node', (_, text) => {
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
    fc.constantFrom('<', '>', '"', "'", '&', '`', '-->', '</'),
  );
  const texts = fc.array(
    fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 7 },
  );
  fc.assert(
    fc.property(texts, (all) => {
      let next = 0;
      expectInert(reviewWith((before) => (next++ % 3 === 0 ? before : (all[next % all.length] ?? ''))));
    }),
    { numRuns: 60 },
  );
});

test('the policy forbids every address, and allows the own style and script alone', () => {
  const policy = example
    .flatMap(({ attributes }) => attributes.filter(([name]) => name === 'content').map(([, value]) => value))
    .find((value) => value.startsWith('default-src'));
  const digest = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  expect(policy).toBe(
    `default-src 'none'; style-src ${digest(style)}; script-src ${digest(script)}; base-uri 'none'; form-action 'none'`,
  );
});

test('the file names no address: links lead to its own sections', () => {
  const all = example.flatMap(({ attributes }) => attributes);
  const ids = new Set(all.filter(([name]) => name === 'id').map(([, value]) => `#${value}`));
  const links = all.filter(
    ([name]) =>
      ['href', 'src', 'xlink:href', 'action', 'srcset', 'data', 'style'].includes(name) || name.startsWith('on'),
  );
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter(([name, value]) => name !== 'href' || !ids.has(value))).toEqual([]);
  expect(`${style}${script}`).not.toMatch(/https?:|url\(|@import|fetch|innerHTML|eval/);
});
