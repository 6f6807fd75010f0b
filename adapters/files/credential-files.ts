/** Finds clouds.yaml, secure.yaml and clouds-public.yaml where every OpenStack client looks for them. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { CredentialFiles, YamlFile } from '../../lib/openstack/cloud-entry';
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { findText, getText } from './files';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @throws InvalidConfiguration if the openstack command and Terraform's provider would read different files, or if a
 * file that a variable names doesn't exist
 */
export function readCredentialFiles(env: Environment): CredentialFiles {
  const home = homeOf(env);
  const { OS_CLIENT_CONFIG_FILE: named, OS_CLIENT_SECURE_FILE: secure } = env;
  if (named && !isAbsolute(named))
    throw new InvalidConfiguration(
      `OS_CLIENT_CONFIG_FILE is ${named}, and Terraform runs in another folder than stackward; write the absolute path`,
    );
  const cloudsYaml = named ? read(named) : findFile('clouds', env);
  // secure.yaml only adds to entries of clouds.yaml, so it is not needed without clouds.yaml.
  if (cloudsYaml === undefined) return { home };
  const secureYaml = secure ? read(secure) : findFile('secure', env);
  return { cloudsYaml, home, ...defined({ secureYaml, publicYaml: findFile('clouds-public', env) }) };
}

/** The folder that `~` stands for. */
export const homeOf = ({ HOME }: Environment): string => HOME || homedir();
const read = (path: string): YamlFile => ({ path, text: getText(path) });

/**
 * Finds a file that openstacksdk and gophercloud agree on. Both look in the same folders, in two orders: openstacksdk
 * takes the first folder that has the file under any of its endings, gophercloud the first ending that is in any of the
 * folders. Sources: openstack/config/loader.py; clientconfig/utils.go.
 */
function findFile(name: string, env: Environment): YamlFile | undefined {
  const home = join(homeOf(env), '.config/openstack');
  const folders = [
    '.',
    ...(env.XDG_CONFIG_HOME ? [join(env.XDG_CONFIG_HOME, 'openstack')] : []),
    home,
    '/etc/openstack',
  ];
  const places = folders.flatMap((folder) => ['yaml', 'yml', 'json'].map((end) => join(folder, `${name}.${end}`)));
  const provider = ['yaml', 'yml'].flatMap((end) => ['.', home, '/etc/openstack'].map((folder) => join(folder, `${name}.${end}`))); // prettier-ignore
  const isThere = (path: string): boolean => findText(path) !== undefined;
  const path = places.find(isThere);
  if (path === undefined) return undefined;
  const providerFile = provider.find(isThere);
  if (path === providerFile) return read(path);
  throw new InvalidConfiguration(
    `the openstack command reads it, and Terraform's provider ${providerFile === undefined ? 'does not find it' : `reads ${providerFile}`}; ` +
      `keep one file, by the name ${name}.yaml, in this folder, ~/.config/openstack or /etc/openstack`,
    { where: path },
  );
}
