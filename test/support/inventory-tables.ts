/** Writes a generated world into the databases of a release, together with rows that an inventory must ignore. */
import type { Connection } from 'mysql2/promise';
import type { MysqlOptions } from '../../adapters/mysql/mysql-database';
import type { Mariadb } from './mariadb';
import * as world from './inventory-world';
import { filesOf } from './inventory-schemas';
import { uuid, type InventoryEra, type World, type WorldServer } from './inventory-world';

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

const only = (isWanted: boolean, row: Row): Row => (isWanted ? row : {});

export class InventoryTables {
  private constructor(
    private readonly mariadb: Mariadb,
    private readonly connection: Connection,
    private readonly era: InventoryEra,
    private readonly prefix: string,
  ) {}

  /** @param prefix of the schemas, such as `zed_`: one server may hold several worlds */
  static async make(mariadb: Mariadb, era: InventoryEra, prefix: string): Promise<InventoryTables> {
    for (const [name, files] of Object.entries(filesOf[era])) await mariadb.createSchema(`${prefix}${name}`, ...files);
    const connection = await mariadb.connect();
    await connection.query('SET foreign_key_checks = 0, NAMES utf8mb4');
    return new InventoryTables(mariadb, connection, era, prefix);
  }

  get databases(): readonly string[] {
    return Object.keys(filesOf[this.era]);
  }

  /** `databases:` of stackward.yaml, for this account. The password is in INVENTORY_PASSWORD. */
  configuration({ host, port, user }: MysqlOptions = this.mariadb.root, only = this.databases): string {
    const entry = (name: string) =>
      `${name}: { host: ${host}, port: ${port}, user: ${user}, password: "\${INVENTORY_PASSWORD}", schema: ${this.prefix}${name}, tls: off }`;
    return `databases:\n${only.map((name) => `  ${entry(name)}\n`).join('')}`;
  }

  async fill(all: World): Promise<void> {
    await this.fillCompute(all);
    await this.fillIdentity(all);
    await this.fillNetwork(all);
    await this.fillStorage(all);
  }

  async insert(database: string, table: string, rows: readonly Row[]): Promise<void> {
    for (let start = 0; start < rows.length; start += 500) {
      const part = rows.slice(start, start + 500);
      const columns = Object.keys(part[0] ?? {});
      const list = columns.map((name) => `\`${name}\``).join(', ');
      const values = part.map((row) => columns.map((name) => row[name] ?? null));
      await this.connection.query(`INSERT INTO ${this.prefix}${database}.\`${table}\` (${list}) VALUES ?`, [values]);
    }
  }

  private async fillCompute({ servers, hosts }: World): Promise<void> {
    const { era } = this;
    const api = era === 'zed' ? 'nova_api' : 'nova';
    /** nova_api deletes rows, so it has no such mark. */
    const mark: Row = era === 'zed' ? {} : { deleted: 0 };
    for (const place of ['nova', 'nova_cell0'] as const)
      await this.fillCell(place, servers.filter((server) => server.place === place)); // prettier-ignore
    await this.fillHosts(hosts);
    const even = Array.from({ length: hosts }, (_, n) => n).filter((n) => world.zoneOfHost(n) !== undefined);
    await this.insert(api, 'aggregates', [{ id: 1, ...mark, ...only(era === 'zed', { uuid: uuid('aggregate', 1) }), name: 'az1' }]); // prettier-ignore
    await this.insert(api, 'aggregate_hosts', even.map((n) => ({ ...mark, host: world.hostName(n), aggregate_id: 1 }))); // prettier-ignore
    await this.insert(api, 'aggregate_metadata', [
      { ...mark, aggregate_id: 1, key: 'availability_zone', value: world.zoneOfHost(0) ?? '' },
      { ...mark, aggregate_id: 1, key: 'ssd', value: 'true' },
    ]);
    const users = Array.from({ length: world.sizes.users }, (_, n) => uuid('user', n));
    const keys = users.flatMap((user_id) =>
      Array.from({ length: world.sizes.keys }, (_, n) => ({ ...mark, user_id, name: `key ${n}`, fingerprint: world.fingerprintOf(n), public_key: world.publicKeyOf(n) })),
    ); // prettier-ignore
    await this.fillQuotas(api, ['instances', 'cores', 'ram'], mark);
    // Since Ocata Nova no longer uses these tables of a cell, so their rows are old.
    const stale = { deleted: 0, project_id: uuid('project', 0), resource: 'ram', hard_limit: 4711 };
    if (era === 'zed') await this.insert('nova', 'quotas', [stale]);
    else await this.insert('nova', 'key_pairs', [{ deleted: 7, user_id: users[0] ?? '', name: 'key 0', fingerprint: 'old', public_key: 'old' }]); // prettier-ignore
    await this.insert(api, 'key_pairs', keys);
    if (era === 'zed') await this.fillApi(servers);
  }

