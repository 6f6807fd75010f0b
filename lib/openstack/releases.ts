/**
 * OpenStack's releases, oldest first, with the names of `releases.openstack.org`.
 *
 * A new release is one more line in `releases`. Until then its name counts as a newer release: it gets all facts of the
 * newest known release, and `isNewer` shows which code can't rely on these facts.
 */
import * as z from 'zod';
import { InvalidConfiguration } from '../basics/errors';

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
  '2026.2',
] as const;

export type KnownRelease = (typeof releases)[number];
/** Year and number, later than every known release. */
export type NewerRelease = `20${number}.${number}`;
export type Release = KnownRelease | NewerRelease;

/** The last known one. */
export const newest = releases[releases.length - 1] as KnownRelease;

const isKnown = (name: string): name is KnownRelease => (releases as readonly string[]).includes(name);

/** True if `name` is a release that came out after this stackward. */
export const isNewer = (name: string): name is NewerRelease => datedRelease.test(name) && name > newest;
const datedRelease = /^20\d\d\.[1-9]$/;

/** The one warning about a release that is newer than stackward; undefined for a known release. */
export const newerWarning = (release: Release): string | undefined =>
  isNewer(release)
    ? `the release ${release} is newer than this stackward, which knows releases up to ${newest}; what it knows of ${newest} is taken for ${release} too, so look for a newer stackward`
    : undefined;

/** A release's name in a manifest or a record. */
export const releaseSchema = z.union(
  [z.enum(releases), z.string().regex(datedRelease, { abort: true }).refine(isNewer, { abort: true })],
  {
    error: ({ input }) => refusal(input),
  },
) as z.ZodType<Release>;

const refusal = (input: unknown): string =>
  `${typeof input === 'string' ? JSON.stringify(input.slice(0, 50)) : String(input).slice(0, 50)} is no OpenStack release; write one of ${releases.join(', ')}, or a later one by year and number`;

/** True if `release` is `than` or any later one. */
export function isAtLeast(release: Release, than: Release): boolean {
  return rankOf(release) >= rankOf(than);
}

/** Newer releases come after the known releases, by date. */
const rankOf = (release: Release): number =>
  isKnown(release) ? releases.indexOf(release) : releases.length + Number(release);

/** The release of this name, in any case: `Zed` is `zed`. @throws InvalidConfiguration with the known names */
export function parseRelease(input: unknown): Release {
  const name = typeof input === 'string' ? input.trim().toLowerCase() : '';
  if (isKnown(name) || isNewer(name)) return name;
  throw new InvalidConfiguration(`${refusal(input)}.`);
}
