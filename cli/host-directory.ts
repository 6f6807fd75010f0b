/** stackward.yaml's `hosts` and `services`: how to reach a host, and which hosts serve which API. */
import { InvalidConfiguration } from '../lib/basics/errors';
import { nameFirst } from '../lib/basics/name-first';
import type { HostDirectory } from '../lib/contract/ports';
import { configName } from '../lib/openstack/services';
import type { Configuration, HostAccess } from './config';

const matches = (pattern: string, host: string): boolean => {
  const literal = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`).test(host);
};

/** The way to reach a host; undefined if no entry of `hosts` matches its name. */
export const findAccess = (host: string, { hosts }: Configuration): HostAccess | undefined =>
  hosts.find(({ match }) => matches(match, host));

/** A longer list helps nobody. */
const mostNamed = 20;

/**
 * The refusal of a host that no entry of `hosts` matches. It names the patterns of `hosts`, and the hosts of `services`
 * that they match.
 */
export function unknownHost(host: string, configuration: Configuration): InvalidConfiguration {
  const { services, hosts, file } = configuration;
  const serving = Object.values(services).flatMap((service) => service.hosts);
  const reached = serving.filter((name) => findAccess(name, configuration) !== undefined);
  const known = [...new Set([...reached, ...hosts.map(({ match }) => match)])];
  const leads = known.length === 0 ? 'no host' : nameFirst(known, mostNamed);
  const correct = known.length === 0 ? '' : 'correct the name, or ';
  return new InvalidConfiguration(
    `unknown host "${host}": ${file} leads to ${leads}; ${correct}add to "hosts" in ${file} an entry that matches it, such as \`- ssh: "{host}"\``,
    { about: 'name' },
  );
}

export function hostDirectory(configuration: Configuration): HostDirectory {
  const { services, hosts } = configuration;
  return {
    serving: (service) => services[service]?.hosts ?? [],
    configFiles: (service) => services[service]?.configFiles ?? [`/etc/${service}/${configName(service)}.conf`],
    named: [...new Set(Object.values(services).flatMap((service) => service.hosts))],
    reachesAny: hosts.length > 0,
    canReach: (host) => findAccess(host, configuration) !== undefined,
  };
}
