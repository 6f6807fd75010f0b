/**
 * The place of each part of the inventory in the databases: tables, joins and columns, from Icehouse's single database
 * `nova` to today's `nova_api` with cells.
 *
 * Nothing here asks for a release. information_schema shows the tables and columns that exist and that the account may
 * read; a column without a right counts as missing. A field without its column is left out, so that a default never
 * replaces a real value. The report reads each relation with a separate statement and joins in memory; a view joins
 * them in SQL.
 */
import { layoutOf, notInUse } from './layout';
import { relationOf, type RelationFound, type Schema } from './relation';

/** Leaves out deleted servers. A server that moves between cells is hidden in one of them. */
const alive = ['i.deleted = 0'];
const notHidden = ['COALESCE(i.hidden, 0) = 0'];
const ofServers = 'instances i ON i.uuid = x.instance_uuid';
const ofVms = ["p.device_id <> ''", "p.device_owner NOT LIKE 'network:%'"];

export type RelationMaker = (schema: Schema) => RelationFound;

/** For `nova`, as a single database or as a cell, and for `nova_cell0`. */
const servers: RelationMaker = (schema) =>
  relationOf(schema, {
    from: ['instances i'],
    fields: {
      id: 'i.uuid',
      name: 'i.display_name',
      projectId: 'i.project_id',
      userId: 'i.user_id',
      created: 'i.created_at',
      zone: 'i.availability_zone',
      host: 'i.host',
      node: 'i.node',
      description: 'i.display_description',
      powerState: 'i.power_state',
      vmState: 'i.vm_state',
      taskState: 'i.task_state',
      flavorId: 'i.instance_type_id',
      vcpus: 'i.vcpus',
      memoryMib: 'i.memory_mb',
      hostname: 'i.hostname',
      launched: 'i.launched_at',
      rootDevice: 'i.root_device_name',
      imageId: 'i.image_ref',
      keyName: 'i.key_name',
    },
    needs: ['i.uuid'],
    where: alive,
    whereIfThere: notHidden,
  });

const serverText = (table: string, column: string, more: Readonly<Record<string, string>> = {}): RelationMaker => {
  return (schema) =>
    relationOf(schema, {
      from: [`${table} x`, ofServers],
      fields: { serverId: 'x.instance_uuid', text: column, ...more },
      needs: [column, ...Object.values(more)],
      where: [...alive, 'x.deleted = 0'],
      whereIfThere: notHidden,
    });
};

const publicKeys: RelationMaker = (schema) =>
  relationOf(schema, {
    from: ['instances i'],
    fields: { serverId: 'i.uuid', text: 'i.key_data' },
    needs: ['i.uuid', 'i.key_data'],
    where: [...alive, 'i.key_data IS NOT NULL'],
    whereIfThere: notHidden,
  });

/** Before Kilo a compute node has no host field, and belongs to a service. */
const hosts: RelationMaker = (schema) => {
  const isOld = !schema.has('compute_nodes', 'host');
  return relationOf(schema, {
    from: ['compute_nodes n', ...(isOld ? ['services s ON s.id = n.service_id'] : [])],
    fields: {
      host: isOld ? 's.host' : 'n.host',
      node: 'n.hypervisor_hostname',
      vcpus: 'n.vcpus',
      vcpusUsed: 'n.vcpus_used',
      memoryMib: 'n.memory_mb',
      memoryUsedMib: 'n.memory_mb_used',
      vcpuRatio: 'n.cpu_allocation_ratio',
    },
    needs: [isOld ? 's.host' : 'n.host'],
    where: ['n.deleted = 0', ...(isOld ? ['s.deleted = 0'] : [])],
  });
};

const unlessMoved = (relation: RelationMaker): RelationMaker => {
  return (schema) => {
    const layout = layoutOf(schema);
    return layout === 'one database' ? relation(schema) : notInUse[layout];
  };
};

/** `nova` marks rows as deleted; `nova_api` removes them. */
const zones: RelationMaker = (schema) =>
  relationOf(schema, {
    from: ['aggregate_hosts h', 'aggregate_metadata m ON m.aggregate_id = h.aggregate_id'],
    fields: { host: 'h.host', zone: 'm.value' },
    needs: ['h.host', 'm.value'],
    where: ["m.`key` = 'availability_zone'"],
    whereIfThere: ['h.deleted = 0', 'm.deleted = 0'],
  });

