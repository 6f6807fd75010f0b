/** More subnets than one statement names, in one plan and one apply: right, and in a bounded number of statements. */
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

/** Two chunks of at most 500. */
const count = 520;
const chunks = 2;
const perNetwork = 4;
const net = (number: number): string => `10.${number >> 8}.${number & 255}`;

describe.each<Era>(['icehouse', 'zed'])('on the tables of %s', (era) => {
  test('plans in chunks, applies network by network, and then finds nothing left', async () => {
    const options = await mariadb.createSchema(era, ...schemaFiles[era]);
    const tables = new NeutronTables(await mariadb.connect(era), era);
    await tables.connection.query('SET autocommit = 0');
    const subnets: MadeSubnet[] = [];
    for (let number = 0, networkId = ''; number < count; number++) {
      if (number % perNetwork === 0) networkId = await tables.network();
      subnets.push(
        await tables.subnet({
          cidr: `${net(number)}.0/24`,
          gateway: `${net(number)}.1`,
          networkId,
          used: [`${net(number)}.12`, `${net(number)}.${20 + (number % 7)}`],
          pools: [[`${net(number)}.10`, `${net(number)}.19`]],
        }),
      );
    }
    await tables.connection.query('COMMIT; SET autocommit = 1');

    const proxy = await SqlProxy.open(options);
    const run = new PoolRun(options, new MysqlReader(proxy.options), new MysqlWriter(proxy.options));
    const specs = subnets.map(({ id }, index) =>
      declare(id, [`${net(index)}.10`, `${net(index)}.${100 + (index % 100)}`]),
    );
    const planned = await run.plan(...specs);
    expect(planned.steps).toHaveLength(count);
    // Two for the session, the probe, the snapshot's two ends; at most six for each chunk.
    expect(proxy.statements.length).toBeLessThanOrEqual(5 + 6 * chunks);

    proxy.forget();
    const results = await run.apply(planned);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['applied']));
    expect(results).toHaveLength(count);
    // Per network: begin, three or four locking reads, commit; per subnet: two or three writes.
    const bound = 2 + (count / perNetwork) * 6 + count * (era === 'zed' ? 2 : 3);
    expect(proxy.statements.length).toBeLessThanOrEqual(bound);

    for (const [index, subnet] of subnets.entries()) {
      if (index % 37 !== 0) continue;
      const last = 100 + (index % 100);
      expect(await tables.pools(subnet)).toEqual([`${net(index)}.10-${net(index)}.${last}`]);
      if (tables.hasIpam)
        expect(await tables.pools(subnet, 'ipamallocationpools')).toEqual([`${net(index)}.10-${net(index)}.${last}`]);
      const used = 20 + (index % 7);
      if (tables.hasRanges)
        expect(await tables.freeRanges(subnet)).toEqual([
          `${net(index)}.10-${net(index)}.11`,
          `${net(index)}.13-${net(index)}.${used - 1}`,
          `${net(index)}.${used + 1}-${net(index)}.${last}`,
        ]);
    }
    expect(await run.plan(...specs)).toMatchObject({ steps: [], findings: [] });
    await run.close();
    await proxy.close();
  });
});
