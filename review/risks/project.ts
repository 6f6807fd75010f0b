/** The risks of changes to roles and quotas by Terraform. Pure. */
import { isGone, isMade } from '../terraform/planned-change';
import { portType, serverType } from '../terraform/things';
import type { Classify } from './terraform-change';
import { isUnknown, nobodyKnows } from './unknown';

export const classifyRole: Classify = (change) => {
  const { shown } = change;
  if (isMade(change)) return [['gives-role', `${shown.subject} is given`]];
  return isGone(change) ? [['takes-role', `${shown.subject} is taken: who works with it is refused`]] : [];
};

/** Resource of the quota → the Terraform type that the quota counts. */
const counted: Readonly<Record<string, string>> = {
  network: 'openstack_networking_network_v2',
  subnet: 'openstack_networking_subnet_v2',
  port: portType,
  router: 'openstack_networking_router_v2',
  floatingip: 'openstack_networking_floatingip_v2',
  security_group: 'openstack_networking_secgroup_v2',
  security_group_rule: 'openstack_networking_secgroup_rule_v2',
  instances: serverType,
  volumes: 'openstack_blockstorage_volume_v3',
};

export const classifyQuota: Classify = (change) => {
  const { stack, planned, shown, things } = change;
  const { before, after } = planned;
  if (planned.action !== 'update' || !before || !after) return [];
  const lowered: string[] = [];
  const below: string[] = [];
  const unknown = Object.keys(before).filter((name) => typeof before[name] === 'number' && isUnknown(change, name));
  if (unknown.length > 0)
    return [['quota-below-use', nobodyKnows(`${shown.subject} allow less: ${unknown.join(', ')}`)]];
  for (const [name, limit] of Object.entries(after)) {
    const was = before[name];
    if (typeof limit !== 'number' || typeof was !== 'number' || limit < 0 || (was >= 0 && was <= limit)) continue;
    lowered.push(`${name} from ${was < 0 ? 'no limit' : was} to ${limit}`);
    const used = things.inStack(stack, counted[name] ?? '').length;
    if (used > limit) below.push(`${name}: ${limit} allowed, ${used} declared here`);
  }
  if (lowered.length === 0) return [];
  return below.length > 0
    ? [['quota-below-use', `${shown.subject}: ${below.join('; ')}`]]
    : [['quota-lowered', `${shown.subject}: ${lowered.join(', ')}`]];
};