const keys: RelationMaker = (schema) =>
  relationOf(schema, {
    from: ['key_pairs k'],
    fields: { userId: 'k.user_id', name: 'k.name', fingerprint: 'k.fingerprint' },
    needs: ['k.user_id', 'k.name', 'k.fingerprint'],
    whereIfThere: ['k.deleted = 0'],
  });

/** Includes deleted flavors, because a server may still refer to one. */
const flavors = (table: string): RelationMaker => {
  return (schema) =>
    relationOf(schema, { from: [`${table} f`], fields: { id: 'f.id', name: 'f.name' }, needs: ['f.id', 'f.name'] });
};

const resourcesIn = (alias: string, names: readonly string[]): string =>
  `${alias}.resource IN (${names.map((name) => `'${name}'`).join(', ')})`;

/** A row without a limit means that there is no limit. */
const quotas = (resources: readonly string[]): RelationMaker => {
  return (schema) =>
    relationOf(schema, {
      from: ['quotas q'],
      fields: { projectId: 'q.project_id', resource: 'q.resource', amount: 'COALESCE(q.hard_limit, -1)' },
      needs: ['q.project_id', 'q.hard_limit'],
      where: [resourcesIn('q', resources)],
      whereIfThere: ['q.deleted = 0'],
    });
};

/** Defaults that were set through an API. Without them, the service's configuration file has the defaults. */
const quotaDefaults = (resources: readonly string[]): RelationMaker => {
  return (schema) =>
    relationOf(schema, {
      from: ['quota_classes q'],
      fields: { resource: 'q.resource', amount: 'COALESCE(q.hard_limit, -1)' },
      needs: ['q.hard_limit'],
      where: ["q.class_name = 'default'", resourcesIn('q', resources)],
      whereIfThere: ['q.deleted = 0'],
    });
};

const computeResources = ['instances', 'cores', 'ram'];
const volumeResources = ['volumes', 'gigabytes'];

/** If Keystone has the table `local_user`, its own users' names are there, and other users' names in further tables. */
const users: RelationMaker = (schema) =>
  schema.has('local_user', 'name')
    ? relationOf(schema, { from: ['local_user u'], fields: { id: 'u.user_id', name: 'u.name' }, needs: ['u.user_id'] })
    : relationOf(schema, { from: ['user u'], fields: { id: 'u.id', name: 'u.name' }, needs: ['u.id', 'u.name'] });

const otherUsers = (table: string, name: string): RelationMaker => {
  return (schema) =>
    relationOf(schema, { from: [`${table} u`], fields: { id: 'u.user_id', name }, needs: ['u.user_id', name] });
};

/** Before Kilo the volume's own row has its attachment. */
const volumes: RelationMaker = (schema) => {
  const isOld = !schema.has('volume_attachment', 'volume_id');
  return relationOf(schema, {
    from: ['volumes v', ...(isOld ? [] : ['volume_attachment a ON a.volume_id = v.id'])],
    fields: {
      id: 'v.id',
      serverId: isOld ? 'v.instance_uuid' : 'a.instance_uuid',
      name: 'v.display_name',
      sizeGib: 'v.size',
      device: isOld ? 'v.mountpoint' : 'a.mountpoint',
      location: 'v.host',
    },
    needs: ['v.id'],
    where: [
      'v.deleted = 0',
      ...(isOld
        ? ["v.attach_status = 'attached'", 'v.instance_uuid IS NOT NULL']
        : ['a.deleted = 0', "a.attach_status = 'attached'", 'a.instance_uuid IS NOT NULL']),
    ],
  });
};

const volumeUsages: RelationMaker = (schema) =>
  relationOf(schema, {
    from: ['quota_usages q'],
    fields: { projectId: 'q.project_id', resource: 'q.resource', amount: 'q.in_use' },
    needs: ['q.project_id', 'q.in_use'],
    where: [resourcesIn('q', volumeResources)],
    whereIfThere: ['q.deleted = 0'],
  });

const nics: RelationMaker = (schema) =>
  relationOf(schema, {
    from: ['ports p', 'networks n ON n.id = p.network_id'],
    fields: {
      portId: 'p.id',
      serverId: 'p.device_id',
      mac: 'p.mac_address',
      owner: 'p.device_owner',
      network: 'n.name',
    },
    needs: ['p.id', 'p.mac_address'],
    where: ofVms,
  });

const addresses: RelationMaker = (schema) =>
  relationOf(schema, {
    from: ['ipallocations a', 'ports p ON p.id = a.port_id', 'subnets s ON s.id = a.subnet_id'],
    fields: { portId: 'a.port_id', address: 'a.ip_address', cidr: 's.cidr', gateway: 's.gateway_ip' },
    needs: ['a.ip_address'],
    where: ofVms,
  });

