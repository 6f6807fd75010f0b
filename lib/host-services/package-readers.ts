/** Lists packages by dpkg or rpm. A host has one of the two tools; the other question fails because its tool is missing. */
import type { HostRead } from '../hosts/host';

/** Each line of an answer is `name|version|state`. */
const listers = [
  ['dpkg-query', '-W', '-f=${Package}|${Version}|${Status}\\n'],
  ['rpm', '-qa', '--qf', '%{NAME}|%{VERSION}-%{RELEASE}|installed\\n'],
];

/** @param parts of the names of the packages */
export const packageReadersOf = (parts: readonly string[]): readonly (HostRead & { readonly verb: 'run-reader' })[] =>
  listers.flatMap((words) => parts.map((part) => ({ verb: 'run-reader' as const, argv: [...words, `*${part}*`] })));
