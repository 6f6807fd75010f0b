/** Folding like with like: nothing is lost, and nothing unlike hides in a group. */
import fc from 'fast-check';
import { foldAlike } from '../../lib/render/fold';
import { inNaturalOrder } from '../../lib/render/natural-order';
import { textOfLine, titlesOf, type Folded, type Item } from '../../lib/render/items';

const item = (path: string, ...texts: string[]): Item => ({
  tone: 'plain',
  names: [path],
  lines: texts.map((text) => [text]),
  code: [],
});

const foldItems = (items: readonly Item[]): Folded[] => foldAlike(items, (each) => each);

/** The lines of each item of a group, with the values in their places again. */
const unfolded = ({ lines, columns, rows }: Folded): string[] =>
  (rows.length === 0 ? [[]] : rows).map((row) =>
    lines
      .map((line) =>
        columns.reduce((text, column, index) => text.replaceAll(`[${column}]`, row[index] ?? ''), textOfLine(line)),
      )
      .join('\n'),
  );

test('items that differ in a name and a number become one item with a table in natural order', () => {
  const items = [10, 2, 33].map((number) =>
    item(`Branch${number}/Transit`, `exception of branch${number}-utm`, `from 10.${number}.0.0/16 to any`),
  );
  expect(foldItems(items)).toEqual([
    {
      tone: 'plain',
      count: 3,
      lines: [['exception of [A]-utm'], ['from [B] to any']],
      code: [],
      columns: ['A', 'B'],
      meanings: ['name', 'prefix'],
      rows: [
        ['branch2', '10.2.0.0/16'],
        ['branch10', '10.10.0.0/16'],
        ['branch33', '10.33.0.0/16'],
      ],
    },
  ]);
});

test('the head of a table says what each column is, by its values or by the word before them', () => {
  const items = ['2', '3', '4'].map((number) =>
    item(
      `Branch${number}/Transit`,
      `stack Branch${number}: port branch${number}-red of tap0000000${number}-00 in project branch${number}`,
      `MAC address fa:16:3e:00:00:0${number} on host:cnode${number}, rule ${number}`,
    ),
  );
  const [folded] = foldItems(items);
  expect(folded?.lines.map(textOfLine)).toEqual([
    'stack [A]: port [B]-red of [C] in project [B]',
    'MAC address [D] on host:[E], rule [F]',
  ]);
  expect(folded && titlesOf(folded)).toEqual([
    'A: stack',
    'B: project',
    'C: tap device',
    'D: MAC address',
    'E: host',
    'F: number',
  ]);
});

test.each([
  ['any', 'from any to 198.51.100.0/24'],
  ['everything as a prefix', 'from 0.0.0.0/0 to 198.51.100.0/24'],
  ['another verb', 'not from 10.1.0.0/16 to 198.51.100.0/24'],
])('an exception of %s stands alone beside forty with prefixes', (_, odd) => {
  const alike = Array.from({ length: 40 }, (_each, index) => item('x', `from 10.${index}.0.0/16 to 198.51.100.0/24`));
  const groups = foldItems([...alike.slice(0, 20), item('x', odd), ...alike.slice(20)]);
  expect(groups.map(({ count }) => count)).toEqual([40, 1]);
  expect(groups[1]?.lines).toEqual([[odd]]);
});

test('a construct with the name "any" does not make the word a name', () => {
  const alike = Array.from({ length: 40 }, (_, index) => item('acme/any', `from 10.${index}.0.0/16`));
  expect(foldItems([...alike, item('acme/any', 'from any')]).map(({ count }) => count)).toEqual([40, 1]);
});

test('two items that are alike are shown one by one', () => {
  expect(foldItems([item('a', 'rule 1'), item('a', 'rule 2')]).map(({ lines }) => lines)).toEqual([
    [['rule 1']],
    [['rule 2']],
  ]);
});

test('a change of another tone stays apart from changes with the same words', () => {
  const items = [1, 2, 3, 4].map((number) => item('a', `rule ${number}`));
  const odd: Item = { ...item('a', 'rule 5'), tone: 'danger' };
  expect(foldItems([...items, odd]).map(({ count, tone }) => [count, tone])).toEqual([
    [4, 'plain'],
    [1, 'danger'],
  ]);
});

