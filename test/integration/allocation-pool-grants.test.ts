/** Every command works with exactly the grants that docs/database-grants.md lists for it, in one account each. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MysqlOptions } from '../../adapters/mysql/mysql-database';
import { documentedGrants, tableOfGrant, type Purpose } from '../support/documented-grants';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles, type Era } from '../support/neutron-tables';
import { entry, logInAs, manifestOf, openPoolCommand, type PoolCommand } from '../support/pool-command';
import { declare, PoolRun } from '../support/pool-run';

let mariadb: Mariadb;
let accounts = 0;
beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());

const account = (purpose: Purpose, era: Era, schema: string, leaveOut?: string): Promise<MysqlOptions> =>
  mariadb.createUser(
    `${purpose}${++accounts}`,
    schema,
    documentedGrants(purpose, era, schema).filter((grant) => grant !== leaveOut),
  );

describe.each<Era>(['icehouse', 'mitaka', 'zed'])('the command on the tables of %s', (era) => {
  let made: PoolCommand;
  let planner: MysqlOptions;
  beforeEach(async () => {
    made = await openPoolCommand(mariadb, era);
    planner = await account('plan', era, made.options.schema);
  });
  afterEach(() => made.command.remove());

  /** Grows the only pool of one subnet. */
  const run = (by: MysqlOptions, ...args: string[]) => {
    logInAs(made.command, by);
    made.command.write(
      'manifest.json',
      manifestOf({ 'shared/Red/AllocationPools': entry(made.red, '10.0.1.10', '10.0.1.29') }),
    );
    return made.command.run(args);
  };
  const manifest = ['--manifest', 'manifest.json'];

  test('plans and verifies with the account of plan, applies and rolls back with that of apply', async () => {
    const applier = await account('apply', era, made.options.schema);
    const before = await made.tables.dump();
    expect(await run(planner, 'plan', ...manifest)).toMatchObject({ code: 2, stderr: '' });
    expect(await run(planner, 'verify', ...manifest)).toMatchObject({ code: 2, stderr: '' });
    expect(await run(applier, 'apply', ...manifest, '--auto-approve')).toMatchObject({ code: 0, stderr: '' });
    expect(await made.tables.pools(made.red)).toEqual(['10.0.1.10-10.0.1.29']);
    expect(await run(planner, 'verify', ...manifest)).toMatchObject({ code: 0, stderr: '' });
    const [recorded = ''] = readdirSync(join(made.command.folder, 'runs'));
    expect(await run(applier, 'rollback', recorded, '--auto-approve')).toMatchObject({ code: 0, stderr: '' });
    expect(await made.tables.dump()).toEqual(before);
  });

  test('cannot write with the account of plan, and names the grant that is missing', async () => {
    const before = await made.tables.dump();
    const { code, stdout } = await run(planner, 'apply', ...manifest, '--auto-approve');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/GRANT \w+ ON/)]);
    expect(await made.tables.dump()).toEqual(before);
  });
});

describe.each<Era>(['icehouse', 'mitaka', 'zed'])('on the tables of %s', (era) => {
  let tables: NeutronTables;
  beforeAll(async () => {
    await mariadb.createSchema(era, ...schemaFiles[era]);
    tables = new NeutronTables(await mariadb.connect(era), era);
  });

  /** Grows one pool, drops one, adds one. */
  const wish = async () => {
    const { id } = await tables.subnet({
      cidr: '203.0.113.64/26',
      gateway: '203.0.113.65',
      used: ['203.0.113.72'],
      pools: [
        ['203.0.113.71', '203.0.113.75'],
        ['203.0.113.90', '203.0.113.91'],
      ],
    });
    return {
      ...declare(id, ['203.0.113.71', '203.0.113.85'], ['203.0.113.100', '203.0.113.100']),
      allowShrink: true,
    };
  };

  test('needs no other grant than those of the account of apply for the largest change', async () => {
    const spec = await wish();
    const run = new PoolRun(await account('apply', era, era));
    expect(await run.converge(spec)).toMatchObject([{ outcome: 'applied' }]);
    expect((await run.plan(spec)).steps).toEqual([]);
    await run.close();
  });

  test('names the missing table and writes nothing when any grant of apply is missing', async () => {
    const spec = await wish();
    for (const grant of documentedGrants('apply', era, era)) {
      const before = await tables.dump();
      const run = new PoolRun(await account('apply', era, era, grant));
      const met = await run.converge(spec).then(
        ([result]) => result,
        (error: unknown) => error,
      );
      expect({ grant, met }).toMatchObject({
        met: { reason: 'UnrecoverableError', message: expect.stringContaining(tableOfGrant(grant)) as unknown },
      });
      expect(await tables.dump()).toEqual(before);
      await run.close();
    }
  });

  if (era === 'mitaka')
    test('does not take Liberty for Kilo with an account that has no grant on the tables of the IPAM', async () => {
      const spec = await wish();
      const run = new PoolRun(await account('plan', 'icehouse', era));
      await expect(run.plan(spec)).rejects.toMatchObject({
        reason: 'UnrecoverableError',
        message: expect.stringContaining('no table ipamsubnets, ipamallocationpools, ipamallocations') as unknown,
      });
      await run.close();
    });

  test('names each table that the account of plan may not see, and does not take it for absent', async () => {
    const spec = await wish();
    for (const grant of documentedGrants('plan', era, era)) {
      const run = new PoolRun(await account('plan', era, era, grant));
      await expect(run.plan(spec)).rejects.toMatchObject({
        reason: 'UnrecoverableError',
        message: expect.stringContaining(tableOfGrant(grant)) as unknown,
      });
      await run.close();
    }
  });
});
