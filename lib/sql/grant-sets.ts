/** The grants that each command needs in a database, by release: the statements of docs/database-grants.md, which a test compares with these. */
import { isAtLeast, type KnownRelease, type Release } from '../openstack/releases';

export type GrantPurpose = 'plan' | 'apply' | 'inventory' | 'doctor' | 'views';

export interface GrantSet {
  readonly purpose: GrantPurpose;
  /** Heading of the page, behind the purpose. */
  readonly title: string;
  /** The first release that needs it; the next set of the purpose begins where this one ends. */
  readonly since: KnownRelease;
  /** `SELECT (id, name) ON neutron.ports`, with the usual names of schemas. */
  readonly grants: readonly string[];
}

const lines = (text: string): readonly string[] => text.trim().split('\n');

/** The end of each set of the inventory, the same in all releases. */
const imagesAndNetworks = `SELECT (id, name, size) ON glance.images
SELECT (id, name) ON neutron.networks
SELECT (network_id, device_id, device_owner, id, mac_address) ON neutron.ports
SELECT (port_id, subnet_id, ip_address) ON neutron.ipallocations
SELECT (id, cidr, gateway_ip) ON neutron.subnets
SELECT (port_id, security_group_id) ON neutron.securitygroupportbindings
SELECT (id, name) ON neutron.securitygroups
SELECT (fixed_port_id, floating_ip_address) ON neutron.floatingips
`;

