/** The risks of the changes that Terraform makes. Pure. */
import { printable } from '../../lib/basics/printable';
import { holdsData } from '../terraform/ways-back';
import type { FoundRisk } from './found-risk';
import {
  classifyAddressGroup,
  classifyFloatingIp,
  classifyRouter,
  classifySubnet,
  classifySwitch,
  classifyTrunk,
  stops,
} from './network';
import { classifyPort } from './ports';
import { classifyQuota, classifyRole } from './project';
import { classifyRule } from './security-rules';
import { classifyImageAccess, classifyNetwork, classifyShared, classifySharing } from './shares';
import { addressesOf, labelOf } from '../terraform/subject';
import { listAt, portType, serverType, textAt, type Thing, type Things } from '../terraform/things';
import type { Classify, Said, TerraformChange } from './terraform-change';

export function terraformRisks(change: TerraformChange): FoundRisk[] {
  const { stack, planned, shown } = change;
  const classify = Object.hasOwn(byType, planned.type) ? byType[planned.type] : undefined;
  const said = [
    ...(classify?.(change) ?? []),
    ...classifyShared(change),
    ...classifySwitch(change),
    ...whatGoes(change),
    ...lossOf(change),
  ];
  return said.map(([name, message, witnesses = []]) => ({
    class: name,
    stack,
    where: shown.path,
    message: printable(message),
    wayBack: shown.wayBack,
    witnesses,
  }));
}

function whatGoes({ planned, shown, thing, things }: TerraformChange): Said[] {
  const { action, type } = planned;
  const because = shown.replacedBecause.length === 0 ? '' : `, because of ${shown.replacedBecause.join(', ')}`;
  if (action === 'replace' && type === serverType)
    return [
      [
        'replaces-server',
        `${shown.subject} is deleted and made anew${because}: it is down until the new server serves, and no plan can tell how long${keptPorts(thing, things)}`,
      ],
    ];
  if (action === 'replace' && !quiet.has(type))
    return [['replaces', `${shown.subject} is deleted and made anew with another id${because}`]];
  if (action === 'delete' && (holdsData(type) || structural.has(type)))
    return [['destroys', `${shown.subject} is destroyed${shown.wayBack.isPossible ? '' : `: ${shown.wayBack.why}`}`]];
  return [];
}

/** Empty unless the new server gets the same ports with the same addresses. */
function keptPorts(server: Thing, things: Things): string {
  const ports = things.portsOf(server);
  const [first] = ports;
  const used = new Set(listAt(server.after, 'network').map((network) => textAt(network, 'port')));
  const isKept = (port: Thing): boolean => {
    const id = textAt(port.values, 'id');
    const after = port.after && addressesOf({ ...port, values: port.after });
    return id !== undefined && used.has(id) && textAt(port.after, 'id') === id && after?.join() === addressesOf(port).join(); // prettier-ignore
  };
  if (first === undefined || used.size !== ports.length || !ports.every(isKept)) return '';
  return ports.length === 1
    ? `; the new server gets the same port ${labelOf(first)}, with its addresses`
    : `; the new server gets the same ${ports.length} ports, with their addresses`;
}

/** A class of its own, because a policy may forbid what has no way back, whatever else it is. */
const lossOf: Classify = ({ shown: { subject, wayBack } }) =>
  wayBack.isPossible ? [] : [['irreversible', `${subject} has no way back: ${wayBack.why}`]];

/** Things that others stand on. */
const structural = new Set([
  'openstack_networking_network_v2',
  'openstack_networking_subnet_v2',
  'openstack_networking_router_v2',
  portType,
]);
/** Another id of these is nobody's trouble, or their own classifier speaks. */
const quiet = new Set(['openstack_networking_secgroup_rule_v2', 'openstack_identity_role_assignment_v3']);

const byType: Readonly<Record<string, Classify>> = {
  openstack_networking_secgroup_rule_v2: classifyRule,
  openstack_networking_port_v2: classifyPort,
  openstack_networking_address_group_v2: classifyAddressGroup,
  openstack_networking_network_v2: classifyNetwork,
  openstack_networking_rbac_policy_v2: classifySharing,
  openstack_images_image_access_v2: classifyImageAccess,
  openstack_networking_floatingip_v2: classifyFloatingIp,
  openstack_networking_router_v2: classifyRouter,
  openstack_networking_router_interface_v2: stops('the subnet has no way out through this router'),
  openstack_networking_router_route_v2: stops('packets for this destination are no longer routed there'),
  openstack_networking_subnet_route_v2: stops('servers no longer learn this route by DHCP'),
  openstack_identity_role_assignment_v3: classifyRole,
  openstack_networking_subnet_v2: classifySubnet,
  openstack_networking_trunk_v2: classifyTrunk,
  openstack_networking_quota_v2: classifyQuota,
  openstack_compute_quotaset_v2: classifyQuota,
  openstack_blockstorage_quotaset_v3: classifyQuota,
};
