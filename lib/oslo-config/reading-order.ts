/**
 * Finds the configuration files that a service reads, and their order. oslo.config has its own rules (cfg.py,
 * `_parse_config_files`, `find_config_files`). Services in a web server get no command line, and read other files
 * instead. Pure.
 */
import type { ServiceProcess } from '../hosts/service-answers';
import type { OsloEra } from './era';

/**
 * One step of the reading order. `by` is the reason for it: an option of the command line, a variable, or the search.
 */
export type ConfigSource =
  /** `isNeeded`: without the file the service doesn't start. */
  | { readonly is: 'file'; readonly path: string; readonly by: string; readonly isNeeded: boolean }
  /** All `*.conf` of the folder, sorted by name. */
  | { readonly is: 'folder'; readonly path: string; readonly by: string; readonly isNeeded: boolean }
  /** The first of these paths that exists; nothing if none exists. */
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
  // uWSGI passes `--pyargv=--config-file=…` on; its value may consist of several words.
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
 * Services whose own code names their configuration files when a web server runs them.
 * @see nova/api/openstack/wsgi_app.py and similar files
 */
const webServices: Readonly<Record<string, { readonly folder?: string; readonly files: readonly string[] }>> = {
  nova: { folder: '/etc/nova', files: ['api-paste.ini', 'nova.conf'] },
  neutron: { folder: '/etc/neutron', files: ['neutron.conf', 'plugins/ml2/ml2_conf.ini'] },
  glance: { folder: '/etc/glance', files: ['glance-api-paste.ini', 'glance-image-import.conf', 'glance-api.conf'] },
  keystone: { files: ['keystone.conf'] },
  placement: { files: ['placement.conf'] },
};

/** Undefined if the service searches for its files. */
function ofWebServer({ service, environment, python }: Asked): readonly ConfigSource[] | undefined {
  const project = projectOf(service);
  const known = webServices[project];
  // neutron-server also does this outside of a web server.
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
