/** Fills Neutron's tables of either era with networks, subnets and ports, and reads them back whole. */
import { defined } from '../../lib/basics/defined';
import { randomUUID } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { compact, formatAddress, only, parseAddress, parseRange, subtract } from '../../lib/net/ip-ranges';
import { addressRange } from '../../reconcilers/allocation-pool/ledger/ledger';

/** Icehouse has ranges, Mitaka both ranges and IPAM, Zed the IPAM alone. */
export type Era = 'icehouse' | 'mitaka' | 'zed';

export const schemaFiles: Readonly<Record<Era, readonly string[]>> = {
  icehouse: ['icehouse-neutron.sql'],
  mitaka: ['icehouse-neutron.sql', 'mitaka-ipam.sql'],
  zed: ['zed-neutron.sql'],
};

export interface SubnetFixture {
  readonly cidr: string;
  readonly gateway?: string | null;
  readonly pools: readonly (readonly [string, string])[];
  /** Addresses that ports use. */
  readonly used?: readonly string[];
  readonly networkId?: string;
  readonly id?: string;
}

export interface MadeSubnet {
  readonly id: string;
  readonly networkId: string;
  readonly ipamId: string | undefined;
}

let counter = 0;

/** The tables as Neutron of that era would have them after creating these subnets and ports. */
export class NeutronTables {
  constructor(
    readonly connection: Connection,
    readonly era: Era,
  ) {}

  get hasIpam(): boolean {
    return this.era !== 'icehouse';
  }

  get hasRanges(): boolean {
    return this.era !== 'zed';
  }

  async network(id: string = randomUUID()): Promise<string> {
    if (this.era === 'zed')
      await this.insert('networks', {
        id,
        name: `net-${++counter}`,
        standard_attr_id: await this.attribute('networks'),
      });
    else await this.insert('networks', { id, name: `net-${++counter}`, admin_state_up: 1 });
    return id;
  }

  async subnet(fixture: SubnetFixture): Promise<MadeSubnet> {
    const { cidr, pools, used = [], id = randomUUID() } = fixture;
    const networkId = fixture.networkId ?? (await this.network());
    const version = cidr.includes(':') ? 6 : 4;
    const gateway = fixture.gateway ?? null;
    await this.insert('subnets', {
      id,
      name: `subnet-${++counter}`,
      network_id: networkId,
      ip_version: version,
      cidr,
      gateway_ip: gateway,
      ...defined({ standard_attr_id: this.era === 'zed' ? await this.attribute('subnets') : undefined }),
    });
    const ipamId = this.hasIpam ? randomUUID() : undefined;
    if (ipamId !== undefined) await this.insert('ipamsubnets', { id: ipamId, neutron_subnet_id: id });
    for (const [first_ip, last_ip] of pools) {
      const row = { first_ip, last_ip };
      const poolIds = { ipallocationpools: randomUUID(), ipamallocationpools: randomUUID() };
      await this.insert('ipallocationpools', { id: poolIds.ipallocationpools, subnet_id: id, ...row });
      if (ipamId !== undefined)
        await this.insert('ipamallocationpools', { id: poolIds.ipamallocationpools, ipam_subnet_id: ipamId, ...row });
      if (!this.hasRanges) continue;
      const holes = compact(used.map((address) => only(parseAddress(address))));
      for (const free of subtract([parseRange({ start: first_ip, end: last_ip })], holes)) {
        const { start, end } = addressRange(free);
        const range = { first_ip: start, last_ip: end };
        await this.insert('ipavailabilityranges', { allocation_pool_id: poolIds.ipallocationpools, ...range });
        if (ipamId !== undefined)
          await this.insert('ipamavailabilityranges', { allocation_pool_id: poolIds.ipamallocationpools, ...range });
      }
    }
    for (const address of used) await this.port({ id, networkId, ipamId }, address);
    return { id, networkId, ipamId };
  }

