/** stackward.yaml's `hosts` and `services`: which hosts it leads to, and which hosts serve which API. */
import type { HostDirectory } from '../lib/contract/ports';
import { configName } from '../lib/openstack/services';
import type { Configuration, HostAccess } from './config';

const matches = (pattern: string, host: string): boolean => {
  const literal = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`).test(host);
};

/** How to reach a host; undefined: no entry of `hosts` matches its name. */
export const findAccess = (host: string, { hosts }: Configuration): HostAccess | undefined =>
  hosts.find(({ match }) => matches(match, host));

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
