/** The packages of OpenStack on a host, in the lists of dpkg or rpm. */
import { packageReadersOf } from '../lib/host-services/package-readers';
import type { Outcome, ReaderOutput } from '../lib/hosts/host';
import { projectOf } from '../lib/oslo-config/reading-order';
import { failed, read, type Looked } from './looked';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
}

const projects = ['nova', 'neutron', 'cinder', 'glance', 'keystone', 'placement', 'heat', 'oslo.config', 'oslo-config'];
export const packageReaders = packageReadersOf(projects);

/** Of what could be listed, all; where a lister failed, or the host has none, nobody knows what is installed. */
export function packagesOf(answers: readonly Outcome<ReaderOutput>[]): Looked<readonly InstalledPackage[]> {
  const texts: string[] = [];
  for (const [index, answer] of answers.entries()) {
    const [lister = ''] = packageReaders[index]?.argv ?? [];
    if (!answer.ok && answer.reason === 'no-tool') continue;
    if (!answer.ok) return failed(answer.error.message);
    const { code, stdout, stderr } = answer.value;
    // dpkg-query ends with 1 where no package has such a name.
    if (code !== 0 && !(code === 1 && lister === 'dpkg-query'))
      return failed(`${lister} ended with ${code}: ${stderr.trim().split('\n').at(-1) || 'it said nothing'}`);
    texts.push(stdout);
  }
  return texts.length === 0 ? failed('the host has neither dpkg nor rpm') : read(listed(texts));
}

function listed(texts: readonly string[]): readonly InstalledPackage[] {
  const found = texts
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => {
      const [name = '', version = '', state = ''] = line.split('|');
      return version !== '' && /(^| )installed$/.test(state) ? [[name, version] as const] : [];
    });
  return [...new Map(found)].map(([name, version]) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The packages of the service's project, without clients and their libraries. */
export const packagesOfService = (
  packages: readonly InstalledPackage[],
  service: string,
): readonly InstalledPackage[] =>
  packages.filter(({ name }) => name.includes(projectOf(service)) && !/client|-doc$|-doc-/.test(name));
