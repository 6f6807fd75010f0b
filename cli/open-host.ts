import type { OpenHost } from '../adapters/host/host-pool';
import { LocalHost } from '../adapters/host/local-host';
import { SshHost } from '../adapters/host/ssh-host';
import { defined } from '../lib/basics/defined';
import { InvalidCommand } from '../lib/basics/errors';
import type { Configuration } from './config';
import { findAccess, unknownHost } from './host-directory';

/** @throws InvalidConfiguration when no entry of `hosts` says how to reach it */
export function openHost(name: string, configuration: Configuration): OpenHost {
  const access = findAccess(name, configuration);
  if (!access) throw unknownHost(name, configuration);
  // The name comes from Neutron. A name that begins with a dash would be an option of ssh or ip.
  if (!/^[A-Za-z0-9][\w.:-]*$/.test(name))
    throw new InvalidCommand(
      `the host name ${JSON.stringify(name)} is none that stackward gives to ssh; letters, digits, ".", "_", ":" and "-" are allowed`,
    );
  const fill = (text: string): string => text.replaceAll('{host}', name);
  const { ssh, sshConfig, namespace, installed, stateFolder } = access;
  const options = defined({ installed, stateFolder: stateFolder && fill(stateFolder) });
  return ssh === undefined
    ? new LocalHost(name, defined({ ...options, namespace: namespace && fill(namespace) }))
    : new SshHost(name, defined({ ...options, destination: fill(ssh), configFile: sshConfig }));
}
