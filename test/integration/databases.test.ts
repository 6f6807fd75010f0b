/** Every database of stackward.yaml is read through one port, with rights to read alone; where nothing names one, asking is refused. */
import { parseConfiguration } from '../../cli/config';
import { wire, type Wired } from '../../cli/wire';
import { databaseNames, type DatabaseName } from '../../lib/contract/ports';
import { plain } from '../../lib/render/style';
import type { MysqlOptions } from '../../adapters/mysql/mysql-database';
import { Authority } from '../support/certificates';
import { startMariadb, type Mariadb } from '../support/mariadb';

let mariadb: Mariadb;
let authority: Authority;
/** Reads all but Nova's own; the other reads Nova's alone. */
let together: MysqlOptions;
let alone: MysqlOptions;
let wired: Wired | undefined;

beforeAll(async () => {
  mariadb = await startMariadb((folder) => {
    authority = new Authority(folder, 'ours');
    const { cert, key } = authority.certificate('server', 'database', 'IP:127.0.0.1');
    return [`--ssl-ca=${authority.file}`, `--ssl-cert=${cert}`, `--ssl-key=${key}`];
  });
  const root = await mariadb.connect();
  for (const name of databaseNames) {
    const { schema } = await mariadb.createSchema(name === 'nova' ? 'nova_cell1' : name);
    await root.query(`USE ${schema}; CREATE TABLE seen (name TEXT) ENGINE=InnoDB; INSERT INTO seen VALUES ('${name}')`);
  }
  const others = databaseNames.filter((name) => name !== 'nova');
  together = await mariadb.createUser(
    'together',
    '',
    others.map((name) => `GRANT SELECT ON ${name}.seen`),
  );
  alone = await mariadb.createUser('alone', '', ['GRANT SELECT, INSERT ON nova_cell1.seen']);
});
afterAll(() => mariadb.stop());
afterEach(async () => {
  await wired?.close();
  wired = undefined;
});

const login = ({ host, port, user }: MysqlOptions, password: string): string =>
  `host: ${host}, port: ${port}, user: ${user}, password: "\${${password}}"`;

function connect(lines: readonly string[]): Wired {
  const env = { TOGETHER: together.password, ALONE: alone.password };
  const text = ['databases:', ...lines.map((line) => `  ${line}`)].join('\n');
  const clock = { now: () => new Date(), show: String };
  return (wired = wire(parseConfiguration(text, 'stackward.yaml', env), {}, [], { style: plain, clock }));
}

const both = (): readonly string[] => [
  `nova: { ${login(alone, 'ALONE')}, schema: nova_cell1, tls: { caFile: ${authority.file} } }`,
  `shared: { ${login(together, 'TOGETHER')}, tls: off, names: [neutron, nova_api, nova_cell0, keystone, cinder, glance] }`,
];

const read = async ({ context }: Wired, name: DatabaseName): Promise<readonly object[]> =>
  (await context.readers.database(`database:${name}`)).query('SELECT name FROM seen');

test('each database answers in its own schema, by its own account and TLS', async () => {
  const opened = connect(both());
  const answers = await Promise.all(databaseNames.map((name) => read(opened, name)));
  expect(answers).toEqual(databaseNames.map((name) => [{ name }]));
  const nova = await opened.context.readers.database('database:nova');
  const cipher = await nova.query<{ Value: string }>("SHOW STATUS LIKE 'Ssl_cipher'");
  expect(cipher[0]?.Value).not.toBe('');
  expect([...opened.context.readers.databases]).toEqual([...databaseNames]);
});

test('the server refuses a write on the session that reads, though the account may write', async () => {
  const reader = await connect(both()).context.readers.database('database:nova');
  await expect(reader.query("INSERT INTO seen VALUES ('x')")).rejects.toThrow(/READ ONLY|read.only/);
  expect(await reader.query('SELECT name FROM seen')).toEqual([{ name: 'nova' }]);
});

test('a database that stackward.yaml leaves out is no trouble until somebody asks for it', async () => {
  const opened = connect([`keystone: { ${login(together, 'TOGETHER')}, tls: off }`]);
  expect([...opened.context.readers.databases]).toEqual(['keystone']);
  expect(opened.context.readers.databaseProbes.map(({ name }) => name)).toEqual(['keystone']);
  expect(await read(opened, 'keystone')).toEqual([{ name: 'keystone' }]);
  await expect(read(opened, 'glance')).rejects.toThrow(
    'the database glance is asked for, and stackward.yaml does not say where that is; add "databases: glance:" with host, user and password',
  );
  await expect(opened.context.readers.database('database:heat')).rejects.toThrow(
    'nothing says how to reach database:heat',
  );
});

test('a database that can be reached and lacks its grant names the grant', async () => {
  const opened = connect([`nova_api: { ${login(alone, 'ALONE')}, tls: off }`]);
  await expect(read(opened, 'nova_api')).rejects.toThrow(
    /lets user alone not use the schema nova_api; GRANT it what docs\/database-grants.md lists/,
  );
});

test('every configured database is probed by its own account', async () => {
  const { readers } = connect(both()).context;
  const connections = await Promise.all(readers.databaseProbes.map((probe) => probe.connect()));
  expect(readers.databaseProbes.map(({ name, user }) => [name, user])).toEqual(
    databaseNames.map((name) => [name, name === 'nova' ? 'alone' : 'together']),
  );
  expect(connections.map(({ isOpen }) => isOpen)).toEqual(databaseNames.map(() => true));
});
