/** Lists the readings that prove the ways of packets. Pure. */
import { hostOf } from '../../lib/contract/target';
import type { PlannedStep } from '../../lib/run/plan';
import { groupsAfter } from '../terraform/port-groups';
import type { PlannedChange } from '../terraform/planned-change';
import { portType, textAt, type Thing } from '../terraform/things';

export interface WantedReadings {
  /** Ports of Neutron. */
  readonly ports: readonly string[];
  /** Security groups that a port has only afterwards. */
  readonly groups: readonly string[];
  /** Hosts where an exception changes. */
  readonly hosts: readonly string[];
}

/** Neutron's ports that a review reads, so that it stays quick. */
const mostPortsRead = 100;

export function wantedReadings(
  changes: readonly PlannedChange[],
  own: readonly Pick<PlannedStep, 'kind' | 'target'>[],
): WantedReadings {
  const ports = new Set<string>();
  const groups = new Set<string>();
  const changed = new Set<Thing>();
  const idOf = (thing: Thing): string | undefined => textAt(thing.values, 'id');
  for (const change of changes) {
    const { planned, thing, things } = change;
    if (planned.type === portType) {
      ports.add(idOf(thing) ?? '');
      for (const group of groupsAfter(change) ?? [])
        groups.add((typeof group === 'string' ? group : idOf(group)) ?? '');
    }
    if (planned.type !== 'openstack_networking_secgroup_rule_v2') continue;
    const group = things.referred(thing, 'security_group_id');
    if (group === undefined || changed.has(group)) continue;
    changed.add(group);
    for (const port of things.portsWithGroup(group)) ports.add(idOf(port) ?? '');
  }
  const hosts = own.flatMap(({ kind, target }) => (kind === 'firewall-exception' ? (hostOf(target) ?? []) : []));
  return {
    ports: [...ports].filter(isUuid).slice(0, mostPortsRead),
    groups: [...groups].filter(isUuid),
    hosts: [...new Set(hosts)],
  };
}

const isUuid = (id: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[0-9a-f]{32}$/.test(id);
