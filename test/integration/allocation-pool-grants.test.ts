/** Plan and apply work with exactly the grants that docs/database-grants.md lists, read out of that page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql-database';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles, type Era } from '../support/neutron-tables';
import { declare, PoolRun } from '../support/pool-run';

const page = readFileSync(join(__dirname, '../../docs/database-grants.md'), 'utf8');

/** The statements of one block: "### apply, Icehouse" … ```sql … ```; accounts and schemas as in the test. */
function grants(purpose: 'plan' | 'apply', era: Era, schema: string): string[] {
  const titles = { icehouse: 'Icehouse to Kilo', mitaka: 'Liberty and Mitaka', zed: 'Newton and later' };
  const [, block] = new RegExp(`### ${purpose}: ${titles[era]}\\n+\`\`\`sql\\n([^\`]+)\`\`\``).exec(page) ?? [];
  if (block === undefined) throw new Error(`docs/database-grants.md has no block for ${purpose} on ${era}`);
  return block
    .split(';')
    .map((statement) =>
      statement
        .trim()
        .replaceAll('neutron.', `${schema}.`)
        .replace(/\s+TO .*$/s, ''),
    )
    .filter((statement) => statement !== '');
}

let mariadb: Mariadb;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());

describe.each<Era>(['icehouse', 'mitaka', 'zed'])('on the tables of %s', (era) => {
  let planner: MysqlOptions;
  let tables: NeutronTables;
  const account = (name: string, purpose: 'plan' | 'apply', leaveOut?: string) =>
    mariadb.createUser(
      `${name}_${era}`,
      era,
      grants(purpose, era, era).filter((grant) => grant !== leaveOut),
    );

  beforeAll(async () => {
    await mariadb.createSchema(era, ...schemaFiles[era]);
    tables = new NeutronTables(await mariadb.connect(era), era);
    planner = await account('planner', 'plan');
  });

  const fixture = () =>
    tables.subnet({
      ...{ cidr: '203.0.113.64/26', gateway: '203.0.113.65', used: ['203.0.113.72'] },
      pools: [
        ['203.0.113.71', '203.0.113.75'],
        ['203.0.113.90', '203.0.113.91'],
      ],
    });
  /** Grows one pool, drops one, adds one. */
  const wish = (id: string) => ({
    ...declare(id, ['203.0.113.71', '203.0.113.85'], ['203.0.113.100', '203.0.113.100']),
    allowShrink: true,
  });

  test('plan reads, apply writes, and neither needs more', async () => {
    const subnet = await fixture();
    const run = new PoolRun(planner, new MysqlReader(planner), new MysqlWriter(await account('applier', 'apply')));
    expect(await run.converge(wish(subnet.id))).toMatchObject([{ outcome: 'applied' }]);
    expect((await run.plan(wish(subnet.id))).steps).toEqual([]);
    await run.close();
  });

  test('the account of plan cannot write', async () => {
    const subnet = await fixture();
    const before = await tables.dump();
    const run = new PoolRun(planner);
    expect(await run.converge(wish(subnet.id))).toMatchObject([
      { outcome: 'failed', message: expect.stringContaining('GRANT') as unknown },
    ]);
    expect(await tables.dump()).toEqual(before);
    await run.close();
  });

  test('each grant of apply is needed: without it the missing one is named and nothing is written', async () => {
    const subnet = await fixture();
    const all = grants('apply', era, era);
    for (const [at, grant] of all.entries()) {
      const before = await tables.dump();
      const poor = await account(`poor${at}`, 'apply', grant);
      const run = new PoolRun(planner, new MysqlReader(planner), new MysqlWriter(poor));
      const [result] = await run.converge(wish(subnet.id));
      const [, table = 'none'] = / ON \w+\.(\w+)/.exec(grant) ?? [];
      expect({ grant, result }).toMatchObject({
        result: { outcome: 'failed', reason: 'UnrecoverableError', message: expect.stringContaining(table) as unknown },
      });
      expect(await tables.dump()).toEqual(before);
      await run.close();
    }
  });

  test('a table that the account may not see is said, not guessed away', async () => {
    const subnet = await fixture();
    for (const [at, grant] of grants('plan', era, era).entries()) {
      const [, table = 'none'] = / ON \w+\.(\w+)/.exec(grant) ?? [];
      const run = new PoolRun(await account(`blind${at}`, 'plan', grant));
      await expect(run.plan(wish(subnet.id))).rejects.toMatchObject({
        reason: 'UnrecoverableError',
        message: expect.stringContaining(table) as unknown,
      });
      await run.close();
    }
  });
});
