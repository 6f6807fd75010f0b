/** The table of docs/cases.md, the tests that name its cases, and what is wrong between them. */

/** One row of the table. */
export interface Case {
  /** Each name of the case, such as `1022 a` and `0717`. */
  readonly ids: readonly string[];
  readonly trouble: string;
  /** As Markdown, with links from docs/. */
  readonly answer: string;
  /** Whether it says that nothing, or not all of it, is answered. */
  readonly open: 'no' | 'in part' | 'all';
}

/** A test file, and the cases that titles of its tests, or its first comment, name. */
export interface Naming {
  readonly file: string;
  readonly ids: readonly string[];
  /** Cases that it names elsewhere, where no reader of a test's name sees them. */
  readonly hidden: readonly string[];
}

const table = /(<!-- prettier-ignore-start -->\n)([\s\S]*?)(<!-- prettier-ignore-end -->)/;

/** @throws where a row has other cells than the head names, because a case would be lost without a word */
export function casesOf(page: string): readonly Case[] {
  const [, , ...rows] = (table.exec(page)?.[2] ?? '').split('\n').filter((line) => line !== '');
  return rows.map((row) => {
    const [ids, trouble, answer, , ...more] = row.slice(2, -1).split(/ *\| */);
    if (!ids || !trouble || !answer || more.length > 1) throw new Error(`not four cells: ${row}`);
    const open = answer === 'not yet' ? 'all' : answer.includes('not yet') ? 'in part' : 'no';
    return { ids: ids.split(', '), trouble, answer, open };
  });
}

/** The page with these rows as its table. */
export const withTable = (page: string, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  page.replace(table, (_, start: string, _old: string, end: string) => {
    const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`);
    return `${start}\n${lines.join('')}\n${end}`;
  });

const marker = /\((cases? \d[^)]*)\)/g;
/** What the names in a marker are, if it has the one form. */
const idsOf = (words: string): readonly string[] =>
  words
    .replace(/^cases? /, '')
    .split(', ')
    .map((id) => (words.startsWith('cases') === words.includes(', ') ? id : `"${words}"`));

export function namingOf(file: string, text: string): Naming {
  const head = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0].length ?? 0;
  const found = [...text.matchAll(marker)].map(({ 0: whole, 1: words = '', index }) => ({
    ids: idsOf(words),
    isSeen: index < head || /^['"`]/.test(text.slice(index + whole.length)),
  }));
  const named = (isSeen: boolean) => [...new Set(found.flatMap((each) => (each.isSeen === isSeen ? each.ids : [])))];
  return { file, ids: named(true), hidden: named(false) };
}

/** The files in which a test names the case. */
export const testsOf = ({ ids }: Case, namings: readonly Naming[]): readonly string[] =>
  namings.flatMap((naming) => (naming.ids.some((id) => ids.includes(id)) ? [naming.file] : []));

/** The names in an answer that stand for something of stackward: `stackward where`, `PolicyGrant`, `SW-1010`. */
const namesIn = (answer: string): readonly string[] => [...answer.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/**
 * Every sentence that is to be said of the table and the tests; [] where each case is answered and proven.
 * @param exists whether stackward has what an answer names
 */
export function faultsOf(
  cases: readonly Case[],
  namings: readonly Naming[],
  exists: (name: string) => boolean,
): readonly string[] {
  const known = cases.flatMap(({ ids }) => ids);
  const ofCases = cases.flatMap((row) => {
    const [id = ''] = row.ids;
    const names = namesIn(row.answer);
    const tests = testsOf(row, namings);
    return [
      ...row.ids.flatMap((each) => (/^\d{4}( [a-d])?$/.test(each) ? [] : [`"${each}" is not the name of a case`])),
      ...names.flatMap((name) => (exists(name) ? [] : [`${id}: stackward has no "${name}"`])),
      ...(row.open !== 'all' && names.length === 0 ? [`${id}: the answer names nothing of stackward`] : []),
      ...(row.open !== 'all' && tests.length === 0 ? [`${id}: no test names it`] : []),
      ...(row.open === 'all' ? tests.map((file) => `${id}: the answer is "not yet", and ${file} proves one`) : []),
    ];
  });
  const ofTests = namings.flatMap(({ file, ids, hidden }) => [
    ...ids.flatMap((id) => (known.includes(id) ? [] : [`${file}: there is no case ${id}`])),
    ...hidden.map((id) => `${file}: case ${id} is named at the end of no title`),
  ]);
  const twice = known.filter((id, index) => known.indexOf(id) !== index).map((id) => `${id} stands in two rows`);
  return [...ofCases, ...twice, ...ofTests];
}
