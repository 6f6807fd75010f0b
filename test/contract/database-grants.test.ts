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
    found: expect.stringMatching(
      /^plan may read 5 tables \(.*\), and write no table; `inventory` lacks columns of 5 tables \(/,
    ) as string,
  });
  const changing: DeclaredStack = { ...stack, changesPools: true };
  expect(await judged(plan, changing)).toMatchObject({
    result: 'risk',
    found:
      'The code changes address pools in this database, and plan may only read: enough for plan and verify, and an apply would fail.',
    evidence: expect.arrayContaining([
      'missing for apply: INSERT, DELETE, UPDATE (first_ip, last_ip) on neutron.ipallocationpools',
    ]) as string[],
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
  expect(await judged(owner)).toMatchObject({
    found: 'owner may read every table, and write every table; reports have all that they read here',
  });
});

test.each(['icehouse', 'mitaka', 'zed'] as const)(
  'of the grants for apply of %s each is missed by its name',
  async (era) => {
    const release = { icehouse: 'kilo', mitaka: 'mitaka', zed: 'zed' }[era];
    const changing: DeclaredStack = { ...stack, changesPools: true, release };
    await mariadb.createSchema('neutron_' + era, ...schemaFiles[era]);
    const all = documentedGrants('apply', era, 'neutron_' + era);
    const judgedIn = async (grants: readonly string[], name: string) => {
      const account = await mariadb.createUser(name, 'neutron_' + era, [...grants]);
      const told = await grantsOf(account);
      const database = { name: 'neutron', schema: 'neutron_' + era, user: account.user, grants: read(told) };
      return databaseGrants.judge({ databases: [database], code: read([changing]) }, String)[0];
    };
    expect(await judgedIn(all, `all_${era}`)).toMatchObject({ result: 'fine' });
    for (const [index, left] of all.entries()) {
      const [, privilege, table] = /^GRANT (.*) ON (.*)$/.exec(left) ?? [];
      expect(await judgedIn(all.filter((grant) => grant !== left), `l${index}_${era}`)).toMatchObject({
      result: 'fault',
      evidence: expect.arrayContaining([`missing for apply: ${privilege} on ${table}`]) as string[],
    }); // prettier-ignore
    }
  },
);

test('an account whose grants come by a role is not looked at where something is missing', async () => {
  const database = { name: 'neutron', schema: 'neutron', user: 'u', grants: read(['`writer`@`%`', 'USAGE ON *.*']) };
  const seen = { databases: [database], code: read([{ ...stack, changesPools: true as const }]) };
  expect(databaseGrants.judge(seen, String)).toEqual([
    expect.objectContaining({ result: 'not looked at', why: expect.stringContaining('by the role `writer`@`%`') }),
  ]);
});

test('one grant on one column is enough for a login, and none is too few', async () => {
  const least = await mariadb.createUser('least', 'neutron', ['GRANT SELECT (id) ON neutron.subnets']);
  expect(await connectTo(least)).toMatchObject({ isOpen: true });
  const nothing = await mariadb.createUser('nothing', 'neutron', ['GRANT USAGE ON *.*']);
  expect(await connectTo(nothing)).toMatchObject({ isOpen: false, trouble: 'schema' });
});