  private async fillCell(database: 'nova' | 'nova_cell0', servers: readonly WorldServer[]): Promise<void> {
    const { era } = this;
    if (servers.length === 0) return;
    const rowOf = (server: WorldServer): Row => ({
      uuid: server.id,
      deleted: 0,
      ...objectOf(server),
      instance_type_id: server.flavor + 1,
      user_data: 'c2VjcmV0',
      ...only(era === 'zed', { hidden: 0 }),
    });
    const first = rowOf(servers[0] as WorldServer);
    await this.insert(database, 'instances', [
      ...servers.map(rowOf),
      { ...first, uuid: uuid('deleted', 1), deleted: 1 },
      ...(era === 'zed' ? [{ ...first, uuid: uuid('hidden', 1), hidden: 1 }] : []),
    ]);
    const texts = (values: (server: WorldServer) => Row): Row[] => servers.map((server) => ({ deleted: 0, instance_uuid: server.id, ...values(server) })); // prettier-ignore
    await this.insert(
      database,
      'instance_info_caches',
      texts(({ networkInfo }) => ({ network_info: networkInfo })),
    );
    await this.insert(database, 'instance_system_metadata', [
      ...texts(({ n }) => ({ key: 'a', value: `of "${n}"` })),
      ...texts(() => ({ key: 'image_os', value: 'linux\n' })),
      { instance_uuid: servers[0]?.id ?? '', key: 'gone', value: 'x', deleted: 3 },
      { instance_uuid: uuid('deleted', 1), key: 'a', value: 'x', deleted: 0 },
    ]);
    if (era === 'icehouse') {
      const types = Array.from({ length: world.sizes.flavors }, (_, n) => world.flavorOf(n));
      // A server may still have a flavor that was deleted.
      await this.insert(database, 'instance_types', types.map(({ id, name, vcpus, memoryMib }) => ({ id, name, vcpus, memory_mb: memoryMib, swap: 0, deleted: id === 2 ? 2 : 0 }))); // prettier-ignore
    } else
      await this.insert(
        database,
        'instance_extra',
        texts(({ flavor }) => ({ flavor: flavorJson(flavor) })),
      );
  }

  private async fillHosts(hosts: number): Promise<void> {
    const { era } = this;
    const numbers = Array.from({ length: hosts }, (_, n) => n);
    await this.insert('nova', 'services', numbers.map((n) => ({ id: n + 1, deleted: 0, host: world.hostName(n), binary: 'nova-compute', topic: 'compute', report_count: 1 }))); // prettier-ignore
    const rowOf = (n: number): Row => {
      const { vcpus, vcpusUsed, memoryMib, memoryUsedMib } = world.hostUsage(n);
      const amounts = { vcpus, vcpus_used: vcpusUsed, memory_mb: memoryMib, memory_mb_used: memoryUsedMib, local_gb: 1, local_gb_used: 1 }; // prettier-ignore
      const named = { hypervisor_type: 'QEMU', hypervisor_version: 1, cpu_info: '', hypervisor_hostname: `${world.hostName(n)}.example` }; // prettier-ignore
      const own = era === 'icehouse' ? { service_id: n + 1 } : { service_id: null, host: world.hostName(n), uuid: uuid('node', n), cpu_allocation_ratio: world.ratioOf(n) }; // prettier-ignore
      return { deleted: 0, ...amounts, ...named, ...own };
    };
    const gone = { ...rowOf(0), deleted: 9, vcpus: 1, ...only(era !== 'icehouse', { uuid: uuid('node', -1) }) };
    await this.insert('nova', 'compute_nodes', [gone, ...numbers.map(rowOf)]);
  }

