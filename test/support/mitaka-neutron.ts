/**
 * Neutron of Liberty and Mitaka with `ipam_driver = internal`, on its own tables: its API's answers, the way it hands
 * out addresses, and the effect of an update of the pools. A model after neutron@mitaka-eol
 * neutron/ipam/drivers/neutrondb_ipam/{driver,db_api}.py (`_generate_ip`, `create_pool`, `update_allocation_pools`) and
 * neutron/db/ipam_pluggable_backend.py. It keeps that code's fault: an update makes the free ranges anew from whole
 * pools.
 */
import { randomUUID } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { compact, formatAddress, only, parseAddress, parseRange, subtract } from '../../lib/net/ip-ranges';
import type { AddressRange, NetworkWriter, Subnet } from '../../lib/contract/ports';
import { addressRange } from '../../reconcilers/allocation-pool/ledger/ledger';
import { inTransaction, PoolExhausted, ServerError } from './icehouse-allocator';

/** A subnet without a row in `ipamsubnets` looks the same in the API, but no port can be made on it. */
export class MitakaNeutron implements NetworkWriter {
  /** Subnets whose pools were changed through the API. */
  readonly updated: string[] = [];

  constructor(private readonly connection: Connection) {}

  async subnets(ids: readonly string[]): Promise<readonly Subnet[]> {
    return this.readSubnets('id', ids);
  }

  async subnetsOf(networkIds: readonly string[]): Promise<readonly Subnet[]> {
    return this.readSubnets('network_id', networkIds);
  }

