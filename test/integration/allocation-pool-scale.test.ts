/** A thousand subnets in one plan and one apply: right, and in a bounded number of statements. */
import { MysqlReader, MysqlWriter } from '../../adapters/mysql/mysql-database';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles, type Era, type MadeSubnet } from '../support/neutron-tables';
import { declare, PoolRun } from '../support/pool-run';
import { SqlProxy } from '../support/sql-proxy';

let mariadb: Mariadb;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());

const count = 1000;
const perNetwork = 4;
const net = (at: number): string => `10.${at >> 8}.${at & 255}`;

describe.each<Era>(['icehouse', 'zed'])('on the tables of %s', (era) => {
  test('plans in chunks, applies network by network, and then finds nothing left', async () => {
    const options = await mariadb.createSchema(era, ...schemaFiles[era]);
    const tables = new NeutronTables(await mariadb.connect(era), era);
    await tables.connection.query('SET autocommit = 0');
    const subnets: MadeSubnet[] = [];
    for (let at = 0, networkId = ''; at < count; at++) {
      if (at % perNetwork === 0) networkId = await tables.network();
      subnets.push(
        await tables.subnet({
          ...{
            cidr: `${net(at)}.0/24`,
            gateway: `${net(at)}.1`,
            networkId,
            used: [`${net(at)}.12`, `${net(at)}.${20 + (at % 7)}`],
          },
          pools: [[`${net(at)}.10`, `${net(at)}.19`]],
        }),
      );
    }
    await tables.connection.query('COMMIT; SET autocommit = 1');

    const proxy = await SqlProxy.open(options);
    const run = new PoolRun(options, new MysqlReader(proxy.options), new MysqlWriter(proxy.options));
    const specs = subnets.map(({ id }, at) => declare(id, [`${net(at)}.10`, `${net(at)}.${100 + (at % 100)}`]));
    const planned = await run.plan(...specs);
    expect(planned.steps).toHaveLength(count);
    // Two for the session, the probe, the snapshot's two ends; at most six for each 500 subnets.
    expect(proxy.statements.length).toBeLessThanOrEqual(5 + 6 * (count / 500));

    proxy.forget();
    const results = await run.apply(planned);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['applied']));
    expect(results).toHaveLength(count);
    // Per network: begin, three or four locking reads, commit; per subnet: two or three writes.
    const bound = 2 + (count / perNetwork) * 6 + count * (era === 'zed' ? 2 : 3);
    expect(proxy.statements.length).toBeLessThanOrEqual(bound);

    for (const [at, subnet] of subnets.entries()) {
      if (at % 37 !== 0) continue;
      const last = 100 + (at % 100);
      expect(await tables.pools(subnet)).toEqual([`${net(at)}.10-${net(at)}.${last}`]);
      if (tables.hasIpam)
        expect(await tables.pools(subnet, 'ipamallocationpools')).toEqual([`${net(at)}.10-${net(at)}.${last}`]);
      const other = 20 + (at % 7);
      if (tables.hasRanges)
        expect(await tables.freeRanges(subnet)).toEqual([
          `${net(at)}.10-${net(at)}.11`,
          `${net(at)}.13-${net(at)}.${other - 1}`,
          `${net(at)}.${other + 1}-${net(at)}.${last}`,
        ]);
    }
    expect(await run.plan(...specs)).toMatchObject({ steps: [], findings: [] });
    await run.close();
    await proxy.close();
  });
});
