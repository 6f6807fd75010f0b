/**
 * The ways in which releases of oslo.config read their files. The facts come from the sources of oslo.config 1.3.0 (Icehouse), 1.4.0, 1.9.0,
 * 2.4.0, 3.17.0, 3.22.0, 3.9.0, 4.6.0, 5.2.0, 6.4.0, 6.7.0 and 10.7.0; tests compare with 1.3.0, 2.4.0, 5.2.0 and
 * 10.7.0.
 *
 * Files are taken as UTF-8. A Python 3 below 3.7 in the locale C refuses every character outside of ASCII; no field
 * here stands for that.
 */
import { isAtLeast, newest, type Release } from '../openstack/releases';

export type Python = 2 | 3;

export interface OsloEra {
  /** Decides where lines end and which characters are blanks. */
  readonly python: Python;
  /** `$name` is looked up in the option's own section before [DEFAULT]. */
  readonly ownSection: boolean;
  /** `$section.name` and `${section.name}` name an option of another section. */
  readonly dotted: boolean;
  /** A reference to an option without a value gives an empty text; before, it gave the word `None`. */
  readonly unsetIsEmpty: boolean;
  /** A reference by a former name of an option may work. */
  readonly formerNames: boolean;
  /** `OS_<SECTION>__<OPTION>` in the environment overrides every file. */
  readonly environment: boolean;
  /** `<project>.conf.d` and `<program>.conf.d` of the search path are read, even if `--config-file` names files. */
  readonly searchesFolders: boolean;
}

/**
 * @param python @default 3 since Ussuri, the first release that runs only on Python 3; some services of Rocky to Train
 * run on it too
 */
export const eraOf = (release: Release, python: Python = isAtLeast(release, 'ussuri') ? 3 : 2): OsloEra => ({
  python,
  ownSection: isAtLeast(release, 'juno'),
  dotted: isAtLeast(release, 'liberty'),
  unsetIsEmpty: isAtLeast(release, 'ocata'),
  formerNames: isAtLeast(release, 'pike'),
  environment: isAtLeast(release, 'stein'),
  searchesFolders: isAtLeast(release, 'pike'),
});

/** For each change above, the first release with it, by the version of oslo.config that the release requires. */
const firstVersions = [
  ['stein', 6, 6],
  ['pike', 4, 0],
  ['ocata', 3, 22],
  ['liberty', 2, 0],
  ['juno', 1, 4],
] as const;

/** @param version of oslo.config, such as `1:9.0.0-3` of a Debian package; undefined: the newest */
export function eraOfLibrary(version: string | undefined, python: Python): OsloEra {
  const [, major, minor] = /^(?:\d+:)?(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (major === undefined) return eraOf(newest, python);
  const since = firstVersions.find(
    ([, first, second]) => Number(major) > first || (Number(major) === first && Number(minor) >= second),
  );
  return eraOf(since?.[0] ?? 'icehouse', python);
}
