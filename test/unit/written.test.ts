import { parseWritten, type Written } from '../../lib/basics/written';

const plain = (value: Written): unknown => {
  if (value.form === 'text') return value.text;
  if (value.form === 'list') return value.items.map(plain);
  return Object.fromEntries([...value.entries].map(([key, inner]) => [key, plain(inner)]));
};
const read = (text: string): unknown => plain(parseWritten(text, 'clouds.yaml'));

test.each([
  ['0001', '0001'],
  ['12345e6', '12345e6'],
  ['12345678901234567890123456789012', '12345678901234567890123456789012'],
  ['1_000', '1_000'],
  ['1:30', '1:30'],
  ['0x1F', '0x1F'],
  ['1.10', '1.10'],
  ['yes', 'yes'],
  ['2020-01-01', '2020-01-01'],
  ['~', ''],
  ['null', ''],
  ['', ''],
  ['"null"', 'null'],
  ["'~'", '~'],
  ['"a\\tb"', 'a\tb'],
  ['!!str 5', '5'],
  ['|\n  two\n  lines', 'two\nlines\n'],
])('the value %j is the text %j', (written, text) => {
  expect(read(`a: ${written}`)).toEqual({ a: text });
});

test.each([
  ['a mapping’s own keys win', 'b: &b {x: 1, y: 1}\nc: {<<: *b, y: 2}', { x: '1', y: '2' }],
  ['the first of a list wins', 'b: &b {x: 1}\nd: &d {x: 2, y: 2}\nc: {<<: [*b, *d]}', { x: '1', y: '2' }],
  ['merged mappings merge themselves', 'b: &b {x: 1}\nd: &d {<<: *b, y: 2}\nc: {<<: *d}', { x: '1', y: '2' }],
  ['in quotes it is a key like any other', 'c: {"<<": 1}', { '<<': '1' }],
])('merge keys: %s', (_, text, expected) => {
  expect((read(text) as { c: unknown }).c).toEqual(expected);
});

test.each([
  ['a: [1', '1:6'],
  ['a:\n\tb: 1', '2:1'],
  ['a: s3cret: x', '1:4'],
  ['a: "s3cret', '1:11'],
  ['a: s3cret\n b: 1', '1:4'],
  ['a: *s3cret', '1:4'],
  ['a: !s3cret x', '1:12'],
  ['a: @s3cret', '1:4'],
  ['a: %s3cret', '1:4'],
  ['a: "\\s3cret"', '1:5'],
  ["a: 'x' s3cret", '1:8'],
  ['a: 1\na: s3cret', '2:1'],
  ['a: 1\n---\ns3cret', '2:1'],
  ['s3cret\na: 1', '1:1'],
  ['a: &x [*x]', '1:8'],
  ['<<: s3cret', '1:5'],
  ['? [s3cret]\n: 1', '1:3'],
])('%j is refused with line and column, and nothing of it is repeated', (text, place) => {
  const attempt = () => read(text);
  expect(attempt).toThrow(`clouds.yaml:${place}: `);
  expect(attempt).not.toThrow(/s3cret/);
});

test.each([
  ['anchors', `${'abcdefgh'.split('').map((name, index, all) => `${name}: &${name} [${(index === 0 ? 'x' : `*${all[index - 1]}`).concat(', ').repeat(10)}]`).join('\n')}`], // prettier-ignore
  ['levels', `a: ${'['.repeat(51)}`],
  ['characters', `# ${'x'.repeat(512 << 10)}`],
])('too many %s are refused', (_, text) => {
  expect(() => read(text)).toThrow(/^clouds\.yaml: it (is nested deeper|holds more|has \d+ characters)/);
});
