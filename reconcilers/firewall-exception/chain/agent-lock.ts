/**
 * The lock that Neutron's agents up to Liberty hold while they save, change and restore whole tables. (7.0.2 and later
 * restore only the changes; neutron fb55693713.) Pure.
 *
 * The lock is a POSIX lock (fcntl.lockf) on `<lock_path>/neutron-iptables`. `lock_path` is in [DEFAULT] up to Juno,
 * later in [oslo_concurrency]; the shipped neutron.conf sets it to `$state_path/lock`. Source: neutron@icehouse-eol
 * agent/linux/iptables_manager.py, etc/neutron.conf; neutron@kilo-eol etc/neutron.conf.
 */
import type { HostFile } from '../../../lib/hosts/host';
import { effective, type OsloConfig, type OsloOption } from '../../../lib/oslo-config/effective';
import { eraOf } from '../../../lib/oslo-config/era';
import { parseOsloFile } from '../../../lib/oslo-config/file';
import { replaceReferences } from '../../../lib/oslo-config/references';

const former = [{ section: 'DEFAULT', name: 'lock_path' }];
const lockPathOption: OsloOption = { section: 'oslo_concurrency', name: 'lock_path', former };
const statePathOption: OsloOption = { section: 'DEFAULT', name: 'state_path' };

/** The last release whose agents hold the lock. */
const era = eraOf('liberty');

/** @param files the agent's configuration, in the order in which it reads them: a later file wins */
export function findLockFile(files: readonly HostFile[]): string {
  const texts = files.flatMap((file) => (file.exists ? [Buffer.from(file.content, 'base64').toString('utf8')] : []));
  const parsed = texts.map((text, index) => parseOsloFile(String(index), text, era.python));
  const config: OsloConfig = { files: parsed, environment: new Map(), era };
  const valueOf = (option: OsloOption): string | undefined => effective(option, config).values[0]?.value || undefined;
  const statePath = valueOf(statePathOption) ?? '/var/lib/neutron';
  const lockPath = replaceReferences(valueOf(lockPathOption) ?? '$state_path/lock', era, ({ name }) =>
    name === 'state_path' ? statePath : `$${name}`,
  );
  return `${lockPath.replace(/\/+$/, '')}/neutron-iptables`;
}
