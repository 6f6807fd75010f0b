/**
 * Which configuration files a service reads, and in which order: oslo.config's own rules (cfg.py, `_parse_config_files`,
 * `find_config_files`), and what services in a web server read instead, where no command line reaches them. Pure.
 */
import type { ServiceProcess } from '../hosts/service-answers';
import type { OsloEra } from './era';

/** One place on the way. `by` is what names it: an option of the command line, a variable, or the search. */
export type ConfigSource =
  /** `isNeeded`: the service doesn't start without it. */
  | { readonly is: 'file'; readonly path: string; readonly by: string; readonly isNeeded: boolean }
  /** Its `*.conf`, by name. */
  | { readonly is: 'folder'; readonly path: string; readonly by: string; readonly isNeeded: boolean }
  /** The first of them that is there, and none where none is. */
  | { readonly is: 'search'; readonly of: 'file' | 'folder'; readonly paths: readonly string[] };

export const searchName = 'the search path of oslo.config';

type Asked = Pick<ServiceProcess, 'service' | 'argv' | 'environment' | 'folder' | 'home' | 'python'>;

export function configSources(
  process: Asked,
  { searchesFolders }: Pick<OsloEra, 'searchesFolders'>,
): readonly ConfigSource[] {
  const named = namedOnCommandLine(process);
  const names = (is: ConfigSource['is']) => named.some((source) => source.is === is);
  return [
    ...(names('file') ? [] : (ofWebServer(process) ?? search(process, 'file'))),
    ...(names('folder') || !searchesFolders ? [] : search(process, 'folder')),
    ...named,
  ];
}

export const projectOf = (service: string): string => service.split('-')[0] ?? service;

function namedOnCommandLine({ argv, folder, home }: Asked): readonly ConfigSource[] {
  const sources: ConfigSource[] = [];
  // uWSGI hands `--pyargv=--config-file=…` on; its value may hold several words.
  const words = argv.flatMap((word) =>
    word.startsWith('--pyargv=') ? word.slice('--pyargv='.length).split(' ') : [word],
  );
  for (const [index, word] of words.entries()) {
    const [, named, sign, value] = /^--config-(file|dir)(=?)(.*)$/s.exec(word) ?? [];
    const path = sign === '=' ? value : words[index + 1];
    if (named === undefined || path === undefined || path === '') continue;
    const is = named === 'file' ? 'file' : 'folder';
    sources.push({ is, path: wholePath(path, folder, home), by: `--config-${named}`, isNeeded: true });
  }
  return sources;
}

function wholePath(path: string, folder: string | null, home: string | null): string {
  if (path.startsWith('~/') && home !== null) return `${home}${path.slice(1)}`;
  return path.startsWith('/') ? path : `${folder ?? ''}/${path}`;
}

function search({ service, home }: Asked, kind: 'file' | 'folder'): readonly ConfigSource[] {
  const project = projectOf(service);
  const folders = [...(home === null ? [] : [`${home}/.${project}`, home]), ...[`/etc/${project}`, '/etc']];
  const end = kind === 'file' ? '.conf' : '.conf.d';
  return [...new Set([project, service])].map((name) => ({
    is: 'search',
    of: kind,
    paths: folders.map((each) => `${each}/${name}${end}`),
  }));
}

/**
 * Services that name their configuration files in their own code when a web server runs them.
 * @see nova/api/openstack/wsgi_app.py and its like
 */
const webServices: Readonly<Record<string, { readonly folder?: string; readonly files: readonly string[] }>> = {
  nova: { folder: '/etc/nova', files: ['api-paste.ini', 'nova.conf'] },
  neutron: { folder: '/etc/neutron', files: ['neutron.conf', 'plugins/ml2/ml2_conf.ini'] },
  glance: { folder: '/etc/glance', files: ['glance-api-paste.ini', 'glance-image-import.conf', 'glance-api.conf'] },
  keystone: { files: ['keystone.conf'] },
  placement: { files: ['placement.conf'] },
};

/** undefined: the service searches. */
function ofWebServer({ service, environment, python }: Asked): readonly ConfigSource[] | undefined {
  const project = projectOf(service);
  const known = webServices[project];
  // neutron-server reads so outside of a web server too.
  if (known === undefined || (python !== null && service !== 'neutron-server')) return undefined;
  const variable = `OS_${project.toUpperCase()}_CONFIG_`;
  const folder = environment[`${variable}DIR`]?.trim() || known.folder;
  const listed = (environment[`${variable}FILES`] ?? '').split(';').map((file) => file.trim());
  const files = listed.filter((file) => file !== '');
  if (files.length === 0 && folder === undefined) return undefined;
  const by =
    environment[`${variable}DIR`] || files.length > 0 ? `${variable}${files.length > 0 ? 'FILES' : 'DIR'}` : service;
  return (files.length > 0 ? files : known.files).map((file) => ({
    is: 'file',
    path: file.startsWith('/') || folder === undefined ? file : `${folder.replace(/\/+$/, '')}/${file}`,
    by,
    isNeeded: false,
  }));
}
