import { parseYamlText } from '../../lib/basics/yaml-text';

const refusal = (text: string): string => {
  try {
    parseYamlText(text, 'clouds.yaml', {});
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

test('a key that lacks the blank behind its colon is refused with its place, and a password in it is not repeated', () => {
  expect(refusal('clouds:\n  c:\n    auth: {username: u, password:hunter2}\n')).toBe(
    'clouds.yaml:3:25: a key holds a colon; write a blank behind the colon of "key: value"',
  );
});

test('a key that occurs twice in a mapping is refused at its second place; a merge key may occur twice', () => {
  expect(refusal('a: 1\nb: 2\na: 3\n')).toBe(
    'clouds.yaml:3:1: this is not YAML: this key occurs twice in one mapping; keep one of them',
  );
  expect(refusal('x: &x { a: 1 }\ny:\n  <<: *x\n  <<: *x\n')).toBe('');
});

test('more than 1,000 aliases are refused at the first that is too many', () => {
  const withAliases = (count: number) => `shared: &shared x\nlist:\n${'  - *shared\n'.repeat(count)}`;
  expect(refusal(withAliases(1000))).toBe('');
  expect(refusal(withAliases(1001))).toBe(
    'clouds.yaml:1003:5: it has more than 1000 aliases (*name); write out what is meant',
  );
});
