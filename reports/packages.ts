/** The packages of OpenStack on a host, in the lists of dpkg or rpm. */
import type { HostRead, Outcome, ReaderOutput } from '../lib/hosts/host';
import { projectOf } from '../lib/oslo-config/reading-order';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
}

const projects = ['nova', 'neutron', 'cinder', 'glance', 'keystone', 'placement', 'heat', 'oslo.config', 'oslo-config'];
const listers = [
  ['dpkg-query', '-W', '-f=${Package}|${Version}|${Status}\\n'],
  ['rpm', '-qa', '--qf', '%{NAME}|%{VERSION}-%{RELEASE}|installed\\n'],
];

/** A host has one of the two tools; the other question fails because its tool is missing. */
export const packageReaders: readonly (HostRead & { readonly verb: 'run-reader' })[] = listers.flatMap((words) =>
  projects.map((project) => ({ verb: 'run-reader' as const, argv: [...words, `*${project}*`] })),
);

export function packagesOf(answers: readonly Outcome<ReaderOutput>[]): readonly InstalledPackage[] {
  const lines = answers.flatMap((answer) => (answer.ok ? answer.value.stdout.split('\n') : []));
  const found = lines.flatMap((line) => {
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
