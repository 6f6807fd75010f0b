/** The method `database` from end to end on the tables of three eras, in a real MariaDB. */
import { randomUUID } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import type { StepResult } from '../../lib/contract/reconciler';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles, type Era, type MadeSubnet } from '../support/neutron-tables';
import { declare, PoolRun } from '../support/pool-run';
import { SqlProxy } from '../support/sql-proxy';

let mariadb: Mariadb;
let schemas = 0;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());

const lan = { cidr: '203.0.113.64/26', gateway: '203.0.113.65' };
const five = ['203.0.113.71', '203.0.113.75'] as const;
const fifteen = ['203.0.113.71', '203.0.113.85'] as const;
const applied: StepResult[] = [{ id: 'allocation-pool.t/0', outcome: 'applied' }];

describe.each<Era>(['icehouse', 'mitaka', 'zed'])('on the tables of %s', (era) => {
  let options: MysqlOptions;
  let tables: NeutronTables;
  let run: PoolRun;
  beforeEach(async () => {
    options = await mariadb.createSchema(`${era}${++schemas}`, ...schemaFiles[era]);
    tables = new NeutronTables(await mariadb.connect(options.schema), era);
    run = new PoolRun(options);
  });
  afterEach(() => run.close());

  const sql = async (statement: string, ...values: string[]): Promise<RowDataPacket[]> =>
    (await tables.connection.query<RowDataPacket[]>(statement, values))[0];
  const expectPools = async (subnet: MadeSubnet, ...pools: string[]): Promise<void> => {
    expect(await tables.pools(subnet)).toEqual(pools);
    if (tables.hasIpam) expect(await tables.pools(subnet, 'ipamallocationpools')).toEqual(pools);
  };

  test('extends a pool, then finds nothing left to do and writes nothing', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [five], used: ['203.0.113.73'] });
    const spec = declare(subnet.id, fifteen);
    const [before] = await sql('SELECT id FROM ipallocationpools');
    expect(await run.converge(spec)).toEqual(applied);
    await expectPools(subnet, '203.0.113.71-203.0.113.85');
    if (tables.hasRanges)
      expect(await tables.freeRanges(subnet)).toEqual(['203.0.113.71-203.0.113.72', '203.0.113.74-203.0.113.85']);
    expect(await sql('SELECT id FROM ipallocationpools')).toEqual([before]);
    const after = await tables.dump();
    expect(await run.plan(spec)).toMatchObject({ steps: [], findings: [] });
    expect(await run.converge(spec)).toEqual([]);
    expect(await tables.dump()).toEqual(after);
  });

  test('makes pools from none, makes two of one, and shrinks to a smaller one', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [], used: ['203.0.113.72'] });
    expect(await run.converge(declare(subnet.id, five, ['203.0.113.90', '203.0.113.90']))).toEqual(applied);
    await expectPools(subnet, '203.0.113.71-203.0.113.75', '203.0.113.90-203.0.113.90');
    expect(await run.converge({ ...declare(subnet.id, ['203.0.113.72', '203.0.113.74']), allowShrink: true })).toEqual(
      applied,
    );
    await expectPools(subnet, '203.0.113.72-203.0.113.74');
    if (tables.hasRanges) expect(await tables.freeRanges(subnet)).toEqual(['203.0.113.73-203.0.113.74']);
  });

  test('touches nothing but the declared subnet', async () => {
    const networkId = await tables.network();
    const id = randomUUID();
    const subnet = await tables.subnet({ ...lan, id, networkId, pools: [five], used: ['203.0.113.71'] });
    // Ids that differ in the last character or in length; the same addresses elsewhere; a neighbour on the same network.
    await tables.subnet({
      ...lan,
      id: `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`,
      pools: [five],
      used: ['203.0.113.72'],
    });
    await tables.subnet({ ...lan, id: id.slice(0, -1), pools: [five] });
    await tables.subnet({
      cidr: '203.0.113.0/26',
      networkId,
      pools: [['203.0.113.10', '203.0.113.62']],
      used: ['203.0.113.11'],
    });
    const before = await tables.dump();
    await run.converge(declare(id, fifteen));
    const after = await tables.dump();
    for (const [table, rows] of Object.entries(after)) {
      const changed = rows.filter((row) => !before[table]?.includes(row));
      const gone = before[table]?.filter((row) => !rows.includes(row)) ?? [];
      const isPoolTable = /pools$|ranges$/.test(table);
      expect([table, changed.length, gone.length]).toEqual([table, isPoolTable ? 1 : 0, isPoolTable ? 1 : 0]);
    }
    await expectPools(subnet, '203.0.113.71-203.0.113.85');
  });

  test('neither a plan nor a refused wish writes anything', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [fifteen], used: ['203.0.113.80'] });
    const before = await tables.dump();
    const wishes = [
      declare(subnet.id, five),
      { ...declare(subnet.id, five), allowShrink: true },
      declare(subnet.id, ['203.0.113.71', '203.0.113.127']),
      declare(subnet.id, ['203.0.113.65', '203.0.113.85']),
      declare(randomUUID(), fifteen),
    ];
    for (const wish of wishes) {
      const planned = await run.plan(wish);
      expect(planned.steps).toEqual([]);
      expect(planned.findings).toMatchObject([
        { reason: expect.stringMatching(/^(Blocked|InvalidConfiguration)$/) as unknown },
      ]);
      expect(await run.apply(planned)).toEqual([]);
    }
    await run.plan(declare(subnet.id, ['203.0.113.71', '203.0.113.90']));
    expect(await tables.dump()).toEqual(before);
  });

  test('a table of another engine than InnoDB is Blocked, because it cannot roll back, and nothing is written', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [five] });
    const before = await tables.dump();
    const others = tables.hasRanges ? ['ipavailabilityranges'] : [];
    for (const table of ['ipallocationpools', 'ipallocations', ...others]) {
      await sql(`SET SESSION foreign_key_checks = 0`);
      const [made] = await sql(`SHOW CREATE TABLE ${table}`);
      const keys = [...(made?.['Create Table'] as string).matchAll(/CONSTRAINT `(\w+)` FOREIGN KEY/g)];
      const pointing = await sql(
        'SELECT table_name AS t, constraint_name AS c FROM information_schema.referential_constraints' +
          ' WHERE constraint_schema = DATABASE() AND referenced_table_name = ?',
        table,
      );
      for (const row of pointing) await sql(`ALTER TABLE ${row['t']} DROP FOREIGN KEY ${row['c']}`);
      for (const [, key] of keys) await sql(`ALTER TABLE ${table} DROP FOREIGN KEY ${key}`);
      await sql(`ALTER TABLE ${table} ENGINE = MyISAM`);
      await expect(run.converge(declare(subnet.id, fifteen))).rejects.toMatchObject({
        reason: 'Blocked',
        message: `the table ${table} is of the engine MyISAM, and what stackward writes rests on InnoDB's transactions and row locks; ALTER TABLE … ENGINE = InnoDB, as Neutron makes its tables`,
      });
      await sql(`ALTER TABLE ${table} ENGINE = InnoDB`);
      expect(await tables.dump()).toEqual(before);
    }
  });

  test('pools that somebody changed by hand come back', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [fifteen], used: ['203.0.113.72'] });
    const spec = { ...declare(subnet.id, fifteen), allowShrink: true };
    const before = await tables.dump();
    const edits = [
      "UPDATE ipallocationpools SET last_ip = '203.0.113.80'",
      "UPDATE ipallocationpools SET last_ip = '203.0.113.90'",
      "UPDATE ipallocationpools SET first_ip = '203.0.113.85', last_ip = '203.0.113.71'",
      "INSERT INTO ipallocationpools SELECT UUID(), subnet_id, '203.0.113.80', '203.0.113.90' FROM ipallocationpools",
      ...(tables.hasIpam ? ["UPDATE ipamallocationpools SET last_ip = '203.0.113.80'"] : []),
    ];
    for (const edit of edits) {
      await sql(edit);
      expect(await run.converge(spec)).toEqual(applied);
      await expectPools(subnet, '203.0.113.71-203.0.113.85');
      expect((await run.plan(spec)).steps).toEqual([]);
    }
    expect((await tables.dump())['ipallocations']).toEqual(before['ipallocations']);
  });

  describe('between plan and apply,', () => {
    const stale = (message: string): unknown => [
      {
        id: 'allocation-pool.t/0',
        outcome: 'failed',
        reason: 'StalePlan',
        message: expect.stringContaining(message) as unknown,
      },
    ];
    test.each<[string, string, string]>([
      ['the pool changed', "UPDATE ipallocationpools SET last_ip = '203.0.113.80'", 'ipallocationpools of subnet'],
      [
        'a pool came',
        "INSERT INTO ipallocationpools SELECT UUID(), subnet_id, '203.0.113.90', '203.0.113.91' FROM ipallocationpools",
        'ipallocationpools of subnet',
      ],
      ['the gateway moved', "UPDATE subnets SET gateway_ip = '203.0.113.80'", 'gateway_ip of subnet'],
      ['the cidr changed', "UPDATE subnets SET cidr = '203.0.113.64/27'", 'cidr of subnet'],
      ['the subnet went', 'DELETE FROM subnets', 'is gone since the plan was made'],
    ])('%s, so the step is stale and nothing is written', async (_, edit, message) => {
      const subnet = await tables.subnet({ ...lan, pools: [five] });
      const planned = await run.plan(declare(subnet.id, fifteen));
      await sql(edit);
      const before = await tables.dump();
      expect(await run.apply(planned)).toEqual(stale(message));
      expect(await tables.dump()).toEqual(before);
    });

    test('somebody else made the same change, so the step is unchanged', async () => {
      const subnet = await tables.subnet({ ...lan, pools: [five] });
      const spec = declare(subnet.id, fifteen);
      const planned = await run.plan(spec);
      await run.converge(spec);
      const before = await tables.dump();
      expect(await run.apply(planned)).toMatchObject([{ outcome: 'unchanged' }]);
      expect(await tables.dump()).toEqual(before);
    });

    test("a port came, so the pool still grows and the port's address is not free", async () => {
      const subnet = await tables.subnet({ ...lan, pools: [five] });
      const planned = await run.plan(declare(subnet.id, fifteen));
      await tables.port(subnet, '203.0.113.80');
      if (tables.hasRanges) await sql("UPDATE ipavailabilityranges SET first_ip = '203.0.113.72'");
      await tables.port(subnet, '203.0.113.71');
      expect(await run.apply(planned)).toEqual(applied);
      if (tables.hasRanges)
        expect(await tables.freeRanges(subnet)).toEqual(['203.0.113.72-203.0.113.79', '203.0.113.81-203.0.113.85']);
    });

    test('a port took an address that the plan gives back, so the step is refused', async () => {
      const subnet = await tables.subnet({ ...lan, pools: [fifteen] });
      const planned = await run.plan({ ...declare(subnet.id, five), allowShrink: true });
      expect(planned.steps).toHaveLength(1);
      await tables.port(subnet, '203.0.113.80');
      expect(await run.apply(planned)).toEqual(stale('203.0.113.80 of subnet'));
      await expectPools(subnet, '203.0.113.71-203.0.113.85');
    });

    test('one subnet of a network changed, so all subnets of that network stay, and those of another network are changed', async () => {
      const networkId = await tables.network();
      const moved = await tables.subnet({ ...lan, networkId, pools: [five] });
      const beside = await tables.subnet({ cidr: '192.0.2.0/24', networkId, pools: [['192.0.2.10', '192.0.2.11']] });
      const elsewhere = await tables.subnet({ cidr: '198.51.100.0/24', pools: [['198.51.100.10', '198.51.100.11']] });
      const planned = await run.plan(
        declare(beside.id, ['192.0.2.10', '192.0.2.20']),
        declare(moved.id, fifteen),
        declare(elsewhere.id, ['198.51.100.10', '198.51.100.20']),
      );
      await sql('UPDATE subnets SET gateway_ip = NULL WHERE id = ?', moved.id);
      const results = await run.apply(planned);
      expect(results.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
        'allocation-pool.t/0 failed',
        'allocation-pool.t/1 failed',
        'allocation-pool.t/2 applied',
      ]);
      await expectPools(beside, '192.0.2.10-192.0.2.11');
      await expectPools(elsewhere, '198.51.100.10-198.51.100.20');
    });
  });

  test('of two applies of one wish at once, one does the change, and the other finds it done or its plan stale', async () => {
    const subnets: MadeSubnet[] = [];
    for (let net = 0; net < 6; net++)
      subnets.push(await tables.subnet({ cidr: `10.0.${net}.0/24`, pools: [[`10.0.${net}.10`, `10.0.${net}.20`]] }));
    const to = (last: number) => subnets.map(({ id }, net) => declare(id, [`10.0.${net}.10`, `10.0.${net}.${last}`]));
    const rival = new PoolRun(options);
    const plans = [await run.plan(...to(30)), await rival.plan(...to(30))] as const;
    const rivals = [await run.plan(...to(30)), await rival.plan(...to(40))] as const;

    const same = await Promise.all([run.apply(plans[0]), rival.apply(plans[1])]);
    for (const index of subnets.keys())
      expect(same.map((results) => results[index]?.outcome).sort()).toEqual(['applied', 'unchanged']);

    const crossed = await Promise.all([run.apply(rivals[0]), rival.apply(rivals[1])]);
    for (const [index, subnet] of subnets.entries()) {
      expect([crossed[0][index]?.outcome, crossed[1][index]?.reason]).toEqual(['unchanged', 'StalePlan']);
      await expectPools(subnet, `10.0.${index}.10-10.0.${index}.30`);
    }
    await rival.close();
  });

  test('of two applies of different wishes at once, one wins each subnet, and no subnet has a mixture', async () => {
    const subnets: MadeSubnet[] = [];
    for (let net = 0; net < 6; net++)
      subnets.push(
        await tables.subnet({
          cidr: `10.0.${net}.0/24`,
          pools: [[`10.0.${net}.10`, `10.0.${net}.20`]],
          used: [`10.0.${net}.12`],
        }),
      );
    const to = (last: number) => subnets.map(({ id }, net) => declare(id, [`10.0.${net}.10`, `10.0.${net}.${last}`]));
    const rival = new PoolRun(options);
    const plans = [await run.plan(...to(30)), await rival.plan(...to(40))] as const;
    const [first, second] = await Promise.all([run.apply(plans[0]), rival.apply(plans[1])]);
    for (const [index, subnet] of subnets.entries()) {
      const won = first[index]?.outcome === 'applied' ? 30 : 40;
      expect([first[index], second[index]].map((result) => result?.reason ?? result?.outcome).sort()).toEqual([
        'StalePlan',
        'applied',
      ]);
      await expectPools(subnet, `10.0.${index}.10-10.0.${index}.${won}`);
      if (tables.hasRanges)
        expect(await tables.freeRanges(subnet)).toEqual([
          `10.0.${index}.10-10.0.${index}.11`,
          `10.0.${index}.13-10.0.${index}.${won}`,
        ]);
    }
    await rival.close();
  });

  test('nobody can change the rows that a comparison rests on until COMMIT', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [five] });
    const proxy = await SqlProxy.open(options);
    const through = new PoolRun(options, run.reader, new MysqlWriter(proxy.options));
    await sql('SET SESSION innodb_lock_wait_timeout = 1');
    const edits = ["subnets SET gateway_ip = '203.0.113.80'", "ipallocationpools SET last_ip = '203.0.113.99'"];
    const refused: number[] = [];
    proxy.meeting = {
      before: async ({ sql: statement }) => {
        if (statement === 'COMMIT')
          for (const edit of edits)
            await sql(`UPDATE ${edit}`).catch((error: { errno: number }) => refused.push(error.errno));
        return undefined;
      },
    };
    expect(await through.converge(declare(subnet.id, fifteen))).toEqual(applied);
    expect(refused).toEqual([1205, 1205]);
    await through.close();
    await proxy.close();
  });

  test('a caller that stops asking for results leaves the networks after it as they were', async () => {
    const subnets: MadeSubnet[] = [];
    for (let net = 0; net < 4; net++)
      subnets.push(await tables.subnet({ cidr: `10.0.${net}.0/24`, pools: [[`10.0.${net}.10`, `10.0.${net}.20`]] }));
    const planned = await run.plan(...subnets.map(({ id }, net) => declare(id, [`10.0.${net}.10`, `10.0.${net}.30`])));
    expect(await run.apply(planned, run.writer, 2)).toHaveLength(2);
    const lasts = await Promise.all(subnets.map(async (subnet) => (await tables.pools(subnet))[0]?.split('.').at(-1)));
    expect(lasts).toEqual(['30', '30', '20', '20']);
  });
});