const groups: RelationMaker = (schema) =>
  relationOf(schema, {
    from: [
      'securitygroupportbindings b',
      'ports p ON p.id = b.port_id',
      'securitygroups g ON g.id = b.security_group_id',
    ],
    fields: { portId: 'b.port_id', name: 'g.name' },
    needs: ['g.name'],
    where: ofVms,
  });

/** Of ports of servers. */
const floatingIps: RelationMaker = (schema) =>
  relationOf(schema, {
    from: ['floatingips f', 'ports p ON p.id = f.fixed_port_id'],
    fields: { portId: 'f.fixed_port_id', address: 'f.floating_ip_address' },
    needs: ['f.floating_ip_address'],
    where: ofVms,
  });

/** Includes deleted images, because a server may still refer to one. */
const images: RelationMaker = (schema) =>
  relationOf(schema, { from: ['images m'], fields: { id: 'm.id', name: 'm.name', bytes: 'm.size' }, needs: ['m.id'] });

const cell = {
  servers,
  publicKeys,
  flavorJson: serverText('instance_extra', 'x.flavor'),
  networkInfo: serverText('instance_info_caches', 'x.network_info'),
  systemMetadata: serverText('instance_system_metadata', 'x.value', { key: 'x.`key`' }),
} as const;

/** Every relation, by database and name. */
export const relations = {
  nova: {
    ...cell,
    hosts,
    zones: unlessMoved(zones),
    keys: unlessMoved(keys),
    flavors: unlessMoved(flavors('instance_types')),
    computeQuotas: unlessMoved(quotas(computeResources)),
    computeQuotaDefaults: unlessMoved(quotaDefaults(computeResources)),
  },
  nova_cell0: cell,
  nova_api: {
    zones,
    keys,
    flavors: flavors('flavors'),
    computeQuotas: quotas(computeResources),
    computeQuotaDefaults: quotaDefaults(computeResources),
    /**
     * Servers that have not reached a cell yet, each as JSON. Before Newton the table is not in use, even if it exists.
     */
    buildRequests: (schema) =>
      relationOf(schema, {
        from: ['build_requests r'],
        fields: { id: 'r.instance_uuid', projectId: 'r.project_id', created: 'r.created_at', json: 'r.instance' },
        needs: ['r.instance_uuid', 'r.instance'],
        where: ['r.instance_uuid IS NOT NULL'],
      }),
    /** The cell of each server, except for servers that are being deleted. */
    cellsOfServers: (schema) =>
      relationOf(schema, {
        from: ['instance_mappings m', 'cell_mappings c ON c.id = m.cell_id'],
        fields: { serverId: 'm.instance_uuid', cell: 'c.name', cellId: 'c.uuid' },
        needs: ['m.instance_uuid', 'c.uuid'],
        where: ['COALESCE(m.queued_for_delete, 0) = 0'],
      }),
  },
  keystone: {
    projects: (schema) =>
      relationOf(schema, { from: ['project j'], fields: { id: 'j.id', name: 'j.name' }, needs: ['j.id', 'j.name'] }),
    users,
    federatedUsers: otherUsers('federated_user', 'u.display_name'),
    otherUsers: otherUsers('nonlocal_user', 'u.name'),
  },
  neutron: { nics, addresses, groups, floatingIps },
  cinder: {
    volumes,
    volumeQuotas: quotas(volumeResources),
    volumeQuotaDefaults: quotaDefaults(volumeResources),
    volumeUsages,
  },
  glance: { images },
} as const satisfies Readonly<Record<string, Readonly<Record<string, RelationMaker>>>>;

/** All tables that a relation may use: information_schema is asked for these. */
export const tablesRead: readonly string[] = [
  ...['instances', 'instance_extra', 'instance_info_caches', 'instance_system_metadata', 'compute_nodes', 'services'],
  ...['aggregate_hosts', 'aggregate_metadata', 'key_pairs', 'instance_types', 'flavors', 'quotas', 'quota_classes'],
  ...['build_requests', 'instance_mappings', 'cell_mappings', 'project', 'user', 'local_user', 'federated_user'],
  ...['nonlocal_user', 'volumes', 'volume_attachment', 'quota_usages', 'ports', 'networks', 'ipallocations', 'subnets'],
  ...['securitygroupportbindings', 'securitygroups', 'floatingips', 'images'],
];
