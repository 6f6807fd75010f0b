/** Which releases the APIs of a cloud speak for, and against. */
import { contradictionOf } from '../../lib/run/cloud-release';
import type { ApiAnswer } from '../../lib/contract/ports';
import { releases, type Release } from '../../lib/openstack/releases';
import { clouds } from '../support/fake-versions';

const nova = (version: string): ApiAnswer => ({ service: 'nova', version });
const cinder = (version: string): ApiAnswer => ({ service: 'cinder', version });
const keystone = (version: string): ApiAnswer => ({ service: 'keystone', version });
const neutron = (...extensions: string[]): ApiAnswer => ({ service: 'neutron', extensions });

const fitting = (...answers: ApiAnswer[]): readonly string[] =>
  [...releases, '2090.1' as const].filter((release) => contradictionOf(release, { answers }) === undefined);
const evidence = (release: Release, ...answers: ApiAnswer[]) => contradictionOf(release, { answers })?.evidence;

/** Newest versions of each release's packages, read from them; before Ocata from the version histories of Nova and Cinder. */
const versions: readonly (readonly [Release, nova: string, cinder?: string, keystone?: string])[] = [
  ['icehouse', ''],
  ['juno', ''],
  ['kilo', '2.3'],
  ['liberty', '2.12'],
  ['mitaka', '2.25', '3.0'],
  ['newton', '2.38', '3.15'],
  ['ocata', '2.42', '3.27'],
  ['pike', '2.53', '3.43', '3.8'],
  ['queens', '2.60', '3.50', '3.10'],
  ['rocky', '2.65', '3.55', '3.11'],
  ['stein', '2.72', '3.59', '3.12'],
  ['train', '2.79', '3.59', '3.13'],
  ['ussuri', '2.87', '3.60', '3.14'],
  ['victoria', '2.87', '3.62', '3.14'],
  ['wallaby', '2.88', '3.64', '3.14'],
  ['xena', '2.90', '3.66', '3.14'],
  ['yoga', '2.90', '3.68', '3.14'],
  ['zed', '2.93', '3.70', '3.14'],
  ['2023.1', '2.95', '3.70', '3.14'],
  ['2023.2', '2.95', '3.70', '3.14'],
  ['2024.1', '2.96', '3.71', '3.14'],
  ['2024.2', '2.96', '3.71', '3.14'],
  ['2025.1', '2.100', '3.71', '3.14'],
  ['2025.2', '2.100', '3.71', '3.14'],
  ['2026.1', '2.103', '3.71', '3.14'],
  ['2026.2', '2.104', '3.71', '3.14'],
];

test('the versions are those of every known release', () => {
  expect(versions.map(([release]) => release)).toEqual(releases);
});

const named = versions.map(([release, ...numbers]) => ({ release, of: numbers }));

test.each(named)('$release is what its own services say, and no release far from it', ({ release, of: numbers }) => {
  const makers = [nova, cinder, keystone];
  const answers = numbers.flatMap((version, index) => makers[index]?.(version ?? '') ?? []);
  const fits = fitting(...answers);
  expect(fits).toContain(release);
  // Two releases at most have the same versions; the newest may be followed by one that changes none.
  expect(fits.length).toBeLessThanOrEqual(2);
  for (const answer of answers) expect(fitting(answer)).toContain(release);
});

test('Kilo said of Zed is contradicted by every service, with what to write', () => {
  expect(contradictionOf('kilo', { answers: clouds.zed })).toEqual({
    evidence:
      "Nova's API goes up to 2.93, which is zed; Cinder's API goes up to 3.70, which is zed to 2023.2; " +
      "Neutron has the extension port-mac-override, so it is zed or later; Keystone's API goes up to 3.14, which is ussuri or later",
    advice: "set release: 'zed'",
  });
});

test.each(Object.keys(clouds) as (keyof typeof clouds)[])('the cloud of %s speaks for its release', (release) => {
  expect(contradictionOf(release, { answers: clouds[release] })).toBeUndefined();
  for (const candidate of Object.keys(clouds) as (keyof typeof clouds)[])
    if (candidate !== release) expect(contradictionOf(candidate, { answers: clouds[release] })).toBeDefined();
});

test('a Nova without microversions is of Icehouse or Juno', () => {
  expect(fitting(nova(''))).toEqual(['icehouse', 'juno']);
  expect(evidence('zed', nova(''))).toBe("Nova's API has no microversions, which is icehouse to juno");
});

test('a version between those of two releases, of a cloud that follows the development, fits both', () => {
  expect(fitting(nova('2.91'))).toEqual(['yoga', 'zed']);
  expect(fitting(nova('2.1'))).toEqual(['icehouse', 'juno', 'kilo']);
});

test('a version beyond the newest known fits later releases alone', () => {
  expect(fitting(nova('2.999'))).toEqual(['2090.1']);
  expect(contradictionOf('2026.2', { answers: [nova('2.999')] })).toEqual({
    evidence: "Nova's API goes up to 2.999, which is later than 2026.2",
    advice: 'set the release that the cloud runs (later than 2026.2)',
  });
});

test('extensions bound the release from below: one that is missing says nothing', () => {
  expect(fitting(neutron('security-group'))).toEqual([...releases, '2090.1']);
  expect(fitting(neutron('security-group', 'address-group'))[0]).toBe('victoria');
  expect(evidence('ussuri', neutron('address-group', 'rbac-policies'))).toBe(
    'Neutron has the extension address-group, so it is victoria or later',
  );
});

test('where nobody answers, nothing is contradicted', () => {
  expect(fitting()).toEqual([...releases, '2090.1']);
});

describe('services of different releases', () => {
  const mixed = [nova('2.93'), neutron('security-groups-default-rules'), keystone('3.14')];

  test('the release of either may be declared', () => {
    expect(fitting(...mixed)).toEqual(['zed', ...releases.slice(releases.indexOf('2023.1')), '2090.1']);
  });

  test('for one service its own release counts', () => {
    const fits = (service: 'nova' | 'neutron' | 'glance') =>
      releases.filter((release) => contradictionOf(release, { answers: mixed }, service) === undefined);
    expect(fits('nova')).toEqual(['zed']);
    expect(fits('neutron')).toEqual(releases.slice(releases.indexOf('2023.1')));
    expect(fits('glance')).toEqual(['zed', ...releases.slice(releases.indexOf('2023.1'))]);
  });
});
