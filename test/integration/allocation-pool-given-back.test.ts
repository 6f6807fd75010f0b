/** Neutron chooses an address, waits for the locks of a shrink that gives it back, and stores it after the commit. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MysqlWriter } from '../../adapters/mysql/mysql-database';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles, type Era } from '../support/neutron-tables';
import { declare, PoolRun } from '../support/pool-run';
import { SqlProxy } from '../support/sql-proxy';

let mariadb: Mariadb;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());

test.each<Era>(['icehouse', 'mitaka', 'zed'])(
  'in %s a port that waited for the shrink takes an address that the shrink gave back, and the run names the address',
  async (era) => {
    const options = await mariadb.createSchema(era, ...schemaFiles[era]);
    const tables = new NeutronTables(await mariadb.connect(options.schema), era);
    const run = new PoolRun(options);
    const subnet = await tables.subnet({ cidr: '203.0.113.64/26', pools: [['203.0.113.71', '203.0.113.85']] });
    const proxy = await SqlProxy.open(options);
    const through = new PoolRun(options, run.reader, new MysqlWriter(proxy.options));
    let port: Promise<unknown> | undefined;
    proxy.meeting = {
      before: async ({ sql: statement }) => {
        if (statement !== 'COMMIT' || port !== undefined) return undefined;
        port = tables.port(subnet, '203.0.113.80');
        // The server renews this table only when nobody has read it for 0.1 s.
        const waits = "SELECT trx_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
        while ((await run.reader.query(waits)).length === 0) await sleep(120);
        return undefined;
      },
      // The run looks for such ports after its commit, so the port must be stored whole before the commit's answer.
      after: async ({ sql: statement }) => {
        if (statement === 'COMMIT') await port;
        return undefined;
      },
    };
    const planned = await run.plan({ ...declare(subnet.id, ['203.0.113.71', '203.0.113.75']), allowShrink: true });
    expect(await through.apply(planned)).toEqual([
      {
        id: 'allocation-pool.t/0',
        outcome: 'failed',
        reason: 'NotConverged',
        message: expect.stringContaining('a port took 203.0.113.80 in the moment') as unknown,
      },
    ]);
    await port;
    await run.close();
    await through.writer.close();
    await proxy.close();
  },
);
