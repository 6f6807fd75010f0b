/** The grants that SW-9007 looks for are the statements of docs/database-grants.md. */
import { grantSets, setsFor } from '../../lib/sql/grant-sets';
import { missingOf, parseGrant, sayMissing } from '../../lib/sql/grants';
import { readDocument } from '../support/documents';

const page = readDocument('docs/database-grants.md');
const statementsIn = (block: string): string[] =>
  [...block.matchAll(/^GRANT (.+) TO '/gm)].map(([, text = '']) => text);

test.each(grantSets)('the page has the statements of $purpose: $title, and no others', ({ purpose, title, grants }) => {
  const heading = purpose === 'views' ? '## Views' : `### ${purpose}: ${title}`;
  const [, block = ''] = page.split(`${heading}\n`)[1]?.split('```') ?? [];
  expect(statementsIn(block)).toEqual(grants);
});

test('the set of a release is that of the release or of the nearest one before it', () => {
  expect(setsFor('apply', 'kilo').map(({ title }) => title)).toEqual(['Icehouse to Kilo']);
  expect(setsFor('apply', 'zed').map(({ title }) => title)).toEqual(['Newton and later']);
  expect(setsFor('inventory', 'newton').map(({ title }) => title)).toEqual(['Mitaka']);
  expect(setsFor('plan')).toHaveLength(3);
});

const grantsOf = (...texts: string[]) => texts.flatMap((text) => parseGrant(text) ?? []);
const missing = (needed: string, ...known: string[]) =>
  sayMissing(missingOf(grantsOf(needed), grantsOf(...known), (schema) => schema));

test.each([
  ['SELECT ON n.t', ['SELECT ON `n`.`t`'], []],
  ['SELECT ON n.t', ['ALL PRIVILEGES ON `n`.*'], []],
  ['SELECT ON n_x.t', ['SELECT ON `n\\_x`.*'], []],
  ['SELECT (a, b) ON n.t', ['SELECT (`a`) ON `n`.`t`', 'SELECT (b) ON `n`.`t`'], []],
  ['SELECT (a, b) ON n.t', ['SELECT (`a`), INSERT ON `n`.`t`'], ['SELECT (b) on n.t']],
  ['SELECT ON n.t', ['SELECT (`a`) ON `n`.`t`'], ['SELECT on n.t']],
  ['SELECT, UPDATE (a) ON n.t', ['SELECT ON `n`.`t`', 'UPDATE ON `n`.`u`'], ['UPDATE (a) on n.t']],
  ['CREATE VIEW, SHOW VIEW ON n.*', ['CREATE, CREATE VIEW ON `n`.*'], ['SHOW VIEW on n.*']],
  ['SELECT ON n.t', ['EXECUTE ON PROCEDURE `n`.`t`', '`role`@`%`', 'USAGE ON *.*'], ['SELECT on n.t']],
])('of %s an account with %j lacks %j', (needed, known, lacks) => {
  expect(missing(needed, ...known)).toEqual(lacks);
});
