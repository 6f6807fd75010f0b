/** The header that asks Nova for a newer form of its answers. */
import type { VersionReader } from '../../lib/contract/ports';

/**
 * Asks for the newest version that Nova has, up to 2.`most`. Nova answers 406 if the requested version is newer than
 * its own.
 */
export async function novaVersion(versions: VersionReader, most: number): Promise<Readonly<Record<string, string>>> {
  const minor = Math.min((await novaMinor(versions)) ?? 0, most);
  return minor > 0 ? { 'x-openstack-nova-api-version': `2.${minor}` } : {};
}

/** The minor number of the newest version that Nova has: 93 for 2.93. Undefined if Nova has no microversions. */
export async function novaMinor(versions: VersionReader): Promise<number | undefined> {
  const { answers } = await versions.apis();
  const nova = answers.find(({ service }) => service === 'nova');
  const minor = Number(nova?.service === 'nova' ? nova.version.split('.')[1] : NaN);
  return Number.isNaN(minor) ? undefined : minor;
}
