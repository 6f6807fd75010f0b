/**
 * How Neutron hands out addresses since Newton, as the consumer of what the database method writes. A model after
 * neutron@HEAD neutron/ipam/drivers/neutrondb_ipam/driver.py: pools and allocations are read without locks, the IPAM's
 * tables alone decide, and the primary key settles who was first.
 */
import { randomUUID } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { compact, formatAddress, only, parseAddress, parseRange, subtract } from '../../lib/net/ip-ranges';
import type { MadeSubnet } from './neutron-tables';
import { PoolExhausted } from './icehouse-allocator';

export class NewtonAllocator {
  /** @param connection each API worker has its own */
  constructor(private readonly connection: Connection) {}

  /** Tries again if another worker was first, like Neutron's API. @throws PoolExhausted */
  async createPort(subnet: MadeSubnet): Promise<string> {
    for (;;) {
      await this.connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION');
      try {
        const address = await this.allocate(subnet);
        await this.connection.query('COMMIT');
        return address;
      } catch (error) {
        await this.connection.query('ROLLBACK');
        // 1062 duplicate key, 1213 deadlock
        if (![1062, 1213].includes((error as { errno?: number }).errno ?? 0)) throw error;
      }
    }
  }

  private async allocate({ id, networkId, ipamId = '' }: MadeSubnet): Promise<string> {
    const allocations = await this.rows('SELECT ip_address FROM ipamallocations WHERE ipam_subnet_id = ?', ipamId);
    const taken = compact(allocations.map((row) => only(parseAddress(row['ip_address'] as string))));
    const pools = await this.rows('SELECT first_ip, last_ip FROM ipamallocationpools WHERE ipam_subnet_id = ?', ipamId);
    const free = subtract(
      pools.map((row) => parseRange({ start: row['first_ip'] as string, end: row['last_ip'] as string })),
      taken,
    );
    const [first] = free;
    if (!first) throw new PoolExhausted('No more IP addresses available');
    const span = Number(first.last - first.first) + 1;
    const address = formatAddress(first.version, first.first + BigInt(Math.floor(Math.random() * span)));
    await this.connection.query('INSERT INTO ipamallocations SET ?', [
      { ip_address: address, status: 'ALLOCATED', ipam_subnet_id: ipamId },
    ]);
    const [{ insertId }] = (await this.connection.query(
      "INSERT INTO standardattributes SET resource_type = 'ports'",
    )) as unknown as [{ insertId: number }];
    const portId = randomUUID();
    await this.connection.query('INSERT INTO ports SET ?', [
      {
        id: portId,
        name: '',
        network_id: networkId,
        mac_address: portId.slice(0, 17),
        admin_state_up: 1,
        status: 'DOWN',
        device_id: '',
        device_owner: '',
        standard_attr_id: insertId,
      },
    ]);
    await this.connection.query('INSERT INTO ipallocations SET ?', [
      { port_id: portId, ip_address: address, subnet_id: id, network_id: networkId },
    ]);
    return address;
  }

  private async rows(sql: string, value: string): Promise<RowDataPacket[]> {
    return (await this.connection.query<RowDataPacket[]>(sql, [value]))[0];
  }
}
