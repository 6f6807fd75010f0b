/** A thing of OpenStack in a person's words: `port acme-red (203.0.113.11) of server acme-utm in project acme`. Pure. */
import { printableName } from '../../lib/basics/printable';
import { hasPorts, protocolOf } from '../../lib/net/protocols';
import { listAt, textAt, type Thing, type Things } from './things';

/** Terraform's type → the noun that OpenStack uses. */
const nouns: Readonly<Record<string, string>> = {
  openstack_blockstorage_quotaset_v3: 'storage quotas',
  openstack_blockstorage_volume_v3: 'volume',
  openstack_compute_flavor_v2: 'flavor',
  openstack_compute_instance_v2: 'server',
  openstack_compute_keypair_v2: 'key pair',
  openstack_compute_quotaset_v2: 'compute quotas',
  openstack_compute_servergroup_v2: 'server group',
  openstack_compute_volume_attach_v2: 'attachment of a volume',
  openstack_identity_project_v3: 'project',
  openstack_identity_role_assignment_v3: 'role assignment',
  openstack_identity_user_v3: 'user',
  openstack_images_image_v2: 'image',
  openstack_networking_addressscope_v2: 'address scope',
  openstack_networking_floatingip_v2: 'floating IP',
  openstack_networking_network_v2: 'network',
  openstack_networking_port_v2: 'port',
  openstack_networking_rbac_policy_v2: 'RBAC policy',
  openstack_networking_quota_v2: 'network quotas',
  openstack_networking_router_interface_v2: 'router interface',
  openstack_networking_router_route_v2: 'route',
  openstack_networking_router_v2: 'router',
  openstack_networking_secgroup_rule_v2: 'rule',
  openstack_networking_secgroup_v2: 'security group',
  openstack_networking_subnet_route_v2: 'host route',
  openstack_networking_subnet_v2: 'subnet',
  openstack_networking_subnetpool_v2: 'subnet pool',
  openstack_networking_trunk_v2: 'trunk',
};

export const nounOf = (type: string): string =>
  (Object.hasOwn(nouns, type) ? nouns[type] : undefined) ??
  type
    .replace(/^openstack_/, '')
    .replace(/_v\d+$/, '')
    .replaceAll('_', ' ');

const nameOf = (thing: Thing | undefined): string | undefined => textAt(thing?.values, 'name');

/** The addresses of a port, as Neutron has them or as the code wants them. */
export function addressesOf(port: Thing): string[] {
  const wanted = listAt(port.values, 'fixed_ip').flatMap((fixed) => textAt(fixed, 'ip_address') ?? []);
  const given = listAt(port.values, 'all_fixed_ips').flatMap((address) => (typeof address === 'string' ? address : []));
  return [...new Set(wanted.length > 0 ? wanted : given)];
}

const inBrackets = (texts: readonly string[]): string => (texts.length === 0 ? '' : ` (${texts.join(', ')})`);

/** One line without control characters. */
export const subjectOf = (thing: Thing, things: Things): string => printableName(wordsFor(thing, things));

/** Behind the word "project". A thing that Terraform makes anew tells its project afterwards. */
export const projectOf = (thing: Thing, things: Things): string =>
  things.projectOf(thing) ?? `(known after apply, of stack ${thing.stack})`;

/** The provider's own login has a name in Terraform, and its user another name. */
function userOf(assignment: Thing, things: Things): string | undefined {
  const id = textAt(assignment.values, 'user_id');
  const login = things.loginOf(assignment);
  if (login !== undefined) {
    const name = textAt(login.values, 'user_name') ?? id;
    return name === undefined ? 'the user whose credentials Terraform uses' : `user ${name}, whose credentials Terraform uses,`; // prettier-ignore
  }
  const name = nameOf(things.referred(assignment, 'user_id')) ?? id;
  return name === undefined ? undefined : `user ${name}`;
}

