/** stackward.yaml's `hosts` and `services` → how to reach a host, and which hosts serve what. */
import type { OpenHost } from '../adapters/host/host-pool';
import { LocalHost } from '../adapters/host/local-host';
import { SshHost } from '../adapters/host/ssh-host';
import { defined } from '../lib/basics/defined';
import { InvalidConfiguration } from '../lib/basics/errors';
import type { HostDirectory, ServiceName } from '../lib/contract/ports';
import type { Configuration, HostAccess } from './config';

const matches = (pattern: string, host: string): boolean => {
  const literal = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`).test(host);
};

const accessOf = (host: string, { hosts }: Configuration): HostAccess | undefined =>
  hosts.find((one) => matches(one.match, host));

export function hostDirectory(configuration: Configuration): HostDirectory {
  const { services, hosts } = configuration;
  const serving = (service: ServiceName): readonly string[] => services[service]?.hosts ?? [];
  return {
    serving,
    configFiles: (service) =>
      services[service]?.configFiles ?? [`/etc/${service}/${service === 'glance' ? 'glance-api' : service}.conf`],
    named: [...new Set(Object.values(services).flatMap((service) => service.hosts))],
    reachesAny: hosts.length > 0,
    canReach: (host) => accessOf(host, configuration) !== undefined,
  };
}

/** @throws InvalidConfiguration when nothing says how to reach it */
export function openHost(name: string, configuration: Configuration): OpenHost {
  const access = accessOf(name, configuration);
  if (!access)
    throw new InvalidConfiguration(
      `nothing says how to reach the host "${name}"; add to "hosts" in ${configuration.file} an entry that matches it, such as \`- ssh: "{host}"\``,
    );
  // A name comes from Neutron: one that begins with a dash would be an option of ssh or ip.
  if (!/^[A-Za-z0-9][\w.:-]*$/.test(name))
    throw new InvalidConfiguration(
      `the host name ${JSON.stringify(name)} is none that stackward gives to ssh; letters, digits, ".", "_", ":" and "-" are allowed`,
    );
  const fill = (text: string): string => text.replaceAll('{host}', name);
  const { ssh, sshConfig, namespace, installed, stateFolder } = access;
  const options = defined({ installed, stateFolder: stateFolder === undefined ? undefined : fill(stateFolder) });
  if (ssh !== undefined)
    return new SshHost(name, { ...options, destination: fill(ssh), ...defined({ configFile: sshConfig }) });
  return new LocalHost(name, { ...options, ...defined({ namespace: namespace && fill(namespace) }) });
}