test('every item can be read back from its group', () => {
  const word = fc.constantFrom('port', 'acme', 'globex', 'web1', 'web2', '10.1.2.0/24', '10.1.3.0/24', 'any', '7', '-');
  const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
  const items = fc.array(
    fc.record({ path: fc.constantFrom('acme', 'globex'), texts: fc.array(text, { maxLength: 3 }) }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(items, (all) => {
      const groups = foldItems(all.map(({ path, texts }) => item(path, ...texts)));
      expect(groups.flatMap(unfolded).sort()).toEqual(all.map(({ texts }) => texts.join('\n')).sort());
    }),
    { numRuns: 1_000 },
  );
});

test('names are in the order in which a person counts', () => {
  const names = ['Branch10', 'Branch2', 'Branch002', 'branch1', 'Branch', 'Branch2a', ''];
  expect(inNaturalOrder(names, (name) => name)).toEqual([
    '',
    'Branch',
    'Branch2',
    'Branch002',
    'Branch2a',
    'Branch10',
    'branch1',
  ]);
});

test('the natural order compares numbers by their values, and puts a number before every other character', () => {
  const keyOf = (text: string): string =>
    text.replace(/\d+/g, (digits) => `\u0000${String(BigInt(digits)).padStart(20, '0')}`);
  const text = fc.array(fc.constantFrom('a', 'B', '-', '0', '1', '2', '10', '\u00e4'), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(text.map((parts) => parts.join(''))), (texts) => {
      const ordered = inNaturalOrder(texts, (each) => each).map(keyOf);
      expect(ordered).toEqual(texts.map(keyOf).sort((left, right) => (left < right ? -1 : left > right ? 1 : 0)));
    }),
  );
});

const three = (texts: readonly string[], path: (text: string) => string = () => 'x') =>
  foldItems(texts.map((text) => item(path(text), text))).map(({ count }) => count);

test.each(['::/0', '198.51.100.0/0', '10.0.0.0/1', '2000::/3', '8000::/1'])(
  '%s stands alone beside prefixes',
  (wide) => {
    const narrow = wide.includes(':')
      ? ['2001:db8:1::/48', '2001:db8:2::/48', '2001:db8:3::/48']
      : ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16'];
    expect(three([...narrow, wide].map((prefix) => `opens from ${prefix} to it`))).toEqual([3, 1]);
  },
);

test('a prefix of IPv6 is one word', () => {
  const [group] = foldItems([1, 2, 3].map((number) => item('x', `from 2001:db8:${number}::/48 to any`)));
  expect(group).toMatchObject({ lines: [['from [A] to any']], columns: ['A'] });
});

test.each(['delete', 'forget', 'create', 'import', 'move', 'update', 'ingress', 'tcp'])(
  'the word %s never differs, also where a construct has that name',
  (word) => {
    expect(
      three(
        ['name1', 'name2', word].map((text) => `${text} it`),
        (text) => text.split(' ')[0] ?? '',
      ),
    ).toEqual([1, 1, 1]);
  },
);

test('a text is cut by the names of its own item, also behind an item with the same text and other names', () => {
  const texts = ['1', '2', '3', '3', '4', '5'].map((number) => `acme has ${number}`);
  const items = texts.map((text, place) => item(place < 3 ? 'acme' : 'globex', text));
  expect(foldItems(items).map(({ lines }) => lines.map(textOfLine))).toEqual([['acme has [A]'], ['acme has [A]']]);
  expect(foldItems([...items.slice(0, 2), ...items.slice(4)]).map(({ count }) => count)).toEqual([1, 1, 1, 1]);
});

test('an item with a text that looks like a column stays alone', () => {
  expect(three(['1', '2', '3'].map((number) => `from [A] to ${number}`))).toEqual([1, 1, 1]);
});

const forms = [
  ...['7', 'web7', '10.7.0.0/16', '10.7.0.1', '2001:db8:7::/48', 'fa:16:3e:00:00:07', 'tap00000007-00'],
  ...['00000007-0000-4000-8000-000000000007'],
];
const besides = forms.flatMap((form) =>
  [`(${form})`, `${form}, or`, `x-${form}`, `/${form}@`].map((text) => [form, text]),
);

test.each(besides)('%s is one word in %j, with and without a name in the text', (form, text) => {
  const withNumber = (number: number, whole: string): string => whole.replaceAll('7', String(number));
  for (const path of ['acme', 'globex']) {
    const [group] = foldItems([7, 8, 9].map((number) => item(path, `acme: ${withNumber(number, text)}`)));
    expect(group?.lines).toEqual([[`acme: ${text.replace(form, '[A]')}`]]);
    expect(group?.rows).toEqual([7, 8, 9].map((number) => [withNumber(number, form)]));
  }
});