  private async fillQuotas(database: string, resources: readonly string[], mark: Row): Promise<void> {
    const own = Array.from({ length: 7 }, (_, n) => n).flatMap((n) =>
      resources.flatMap((resource): Row[] => {
        const limit = resource === 'ram' && n === world.unlimitedRam ? null : world.quotaOf(n, resource);
        return limit === undefined ? [] : [{ ...mark, project_id: uuid('project', n), resource, hard_limit: limit }];
      }),
    );
    await this.insert(database, 'quotas', own);
    const defaults = Object.entries(world.defaultQuotas).filter(([resource]) => resources.includes(resource));
    await this.insert(database, 'quota_classes', [
      ...defaults.map(([resource, limit]) => ({ ...mark, class_name: 'default', resource, hard_limit: limit })),
      { ...mark, class_name: 'gold', resource: 'instances', hard_limit: 4711 },
    ]);
  }

  private async fillApi(servers: readonly WorldServer[]): Promise<void> {
    const flavors = Array.from({ length: world.sizes.flavors }, (_, n) => world.flavorOf(n));
    await this.insert('nova_api', 'flavors', flavors.map(({ id, name, vcpus, memoryMib }) => ({ id, name, flavorid: `f${id}`, vcpus, memory_mb: memoryMib, swap: 0 }))); // prettier-ignore
    const cells = [
      { id: 1, uuid: '00000000-0000-0000-0000-000000000000', name: 'cell0', database_connection: 'mysql://nova:s3cret@x/nova_cell0' },
      { id: 2, uuid: uuid('cell', 1), name: 'cell1', database_connection: 'mysql://nova:s3cret@x/nova' },
      { id: 3, uuid: uuid('cell', 2), name: 'cell2', database_connection: 'mysql://nova:s3cret@y/nova' },
    ]; // prettier-ignore
    await this.insert('nova_api', 'cell_mappings', cells);
    const idOfCell = { nova: 2, nova_cell0: 1, build_requests: null };
    const mapped = (id: string, cell: number | null, queued = 0): Row => ({ instance_uuid: id, cell_id: cell, project_id: uuid('project', 0), queued_for_delete: queued }); // prettier-ignore
    await this.insert('nova_api', 'instance_mappings', [
      ...servers.map(({ id, place }) => mapped(id, idOfCell[place])),
      mapped(uuid('deleted', 1), 2, 1),
      mapped(uuid('deleted', 2), 3, 1),
    ]);
    const requests = servers.filter(({ place }) => place === 'build_requests');
    const [built] = servers.filter(({ place }) => place === 'nova');
    const rowOf = (server: WorldServer, name?: string): Row => ({
      created_at: server.created,
      project_id: uuid('project', server.project),
      instance_uuid: server.id,
      instance: instanceJson(server, name),
    });
    // The second request is obsolete, because its server is in a cell by now.
    await this.insert('nova_api', 'build_requests', [...requests.map((server) => rowOf(server)), ...(built ? [rowOf(built, 'of old')] : [])]); // prettier-ignore
  }

