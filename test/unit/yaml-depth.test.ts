import { isDeeperThan } from '../../lib/basics/yaml-depth';

/** The largest bound that refuses the text, which is one less than its depth. */
const depthOf = (text: string): number => {
  let levels = 0;
  while (isDeeperThan(text, levels)) levels++;
  return levels;
};

test.each([
  ['a: b', 2],
  ['a:\n  b:\n    c: d', 4],
  ['- - - x', 4],
  ['a: [b, [c, {d: e}]]', 4],
  ['? ? x', 3],
  ['"a":\n  *b : c', 3],
])('isDeeperThan counts %j as %i levels', (text, depth) => {
  expect(depthOf(text)).toBe(depth);
});

test.each([
  ['rules beside each other', Array.from({ length: 500 }, (_, index) => `rule${index}: "role:member"`).join('\n')],
  ['brackets in quotes, in comments and in blocks', `a: "[[[[["\nb: '{{{{'\n# [[[[[\nc: |\n  [[[[[\n  - - - - -\n`],
  ['many pairs in brackets', `{${Array.from({ length: 500 }, (_, index) => `r${index}: x`).join(', ')}}`],
  ['plain text that begins with an indicator', Array(100).fill('- ?x').join('\n')],
  ['closing brackets that nothing opened', `${']'.repeat(100)} a: b`],
])('%s are no depth', (_, text) => {
  expect(isDeeperThan(text, 4)).toBe(false);
});

test.each([
  ['a merge key, line by line', 'b: <<: b:\n'],
  ['a pair within a pair, line by line', '"b": "c":\n'],
  ['an explicit key behind a pair, line by line', 'b: ? ...\n"\n'],
])('%s nests in what the YAML package composes, and is counted', (_, line) => {
  expect(isDeeperThan(line.repeat(120), 50)).toBe(true);
});

test.each([
  ['pairs of quoted texts', '# c\r\n"a": "b"\r\n\r\n"c" : "[[[["\n'],
  ['an object of quoted texts', '{\n  "a": "b",\n"c": "[[[["\n}\n'],
])('%s are flat', (_, text) => {
  expect(depthOf(text)).toBeLessThanOrEqual(2);
});

test.each([
  ['indented pairs', Array.from({ length: 60 }, (_, index) => `${' '.repeat(index)}"a": "b"\n`).join('')],
  [
    'pairs behind an object',
    `{\n}\n${Array.from({ length: 60 }, (_, index) => `${' '.repeat(index)}"a":\n`).join('')}}`,
  ],
  ['an escaped quote that hides brackets', `"a": "\\"${'['.repeat(60)}"b": "c"`.replace('\\"', '\\\\"')],
])('%s are not taken for flat', (_, text) => {
  expect(isDeeperThan(text, 50)).toBe(true);
});
