/** The header that asks Nova for a newer form of its answers. */
import { UnrecoverableError } from '../../lib/basics/errors';
import { printable } from '../../lib/basics/printable';
import type { VersionReader } from '../../lib/contract/ports';

/**
 * Asks for the newest version that Nova has, up to 2.`most`. Nova answers 406 if the requested version is newer than
 * its own.
 */
export async function novaVersion(versions: VersionReader, most: number): Promise<Readonly<Record<string, string>>> {
  const minor = Math.min((await novaMinor(versions)) ?? 0, most);
  return minor > 0 ? { 'x-openstack-nova-api-version': `2.${minor}` } : {};
}

/**
 * The minor number of the newest version that Nova has: 93 for 2.93, and 0 for a Nova without microversions. Undefined
 * if Nova didn't tell its version.
 *
 * @throws UnrecoverableError if the version is no number such as 2.93
 */
export async function novaMinor(versions: VersionReader): Promise<number | undefined> {
  const { answers } = await versions.apis();
  const nova = answers.find(({ service }) => service === 'nova');
  if (nova?.service !== 'nova') return undefined;
  if (nova.version === '') return 0;
  const [, minor] = /^2\.(\d{1,5})$/.exec(nova.version) ?? [];
  if (minor === undefined)
    throw new UnrecoverableError(
      `Nova says that its version is "${printable(nova.version)}", and 2.93 is such a version; see what answers at the compute endpoint`,
      { about: 'answer' },
    );
  return Number(minor);
}
