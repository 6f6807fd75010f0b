import { InvalidConfiguration } from '../../lib/errors';
import { isAtLeast, parseRelease, releases } from '../../lib/releases';

test('names before 2023.1 are in alphabetical order, later ones by date: no release stands in the wrong place', () => {
  const named = releases.filter((release) => /^[a-z]/.test(release));
  const dated = releases.filter((release) => /^\d/.test(release));
  expect(releases).toEqual([...named, ...dated]);
  expect(named).toEqual([...named].sort());
  expect(dated).toEqual([...dated].sort());
  expect(new Set(releases).size).toBe(25);
});

test.each([
  ['icehouse', 'juno', false],
  ['juno', 'juno', true],
  ['zed', 'juno', true],
  ['2023.1', 'zed', true],
  ['zed', '2023.1', false],
] as const)('isAtLeast(%s, %s) is %s', (release, than, expected) => {
  expect(isAtLeast(release, than)).toBe(expected);
});

test('a release is read in any case, and an unknown one is refused with the names there are', () => {
  expect(parseRelease(' Zed ')).toBe('zed');
  expect(() => parseRelease('zeta')).toThrow(InvalidConfiguration);
  expect(() => parseRelease('zeta')).toThrow(/"zeta" is no OpenStack release.*icehouse, juno/);
  expect(() => parseRelease(2023.1)).toThrow(/2023.1 is no OpenStack release/);
});
