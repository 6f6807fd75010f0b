import { startMariadb, type Mariadb } from '../support/mariadb';
import { declare, PoolRun } from '../support/pool-run';
import { NeutronTables, schemaFiles, type Era } from '../support/neutron-tables';

let mariadb: Mariadb;
let schemas = 0;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());

describe.each<Era>(['icehouse', 'mitaka', 'zed'])('on the tables of %s', (era) => {
  let tables: NeutronTables;
  let run: PoolRun;
  beforeEach(async () => {
    const options = await mariadb.createSchema(`${era}${++schemas}`, ...schemaFiles[era]);
    tables = new NeutronTables(await mariadb.connect(options.schema), era);
    run = new PoolRun(options);
  });
  afterEach(() => run.close());

  const lan = { cidr: '203.0.113.64/26', gateway: '203.0.113.65' };

  it('extends a pool, then finds nothing left to do', async () => {
    const subnet = await tables.subnet({ ...lan, pools: [['203.0.113.71', '203.0.113.75']], used: ['203.0.113.73'] });
    const spec = declare(subnet.id, ['203.0.113.71', '203.0.113.85']);

    expect(await run.converge(spec)).toEqual([{ id: 'allocation-pool.t/0', outcome: 'applied' }]);

    expect(await tables.pools(subnet)).toEqual(['203.0.113.71-203.0.113.85']);
    if (tables.hasIpam)
      expect(await tables.pools(subnet, 'ipamallocationpools')).toEqual(['203.0.113.71-203.0.113.85']);
    if (tables.hasRanges)
      expect(await tables.freeRanges(subnet)).toEqual(['203.0.113.71-203.0.113.72', '203.0.113.74-203.0.113.85']);
    const after = await tables.dump();
    expect(await run.plan(spec)).toMatchObject({ steps: [], findings: [] });
    expect(await run.converge(spec)).toEqual([]);
    expect(await tables.dump()).toEqual(after);
  });
});
