import { InvalidConfiguration } from '../../lib/basics/errors';
import { isAtLeast, isNewer, newerWarning, parseRelease, releases, releaseSchema } from '../../lib/openstack/releases';

test('names before 2023.1 are in alphabetical order, later ones by date: no release stands in the wrong place', () => {
  const named = releases.filter((release) => /^[a-z]/.test(release));
  const dated = releases.filter((release) => /^\d/.test(release));
  expect(releases).toEqual([...named, ...dated]);
  expect(named).toEqual([...named].sort());
  expect(dated).toEqual([...dated].sort());
  expect(new Set(releases).size).toBe(releases.length);
  expect(releases).toContain('2026.2');
});

test.each([
  ['icehouse', 'juno', false],
  ['juno', 'juno', true],
  ['zed', 'juno', true],
  ['2023.1', 'zed', true],
  ['zed', '2023.1', false],
  ['2026.2', '2026.1', true],
  ['2026.1', '2026.2', false],
  ['2027.1', '2026.2', true],
  ['2031.2', 'icehouse', true],
  ['2027.1', '2027.2', false],
  ['2028.1', '2027.2', true],
] as const)('isAtLeast(%s, %s) is %s', (release, than, expected) => {
  expect(isAtLeast(release, than)).toBe(expected);
});

test('a release is read in any case, and an unknown one is refused with the names there are', () => {
  expect(parseRelease(' Zed ')).toBe('zed');
  expect(() => parseRelease('zeta')).toThrow(InvalidConfiguration);
  expect(() => parseRelease('zeta')).toThrow(/"zeta" is no OpenStack release; write one of icehouse, juno/);
  expect(() => parseRelease(2023.1)).toThrow(/2023.1 is no OpenStack release/);
});

const [year, half] = (releases.at(-1) ?? '').split('.').map(Number) as [number, number];
const next = half === 1 ? `${year}.2` : `${year + 1}.1`;
test.each([next, `${year + 1}.2`, '2090.1', '2099.9'])(
  'the release %s, which came out after this stackward, is read and warned of',
  (release) => {
    expect(parseRelease(release)).toBe(release);
    expect(releaseSchema.parse(release)).toBe(release);
    expect(isNewer(release)).toBe(true);
    expect(newerWarning(parseRelease(release))).toMatch(
      new RegExp(`the release ${release} is newer than this stackward, which knows releases up to ${releases.at(-1)}`),
    );
  },
);

test.each(releases.map((release) => [release]))('the known release %s is read and not warned of', (release) => {
  expect(parseRelease(release)).toBe(release);
  expect(releaseSchema.parse(release)).toBe(release);
  expect(newerWarning(release)).toBeUndefined();
});

test.each(['2022.1', '2026.3.1', '2026', '2026.0', '2100.1', '2027.10', 'aardvark', '', null, 2027.1])(
  '%j is neither a release that there was nor a name that a later one may have',
  (name) => {
    expect(() => parseRelease(name)).toThrow(InvalidConfiguration);
    expect(releaseSchema.safeParse(name).success).toBe(false);
  },
);
