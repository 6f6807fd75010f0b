import { lineDiff } from '../../lib/basics/line-diff';

test('a changed line stands between three lines of its neighbours on each side', () => {
  const text = (line: string) => ['a', 'b', 'c', 'd', line, 'e', 'f', 'g', 'h', ''].join('\n');
  expect(lineDiff('/etc/p.yaml', text('old'), text('new'))).toEqual([
    '--- /etc/p.yaml',
    '+++ /etc/p.yaml',
    '@@ -2,7 +2,7 @@',
    ' b',
    ' c',
    ' d',
    '-old',
    '+new',
    ' e',
    ' f',
    ' g',
  ]);
});

test('a new file comes from /dev/null, and a file that goes leads there', () => {
  expect(lineDiff('f', undefined, 'a\n')).toEqual(['--- /dev/null', '+++ f', '@@ -0,0 +1,1 @@', '+a']);
  expect(lineDiff('f', 'a\n', undefined)).toEqual(['--- f', '+++ /dev/null', '@@ -1,1 +0,0 @@', '-a']);
});
