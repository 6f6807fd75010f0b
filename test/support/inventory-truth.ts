/**
 * The inventory that is right for a generated world, in the form of its JSON, computed from the world without any SQL.
 */
import * as world from './inventory-world';
import type { InventoryEra, World, WorldServer } from './inventory-world';

export type TrueRow = Readonly<Record<string, unknown>> & { readonly unknown: readonly string[] };

const iso = (time: string | null): string | null => (time === null ? null : `${time.replace(' ', 'T')}.000Z`);

function hostPart(server: WorldServer, era: InventoryEra): Record<string, unknown> {
  const columns = ['host_vcpus', 'host_vcpu_ratio', 'host_vcpus_total', 'host_vcpus_used', 'host_vcpus_percent'];
  const memory = ['host_memory_mib', 'host_memory_used_mib', 'host_memory_percent'];
  if (server.host === undefined) return Object.fromEntries([...columns, ...memory].map((name) => [name, null]));
  const { vcpus, vcpusUsed, memoryMib, memoryUsedMib } = world.hostUsage(server.host);
  const ratio = era === 'icehouse' ? 0 : world.ratioOf(server.host);
  return {
    host_vcpus: vcpus,
    host_vcpu_ratio: ratio === 0 ? undefined : ratio,
    host_vcpus_total: ratio === 0 ? undefined : vcpus * ratio,
    host_vcpus_used: vcpusUsed,
    host_vcpus_percent: ratio === 0 ? undefined : Math.round((100 * vcpusUsed) / (vcpus * ratio)),
    host_memory_mib: memoryMib,
    host_memory_used_mib: memoryUsedMib,
    host_memory_percent: Math.round((100 * memoryUsedMib) / memoryMib),
  };
}

function projectPart({ project }: WorldServer, { servers }: World): Record<string, unknown> {
  const own = servers.filter((server) => server.project === project && server.vmState !== 'soft-delete');
  const flavors = own.map(({ flavor }) => world.flavorOf(flavor));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const used = world.volumesUsedBy(project) ?? { volumes: 0, gigabytes: 0 };
  return {
    project: world.projectName(project),
    project_id: world.uuid('project', project),
    quota_instances: world.quotaOf(project, 'instances'),
    used_instances: own.length,
    quota_cores: world.quotaOf(project, 'cores'),
    used_cores: sum(flavors.map(({ vcpus }) => vcpus)),
    quota_ram_mib: project === world.unlimitedRam ? -1 : undefined,
    used_ram_mib: sum(flavors.map(({ memoryMib }) => memoryMib)),
    quota_volumes: world.quotaOf(project, 'volumes'),
    used_volumes: used.volumes,
    quota_gigabytes: world.quotaOf(project, 'gigabytes') ?? world.defaultQuotas['gigabytes'],
    used_gigabytes: used.gigabytes,
  };
}

function networkPart({ ports }: WorldServer): Record<string, unknown> {
  const sorted = ports
    .map((port) => ({ ...port, name: world.networkName(port.network) }))
    .sort((a, b) => (`${a.name} ${a.mac}` < `${b.name} ${b.mac}` ? -1 : 1));
  const addresses = sorted.flatMap((port) => [...port.addresses].sort((a, b) => (a.address < b.address ? -1 : 1)));
  const subnets = addresses.map(({ subnet }) => world.subnetOf(subnet));
  const groups = new Set(ports.flatMap((port) => port.groups.map(world.groupName)));
  return {
    security_groups: [...groups].sort(),
    nic_count: ports.length,
    macs: sorted.map(({ mac }) => mac),
    networks: sorted.map(({ name }) => name),
    device_owners: sorted.map(({ owner }) => owner),
    ips: addresses.map(({ address }) => address),
    floating_ips: sorted.flatMap(({ floatingIps }) => floatingIps),
    cidrs: subnets.map(({ cidr }) => cidr),
    gateways: subnets.map(({ gateway }) => gateway ?? '-'),
  };
}

/** The row without its unknown values. */
function columnsOf(server: WorldServer, all: World, era: InventoryEra): Record<string, unknown> {
  const { n, host, user, key, place } = server;
  const flavor = world.flavorOf(server.flavor);
  const image = server.image === undefined ? null : world.imageOf(server.image);
  const zone = (host === undefined ? undefined : world.zoneOfHost(host)) ?? world.ownZone(n);
  const isRequest = place === 'build_requests';
  return {
    id: server.id,
    // A host outside of all zones is in Nova's default zone, whose name is in a configuration file.
    zone: zone ?? (host === undefined ? null : undefined),
    host: host === undefined ? null : world.hostName(host),
    name: server.name,
    created: iso(server.created),
    found_in: place,
    ...hostPart(server, era),
    ...projectPart(server, all),
    user: world.userName(user),
    user_id: world.uuid('user', user),
    key_name: key === undefined ? null : `key ${key}`,
    key_fingerprint: key === undefined ? null : world.fingerprintOf(key),
    public_key: key === undefined ? null : world.publicKeyOf(key),
    description: server.description,
    power_state: server.powerState[1],
    vm_state: server.vmState,
    task_state: server.taskState,
    flavor: flavor.name,
    vcpus: flavor.vcpus,
    memory_mib: flavor.memoryMib,
    volume_count: server.volumes.length,
    volume_gib: server.volumes.reduce((sum, { size }) => sum + size, 0),
    volumes: server.volumes.map(({ name, size, device, location }) => ({ name, size_gib: size, device, location })),
    system_metadata: isRequest ? {} : { a: `of "${n}"`, image_os: 'linux\n' },
    network_info: isRequest ? null : server.networkInfo,
    ...networkPart(server),
    hostname: `utm-${n}`,
    launched: iso(server.launched),
    root_device: '/dev/vda',
    image: image && image.name,
    image_bytes: image && image.bytes,
  };
}

/** By id. */
export function truthOf(all: World, era: InventoryEra): ReadonlyMap<string, TrueRow> {
  return new Map(
    all.servers.map((server) => {
      const columns = columnsOf(server, all, era);
      const unknown = Object.keys(columns).filter((name) => columns[name] === undefined);
      const told = Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, value ?? null]));
      return [server.id, { ...told, unknown: unknown.sort() }];
    }),
  );
}
