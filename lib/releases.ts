import { InvalidConfiguration } from './errors';

/** OpenStack's releases, oldest first, by the names that `releases.openstack.org` gives them. */
export const releases = [
  'icehouse',
  'juno',
  'kilo',
  'liberty',
  'mitaka',
  'newton',
  'ocata',
  'pike',
  'queens',
  'rocky',
  'stein',
  'train',
  'ussuri',
  'victoria',
  'wallaby',
  'xena',
  'yoga',
  'zed',
  '2023.1',
  '2023.2',
  '2024.1',
  '2024.2',
  '2025.1',
  '2025.2',
  '2026.1',
] as const;

export type Release = (typeof releases)[number];

/** True if `release` is `than` or any later one. */
export function isAtLeast(release: Release, than: Release): boolean {
  return releases.indexOf(release) >= releases.indexOf(than);
}

/** A release by its name, in any case: `Zed` is `zed`. Throws InvalidConfiguration, listing the names it knows. */
export function parseRelease(input: unknown): Release {
  const name = typeof input === 'string' ? input.trim().toLowerCase() : input;
  const found = releases.find((release) => release === name);
  if (found !== undefined) return found;
  throw new InvalidConfiguration(
    `${JSON.stringify(input)} is no OpenStack release that stackward knows; write one of ${releases.join(', ')}.`,
  );
}