  private async fillIdentity({ projects }: World): Promise<void> {
    const more = this.era === 'zed' ? { is_domain: 0 } : {};
    const rows = Array.from({ length: projects }, (_, n) => ({ ...more, id: uuid('project', n), name: world.projectName(n), domain_id: 'default' })); // prettier-ignore
    await this.insert('keystone', 'project', rows);
    const users = Array.from({ length: world.sizes.users }, (_, n) => ({
      id: uuid('user', n),
      name: world.userName(n),
    }));
    if (this.era === 'icehouse') {
      await this.insert('keystone', 'user', users.map((user) => ({ ...user, domain_id: 'default', password: 's3cret' }))); // prettier-ignore
      return;
    }
    const domain = this.era === 'zed' ? { domain_id: 'default' } : {};
    await this.insert('keystone', 'user', users.map(({ id }) => ({ id, ...domain }))); // prettier-ignore
    const [federated, ...local] = users;
    await this.insert('keystone', 'local_user', local.map(({ id, name }) => ({ user_id: id, domain_id: 'default', name }))); // prettier-ignore
    const ids = { idp_id: 'idp', protocol_id: 'saml', unique_id: 'u' };
    await this.insert('keystone', 'federated_user', [{ user_id: federated?.id ?? '', ...ids, display_name: federated?.name ?? '' }]); // prettier-ignore
  }

  private async fillNetwork({ servers }: World): Promise<void> {
    const isZed = this.era === 'zed';
    let attribute = 0;
    const more = (): Row => (isZed ? { standard_attr_id: ++attribute } : {});
    const networks = Array.from({ length: world.sizes.networks }, (_, n) => n);
    await this.insert('neutron', 'networks', networks.map((n) => ({ id: uuid('network', n), name: world.networkName(n), ...more() }))); // prettier-ignore
    const subnetRow = (n: number): Row => {
      const { id, cidr, gateway } = world.subnetOf(n);
      return { id, network_id: uuid('network', n), ip_version: n === 3 ? 6 : 4, cidr, gateway_ip: gateway, ...more() };
    };
    await this.insert('neutron', 'subnets', networks.map(subnetRow));
    const groups = Array.from({ length: world.sizes.groups }, (_, n) => n);
    await this.insert('neutron', 'securitygroups', groups.map((n) => ({ id: uuid('group', n), name: world.groupName(n), ...more() }))); // prettier-ignore
    const portRow = (id: string, network: number, mac: string, device: string, owner: string): Row => ({
      id,
      network_id: uuid('network', network),
      mac_address: mac,
      admin_state_up: 1,
      status: 'ACTIVE',
      device_id: device,
      device_owner: owner,
      ...more(),
    });
    const ports = servers.flatMap((server) => server.ports.map((port) => ({ server, port })));
    await this.insert('neutron', 'ports', [
      ...ports.map(({ server, port }) => portRow(port.id, port.network, port.mac, server.id, port.owner)),
      portRow(uuid('router port', 1), 0, 'fa:16:3f:00:00:01', servers[1]?.id ?? '', 'network:router_interface'),
      portRow(uuid('free port', 1), 0, 'fa:16:3f:00:00:02', '', ''),
    ]);
    const allocations = ports.flatMap(({ port }) =>
      port.addresses.map(({ address, subnet }) => ({
        port_id: port.id, ip_address: address, subnet_id: world.subnetOf(subnet).id, network_id: uuid('network', port.network),
      })),
    ); // prettier-ignore
    await this.insert('neutron', 'ipallocations', allocations);
    const bindings = ports.flatMap(({ port }) => port.groups.map((n) => ({ port_id: port.id, security_group_id: uuid('group', n) }))); // prettier-ignore
    await this.insert('neutron', 'securitygroupportbindings', bindings);
    const floating = (id: string, port: string | null, address: string): Row => ({
      id, fixed_port_id: port, floating_ip_address: address, floating_network_id: uuid('network', 3), floating_port_id: uuid('port of floating', 1), ...more(),
    }); // prettier-ignore
    await this.insert('neutron', 'floatingips', [
      ...ports.flatMap(({ port }) => port.floatingIps.map((address) => floating(uuid(address, 1), port.id, address))),
      floating(uuid('floating', 1), null, '198.51.100.1'),
      floating(uuid('floating', 2), uuid('router port', 1), '198.51.100.2'),
    ]);
  }