  async allocatedAddresses(subnets: readonly Subnet[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const held = new Map<string, string[]>(subnets.map(({ id }) => [id, []]));
    for (const row of await this.rows('SELECT subnet_id, ip_address FROM ipallocations'))
      held.get(row['subnet_id'] as string)?.push(row['ip_address'] as string);
    return held;
  }

  ports = () => Promise.resolve([]);
  portsOf = () => Promise.resolve([]);
  networks = () => Promise.resolve([]);
  portsAt = () => Promise.resolve([]);
  agents = () => Promise.resolve([]);
  extensions = () => Promise.resolve(new Set(['subnet_allocation', 'address-scope', 'rbac-policies']));

  async setAllocationPools({ id }: Subnet, pools: readonly AddressRange[]): Promise<void> {
    this.updated.push(id);
    const ipamId = await this.ipamIdOf(id);
    await this.transaction(async () => {
      await this.run('DELETE FROM ipallocationpools WHERE subnet_id = ?', id);
      if (ipamId !== undefined) await this.run('DELETE FROM ipamallocationpools WHERE ipam_subnet_id = ?', ipamId);
      for (const { start, end } of pools) {
        await this.run('INSERT INTO ipallocationpools VALUES (?, ?, ?, ?)', randomUUID(), id, start, end);
        if (ipamId === undefined) continue;
        const pool = randomUUID();
        await this.run('INSERT INTO ipamallocationpools VALUES (?, ?, ?, ?)', pool, ipamId, start, end);
        await this.run('INSERT INTO ipamavailabilityranges VALUES (?, ?, ?)', pool, start, end);
      }
    });
  }

  /** @throws PoolExhausted, ServerError */
  async createPort(subnetId: string): Promise<string> {
    const ipamId = await this.ipamIdOf(subnetId);
    if (ipamId === undefined) throw new ServerError(`IPAM subnet referenced to ${subnetId} does not exist`);
    const [subnet] = await this.rows('SELECT network_id FROM subnets WHERE id = ?', subnetId);
    return this.transaction(async () => {
      const address = (await this.takeFirst(ipamId)) ?? (await this.rebuildAndTake(ipamId));
      if (address === undefined) throw new PoolExhausted('No more IP addresses available');
      await this.run('INSERT INTO ipamallocations VALUES (?, ?, ?)', address, 'ALLOCATED', ipamId);
      const port = randomUUID();
      await this.run(
        "INSERT INTO ports (id, name, network_id, mac_address, admin_state_up, status, device_id, device_owner) VALUES (?, '', ?, '', 1, 'DOWN', '', '')",
        ...[port, subnet?.['network_id'] as string],
      );
      await this.run(
        'INSERT INTO ipallocations (port_id, ip_address, subnet_id, network_id) VALUES (?, ?, ?, ?)',
        ...[port, address, subnetId, subnet?.['network_id'] as string],
      );
      return address;
    });
  }

  /** The first address of the first range, whether or not a port has it. */
  private async takeFirst(ipamId: string): Promise<string | undefined> {
    const [range] = await this.rows(
      'SELECT r.* FROM ipamavailabilityranges r JOIN ipamallocationpools p ON p.id = r.allocation_pool_id' +
        ' WHERE p.ipam_subnet_id = ? LIMIT 1 FOR UPDATE',
      ipamId,
    );
    if (!range) return undefined;
    const [pool, first, last] = ['allocation_pool_id', 'first_ip', 'last_ip'].map((name) => range[name] as string);
    const { version, value } = parseAddress(first as string);
    const [sql, ...more] =
      first === last
        ? ['DELETE FROM ipamavailabilityranges']
        : ['UPDATE ipamavailabilityranges SET first_ip = ?', formatAddress(version, value + 1n)];
    await this.run(
      `${sql} WHERE allocation_pool_id = ? AND first_ip = ? AND last_ip = ?`,
      ...[...more, pool as string, first as string, last as string],
    );
    return first;
  }

  private async rebuildAndTake(ipamId: string): Promise<string | undefined> {
    const taken = await this.rows('SELECT ip_address FROM ipamallocations WHERE ipam_subnet_id = ?', ipamId);
    const holes = compact(taken.map((row) => only(parseAddress(row['ip_address'] as string))));
    for (const pool of await this.rows('SELECT * FROM ipamallocationpools WHERE ipam_subnet_id = ?', ipamId))
      for (const free of subtract([rangeOf(pool)], holes)) {
        const { start, end } = addressRange(free);
        await this.run('INSERT INTO ipamavailabilityranges VALUES (?, ?, ?)', pool['id'] as string, start, end);
      }
    return this.takeFirst(ipamId);
  }

  private async readSubnets(column: 'id' | 'network_id', values: readonly string[]): Promise<readonly Subnet[]> {
    const subnets = await this.rows(`SELECT * FROM subnets WHERE ${column} IN (?)`, values);
    const pools = await this.rows('SELECT * FROM ipallocationpools');
    return subnets.map((row) => ({
      id: row['id'] as string,
      name: row['name'] as string,
      networkId: row['network_id'] as string,
      ipVersion: row['ip_version'] as 4 | 6,
      cidr: row['cidr'] as string,
      gatewayIp: row['gateway_ip'] as string | null,
      allocationPools: pools
        .filter((pool) => pool['subnet_id'] === row['id'])
        .map((pool) => ({ start: pool['first_ip'] as string, end: pool['last_ip'] as string })),
    }));
  }

  private async ipamIdOf(subnetId: string): Promise<string | undefined> {
    const [row] = await this.rows('SELECT id FROM ipamsubnets WHERE neutron_subnet_id = ?', subnetId);
    return row?.['id'] as string | undefined;
  }

  private async rows(sql: string, ...values: (string | readonly string[])[]): Promise<RowDataPacket[]> {
    return (await this.connection.query<RowDataPacket[]>(sql, values))[0];
  }

  private async run(sql: string, ...values: string[]): Promise<void> {
    await this.connection.query(sql, values);
  }

  private transaction<T>(work: () => Promise<T>): Promise<T> {
    return inTransaction(this.connection, 'START TRANSACTION', work);
  }
}

const rangeOf = (row: RowDataPacket) => parseRange({ start: row['first_ip'] as string, end: row['last_ip'] as string });
