// The files that `up` writes into the lab's folder.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConfigurationFile, Service } from './declaration';
import { CONTROLLER, type Lab } from './environment';
import { writeWhole } from './record';

const FOLDERS = ['run', 'log', 'home', 'tmp', 'bin', 'hosts', 'glance/images', 'glance/staging'];
const SCRIPTS = ['entry_point.py', 'garbage.py', 'neutron_server.py', 'privsep_helper.py', 'queue_consumers.py'];

/**
 * The scripts that a service runs, by its command or by a command in its environment. When one of them changes, the service
 * starts anew, as for a configuration file.
 */
export function scriptsOf({
  command,
  environment = {},
}: Pick<Service, 'command' | 'environment'>): ConfigurationFile[] {
  const words = [...command, ...Object.values(environment)].join(' ');
  const named = SCRIPTS.filter((name) => words.includes(name.replace('.py', '')));
  const isPython = named.length > 0 || words.includes('--wsgi-file=');
  return [...named, ...(isPython ? ['garbage.py'] : [])].map((name) => ({
    path: `bin/${name}`,
    text: readScript(name),
  }));
}

const readScript = (name: string): string => readFileSync(join(__dirname, 'python', name), 'utf8');

/**
 * The policy file exists from the start, because oslo.policy answers every request with 500 when a file that it has
 * loaded disappears.
 */
const WITH_POLICY = ['keystone', 'glance', 'neutron', 'nova', 'cinder'];

export function writeFiles(lab: Lab, configuration: readonly ConfigurationFile[]): void {
  for (const name of FOLDERS) mkdirSync(join(lab.folder, name), { recursive: true, mode: 0o700 });
  // The running services must not depend on the checkout that started them.
  for (const name of SCRIPTS) copyFileSync(join(__dirname, 'python', name), join(lab.folder, 'bin', name));
  for (const { path, text } of [...configuration, ...forUsers(lab)]) {
    const file = join(lab.folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeWhole(file, text);
  }
  for (const name of WITH_POLICY) {
    const file = join(lab.folder, 'etc', name, 'policy.yaml');
    if (!existsSync(file)) writeFileSync(file, '{}\n', { mode: 0o640 });
  }
}

/** The files that the lab's users read. */
function forUsers(lab: Lab): ConfigurationFile[] {
  const cloud = (name: string, user: string, password: string): string => `  ${name}:
    auth:
      auth_url: ${lab.authUrl}
      username: ${user}
      password: "${password}"
      project_name: ${user}
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
    identity_api_version: 3
`;
  // All hosts share the machine's files, so each host's state folder stands in the lab's folder, one beside the other.
  const access = (name: string, way: string): string =>
    `  - match: ${name}\n    ${way}\n    stateFolder: ${join(lab.folder, 'hosts', name)}\n`;
  const served = (name: string): string => {
    const file = join(lab.folder, 'etc', name, `${name === 'glance' ? 'glance-api' : name}.conf`);
    return `  ${name}:\n    hosts: [${CONTROLLER}]\n    configFiles: [${file}]\n`;
  };
  const { admin, member } = lab.passwords;
  const stackward = `cloud: stackward-lab
databases:
  neutron:
    host: 127.0.0.1
    port: ${String(lab.ports.mariadb)}
    user: stackward
    password: \${STACKWARD_NEUTRON_PASSWORD}
    schema: neutron
    tls: off
hosts:
${lab.hosts.map(({ name, namespace }) => access(name, `namespace: ${namespace}`)).join('')}${access(CONTROLLER, 'local: true')}services:
${WITH_POLICY.map(served).join('')}`;
  const exports = Object.entries(lab.environment).map(([name, value]) => `export ${name}='${value}'\n`);
  return [
    {
      path: 'clouds.yaml',
      text: `clouds:\n${cloud('stackward-lab', 'admin', admin)}${cloud('stackward-lab-member', 'member', member)}`,
    },
    { path: 'stackward.yaml', text: stackward },
    { path: 'env.sh', text: exports.join('') },
  ];
}
