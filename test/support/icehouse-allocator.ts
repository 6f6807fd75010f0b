/**
 * The way in which Icehouse's Neutron hands out addresses, to test the result of the database method. It is a model
 * with the same statements and locks as neutron@icehouse-eol neutron/db/db_base_plugin_v2.py (`_try_generate_ip`,
 * `_rebuild_availability_ranges`, `_allocate_specific_ip`, `_delete_ip_allocation`). It keeps that code's weaknesses:
 * free ranges are trusted without a check, a released address is in no range until a rebuild, and a rebuild only
 * inserts rows.
 */
import { randomUUID } from 'node:crypto';
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { compact, formatAddress, only, parseAddress, parseRange, subtract } from '../../lib/net/ip-ranges';

/** 409 "No more IP addresses available on network …". */
export class PoolExhausted extends Error {}
/** Errors that the API answers with 500: a duplicate key, a row that was gone, a deadlock. */
export class ServerError extends Error {}

interface Subnet {
  readonly id: string;
  readonly ip_version: number;
}

interface Range {
  readonly allocation_pool_id: string;
  readonly first_ip: string;
  readonly last_ip: string;
}

export interface MadePort {
  readonly id: string;
  readonly addresses: readonly string[];
}

const rangeOfSubnet =
  'SELECT r.allocation_pool_id, r.first_ip, r.last_ip FROM ipavailabilityranges r' +
  ' INNER JOIN ipallocationpools p ON p.id = r.allocation_pool_id WHERE p.subnet_id = ?';

export class IcehouseAllocator {
  #macs = 0;

  /** @param connection of its own: one API worker */
  constructor(private readonly connection: Connection) {}

  /**
   * One address of each IP version that the network has a subnet of; or just this one.
   * @throws PoolExhausted, ServerError
   */
  createPort(networkId: string, fixed?: { readonly subnetId: string; readonly address?: string }): Promise<MadePort> {
    return this.transaction(async () => {
      const given = fixed ? [await this.allocateFixed(fixed)] : await this.allocateAny(networkId);
      const id = randomUUID();
      await this.connection.query('INSERT INTO ports SET ?', [
        {
          id,
          name: '',
          network_id: networkId,
          mac_address: `fa:16:3e:00:00:${++this.#macs}`,
          admin_state_up: 1,
          status: 'DOWN',
          device_id: '',
          device_owner: '',
        },
      ]);
      for (const { address, subnetId } of given)
        await this.connection.query('INSERT INTO ipallocations SET ?', [
          { port_id: id, ip_address: address, subnet_id: subnetId, network_id: networkId },
        ]);
      return { id, addresses: given.map(({ address }) => address) };
    });
  }

  deletePort(id: string): Promise<void> {
    return this.transaction(async () => {
      await this.connection.query('DELETE FROM ipallocations WHERE port_id = ?', [id]);
      await this.connection.query('DELETE FROM ports WHERE id = ?', [id]);
    });
  }

  private async allocateAny(networkId: string) {
    const subnets = await this.rows<Subnet>('SELECT id, ip_version FROM subnets WHERE network_id = ?', [networkId]);
    const given = [];
    for (const version of [4, 6]) {
      const candidates = subnets.filter((subnet) => subnet.ip_version === version).map(({ id }) => id);
      if (candidates.length > 0) given.push(await this.generate(candidates));
    }
    return given;
  }

  private async allocateFixed({ subnetId, address }: { subnetId: string; address?: string }) {
    if (address === undefined) return this.generate([subnetId]);
    const taken = await this.rows('SELECT 1 FROM ipallocations WHERE subnet_id = ? AND ip_address = ?', [
      subnetId,
      address,
    ]);
    if (taken.length > 0) throw new PoolExhausted(`${address} is in use`);
    await this.takeOutOfRanges(subnetId, address);
    return { address, subnetId };
  }

  private async generate(subnetIds: readonly string[]): Promise<{ address: string; subnetId: string }> {
    const first = await this.tryGenerate(subnetIds);
    if (first) return first;
    await this.rebuild(subnetIds);
    const second = await this.tryGenerate(subnetIds);
    if (!second) throw new PoolExhausted('No more IP addresses available');
    return second;
  }

