/** The header by which Nova answers in a newer form. */
import type { VersionReader } from '../../lib/contract/ports';

/** The newest that Nova knows, up to 2.`most`: a Nova that knows less than the version asked for answers 406. */
export async function novaVersion(versions: VersionReader, most: number): Promise<Readonly<Record<string, string>>> {
  const minor = Math.min((await novaMinor(versions)) ?? 0, most);
  return minor > 0 ? { 'x-openstack-nova-api-version': `2.${minor}` } : {};
}

/** Of the newest version that Nova knows: 93 of 2.93. Undefined of a Nova that knows none. */
export async function novaMinor(versions: VersionReader): Promise<number | undefined> {
  const { answers } = await versions.apis();
  const nova = answers.find(({ service }) => service === 'nova');
  const minor = Number(nova?.service === 'nova' ? nova.version.split('.')[1] : NaN);
  return Number.isNaN(minor) ? undefined : minor;
}