  private async fillStorage({ servers }: World): Promise<void> {
    const isOld = this.era === 'icehouse';
    const type = this.era === 'zed' ? { volume_type_id: uuid('type', 1) } : {};
    const all = servers.flatMap((server) => server.volumes.map((volume) => ({ server, volume })));
    const first = all[0]?.volume ?? { id: '', name: '', size: 1, device: '', location: '' };
    const decoys = [
      { ...first, id: uuid('volume', -1), state: 'detached', deleted: 0 },
      { ...first, id: uuid('volume', -2), state: 'attached', deleted: 1 },
    ].map((volume) => ({ server: all[0]?.server, volume }));
    const attached = [...all.map(({ server, volume }) => ({ server, volume: { ...volume, state: 'attached', deleted: 0 } })), ...decoys]; // prettier-ignore
    await this.insert('cinder', 'volumes', attached.map(({ server, volume }) => ({
      id: volume.id, display_name: volume.name, size: volume.size, host: volume.location, deleted: volume.deleted, attach_status: volume.state, ...type,
      ...only(isOld, { instance_uuid: server?.id ?? null, mountpoint: volume.device }),
    }))); // prettier-ignore
    if (!isOld)
      await this.insert('cinder', 'volume_attachment', attached.map(({ server, volume }, n) => ({
        id: uuid('attachment', n), volume_id: volume.id, instance_uuid: server?.id ?? null, mountpoint: volume.device, attach_status: volume.state, deleted: volume.deleted,
      }))); // prettier-ignore
    await this.fillQuotas('cinder', ['volumes', 'gigabytes'], { deleted: 0 });
    const usages = Array.from({ length: 7 }, (_, n) => n).flatMap((n) =>
      Object.entries(world.volumesUsedBy(n) ?? {}).map(([resource, used]) => ({ deleted: 0, project_id: uuid('project', n), resource, in_use: used, reserved: 0 })),
    ); // prettier-ignore
    await this.insert('cinder', 'quota_usages', usages);
    const images = Array.from({ length: world.sizes.images }, (_, n) => world.imageOf(n));
    const owner = this.era === 'zed' ? {} : { is_public: 1 };
    await this.insert('glance', 'images', images.map(({ id, name, bytes }, n) => ({
      id, name, size: bytes, status: 'active', created_at: '2026-01-01 00:00:00', min_disk: 0, min_ram: 0, protected: 0, ...owner,
      // A server may still have an image that was deleted.
      deleted: n === 1 ? 1 : 0,
    }))); // prettier-ignore
  }
}

/** Fields of Nova's `instances` and of its objects. */
function objectOf(server: WorldServer): Row {
  const { vcpus, memoryMib } = world.flavorOf(server.flavor);
  return {
    display_name: server.name,
    hostname: `utm-${server.n}`,
    project_id: uuid('project', server.project),
    user_id: uuid('user', server.user),
    created_at: server.created,
    launched_at: server.launched,
    availability_zone: world.ownZone(server.n),
    host: server.host === undefined ? null : world.hostName(server.host),
    node: server.host === undefined ? null : `${world.hostName(server.host)}.example`,
    display_description: server.description,
    power_state: server.powerState[0],
    vm_state: server.vmState,
    task_state: server.taskState,
    vcpus,
    memory_mb: memoryMib,
    root_device_name: '/dev/vda',
    image_ref: server.image === undefined ? '' : world.imageOf(server.image).id,
    key_name: server.key === undefined ? null : `key ${server.key}`,
    key_data: server.key === undefined ? null : world.publicKeyOf(server.key),
  };
}

const nested = (name: string, data: object): object => ({ 'nova_object.name': name, 'nova_object.version': '1.2', 'nova_object.namespace': 'nova', 'nova_object.data': data }); // prettier-ignore
const flavorJson = (flavor: number): string =>
  JSON.stringify({
    cur: nested('Flavor', { id: flavor + 1, name: world.flavorOf(flavor).name }),
    old: null,
    new: null,
  });

function instanceJson(server: WorldServer, name?: string): string {
  const own = objectOf(server);
  const created = `${String(own['created_at']).replace(' ', 'T')}Z`;
  const flavor = nested('Flavor', { name: world.flavorOf(server.flavor).name });
  const data = {
    ...own,
    uuid: server.id,
    created_at: created,
    flavor,
    ...only(name !== undefined, { display_name: name ?? null }),
  };
  return JSON.stringify(nested('Instance', data));
}