  private async tryGenerate(subnetIds: readonly string[]) {
    for (const subnetId of subnetIds) {
      const [range] = await this.rows<Range>(`${rangeOfSubnet} LIMIT 1 FOR UPDATE`, [subnetId]);
      if (!range) continue;
      if (range.first_ip === range.last_ip) await this.removeRange(range);
      else await this.changeRange(range, { first_ip: this.shifted(range.first_ip, 1n) });
      return { address: range.first_ip, subnetId };
    }
    return undefined;
  }

  private async rebuild(subnetIds: readonly string[]): Promise<void> {
    for (const subnetId of [...subnetIds].sort()) {
      const allocations = await this.rows<{ ip_address: string }>(
        'SELECT ip_address FROM ipallocations WHERE subnet_id = ? FOR UPDATE',
        [subnetId],
      );
      const taken = compact(allocations.map((row) => only(parseAddress(row.ip_address))));
      const pools = await this.rows<{ id: string; first_ip: string; last_ip: string }>(
        'SELECT id, first_ip, last_ip FROM ipallocationpools WHERE subnet_id = ? FOR UPDATE',
        [subnetId],
      );
      for (const pool of pools)
        for (const { version, first, last } of subtract(
          [parseRange({ start: pool.first_ip, end: pool.last_ip })],
          taken,
        ))
          await this.addRange(pool.id, formatAddress(version, first), formatAddress(version, last));
    }
  }

  /** Does nothing if no range contains the address. */
  private async takeOutOfRanges(subnetId: string, address: string): Promise<void> {
    const { value } = parseAddress(address);
    for (const range of await this.rows<Range>(`${rangeOfSubnet} FOR UPDATE`, [subnetId])) {
      const { first, last } = parseRange({ start: range.first_ip, end: range.last_ip });
      if (value < first || value > last) continue;
      if (first === last) return this.removeRange(range);
      if (value === first) return this.changeRange(range, { first_ip: this.shifted(address, 1n) });
      await this.changeRange(range, { last_ip: this.shifted(address, -1n) });
      if (value < last) await this.addRange(range.allocation_pool_id, this.shifted(address, 1n), range.last_ip);
      return;
    }
  }

  private shifted(address: string, by: bigint): string {
    const { version, value } = parseAddress(address);
    return formatAddress(version, value + by);
  }

  private addRange(poolId: string, first: string, last: string): Promise<unknown> {
    return this.connection.query('INSERT INTO ipavailabilityranges VALUES (?, ?, ?)', [poolId, first, last]);
  }

  private removeRange(range: Range): Promise<void> {
    return this.one('DELETE FROM ipavailabilityranges', range);
  }

  private changeRange(range: Range, change: Partial<Range>): Promise<void> {
    return this.one('UPDATE ipavailabilityranges SET ?', range, change);
  }

  /** Fails unless exactly the row that was read is changed, as the object-relational mapper does. */
  private async one(statement: string, range: Range, change?: Partial<Range>): Promise<void> {
    const [{ affectedRows }] = await this.connection.query<ResultSetHeader>(
      `${statement} WHERE allocation_pool_id = ? AND first_ip = ? AND last_ip = ?`,
      [...(change ? [change] : []), range.allocation_pool_id, range.first_ip, range.last_ip],
    );
    if (affectedRows !== 1) throw new ServerError('a range was gone that had just been read');
  }

  private async rows<Row extends object>(sql: string, values: string[]): Promise<Row[]> {
    const [rows] = await this.connection.query<RowDataPacket[]>(sql, values);
    return rows as unknown as Row[];
  }

  private transaction<T>(work: () => Promise<T>): Promise<T> {
    const begin = 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION';
    return inTransaction(this.connection, begin, work);
  }
}

/** Answers as Neutron's API does: every error except a lack of addresses is an error of the server. */
export async function inTransaction<T>(connection: Connection, begin: string, work: () => Promise<T>): Promise<T> {
  await connection.query(begin);
  try {
    const result = await work();
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK');
    if (error instanceof PoolExhausted || error instanceof ServerError) throw error;
    throw new ServerError((error as Error).message, { cause: error });
  }
}
