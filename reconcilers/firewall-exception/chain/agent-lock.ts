/**
 * The lock that Neutron's agents up to Liberty hold while they save, change and restore whole tables (7.0.2 and later: what
 * changed alone; neutron fb55693713). Pure.
 *
 * A POSIX lock (fcntl.lockf) on `<lock_path>/neutron-iptables`; lock_path is in [DEFAULT] up to Juno, in [oslo_concurrency]
 * since, and `$state_path/lock` in the neutron.conf that is shipped. Source: neutron@icehouse-eol
 * agent/linux/iptables_manager.py, etc/neutron.conf; neutron@kilo-eol etc/neutron.conf.
 */
import type { HostFile } from '../../../lib/hosts/host';

const defaultStatePath = '/var/lib/neutron';

/** @param files the agent's configuration, in the order in which it reads them: a later file wins */
export function findLockFile(files: readonly HostFile[]): string {
  const options = new Map<string, string>();
  for (const file of files) if (file.exists) readOptions(Buffer.from(file.content, 'base64').toString('utf8'), options);
  const statePath = options.get('DEFAULT state_path') ?? defaultStatePath;
  const lockPath = options.get('oslo_concurrency lock_path') ?? options.get('DEFAULT lock_path') ?? '$state_path/lock';
  const folder = lockPath.replace(/\$\{?state_path\}?/g, () => statePath).replace(/\/+$/, '');
  return `${folder}/neutron-iptables`;
}

function readOptions(text: string, options: Map<string, string>): void {
  let section = 'DEFAULT';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header) section = header[1] ?? section;
    const option = /^(lock_path|state_path)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (option?.[2]) options.set(`${section} ${option[1]}`, option[2]);
  }
}
