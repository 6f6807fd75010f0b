/** SW-9007 on a real MariaDB: accounts with exactly the documented grants, with fewer than the code needs, and with everything. */
import { connectTo, grantsOf } from '../../adapters/mysql/mysql-probe';
import type { MysqlOptions } from '../../adapters/mysql/mysql-database';
import type { DeclaredStack } from '../../lib/contract/report-ports';
import { databaseGrants } from '../../reports/doctor/preflight/database-grants';
import { read } from '../../reports/looked';
import { documentedGrants } from '../support/documented-grants';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { schemaFiles } from '../support/neutron-tables';

let mariadb: Mariadb;
beforeAll(async () => {
  mariadb = await startMariadb();
  await mariadb.createSchema('neutron', ...schemaFiles.zed);
});
afterAll(() => mariadb.stop());

const stack: DeclaredStack = { name: 'acme', clouds: [], things: [], providers: [] };

async function judged(options: MysqlOptions, code: DeclaredStack = stack) {
  const grants = await grantsOf(options);
  expect(JSON.stringify(grants)).not.toMatch(/IDENTIFIED|\*[0-9A-F]{40}/);
  const database = { name: 'neutron', schema: 'neutron', user: options.user, grants: read(grants) };
  return databaseGrants.judge({ databases: [database], code: read([code]) }, String)[0];
}

test('the documented accounts of plan and apply log in, and only that of apply may change pools', async () => {
  const plan = await mariadb.createUser('plan', 'neutron', documentedGrants('plan', 'zed', 'neutron'));
  const apply = await mariadb.createUser('apply', 'neutron', documentedGrants('apply', 'zed', 'neutron'));
  for (const account of [plan, apply]) expect(await connectTo(account)).toMatchObject({ isOpen: true });
  expect(await judged(plan)).toMatchObject({
    result: 'fine',
    found: expect.stringMatching(/^plan may read 5 tables \(.*\), and write no table$/) as string,
  });
  const changing: DeclaredStack = { ...stack, changesPools: true };
  expect(await judged(plan, changing)).toMatchObject({
    result: 'fault',
    found:
      'The code changes address pools in this database, and plan lacks INSERT, DELETE on neutron.ipallocationpools.',
  });
  expect(await judged(apply, changing)).toMatchObject({
    result: 'fine',
    found: expect.stringContaining('write 2 tables (ipallocationpools, ipamallocationpools)') as string,
  });
});

test('an account that may do everything on the server is a risk, and one of the whole schema is told as that', async () => {
  expect(await judged(mariadb.root)).toMatchObject({
    result: 'risk',
    found: 'root has ALL PRIVILEGES on every schema of this server, and stackward needs single tables.',
  });
  const owner = await mariadb.createUser('owner', 'neutron', ['GRANT ALL ON neutron.*']);
  expect(await judged(owner)).toMatchObject({ found: 'owner may read every table, and write every table' });
});

test('one grant on one column is enough for a login, and none is too few', async () => {
  const least = await mariadb.createUser('least', 'neutron', ['GRANT SELECT (id) ON neutron.subnets']);
  expect(await connectTo(least)).toMatchObject({ isOpen: true });
  const nothing = await mariadb.createUser('nothing', 'neutron', ['GRANT USAGE ON *.*']);
  expect(await connectTo(nothing)).toMatchObject({ isOpen: false, trouble: 'schema' });
});