export const grantSets: readonly GrantSet[] = [
  {
    purpose: 'plan',
    title: 'Icehouse to Kilo',
    since: 'icehouse',
    grants: lines(`
SELECT ON neutron.subnets
SELECT ON neutron.ipallocationpools
SELECT ON neutron.ipavailabilityranges
SELECT ON neutron.ipallocations
`),
  },
  {
    purpose: 'plan',
    title: 'Liberty and Mitaka',
    since: 'liberty',
    grants: lines(`
SELECT ON neutron.subnets
SELECT ON neutron.ipallocationpools
SELECT ON neutron.ipavailabilityranges
SELECT ON neutron.ipallocations
SELECT ON neutron.ipamsubnets
SELECT ON neutron.ipamallocationpools
SELECT ON neutron.ipamavailabilityranges
SELECT ON neutron.ipamallocations
`),
  },
  {
    purpose: 'plan',
    title: 'Newton and later',
    since: 'newton',
    grants: lines(`
SELECT ON neutron.subnets
SELECT ON neutron.ipallocationpools
SELECT ON neutron.ipallocations
SELECT ON neutron.ipamsubnets
SELECT ON neutron.ipamallocationpools
`),
  },
  {
    purpose: 'apply',
    title: 'Icehouse to Kilo',
    since: 'icehouse',
    grants: lines(`
SELECT ON neutron.subnets
SELECT ON neutron.ipallocations
SELECT, INSERT, DELETE, UPDATE (first_ip, last_ip) ON neutron.ipallocationpools
SELECT, INSERT, DELETE ON neutron.ipavailabilityranges
`),
  },
  {
    purpose: 'apply',
    title: 'Liberty and Mitaka',
    since: 'liberty',
    grants: lines(`
SELECT ON neutron.subnets
SELECT ON neutron.ipallocations
SELECT ON neutron.ipamsubnets
SELECT ON neutron.ipamallocations
SELECT, INSERT, DELETE, UPDATE (first_ip, last_ip) ON neutron.ipallocationpools
SELECT, INSERT, DELETE, UPDATE (first_ip, last_ip) ON neutron.ipamallocationpools
SELECT, INSERT, DELETE ON neutron.ipavailabilityranges
SELECT, INSERT, DELETE ON neutron.ipamavailabilityranges
`),
  },
  {
    purpose: 'apply',
    title: 'Newton and later',
    since: 'newton',
    grants: lines(`
SELECT ON neutron.subnets
SELECT ON neutron.ipallocations
SELECT ON neutron.ipamsubnets
SELECT, INSERT, DELETE, UPDATE (first_ip, last_ip) ON neutron.ipallocationpools
SELECT, INSERT, DELETE, UPDATE (first_ip, last_ip) ON neutron.ipamallocationpools
`),
  },
  {
    purpose: 'inventory',
    title: 'Icehouse',
    since: 'icehouse',
    grants: lines(`
SELECT (deleted, uuid, display_name, project_id, user_id, created_at, availability_zone, host, node, display_description, power_state, vm_state, task_state, instance_type_id, vcpus, memory_mb, hostname, launched_at, root_device_name, image_ref, key_name, key_data) ON nova.instances
SELECT (instance_uuid, deleted, network_info) ON nova.instance_info_caches
SELECT (instance_uuid, deleted, value, \`key\`) ON nova.instance_system_metadata
SELECT (id, deleted, host) ON nova.services
SELECT (service_id, deleted, hypervisor_hostname, vcpus, vcpus_used, memory_mb, memory_mb_used) ON nova.compute_nodes
SELECT (aggregate_id, \`key\`, value, deleted) ON nova.aggregate_metadata
SELECT (aggregate_id, host, deleted) ON nova.aggregate_hosts
SELECT (user_id, name, fingerprint, deleted) ON nova.key_pairs
SELECT (id, name) ON nova.instance_types
SELECT (resource, project_id, hard_limit, deleted) ON nova.quotas
SELECT (class_name, resource, hard_limit, deleted) ON nova.quota_classes
SELECT (id, name) ON keystone.project
SELECT (id, name) ON keystone.user
SELECT (deleted, attach_status, instance_uuid, id, display_name, size, mountpoint, host) ON cinder.volumes
SELECT (resource, project_id, hard_limit, deleted) ON cinder.quotas
SELECT (class_name, resource, hard_limit, deleted) ON cinder.quota_classes
SELECT (resource, project_id, in_use, deleted) ON cinder.quota_usages
${imagesAndNetworks}`),
  },
  {
    purpose: 'inventory',
    title: 'Mitaka',
    since: 'liberty',
    grants: lines(`
SELECT (deleted, uuid, display_name, project_id, user_id, created_at, availability_zone, host, node, display_description, power_state, vm_state, task_state, instance_type_id, vcpus, memory_mb, hostname, launched_at, root_device_name, image_ref, key_name, key_data) ON nova.instances
SELECT (instance_uuid, deleted, flavor) ON nova.instance_extra
SELECT (instance_uuid, deleted, network_info) ON nova.instance_info_caches
SELECT (instance_uuid, deleted, value, \`key\`) ON nova.instance_system_metadata
SELECT (host, deleted, hypervisor_hostname, vcpus, vcpus_used, memory_mb, memory_mb_used, cpu_allocation_ratio) ON nova.compute_nodes
SELECT (aggregate_id, \`key\`, value, deleted) ON nova.aggregate_metadata
SELECT (aggregate_id, host, deleted) ON nova.aggregate_hosts
SELECT (user_id, name, fingerprint, deleted) ON nova.key_pairs
SELECT (id, name) ON nova.instance_types
SELECT (resource, project_id, hard_limit, deleted) ON nova.quotas
SELECT (class_name, resource, hard_limit, deleted) ON nova.quota_classes
SELECT (id, name) ON keystone.project
SELECT (name, user_id) ON keystone.local_user
SELECT (user_id, display_name) ON keystone.federated_user
SELECT (volume_id, deleted, attach_status, instance_uuid, mountpoint) ON cinder.volume_attachment
SELECT (id, deleted, display_name, size, host) ON cinder.volumes
SELECT (resource, project_id, hard_limit, deleted) ON cinder.quotas
SELECT (class_name, resource, hard_limit, deleted) ON cinder.quota_classes
SELECT (resource, project_id, in_use, deleted) ON cinder.quota_usages
${imagesAndNetworks}`),
  },
  {
    purpose: 'inventory',
    title: 'Ocata and later',
    since: 'ocata',
    grants: lines(`
SELECT (deleted, uuid, display_name, project_id, user_id, created_at, availability_zone, host, node, display_description, power_state, vm_state, task_state, instance_type_id, vcpus, memory_mb, hostname, launched_at, root_device_name, image_ref, key_name, hidden, key_data) ON nova.instances
SELECT (instance_uuid, deleted, flavor) ON nova.instance_extra
SELECT (instance_uuid, deleted, network_info) ON nova.instance_info_caches
SELECT (instance_uuid, deleted, value, \`key\`) ON nova.instance_system_metadata
SELECT (host, deleted, hypervisor_hostname, vcpus, vcpus_used, memory_mb, memory_mb_used, cpu_allocation_ratio, mapped) ON nova.compute_nodes
SELECT (deleted, uuid, display_name, project_id, user_id, created_at, availability_zone, host, node, display_description, power_state, vm_state, task_state, instance_type_id, vcpus, memory_mb, hostname, launched_at, root_device_name, image_ref, key_name, hidden, key_data) ON nova_cell0.instances
SELECT (instance_uuid, deleted, flavor) ON nova_cell0.instance_extra
SELECT (instance_uuid, deleted, network_info) ON nova_cell0.instance_info_caches
SELECT (instance_uuid, deleted, value, \`key\`) ON nova_cell0.instance_system_metadata
SELECT (aggregate_id, \`key\`, value) ON nova_api.aggregate_metadata
SELECT (aggregate_id, host) ON nova_api.aggregate_hosts
SELECT (user_id, name, fingerprint) ON nova_api.key_pairs
SELECT (id, name) ON nova_api.flavors
SELECT (resource, project_id, hard_limit) ON nova_api.quotas
SELECT (class_name, resource, hard_limit) ON nova_api.quota_classes
SELECT (instance_uuid, instance, project_id, created_at) ON nova_api.build_requests
SELECT (id, uuid, name) ON nova_api.cell_mappings
SELECT (cell_id, queued_for_delete, instance_uuid) ON nova_api.instance_mappings
SELECT (id, name) ON keystone.project
SELECT (name, user_id) ON keystone.local_user
SELECT (user_id, display_name) ON keystone.federated_user
SELECT (user_id, name) ON keystone.nonlocal_user
SELECT (volume_id, deleted, attach_status, instance_uuid, mountpoint) ON cinder.volume_attachment
SELECT (id, deleted, display_name, size, host) ON cinder.volumes
SELECT (resource, project_id, hard_limit, deleted) ON cinder.quotas
SELECT (class_name, resource, hard_limit, deleted) ON cinder.quota_classes
SELECT (resource, project_id, in_use, deleted) ON cinder.quota_usages
${imagesAndNetworks}`),
  },
  {
    purpose: 'doctor',
    title: 'Icehouse to Newton',
    since: 'icehouse',
    grants: lines(`
SELECT (\`binary\`, host, disabled, disabled_reason, report_count, updated_at, deleted) ON nova.services
SELECT (deleted) ON nova.compute_nodes
SELECT (uuid, display_name, host, vm_state, task_state, deleted) ON nova.instances
SELECT (id, action, request_id, start_time, message, instance_uuid) ON nova.instance_actions
SELECT (id, action_id, event, start_time, finish_time, result, traceback) ON nova.instance_actions_events
SELECT (id, host, message, details, created_at, deleted_at, instance_uuid) ON nova.instance_faults
SELECT (tenant_id, resource, \`limit\`) ON neutron.quotas
SELECT (id, tenant_id) ON neutron.ports
SELECT (id, name, network_id) ON neutron.subnets
SELECT (subnet_id, first_ip, last_ip) ON neutron.ipallocationpools
SELECT (subnet_id, ip_address) ON neutron.ipallocations
`),
  },
  {
    purpose: 'doctor',
    title: 'Ocata and later',
    since: 'ocata',
    grants: lines(`
SELECT (\`binary\`, host, disabled, disabled_reason, forced_down, report_count, last_seen_up, deleted) ON nova.services
SELECT (deleted, mapped) ON nova.compute_nodes
SELECT (uuid, display_name, host, vm_state, task_state, deleted) ON nova.instances
SELECT (id, action, request_id, start_time, message, instance_uuid) ON nova.instance_actions
SELECT (id, action_id, event, start_time, finish_time, result, traceback) ON nova.instance_actions_events
SELECT (id, host, message, details, created_at, deleted_at, instance_uuid) ON nova.instance_faults
SELECT (\`binary\`, host, disabled, disabled_reason, forced_down, report_count, last_seen_up, deleted) ON nova_cell0.services
SELECT (uuid, display_name, host, vm_state, task_state, deleted) ON nova_cell0.instances
SELECT (id, action, request_id, start_time, message, instance_uuid) ON nova_cell0.instance_actions
SELECT (id, action_id, event, start_time, finish_time, result, traceback) ON nova_cell0.instance_actions_events
SELECT (id, host, message, details, created_at, deleted_at, instance_uuid) ON nova_cell0.instance_faults
SELECT (instance_uuid) ON nova_api.build_requests
SELECT (instance_uuid, cell_id) ON nova_api.instance_mappings
SELECT (id, name) ON nova_api.cell_mappings
SELECT (host) ON nova_api.host_mappings
SELECT (project_id, resource, \`limit\`) ON neutron.quotas
SELECT (id, project_id) ON neutron.ports
SELECT (id, name, network_id) ON neutron.subnets
SELECT (subnet_id, first_ip, last_ip) ON neutron.ipallocationpools
SELECT (subnet_id, ip_address) ON neutron.ipallocations
`),
  },
  {
    purpose: 'views',
    title: '',
    since: 'icehouse',
    grants: lines(`
SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, CREATE VIEW, SHOW VIEW ON stackward.*
SELECT (uuid, display_name) ON nova.instances
SELECT (id, instance_uuid, action, start_time, finish_time, message, deleted) ON nova.instance_actions
SELECT (action_id, event, start_time, finish_time, result, traceback, deleted) ON nova.instance_actions_events
SELECT (instance_uuid, host, created_at, deleted_at, message, details) ON nova.instance_faults
`),
  },
];

/** The sets of a purpose that may be the right ones: one where the release is known, else all of them, the newest first. */
export function setsFor(purpose: GrantPurpose, release?: Release): readonly GrantSet[] {
  const newestFirst = grantSets.filter((set) => set.purpose === purpose).toReversed();
  return release === undefined ? newestFirst : newestFirst.filter(({ since }) => isAtLeast(release, since)).slice(0, 1);
}
