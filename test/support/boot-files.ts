/**
 * The files that restore exceptions on a machine of test/support/firewall-machine.ts, and manifests that declare them.
 */
import type { Manifest } from '../../lib/contract/manifest';
import { exception, manifestOf, portId } from './firewall-texts';

export const unit = '/etc/systemd/system/stackward-restore.service';
export const target = '/etc/systemd/system/multi-user.target.d/stackward.conf';
export const job = '/etc/init/stackward-restore.conf';
export const copy = '/usr/local/lib/stackward/restore-at-boot.py';
export const all = (owner: string) => [{ owner, stacks: 'all' as const }];

/** Exceptions of one stack, and the resource that restores them at boot. */
export function wish(owner = 'team-a', stack = 'acme', sources = ['10.99.0.0/24', '2001:db8:99::/48']): Manifest[] {
  const exceptions = manifestOf({ Branch: exception({ sources, release: 'mitaka' }) }, { owner, stack });
  const boot = manifestOf(
    { BootRestore: { exceptions: [{ portId, placement: 'bound', firewallDriver: 'iptables_hybrid' }] } },
    { owner, stack, kind: 'boot-restore' },
  );
  return [{ ...exceptions, resources: [...exceptions.resources, ...boot.resources] }];
}
export const nobody = (owner = 'team-a'): Manifest[] => [manifestOf({}, { owner })];