  /** Adds a port with this address, as Neutron would have stored it. The caller updates the free ranges. */
  async port({ id, networkId, ipamId }: MadeSubnet, address: string): Promise<string> {
    const portId = randomUUID();
    await this.insert('ports', {
      id: portId,
      name: '',
      network_id: networkId,
      mac_address: mac(++counter),
      admin_state_up: 1,
      status: 'ACTIVE',
      device_id: '',
      device_owner: '',
      ...defined({ standard_attr_id: this.era === 'zed' ? await this.attribute('ports') : undefined }),
    });
    await this.insert('ipallocations', { port_id: portId, ip_address: address, subnet_id: id, network_id: networkId });
    if (ipamId !== undefined)
      await this.insert('ipamallocations', { ip_address: address, status: 'ALLOCATED', ipam_subnet_id: ipamId });
    return portId;
  }

  /** Gives all pools of one subnet another last address, as somebody would by hand. */
  async moveEnd({ id, ipamId = '' }: MadeSubnet, last: string): Promise<void> {
    await this.connection.execute('UPDATE ipallocationpools SET last_ip = ? WHERE subnet_id = ?', [last, id]);
    if (this.hasIpam)
      await this.connection.execute('UPDATE ipamallocationpools SET last_ip = ? WHERE ipam_subnet_id = ?', [last, ipamId]); // prettier-ignore
  }

  /** `203.0.113.71-203.0.113.75` of each pool of one subnet, in the order of addresses. */
  async pools({ id, ipamId }: MadeSubnet, book: 'ipallocationpools' | 'ipamallocationpools' = 'ipallocationpools') {
    const owner = book === 'ipallocationpools' ? ['subnet_id', id] : ['ipam_subnet_id', ipamId];
    return this.ranges(`SELECT first_ip, last_ip FROM ${book} WHERE ${owner[0]} = ?`, owner[1]);
  }

  async freeRanges({ id }: MadeSubnet) {
    return this.ranges(
      'SELECT r.first_ip, r.last_ip FROM ipavailabilityranges r' +
        ' JOIN ipallocationpools p ON p.id = r.allocation_pool_id WHERE p.subnet_id = ?',
      id,
    );
  }

  /** Every row of every table. Two dumps are equal only if nothing changed. */
  async dump(): Promise<Record<string, readonly string[]>> {
    const tables = ['networks', 'subnets', 'ports', 'ipallocationpools', 'ipallocations'];
    if (this.hasRanges) tables.push('ipavailabilityranges');
    if (this.hasIpam) tables.push('ipamsubnets', 'ipamallocationpools', 'ipamallocations');
    if (this.era === 'mitaka') tables.push('ipamavailabilityranges');
    const rows: Record<string, readonly string[]> = {};
    for (const table of tables) {
      const [found] = await this.connection.query<RowDataPacket[]>(`SELECT * FROM ${table}`);
      rows[table] = found.map((row) => JSON.stringify(row)).sort();
    }
    return rows;
  }

  /** Restores every row to its state in `dump`. */
  async restore(dump: Readonly<Record<string, readonly string[]>>): Promise<void> {
    await this.connection.query('SET SESSION foreign_key_checks = 0');
    for (const [table, rows] of Object.entries(dump)) {
      await this.connection.query(`DELETE FROM ${table}`);
      for (const row of rows) await this.insert(table, JSON.parse(row) as Record<string, string | number | null>);
    }
    await this.connection.query('SET SESSION foreign_key_checks = 1');
  }

  private async ranges(sql: string, value: string | undefined): Promise<string[]> {
    const [rows] = await this.connection.query<RowDataPacket[]>(sql, [value]);
    return rows
      .map((row) => parseRange({ start: row['first_ip'] as string, end: row['last_ip'] as string }))
      .sort((a, b) => (a.first < b.first ? -1 : 1))
      .map(({ version, first, last }) => `${formatAddress(version, first)}-${formatAddress(version, last)}`);
  }

  private async attribute(type: string): Promise<number> {
    const [{ insertId }] = (await this.connection.query('INSERT INTO standardattributes SET resource_type = ?', [
      type,
    ])) as unknown as [{ insertId: number }];
    return insertId;
  }

  private async insert(table: string, row: Record<string, string | number | null>): Promise<void> {
    await this.connection.query(`INSERT INTO ${table} SET ?`, [row]);
  }
}

const mac = (n: number): string =>
  `fa:16:3e:${[16, 8, 0].map((shift) => ((n >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`;
