/** A project that somebody made by hand on the lab: everything that `stackward import` writes, and some things that it can't. */
import { setTimeout } from 'node:timers/promises';
import { readCredentialFiles } from '../../adapters/files/credential-files';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { resolveCredentials, type CloudCredentials } from '../../lib/openstack/credentials';
import type { LabProjects } from './lab-projects';

interface Made {
  readonly id: string;
}

/** Boots a server in the project, as a member of it, because Nova refuses ports of another project. */
async function boot(lab: LabProjects, project: string, port: string): Promise<void> {
  const { roles } = await lab.get<{ roles: Made[] }>('identity', '/roles?name=admin');
  const credentials = resolveCredentials('stackward-lab', {}, readCredentialFiles(lab.lab.environment));
  const admin = new OpenStackSession(credentials);
  const { user } = await admin.login();
  await admin.close();
  const path = `/projects/${project}/users/${user?.id ?? ''}/roles/${roles[0]?.id ?? ''}`;
  await lab.call('identity', path, { method: 'PUT' });
  const identity = { ...credentials.identity, scope: { projectId: project } } as CloudCredentials['identity'];
  const session = new OpenStackSession({ ...credentials, identity });
  const { flavors } = await lab.get<{ flavors: (Made & { name: string })[] }>('compute', '/flavors');
  const { images } = await lab.get<{ images: Made[] }>('image', '/v2/images?name=stackward-utm');
  const server = {
    name: 'web_1',
    imageRef: images[0]?.id,
    flavorRef: flavors.find(({ name }) => name === 'stackward.utm')?.id,
    networks: [{ port }],
    user_data: Buffer.from('#!/bin/sh\n').toString('base64'),
  };
  const made = await session.call<{ server: Made }>('compute', '/servers', { method: 'POST', body: { server } });
  const isActive = async (): Promise<boolean> =>
    (await session.call<{ server: { status: string } }>('compute', `/servers/${made.server.id}`)).server.status ===
    'ACTIVE';
  while (!(await isActive())) await setTimeout(1000);
  await session.close();
}

/** Puts the things into a new project of this run. @returns the project's name */
export async function makeByHand(lab: LabProjects): Promise<string> {
  const name = `${lab.run}-hand 'made' \${x}`;
  const make = async (service: string, path: string, thing: string, body: object): Promise<string> => {
    const answer = await lab.call<Record<string, Made>>(service, path, { method: 'POST', body: { [thing]: body } });
    return (answer[thing] as Made).id;
  };
  const project = await make('identity', '/projects', 'project', { name, description: 'By hand\n*/ of old' });
  const neutron = (collection: string, thing: string, body: object): Promise<string> =>
    make('network', `/v2.0/${collection}`, thing, { ...body, project_id: project });
  const network = await neutron('networks', 'network', { name: 'green net', description: 'clients' });
  const subnet = await neutron('subnets', 'subnet', {
    name: 'green-4',
    network_id: network,
    ip_version: 4,
    cidr: '10.88.0.0/24',
    dns_nameservers: ['10.88.0.53'],
    host_routes: [{ destination: '10.99.0.0/16', nexthop: '10.88.0.9' }],
    allocation_pools: [{ start: '10.88.0.100', end: '10.88.0.199' }],
  });
  await neutron('subnets', 'subnet', { name: 'green-6', network_id: network, ip_version: 6, cidr: '2001:db8:88::/64' });
  const outside = await make('network', '/v2.0/networks', 'network', {
    name: `${lab.run}-outside`,
    shared: true,
    'router:external': true,
  });
  await make('network', '/v2.0/subnets', 'subnet', { network_id: outside, ip_version: 4, cidr: '203.0.113.0/24' });
  const router = await neutron('routers', 'router', {
    name: 'way out',
    external_gateway_info: { network_id: outside },
  });
  await lab.call('network', `/v2.0/routers/${router}/add_router_interface`, {
    method: 'PUT',
    body: { subnet_id: subnet },
  });
  await lab.call('network', `/v2.0/routers/${router}`, {
    method: 'PUT',
    body: { router: { routes: [{ destination: '10.77.0.0/16', nexthop: '10.88.0.9' }] } },
  });
  const group = await neutron('security-groups', 'security_group', { name: 'web', description: '' });
  const rules = [
    { protocol: 'tcp', port_range_min: 443, port_range_max: 443, remote_ip_prefix: '192.0.2.0/24' },
    { protocol: 'udp', port_range_min: 5000, port_range_max: 5010 },
    { remote_group_id: group },
    { protocol: 'icmp', port_range_min: 0, port_range_max: 0 },
  ];
  for (const rule of rules)
    await neutron('security-group-rules', 'security_group_rule', {
      ...rule,
      security_group_id: group,
      direction: 'ingress',
    });
  const fixed = (address: string) => [{ subnet_id: subnet, ip_address: address }];
  const port = await neutron('ports', 'port', {
    name: 'web-lan',
    network_id: network,
    fixed_ips: fixed('10.88.0.20'),
    security_groups: [group],
    allowed_address_pairs: [{ ip_address: '10.66.0.0/24' }],
  });
  await neutron('ports', 'port', { name: '', network_id: network, fixed_ips: fixed('10.88.0.120') });
  const vlan = await neutron('ports', 'port', { name: 'vlan', network_id: network, fixed_ips: fixed('10.88.0.121') });
  await neutron('trunks', 'trunk', {
    name: 'lan trunk',
    port_id: port,
    sub_ports: [{ port_id: vlan, segmentation_type: 'vlan', segmentation_id: 121 }],
  });
  await neutron('floatingips', 'floatingip', { floating_network_id: outside, port_id: port });
  await boot(lab, project, port);
  await lab.call('network', `/v2.0/quotas/${project}`, { method: 'PUT', body: { quota: { port: 41 } } });
  await lab.call('compute', `/os-quota-sets/${project}`, {
    method: 'PUT',
    body: { quota_set: { instances: 3, cores: 7 } },
  });
  return name;
}