const words: Readonly<Record<string, (thing: Thing, things: Things) => string>> = {
  openstack_networking_port_v2: (port, things) => {
    const server = things.serverOf(port);
    const owner = server ? ` of server ${nameOf(server) ?? 'without a name'}` : '';
    return `port ${labelOf(port)}${inBrackets(addressesOf(port))}${owner} in project ${projectOf(port, things)}`;
  },
  openstack_compute_instance_v2: (server, things) => {
    const addresses = things.portsOf(server).flatMap(addressesOf);
    return `server ${labelOf(server)}${inBrackets(addresses)} in project ${projectOf(server, things)}`;
  },
  openstack_networking_subnet_v2: (subnet, things) => {
    const network = things.referred(subnet, 'network_id');
    const owner = network ? ` of network ${labelOf(network)}` : '';
    return `subnet ${textAt(subnet.values, 'cidr') ?? labelOf(subnet)}${owner}`;
  },
  openstack_networking_floatingip_v2: (floating, things) => {
    const port = things.referred(floating, 'port_id');
    const target = port ? ` to ${wordsFor(port, things)}` : ` in project ${projectOf(floating, things)}`;
    return `floating IP ${textAt(floating.values, 'address') ?? '(address known after apply)'}${target}`;
  },
  openstack_networking_secgroup_rule_v2: (rule, things) => {
    const group = things.referred(rule, 'security_group_id');
    return `rule of security group ${group ? labelOf(group) : labelOf(rule)} in project ${projectOf(rule, things)}: ${sayRule(rule, things)}`;
  },
  openstack_networking_router_interface_v2: (port, things) => {
    const [router, subnet] = ['router_id', 'subnet_id'].map((attribute) => things.referred(port, attribute));
    const leg = subnet ? ` on ${wordsFor(subnet, things)}` : '';
    return `interface of router ${router ? labelOf(router) : '?'}${leg}`;
  },
  openstack_networking_router_route_v2: (route, things) => {
    const router = things.referred(route, 'router_id');
    return `route ${textAt(route.values, 'destination_cidr') ?? '?'} via ${textAt(route.values, 'next_hop') ?? '?'} of router ${router ? labelOf(router) : '?'}`;
  },
  openstack_identity_role_assignment_v3: (assignment, things) => {
    const role = nameOf(things.referred(assignment, 'role_id')) ?? textAt(assignment.values, 'role_id') ?? '?';
    const user = userOf(assignment, things);
    const group = nameOf(things.referred(assignment, 'group_id')) ?? textAt(assignment.values, 'group_id');
    const holder = user ?? `group ${group ?? '?'}`;
    const domain = textAt(assignment.values, 'domain_id');
    return `role ${role} of ${holder} in ${domain === undefined ? `project ${projectOf(assignment, things)}` : `domain ${domain}`}`;
  },
  openstack_networking_quota_v2: (quota, things) => `network quotas of project ${projectOf(quota, things)}`,
  openstack_compute_quotaset_v2: (quota, things) => `compute quotas of project ${projectOf(quota, things)}`,
  openstack_blockstorage_quotaset_v3: (quota, things) => `storage quotas of project ${projectOf(quota, things)}`,
};

const wordsFor = (thing: Thing, things: Things): string =>
  (Object.hasOwn(words, thing.type) ? words[thing.type]?.(thing, things) : undefined) ??
  `${nounOf(thing.type)} ${labelOf(thing)}`;

/** The thing's name in OpenStack, or else its name in Terraform without type and hash. */
export const labelOf = (thing: Thing): string =>
  printableName(nameOf(thing) ?? (thing.address.split('.').at(-1) ?? '').replace(/_[0-9A-F]{8}$/, ''));

/** Nothing where a port may still come, or where the protocol has none. */
function anyPort(rule: Thing, things: Things): string {
  const { port_range_min: least, port_range_max: most } = rule.values;
  const isLimited = typeof least === 'number' && typeof most === 'number' && most > 0 && most < 65_535;
  const mayCome = least === undefined && rule.stack !== '' && things.mayBeInCode(rule, 'port_range_min');
  const number = protocolOf(textAt(rule.values, 'protocol')?.toLowerCase() ?? 'all');
  return isLimited || mayCome || !hasPorts(number) ? '' : ' any port';
}

/** `ingress IPv4 tcp 443 from 192.0.2.0/24`. */
export function sayRule(rule: Thing, things: Things): string {
  const { values } = rule;
  const direction = textAt(values, 'direction') ?? 'ingress';
  const protocol = textAt(values, 'protocol');
  const [least, most] = [values.port_range_min, values.port_range_max];
  const range = least === most ? String(least) : `${String(least)}-${String(most)}`;
  const isIcmp = protocol === '1' || protocol?.includes('icmp') === true;
  const ports =
    typeof least !== 'number' || least <= 0 ? anyPort(rule, things) : isIcmp ? ` type ${least}` : ` ${range}`;
  const group = things.referred(rule, 'remote_group_id');
  const remote =
    group !== undefined
      ? `members of security group ${labelOf(group)}`
      : (textAt(values, 'remote_ip_prefix') ??
        (textAt(values, 'remote_group_id') === undefined
          ? 'anywhere'
          : `members of security group ${textAt(values, 'remote_group_id')}`));
  const type = textAt(values, 'ethertype') ?? 'IPv4';
  return `${direction} ${type} ${protocol ?? 'any protocol'}${ports} ${direction === 'egress' ? 'to' : 'from'} ${remote}`;
}
